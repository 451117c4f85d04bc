//! Names and sets: what is written is what is read, wherever it stands.

use domain::access::permission::{Permission, PermissionSet};
use domain::access::reason::Gate;
use domain::access::remedy::shell_word;
use domain::access::role::{Administrative, ScopeKind};
use proptest::prelude::*;
use std::collections::BTreeSet;

use crate::cases;
use crate::plain::ME;

#[test]
fn gates_kinds_of_scope_and_administrative_roles_are_called_the_same_everywhere() {
    for gate in [
        Gate::Identity,
        Gate::Session,
        Gate::Membership,
        Gate::Permission,
        Gate::Governance,
    ] {
        assert_eq!(serde_json::to_value(gate).unwrap(), gate.as_str());
    }
    for kind in [ScopeKind::Platform, ScopeKind::Tenant, ScopeKind::Project] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert_eq!(ScopeKind::of(kind.as_str()), Some(kind));
    }
    assert_eq!(ScopeKind::of("galaxy"), None);
    for name in ["admin", "subadmin"] {
        let role = Administrative::of(name).unwrap();
        assert_eq!(role.to_string(), name);
    }
}

#[test]
fn a_person_is_named_in_a_command_so_that_a_shell_takes_it_for_one_word() {
    for plain in ["ada@example.test", "a.b_c+d-e@x-y.test", "A9@x.test"] {
        assert_eq!(shell_word(plain, ME), plain);
    }
    for odd in [
        "-rf@x.test",
        "a b@x.test",
        "a;b@x.test",
        "$(x)@x.test",
        "a'@x.test",
        "ä@x.test",
    ] {
        assert_eq!(shell_word(odd, ME), ME.to_string(), "{odd}");
    }
}

fn some() -> impl Strategy<Value = Vec<Permission>> {
    let all: Vec<_> = Permission::all().collect();
    proptest::collection::vec(proptest::sample::select(all), 0..20)
}

proptest! {
    #![proptest_config(cases())]

    /// Against the sets of the standard library; names may come twice.
    #[test]
    fn a_set_of_permissions_is_a_set((one, other) in (some(), some())) {
        let (a, b): (BTreeSet<_>, BTreeSet<_>) = (one.iter().copied().collect(), other.iter().copied().collect());
        let (x, y): (PermissionSet, PermissionSet) = (one.into_iter().collect(), other.into_iter().collect());
        let same = |set: PermissionSet, plain: BTreeSet<Permission>| set.iter().collect::<BTreeSet<_>>() == plain;
        prop_assert!(same(x, a.clone()));
        prop_assert!(same(x.union(y), a.union(&b).copied().collect()));
        prop_assert!(same(x.intersection(y), a.intersection(&b).copied().collect()));
        prop_assert!(same(x.minus(y), a.difference(&b).copied().collect()));
        prop_assert_eq!(x.is_subset_of(y), a.is_subset(&b));
        for permission in Permission::all() {
            prop_assert_eq!(x.contains(permission), a.contains(&permission));
        }
    }
}
