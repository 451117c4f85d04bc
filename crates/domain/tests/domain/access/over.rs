//! Who may act on whom.

use domain::access::ceiling::{Authority, Held};
use domain::access::over::{Act, may_act_on};
use domain::access::permission::{IDENTITIES_MANAGE, PermissionSet, TOKENS_MANAGE};
use domain::access::role::{BUILT_IN, RoleDefinition, Scope};
use domain::id::{OrganizationId, RoleId};
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

fn tenant() -> Scope {
    Scope::Tenant {
        tenant_id: OrganizationId(Uuid::from_u128(1)),
    }
}

fn token(scopes: PermissionSet) -> Authority {
    Authority::AdministratorsToken { scopes }
}

#[test]
fn only_whoever_could_make_an_administrator_acts_on_one() {
    let (admin, subadmin) = (built_in("admin"), built_in("subadmin"));
    let narrow = token([IDENTITIES_MANAGE, TOKENS_MANAGE].into_iter().collect());
    for act in [Act::Power, Act::ShutOut] {
        for role in [&admin, &subadmin] {
            let by =
                |authority: Authority| may_act_on(act, |_| authority, [(role, Scope::Platform)]);
            assert!(by(Authority::Administrator).is_ok());
            assert!(by(token(PermissionSet::all())).is_ok());
            for authority in [narrow, holder(), Authority::Job] {
                assert_eq!(by(authority).unwrap_err().role, role.name, "{authority:?}");
            }
        }
    }
}

#[test]
fn power_over_an_account_is_for_whoever_could_give_each_of_its_roles_where_it_is_held() {
    let (owner, viewer) = (built_in("tenant_owner"), built_in("tenant_viewer"));
    let [here, there] = [1, 2].map(|id| Scope::Tenant {
        tenant_id: OrganizationId(Uuid::from_u128(id)),
    });
    // Everything here, nothing there.
    let mine = |scope| match scope == here {
        true => holder(),
        false => Authority::Holder {
            tenant: Held::default(),
            project: Held::default(),
        },
    };
    let power = |held: &[(&RoleDefinition, Scope)]| may_act_on(Act::Power, mine, held.to_vec());
    assert_eq!(power(&[]), Ok(()));
    assert_eq!(power(&[(&owner, here), (&viewer, here)]), Ok(()));
    let denied = power(&[(&owner, here), (&viewer, there)]).unwrap_err();
    assert_eq!(denied.role, "tenant_viewer");
    assert!(power(&[(&built_in("reader"), Scope::Platform)]).is_err());
}

#[test]
fn who_is_no_administrator_is_shut_out_by_anybody_with_the_right() {
    let held = [
        (&built_in("reader"), Scope::Platform),
        (&built_in("tenant_owner"), tenant()),
    ];
    for authority in [holder(), token(PermissionSet::EMPTY), Authority::Job] {
        assert_eq!(may_act_on(Act::ShutOut, |_| authority, held), Ok(()));
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
