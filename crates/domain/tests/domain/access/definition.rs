//! Defining roles: what a role may become, and what it may be called.

use domain::access::ceiling::{Authority, GrantDenied, Held};
use domain::access::definition::{DefineDenied, may_remove, may_write};
use domain::access::permission::Permission;
use domain::access::role::{BUILT_IN, RoleDefinition, ScopeKind};
use domain::id::RoleId;
use uuid::Uuid;

use crate::plain::HOME;

fn own(name: &str, rank: i16, permissions: &[&str]) -> RoleDefinition {
    RoleDefinition {
        role_id: RoleId(Uuid::nil()),
        name: name.to_owned(),
        scope: ScopeKind::Tenant,
        tenant_id: Some(HOME),
        rank,
        portal: false,
        permissions: permissions
            .iter()
            .filter_map(|name| Permission::of(name))
            .collect(),
    }
}

fn owner() -> Authority {
    let role = BUILT_IN.iter().find(|role| role.name == "tenant_owner");
    let role = role.unwrap();
    Authority::Holder {
        tenant: Held {
            rank: role.rank,
            permissions: role.permissions(),
        },
        project: Held::default(),
    }
}

#[test]
fn a_role_is_judged_as_it_is_and_as_it_will_be() {
    let small = own("scribe", 10, &["projects:read"]);
    let large = own("scribe", 10, &["plans:approve"]);
    let high = own("scribe", 81, &[]);
    let ok = Ok(());
    assert_eq!(may_write(&owner(), None, &small), ok);
    for above in [&large, &high] {
        for before in [None, Some(&small)] {
            let refused = may_write(&owner(), before, above);
            assert!(
                matches!(refused, Err(DefineDenied::Ceiling(_))),
                "{refused:?}"
            );
        }
        let shrunk = may_write(&owner(), Some(above), &small);
        assert!(
            matches!(shrunk, Err(DefineDenied::Ceiling(_))),
            "she could not take it"
        );
        assert!(may_remove(&owner(), above).is_err());
        assert_eq!(
            may_write(&Authority::Administrator, Some(above), &small),
            ok
        );
    }
    assert_eq!(may_remove(&owner(), &small), ok);
}

#[test]
fn built_in_roles_never_change_whoever_asks() {
    for role in BUILT_IN {
        let role = RoleDefinition {
            name: role.name.to_owned(),
            scope: role.scope,
            tenant_id: None,
            ..own("", role.rank, &[])
        };
        let expected = Err(DefineDenied::BuiltIn {
            name: role.name.clone(),
        });
        let authority = Authority::Administrator;
        assert_eq!(may_remove(&authority, &role), expected);
        assert_eq!(may_write(&authority, Some(&role), &role), expected);
    }
}

#[test]
fn no_own_role_takes_a_built_in_name_at_whatever_scope_or_a_platform_scope() {
    for role in BUILT_IN {
        let taken = own(role.name, 0, &[]);
        let refused = may_write(&Authority::Administrator, None, &taken);
        assert!(
            matches!(refused, Err(DefineDenied::Reserved { .. })),
            "{}",
            role.name
        );
    }
    let platform = RoleDefinition {
        scope: ScopeKind::Platform,
        ..own("scribe", 0, &[])
    };
    let refused = may_write(&Authority::Administrator, None, &platform);
    assert_eq!(refused, Err(DefineDenied::PlatformScope));
    let refused = may_write(
        &owner(),
        None,
        &RoleDefinition {
            tenant_id: None,
            ..platform
        },
    );
    assert_eq!(
        refused,
        Err(DefineDenied::Ceiling(GrantDenied::PlatformAdminOnly))
    );
}

#[test]
fn names_and_ranks_have_their_bounds() {
    let long = "a".repeat(64);
    for name in ["", "A", "-a", ".a", "a b", "é", &long] {
        let refused = may_write(&Authority::Administrator, None, &own(name, 0, &[]));
        assert_eq!(refused, Err(DefineDenied::Name), "{name}");
    }
    for name in ["a", "0", "a.b_c-d"] {
        assert!(may_write(&Authority::Administrator, None, &own(name, 100, &[])).is_ok());
    }
    for rank in [-1, 101] {
        let refused = may_write(&Authority::Administrator, None, &own("a", rank, &[]));
        assert_eq!(refused, Err(DefineDenied::Rank));
    }
}
