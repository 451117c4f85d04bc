//! Remedies: every denial has one, nothing else has, and they read well.

use std::fmt::Write;

use domain::access::permission::Permission;
use domain::access::reason::Reason;
use domain::access::remedy::{Subject, remedies};
use domain::governance::assess::RulesMissing;
use domain::governance::eligibility::{Clause, Eligibility};
use domain::governance::entitlement::{Entitlement, Lack};
use domain::identity::Status;
use proptest::prelude::*;

use super::decide::any_question;
use crate::cases;
use crate::plain::{ME, guild};

fn about() -> Subject<'static> {
    Subject {
        user_id: ME,
        email: "ada@example.test",
        organization: Some("hauling"),
        project: None,
        role: Some("tenant_admin"),
        guild: Some(guild(0)),
    }
}

/// Every denial that there is.
fn denials() -> Vec<Reason> {
    let lacks = [
        Lack::Unlinked,
        Lack::NoSnapshot,
        Lack::SnapshotStale,
        Lack::NotAMember,
        Lack::NoMappedRole,
        Lack::NoPortalAssignment,
    ];
    let missing = [
        RulesMissing::Mode,
        RulesMissing::Policy,
        RulesMissing::Mapping,
    ];
    let mut all = vec![
        Reason::UnknownIdentity,
        Reason::IdentityNotActive {
            status: Status::Suspended,
        },
        Reason::IdentityNotActive {
            status: Status::Disabled,
        },
        Reason::SessionRevoked,
        Reason::NotAMember,
        Reason::ScopeMismatch,
        Reason::PermissionNotHeld {
            permission: Permission::of("projects:manage").unwrap(),
        },
    ];
    all.extend(missing.map(|missing| Reason::GovernanceIncomplete { missing }));
    let scopes = [None, Some(Clause::Exclude)].map(Eligibility::OutOfScope);
    all.extend(scopes.map(|eligibility| Reason::NotEligible { eligibility }));
    all.extend(lacks.map(|lack| Reason::NotEntitled {
        entitlement: Entitlement::NotEntitled(lack),
    }));
    all.push(Reason::ObservationStale);
    all
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_denial_of_any_question_has_a_remedy_and_what_passes_has_none(question in any_question()) {
        for finding in question.explain().findings {
            let found = remedies(&finding.reason, &about());
            prop_assert_eq!(found.is_empty(), finding.reason.passes(), "{:?}", finding);
        }
    }
}

#[test]
fn the_remedies_of_every_denial_are_those_that_were_reviewed() {
    let mut text = String::new();
    for reason in denials() {
        assert!(!reason.passes());
        writeln!(text, "{}", reason.describe()).unwrap();
        for remedy in remedies(&reason, &about()) {
            writeln!(text, "  {} ({})", remedy.change, remedy.who.describe()).unwrap();
            if let Some(command) = remedy.command {
                writeln!(text, "    {command}").unwrap();
            }
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("remedies", text);
    });
}
