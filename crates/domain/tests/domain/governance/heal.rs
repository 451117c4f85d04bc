//! Self-heal: a suspended administrator, and nobody else.

use domain::access::role::Administrative;
use domain::governance::heal::heals;
use domain::governance::privileged::Privilege;
use domain::identity::Status;

#[test]
fn the_suspended_who_are_admin_class_or_listed_are_healed_and_nobody_else() {
    for (role, listed, admin_class) in [
        (None, false, false),
        (None, true, true),
        (Some(Administrative::Subadmin), false, true),
        (Some(Administrative::Admin), false, true),
        (Some(Administrative::Admin), true, true),
    ] {
        let privilege = Privilege::of(role, listed);
        let of = |status| heals(status, privilege);
        let healed = [Status::Active, Status::Suspended, Status::Disabled].map(of);
        assert_eq!(healed, [false, admin_class, false], "{role:?} {listed}");
    }
}
