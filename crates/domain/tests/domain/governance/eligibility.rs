//! Eligibility (R-13, P-03): who is in scope of `access.login`.

use std::collections::BTreeSet;

use domain::governance::eligibility::{Clause, Eligibility, PolicyDocument};
use domain::id::UserId;
use proptest::prelude::*;
use uuid::Uuid;

use crate::cases;
use crate::plain::{self, Body, Clauses, ELSEWHERE, HOME, any_clauses};

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn in_scope_is_not_excluded_and_everyone_or_any_clause(clauses in any_clauses()) {
        let eligibility = Eligibility::of(clauses.matches());
        let body = Body { clauses, ..Body::default() };
        prop_assert_eq!(eligibility.in_scope(), plain::in_scope(&body));
        prop_assert_eq!(Eligibility::from_code(eligibility.code()), Some(eligibility));
    }

    #[test]
    fn nobody_who_is_excluded_is_in_scope(clauses in any_clauses()) {
        let clauses = Clauses { exclude: true, include: true, ..clauses };
        prop_assert_eq!(
            Eligibility::of(clauses.matches()),
            Eligibility::OutOfScope(Some(Clause::Exclude))
        );
    }
}

const TWO: UserId = UserId(Uuid::from_u128(2));
const THREE: UserId = UserId(Uuid::from_u128(3));

#[test]
fn access_login_decides_who_is_in_scope() {
    let document = PolicyDocument::parse(
        r#"
        organizations = ["hauling"]
        email_domains = ["Example.ORG"]
        groups        = ["Drivers "]
        include       = ["two@elsewhere.net"]
        exclude       = ["three@example.org"]
        "#,
    )
    .unwrap();
    let policy = document.resolve(
        BTreeSet::from([HOME]),
        BTreeSet::from([TWO]),
        BTreeSet::from([THREE]),
    );
    let somebody = UserId(Uuid::from_u128(1));
    let judge = |who, domain: &str, organization, group: &str| {
        let matches = policy
            .match_person(who, domain)
            .with(policy.match_organization(organization))
            .with(policy.match_group(group));
        Eligibility::of(matches).code()
    };
    assert_eq!(
        judge(somebody, "elsewhere.net", ELSEWHERE, "cooks"),
        "no_clause_matches"
    );
    assert_eq!(
        judge(somebody, "elsewhere.net", HOME, "cooks"),
        "organization"
    );
    assert_eq!(
        judge(somebody, "EXAMPLE.org", ELSEWHERE, "cooks"),
        "email_domain"
    );
    assert_eq!(
        judge(somebody, "sub.example.org", ELSEWHERE, "cooks"),
        "no_clause_matches"
    );
    assert_eq!(
        judge(somebody, "elsewhere.net", ELSEWHERE, " DRIVERS"),
        "group"
    );
    assert_eq!(judge(TWO, "elsewhere.net", ELSEWHERE, "cooks"), "included");
    assert_eq!(judge(THREE, "example.org", HOME, "drivers"), "excluded");
}

#[test]
fn a_domain_of_the_policy_is_met_in_any_case_of_any_script() {
    let document = PolicyDocument::parse(r#"email_domains = ["Köln.example"]"#).unwrap();
    let policy = document.resolve(BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for domain in ["köln.example", "KÖLN.EXAMPLE", "Köln.Example"] {
        assert!(
            policy.match_person(TWO, domain).meets(Clause::EmailDomain),
            "{domain}"
        );
    }
    assert!(
        !policy
            .match_person(TWO, "koln.example")
            .meets(Clause::EmailDomain)
    );
}

#[test]
fn an_empty_clause_matches_nobody() {
    let document = PolicyDocument::parse("include = ['two@elsewhere.net']").unwrap();
    let policy = document.resolve(BTreeSet::new(), BTreeSet::from([TWO]), BTreeSet::new());
    let matches = policy
        .match_person(THREE, "")
        .with(policy.match_organization(HOME))
        .with(policy.match_group(""));
    assert_eq!(Eligibility::of(matches), Eligibility::OutOfScope(None));
}

#[test]
fn the_reason_is_the_most_particular_clause() {
    let all = Clauses {
        everyone: true,
        organization: true,
        email_domain: true,
        group: true,
        include: true,
        exclude: false,
    };
    let codes = [
        all,
        Clauses {
            include: false,
            ..all
        },
        Clauses {
            include: false,
            organization: false,
            ..all
        },
        Clauses {
            everyone: true,
            email_domain: true,
            ..Clauses::default()
        },
        Clauses {
            everyone: true,
            ..Clauses::default()
        },
    ]
    .map(|clauses| Eligibility::of(clauses.matches()).code());
    assert_eq!(
        codes,
        [
            "included",
            "organization",
            "group",
            "email_domain",
            "everyone"
        ]
    );
}

#[test]
fn a_clause_that_is_met_twice_is_met() {
    let clauses = Clauses {
        organization: true,
        ..Clauses::default()
    };
    let once = clauses.matches();
    let twice = once.with(once);
    assert!(twice.meets(Clause::Organization));
    assert!(!twice.meets(Clause::Group));
}
