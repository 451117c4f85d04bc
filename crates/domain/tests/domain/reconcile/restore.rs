//! What suspension takes, and what may be given back (D7, D21, U-48).

use domain::access::permission::PermissionSet;
use domain::access::role::{RoleDefinition, Scope, ScopeKind};
use domain::id::RoleId;
use domain::identity::RoleOverrides;
use domain::reconcile::restore::{DEFAULT_WINDOW, Unrestorable, restorable, strippable};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::plain::{MOMENT, NOW};
use crate::world::TENANT;

fn platform_role(name: &str) -> RoleDefinition {
    RoleDefinition {
        role_id: RoleId(Uuid::nil()),
        name: name.to_owned(),
        scope: ScopeKind::Platform,
        tenant_id: None,
        rank: 0,
        portal: true,
        permissions: PermissionSet::EMPTY,
    }
}

fn judge(stripped_at: Timestamp, valid_until: Option<Timestamp>) -> Result<(), Unrestorable> {
    let role = platform_role("hauling.member");
    restorable(
        Some(&role),
        Scope::Platform,
        stripped_at,
        valid_until,
        NOW,
        DEFAULT_WINDOW,
    )
}

#[test]
fn the_window_is_thirty_days_and_its_last_instant_still_counts() {
    assert_eq!(DEFAULT_WINDOW, SignedDuration::from_hours(720));
    assert_eq!(judge(NOW, None), Ok(()));
    assert_eq!(judge(NOW - DEFAULT_WINDOW, None), Ok(()));
    assert_eq!(
        judge(NOW - DEFAULT_WINDOW - MOMENT, None),
        Err(Unrestorable::WindowClosed)
    );
    assert_eq!(judge(Timestamp::MIN, None), Err(Unrestorable::WindowClosed));
}

#[test]
fn an_assignment_whose_own_validity_ended_is_not_given_back() {
    assert_eq!(judge(NOW, Some(NOW + MOMENT)), Ok(()));
    assert_eq!(judge(NOW, Some(NOW)), Err(Unrestorable::Expired));
    assert_eq!(judge(NOW, Some(NOW - MOMENT)), Err(Unrestorable::Expired));
}

#[test]
fn administrative_vanished_and_misplaced_roles_are_never_given_back() {
    let not_grantable = Err(Unrestorable::NotGrantable);
    let at = |role: Option<&RoleDefinition>, scope| {
        restorable(role, scope, NOW, None, NOW, DEFAULT_WINDOW)
    };
    assert_eq!(at(None, Scope::Platform), not_grantable);
    for name in ["admin", "subadmin"] {
        assert_eq!(
            at(Some(&platform_role(name)), Scope::Platform),
            not_grantable,
            "{name}"
        );
    }
    assert_eq!(at(Some(&platform_role("reader")), TENANT), not_grantable);
    assert_eq!(at(Some(&platform_role("reader")), Scope::Platform), Ok(()));
}

#[test]
fn suspension_takes_portal_roles_that_nobody_preserved() {
    let portal = platform_role("Reader");
    let tenants_own = RoleDefinition {
        portal: false,
        ..platform_role("tenant_member")
    };
    let preserved = |name| RoleOverrides::new(false, [name], []);
    assert!(strippable(&portal, None));
    assert!(strippable(&portal, Some(&RoleOverrides::default())));
    assert!(strippable(&portal, Some(&preserved("auditor"))));
    // A suppressed role is not preserved, and an override that revokes nothing preserves nothing.
    assert!(strippable(
        &portal,
        Some(&RoleOverrides::new(true, [], ["reader"]))
    ));
    for name in ["reader", " READER "] {
        assert!(!strippable(&portal, Some(&preserved(name))), "{name}");
    }
    assert!(!strippable(&tenants_own, None));
    for name in ["admin", "subadmin"] {
        assert!(
            !strippable(&platform_role(name), None),
            "{name} is left to people"
        );
    }
}
