//! The closed tables of permissions and roles, against what the documents list (U-25 to U-28, I-17,
//! D17).

use std::collections::BTreeSet;

use domain::access::permission::{
    HAULING_MEMBER, HAULING_USE, Permission, PermissionSet, ROLES_GRANT,
};
use domain::access::role::{
    ADMIN_ROLE_NAME, Administrative, BUILT_IN, HAULING_MEMBER_ROLE, ScopeKind, TENANT_OWNER_ROLE,
};
use proptest::prelude::*;

use crate::cases;

#[test]
fn a_permission_is_written_by_its_name_wherever_it_stands() {
    assert_eq!(HAULING_USE.to_string(), "hauling:use");
    assert_eq!(format!("{HAULING_USE:?}"), "hauling:use");
    let both: PermissionSet = [HAULING_MEMBER, HAULING_USE].into_iter().collect();
    assert_eq!(format!("{both:?}"), "{hauling.member, hauling:use}");
    assert_eq!(serde_json::to_value(HAULING_USE).unwrap(), "hauling:use");
}

#[test]
fn the_built_in_roles_have_the_scopes_and_ranks_of_the_decision() {
    let table = [
        ("platform", "admin"),
        ("platform", "subadmin"),
        ("platform", "operator"),
        ("platform", "auditor"),
        ("platform", "publisher"),
        ("platform", "reader"),
        ("platform", "hauling.member"),
        ("tenant 80", "tenant_owner"),
        ("tenant 60", "tenant_admin"),
        ("tenant 20", "tenant_member"),
        ("tenant 10", "tenant_viewer"),
        ("project 70", "project_owner"),
        ("project 50", "project_admin"),
        ("project 20", "project_member"),
        ("project 10", "project_viewer"),
    ];
    let found = BUILT_IN.iter().map(|role| match role.scope {
        ScopeKind::Platform => ("platform".to_owned(), role.name),
        ScopeKind::Tenant => (format!("tenant {}", role.rank), role.name),
        ScopeKind::Project => (format!("project {}", role.rank), role.name),
    });
    let expected = table.map(|(place, name)| (place.to_owned(), name));
    assert_eq!(found.collect::<Vec<_>>(), expected);
    for role in BUILT_IN {
        assert_eq!(
            role.portal(),
            role.scope == ScopeKind::Platform,
            "{}",
            role.name
        );
    }
    assert!(
        [ADMIN_ROLE_NAME, TENANT_OWNER_ROLE]
            .iter()
            .all(|name| { BUILT_IN.iter().any(|role| role.name == *name) })
    );
}

#[test]
fn the_right_the_permission_and_the_portal_role_are_all_called_hauling_member() {
    assert_eq!(HAULING_MEMBER.name(), "hauling.member");
    assert_eq!(HAULING_MEMBER_ROLE, "hauling.member");
    let carriers = BUILT_IN
        .iter()
        .filter(|role| role.permissions().contains(HAULING_MEMBER))
        .map(|role| role.name)
        .collect::<Vec<_>>();
    assert_eq!(carriers, ["admin", "hauling.member"]);
}

#[test]
fn the_six_permissions_of_the_guide_exist_and_each_name_is_there_once() {
    for name in [
        "site_configs:read",
        "site_configs:manage",
        "credentials:read",
        "credentials:manage",
        "bookmarks:read",
        "bookmarks:manage",
        "hauling:use",
        "roles:grant",
        "plans:approve",
    ] {
        assert_eq!(Permission::of(name).unwrap().name(), name);
    }
    assert_eq!(
        (HAULING_USE.name(), ROLES_GRANT.name()),
        ("hauling:use", "roles:grant")
    );
    let names = Permission::all()
        .map(Permission::name)
        .collect::<BTreeSet<_>>();
    assert_eq!(names.len(), Permission::all().count());
    assert!(Permission::all().all(|p| Permission::of(p.name()) == Some(p)));
}

#[test]
fn only_hauling_is_governed_and_only_admin_and_subadmin_are_administrative() {
    for permission in Permission::all() {
        let governed = ["hauling.member", "hauling:use"].contains(&permission.name());
        assert_eq!(permission.governed_by().is_some(), governed, "{permission}");
    }
    assert_eq!(Administrative::of("admin"), Some(Administrative::Admin));
    assert_eq!(
        Administrative::of("subadmin"),
        Some(Administrative::Subadmin)
    );
    for other in ["Admin", "operator", "tenant_admin", "administrator", ""] {
        assert_eq!(Administrative::of(other), None, "{other}");
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_set_of_permissions_behaves_like_a_set_of_names(
        left in prop::collection::btree_set(0_usize..38, 0..38),
        right in prop::collection::btree_set(0_usize..38, 0..38),
    ) {
        let all = Permission::all().collect::<Vec<_>>();
        let make = |set: &BTreeSet<usize>| -> PermissionSet { set.iter().map(|i| all[*i]).collect() };
        let names = |set: PermissionSet| set.iter().map(Permission::name).collect::<BTreeSet<_>>();
        let plain = |set: BTreeSet<usize>| set.iter().map(|i| all[*i].name()).collect::<BTreeSet<_>>();
        let (l, r) = (make(&left), make(&right));
        prop_assert_eq!(names(l.union(r)), plain(&left | &right));
        prop_assert_eq!(names(l.minus(r)), plain(&left - &right));
        prop_assert_eq!(l.is_subset_of(r), left.is_subset(&right));
        for (i, permission) in all.iter().enumerate() {
            prop_assert_eq!(l.contains(*permission), left.contains(&i));
        }
    }

    #[test]
    fn no_text_makes_the_tables_panic(text in ".*") {
        let _ = (Permission::of(&text), Administrative::of(&text), ScopeKind::of(&text));
    }
}

#[test]
fn a_misspelt_permission_is_told_its_nearest_names() {
    let names = |text| {
        Permission::nearest(text)
            .into_iter()
            .map(Permission::name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names("hauling:uses")[0], "hauling:use");
    assert_eq!(names("bookmark:read")[0], "bookmarks:read");
    assert_eq!(names("roles.grant")[0], "roles:grant");
    assert!(names("bookmarks:reed").len() <= 3);
    assert!(names("xyz").is_empty());
}
