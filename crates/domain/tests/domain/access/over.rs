//! Who may act on whom.

use domain::access::ceiling::{Authority, Held};
use domain::access::over::may_act_on;
use domain::access::permission::{IDENTITIES_MANAGE, PermissionSet, TOKENS_MANAGE};
use domain::access::role::{BUILT_IN, RoleDefinition};
use domain::id::RoleId;
use domain::identity::overrides::may_name;
use uuid::Uuid;

fn built_in(name: &str) -> RoleDefinition {
    let role = BUILT_IN.iter().find(|role| role.name == name).unwrap();
    RoleDefinition {
        role_id: RoleId(Uuid::nil()),
        name: role.name.to_owned(),
        scope: role.scope,
        tenant_id: None,
        rank: role.rank,
        portal: role.portal(),
        permissions: role.permissions(),
    }
}

/// Somebody with every right there is, but no administrator.
fn holder() -> Authority {
    let held = Held {
        rank: 100,
        permissions: PermissionSet::all(),
    };
    Authority::Holder {
        tenant: held,
        project: held,
    }
}

fn token(scopes: PermissionSet) -> Authority {
    Authority::AdministratorsToken { scopes }
}

#[test]
fn only_whoever_could_make_an_administrator_acts_on_one() {
    let (admin, subadmin) = (built_in("admin"), built_in("subadmin"));
    let narrow = token([IDENTITIES_MANAGE, TOKENS_MANAGE].into_iter().collect());
    for role in [&admin, &subadmin] {
        assert!(may_act_on(&Authority::Administrator, [role]).is_ok());
        assert!(may_act_on(&token(PermissionSet::all()), [role]).is_ok());
        for authority in [&narrow, &holder(), &Authority::Job] {
            let denied = may_act_on(authority, [role]).unwrap_err();
            assert_eq!(denied.role, role.name, "{authority:?}");
        }
    }
    assert!(may_act_on(&holder(), [&subadmin, &admin]).is_err());
}

#[test]
fn anybody_with_the_right_acts_on_whoever_is_no_administrator() {
    for authority in [holder(), token(PermissionSet::EMPTY), Authority::Job] {
        assert_eq!(may_act_on(&authority, []), Ok(()));
    }
}

#[test]
fn a_role_is_named_in_overrides_by_whoever_could_give_it_on_the_platform() {
    for role in ["admin", "reader", "tenant_owner", "project_viewer"].map(built_in) {
        assert!(may_name(&Authority::Administrator, &role).is_ok());
        assert!(may_name(&holder(), &role).is_err(), "{}", role.name);
        let tokens = token(PermissionSet::EMPTY);
        assert!(may_name(&tokens, &role).is_err(), "{}", role.name);
    }
}
