//! Groups to roles (U-11, U-12, U-14, U-37, U-48 to U-50, U-82).

use std::collections::BTreeSet;

use domain::identity::RoleOverrides;
use domain::identity::mapping::{Groups, Mapping, Step, Sync, Target, sync};
use proptest::prelude::*;

/// The deployment guide's example, as a shell hands it over: backslash and `n`.
const MAP: &str = r"admins=admin\nops=publisher\nops=auditor";

fn guide() -> Mapping {
    Mapping::parse(MAP, "reader").unwrap()
}

fn roles(mapping: &Mapping, groups: &[&str]) -> Vec<String> {
    let resolved = mapping.resolve_roles_for_groups(groups.iter().copied());
    resolved.roles.iter().map(ToString::to_string).collect()
}

fn role(name: &str) -> Target {
    Target {
        role: name.to_owned(),
        organization: None,
    }
}

fn synced(groups: &[&str], held: &[&str], overrides: &RoleOverrides) -> Sync {
    let groups = Groups::Known(groups.iter().map(ToString::to_string).collect());
    let held = held.iter().map(|name| role(name)).collect();
    sync(&guide(), &groups, &held, overrides)
}

fn names(targets: &[Target]) -> Vec<&str> {
    targets.iter().map(|target| target.role.as_str()).collect()
}

#[test]
fn the_guides_example_gives_what_the_guide_says() {
    let mapping = guide();
    assert_eq!(roles(&mapping, &["admins"]), ["reader", "admin"]);
    assert_eq!(
        roles(&mapping, &["ops"]),
        ["reader", "publisher", "auditor"]
    );
    assert_eq!(roles(&mapping, &["visitors"]), ["reader"]);
    assert_eq!(roles(&mapping, &[]), ["reader"]);
}

#[test]
fn commas_newlines_and_a_literal_backslash_n_part_entries_alike() {
    for map in [
        MAP,
        "admins=admin,ops=publisher,ops=auditor",
        "admins=admin\nops=publisher\r\n ops = auditor \n",
        " admins = admin , ops=publisher\\n,\nops=auditor,",
    ] {
        assert_eq!(
            Mapping::parse(map, " reader\\n,").unwrap(),
            guide(),
            "{map}"
        );
    }
}

#[test]
fn groups_count_in_any_case_and_once() {
    for group in ["Ops", "OPS", " ops "] {
        assert_eq!(roles(&guide(), &[group, "ops"]).len(), 3, "{group}");
    }
    let mapping = Mapping::parse("Éclair=Reader", "").unwrap();
    assert_eq!(roles(&mapping, &["éCLAIR"]), ["reader"]);
}

#[test]
fn a_malformed_entry_is_named() {
    for (map, defaults, entry) in [
        ("admins", "", "admins"),
        ("a=reader,=reader", "", "=reader"),
        ("a=", "", "a="),
        ("a=b=c", "", "a=b=c"),
        ("a=two words", "", "a=two words"),
        ("a=member@No_Slug", "", "a=member@No_Slug"),
        ("a=member@", "", "a=member@"),
        ("a=@acme", "", "a=@acme"),
        (r"a=read\er", "", r"a=read\er"),
        ("", "a=reader", "a=reader"),
        ("", "reader auditor", "reader auditor"),
    ] {
        let refused = Mapping::parse(map, defaults).unwrap_err();
        assert_eq!(refused.entry, entry);
        assert!(refused.to_string().contains(entry), "{refused}");
    }
}

#[test]
fn a_role_may_be_given_in_an_organization() {
    let mapping = Mapping::parse("crew=tenant_member@hauling,crew=reader", "").unwrap();
    assert_eq!(
        roles(&mapping, &["crew"]),
        ["tenant_member@hauling", "reader"]
    );
}

#[test]
fn the_trace_tells_each_step() {
    let mapping = Mapping::parse("a=reader,b=reader", "").unwrap();
    let trace = mapping.resolve_roles_for_groups(["A", "b", "c"]).trace;
    let target = role("reader");
    let expected = [
        Step::Mapped {
            group: "a".to_owned(),
            target: target.clone(),
        },
        Step::Repeated { target },
        Step::Unmapped {
            group: "c".to_owned(),
        },
    ];
    assert_eq!(trace, expected);
}

#[test]
fn a_sync_gives_what_is_missing_and_takes_what_no_group_gives_any_more() {
    let done = synced(&["ops"], &["reader", "admin"], &RoleOverrides::default());
    assert_eq!(names(&done.give), ["publisher", "auditor"]);
    assert_eq!(names(&done.take), ["admin"]);
}

#[test]
fn preserved_roles_are_never_taken() {
    let overrides = RoleOverrides::new(false, ["Admin"], []);
    let done = synced(&[], &["reader", "admin", "auditor"], &overrides);
    assert_eq!(names(&done.take), ["auditor"]);
}

#[test]
fn suppressed_roles_are_not_given_and_taken_if_groups_gave_them() {
    let overrides = RoleOverrides::new(false, [], ["publisher"]);
    let done = synced(&["ops"], &["publisher"], &overrides);
    assert_eq!(names(&done.give), ["reader", "auditor"]);
    assert_eq!(names(&done.take), ["publisher"]);
}

#[test]
fn enabled_overrides_stop_all_taking_and_no_giving() {
    let overrides = RoleOverrides::new(true, [], []);
    let done = synced(&["ops"], &["admin"], &overrides);
    assert!(done.take.is_empty(), "{done:?}");
    assert_eq!(names(&done.give), ["reader", "publisher", "auditor"]);
}

#[test]
fn absent_groups_are_not_empty_groups() {
    let held = BTreeSet::from([role("admin")]);
    let done = sync(&guide(), &Groups::Absent, &held, &RoleOverrides::default());
    assert!(done.take.is_empty(), "{done:?}");
    assert_eq!(names(&done.give), ["reader"]);
    let none = Groups::Known(Vec::new());
    let done = sync(&guide(), &none, &held, &RoleOverrides::default());
    assert_eq!(names(&done.take), ["admin"]);
}

#[test]
fn a_hold_leaves_the_roles_as_they_are_and_says_what_would_have_changed() {
    let done = synced(&["ops"], &["admin"], &RoleOverrides::default());
    let held = done.clone().on_hold();
    assert!(held.give.is_empty() && held.take.is_empty(), "{held:?}");
    assert_eq!(
        held.trace.split_last(),
        Some((&Step::OnHold, &done.trace[..]))
    );
}

const ROLES: [&str; 4] = ["admin", "publisher", "auditor", "reader"];

proptest! {
    #[test]
    fn a_second_sync_changes_nothing_and_overrides_always_hold(
        groups in prop::collection::vec(prop::sample::select(&["admins", "ops", "others"][..]), 0..4),
        held in prop::collection::btree_set(prop::sample::select(&ROLES[..]), 0..4),
        preserved in prop::collection::btree_set(prop::sample::select(&ROLES[..]), 0..3),
        suppressed in prop::collection::btree_set(prop::sample::select(&ROLES[..]), 0..3),
        enabled: bool,
    ) {
        let overrides = RoleOverrides::new(enabled, preserved.clone(), suppressed.clone());
        let held: BTreeSet<Target> = held.iter().map(|name| role(name)).collect();
        let groups = Groups::Known(groups.iter().map(ToString::to_string).collect());
        let first = sync(&guide(), &groups, &held, &overrides);
        prop_assert!(first.give.iter().all(|target| !suppressed.contains(target.role.as_str())));
        prop_assert!(first.take.iter().all(|target| !preserved.contains(target.role.as_str())));
        prop_assert!(!enabled || first.take.is_empty());
        let mut after = held;
        after.extend(first.give);
        for target in &first.take {
            after.remove(target);
        }
        let second = sync(&guide(), &groups, &after, &overrides);
        prop_assert!(second.give.is_empty() && second.take.is_empty());
    }
}
