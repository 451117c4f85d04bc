//! What somebody leans on when giving roles, from the roles they hold (D17, R-44), and what their token
//! leaves of it.

use domain::access::ceiling::{Authority, GrantDenied, Held, can_grant};
use domain::access::permission::{Permission, PermissionSet, ROLES_GRANT};
use domain::access::role::{BUILT_IN, RoleDefinition, Scope, ScopeKind};
use domain::id::{OrganizationId, ProjectId, RoleId};
use uuid::Uuid;

use crate::plain::{ELSEWHERE, HOME};
use crate::world::{PROJECT, TENANT};

/// A built-in role.
fn role(name: &str) -> RoleDefinition {
    let built_in = BUILT_IN.iter().find(|role| role.name == name).unwrap();
    RoleDefinition {
        role_id: RoleId(Uuid::nil()),
        name: name.to_owned(),
        scope: built_in.scope,
        tenant_id: None,
        rank: built_in.rank,
        portal: built_in.portal(),
        permissions: built_in.permissions(),
    }
}

fn of(held: &[(&str, Scope)], scopes: Option<PermissionSet>, scope: Scope) -> Authority {
    let roles: Vec<_> = held.iter().map(|(name, at)| (role(name), *at)).collect();
    let held = roles.iter().map(|(role, at)| (role, *at));
    Authority::of(held, false, scopes, scope)
}

fn standing(name: &str) -> Held {
    let role = role(name);
    Held {
        rank: role.rank,
        permissions: role.permissions,
    }
}

fn holder(tenant: Option<&str>, project: Option<&str>) -> Authority {
    Authority::Holder {
        tenant: tenant.map(standing).unwrap_or_default(),
        project: project.map(standing).unwrap_or_default(),
    }
}

const FAR: Scope = Scope::Tenant {
    tenant_id: ELSEWHERE,
};

#[test]
fn roles_count_where_they_are_held_and_nowhere_else() {
    let next_door = Scope::Project {
        tenant_id: HOME,
        project_id: ProjectId(Uuid::from_u128(201)),
    };
    type Case<'a> = (&'a [(&'a str, Scope)], Scope, Authority);
    let cases: [Case<'_>; 9] = [
        (&[], TENANT, holder(None, None)),
        (
            &[("tenant_admin", TENANT)],
            TENANT,
            holder(Some("tenant_admin"), None),
        ),
        (
            &[("tenant_admin", TENANT)],
            PROJECT,
            holder(Some("tenant_admin"), None),
        ),
        (&[("tenant_admin", FAR)], TENANT, holder(None, None)),
        (
            &[("tenant_admin", TENANT)],
            Scope::Platform,
            holder(None, None),
        ),
        (
            &[("project_admin", PROJECT)],
            PROJECT,
            holder(None, Some("project_admin")),
        ),
        (&[("project_admin", next_door)], PROJECT, holder(None, None)),
        (&[("project_admin", PROJECT)], TENANT, holder(None, None)),
        (&[("subadmin", Scope::Platform)], TENANT, holder(None, None)),
    ];
    for (held, scope, expected) in cases {
        assert_eq!(of(held, None, scope), expected, "{held:?} at {scope:?}");
    }
}

#[test]
fn of_several_roles_the_highest_rank_and_all_permissions_count() {
    for held in [
        [("tenant_viewer", TENANT), ("tenant_admin", TENANT)],
        [("tenant_admin", TENANT), ("tenant_viewer", TENANT)],
    ] {
        let Authority::Holder { tenant, .. } = of(&held, None, TENANT) else {
            panic!("no administrator");
        };
        assert_eq!(tenant.rank, role("tenant_admin").rank);
        let both = role("tenant_admin")
            .permissions
            .union(role("tenant_viewer").permissions);
        assert_eq!(tenant.permissions, both);
    }
}

#[test]
fn an_admin_and_whoever_broke_the_glass_administer_everywhere() {
    let admin: &[(&str, Scope)] = &[("reader", Scope::Platform), ("admin", Scope::Platform)];
    for scope in [Scope::Platform, TENANT, PROJECT, FAR] {
        assert_eq!(of(admin, None, scope), Authority::Administrator);
        assert_eq!(
            Authority::of([], true, None, scope),
            Authority::Administrator
        );
    }
    // A role of that name in an organization is another role.
    let own = RoleDefinition {
        scope: ScopeKind::Tenant,
        tenant_id: Some(HOME),
        ..role("admin")
    };
    let found = Authority::of([(&own, TENANT)], false, None, TENANT);
    assert!(matches!(found, Authority::Holder { .. }), "{found:?}");
}

#[test]
fn a_token_narrows_what_its_owner_leans_on() {
    let grant: PermissionSet = [ROLES_GRANT].into_iter().collect();
    let narrow = of(&[("tenant_owner", TENANT)], Some(grant), TENANT);
    let expected = Authority::Holder {
        tenant: Held {
            rank: role("tenant_owner").rank,
            permissions: grant,
        },
        project: Held::default(),
    };
    assert_eq!(narrow, expected);
    let admins = of(&[("admin", Scope::Platform)], Some(grant), Scope::Platform);
    assert_eq!(admins, Authority::AdministratorsToken { scopes: grant });
}

#[test]
fn an_admins_token_gives_no_role_that_carries_more_than_the_token() {
    let of_scopes = |names: &[&str]| Authority::AdministratorsToken {
        scopes: names
            .iter()
            .filter_map(|name| Permission::of(name))
            .collect(),
    };
    let given =
        |authority: &Authority, name: &str, scope: Scope| can_grant(authority, &role(name), scope);
    let grant = of_scopes(&["roles:grant"]);
    assert_eq!(given(&grant, "reader", Scope::Platform), Ok(()));
    assert!(matches!(
        given(&grant, "admin", Scope::Platform),
        Err(GrantDenied::PermissionsNotHeld { .. })
    ));
    assert!(matches!(
        given(&grant, "tenant_viewer", TENANT),
        Err(GrantDenied::PermissionsNotHeld { .. })
    ));
    let more = of_scopes(&["roles:grant", "organizations:read"]);
    assert_eq!(given(&more, "tenant_viewer", TENANT), Ok(()));
    let other = of_scopes(&["organizations:read"]);
    assert_eq!(
        given(&other, "reader", Scope::Platform),
        Err(GrantDenied::NoGrantRight)
    );
    let foreign = RoleDefinition {
        tenant_id: Some(OrganizationId(Uuid::from_u128(77))),
        ..role("tenant_viewer")
    };
    assert!(matches!(
        can_grant(&more, &foreign, TENANT),
        Err(GrantDenied::ForeignRole { .. })
    ));
}
