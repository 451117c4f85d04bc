//! Remedies: every denial has one, nothing else has, and they read well.

use std::fmt::Write;

use domain::access::permission::Permission;
use domain::access::reason::Reason;
use domain::access::remedy::{Subject, granting_roles, remedies};
use domain::access::role::{BUILT_IN, RoleDefinition, Scope, ScopeKind};
use domain::governance::assess::RulesMissing;
use domain::governance::eligibility::{Clause, Eligibility};
use domain::governance::entitlement::{Entitlement, Lack};
use domain::identity::Status;
use proptest::prelude::*;
use uuid::Uuid;

use super::decide::any_question;
use crate::cases;
use crate::plain::guild;
use crate::world::{PROJECT, TENANT};

fn about() -> Subject<'static> {
    Subject {
        identity: "ada@example.test",
        held: false,
        organization: Some("hauling"),
        project: None,
        role: Some(("tenant_admin", ScopeKind::Tenant)),
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

#[test]
fn the_least_role_at_the_narrowest_scope_is_named_first_and_admin_never() {
    let roles: Vec<RoleDefinition> = (1_u128..)
        .zip(BUILT_IN)
        .map(|(id, role)| RoleDefinition {
            role_id: Uuid::from_u128(id).into(),
            name: role.name.to_owned(),
            scope: role.scope,
            tenant_id: None,
            rank: role.rank,
            portal: role.portal(),
            permissions: role.permissions(),
        })
        .collect();
    let named = |permission, scope| {
        let permission = Permission::of(permission).unwrap();
        let granting = granting_roles(roles.iter(), permission, scope);
        granting
            .into_iter()
            .map(|role| role.name.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        named("projects:read", PROJECT)[..3],
        ["project_viewer", "project_member", "project_admin"]
    );
    assert_eq!(
        named("projects:read", TENANT),
        ["tenant_member", "tenant_admin", "tenant_owner"]
    );
    assert_eq!(named("projects:read", Scope::Platform), [""; 0]);
    assert_eq!(named("bookmarks:read", TENANT), [""; 0]);
    assert_eq!(named("hauling:use", Scope::Platform), ["hauling.member"]);
}

#[test]
fn an_organizations_own_role_grants_inside_it_and_nowhere_else() {
    let tenant_id = TENANT.tenant_id();
    let own = |name: &str, tenant_id| RoleDefinition {
        role_id: domain::id::RoleId(Uuid::nil()),
        name: name.to_owned(),
        scope: ScopeKind::Tenant,
        tenant_id,
        rank: 5,
        portal: false,
        permissions: Permission::of("audit:read").into_iter().collect(),
    };
    let far = domain::id::OrganizationId(Uuid::from_u128(99));
    let roles = [
        own("ours", tenant_id),
        own("theirs", Some(far)),
        own("everybodys", None),
    ];
    let wanted = Permission::of("audit:read").unwrap();
    let granting = granting_roles(roles.iter(), wanted, TENANT);
    let named: Vec<_> = granting.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(named, ["everybodys", "ours"]);
}
