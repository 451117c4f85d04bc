//! The lifecycle (R-23, R-31, D3, D20): who may move a status where.

use domain::access::role::Administrative;
use domain::identity::Status;
use domain::identity::lifecycle::{Hand, MoveDenied, enabled, may_move, may_restore, may_return};
use proptest::prelude::*;

use crate::cases;

const STATUSES: [Status; 3] = [Status::Active, Status::Suspended, Status::Disabled];
const ROLES: [Option<Administrative>; 3] = [
    None,
    Some(Administrative::Subadmin),
    Some(Administrative::Admin),
];

#[test]
fn the_status_is_one_of_exactly_active_suspended_and_disabled() {
    assert_eq!(
        STATUSES.map(Status::as_str),
        ["active", "suspended", "disabled"]
    );
    for status in STATUSES {
        assert_eq!(status.as_str().parse(), Ok(status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
    let refused = "Active".parse::<Status>().unwrap_err().to_string();
    assert_eq!(
        refused,
        "`Active` is not a status: expected active, suspended or disabled"
    );
}

#[test]
fn only_enabling_leaves_disabled_and_nobody_suspends_an_administrator() {
    for (from, to) in STATUSES
        .iter()
        .flat_map(|from| STATUSES.map(|to| (*from, to)))
    {
        for role in ROLES {
            for hand in [Hand::Automation, Hand::Person] {
                let stays = from == to;
                let undoes = from == Status::Disabled;
                let suspends = to == Status::Suspended && role.is_some();
                let answer = may_move(from, to, role, hand);
                let expected = stays || !(undoes || suspends);
                assert_eq!(answer.is_ok(), expected, "{from} to {to} {role:?} {hand:?}");
            }
        }
    }
}

#[test]
fn whoever_is_disabled_is_not_suspended_but_enabled_first() {
    let denied = may_move(Status::Disabled, Status::Suspended, None, Hand::Person);
    assert_eq!(denied, Err(MoveDenied::EnableFirst));
    let denied = may_move(Status::Disabled, Status::Active, None, Hand::Automation);
    assert_eq!(denied, Err(MoveDenied::DisabledStays));
}

#[test]
fn the_refusal_to_suspend_an_administrator_offers_to_disable() {
    for role in [Administrative::Admin, Administrative::Subadmin] {
        let denied = may_move(Status::Active, Status::Suspended, Some(role), Hand::Person);
        assert_eq!(
            denied,
            Err(MoveDenied::AdministrativeIsDisabledInstead(role))
        );
        let text = denied.unwrap_err().to_string();
        assert!(
            text.contains("disable them instead") && text.contains(&format!("role {role} ")),
            "{text}"
        );
    }
}

#[test]
fn enabling_undoes_a_disable_and_nothing_else() {
    for before in [None, Some(Status::Active), Some(Status::Suspended)] {
        for role in [Administrative::Admin, Administrative::Subadmin] {
            let back = enabled(Status::Disabled, before, Some(role));
            assert_eq!(back, Ok(Status::Active), "self-heal would see to that");
        }
    }
    let enabled = |from, before| enabled(from, before, None);
    assert_eq!(
        enabled(Status::Disabled, Some(Status::Active)),
        Ok(Status::Active)
    );
    assert_eq!(
        enabled(Status::Disabled, Some(Status::Suspended)),
        Ok(Status::Suspended)
    );
    assert_eq!(
        enabled(Status::Disabled, None),
        Ok(Status::Suspended),
        "nobody gets in by accident"
    );
    for status in [Status::Active, Status::Suspended] {
        assert_eq!(enabled(status, None), Err(MoveDenied::NotDisabled(status)));
    }
}

#[test]
fn nobody_returns_who_was_erased() {
    assert_eq!(may_return(false), Ok(()));
    assert_eq!(may_return(true), Err(MoveDenied::Erased));
}

#[test]
fn a_disabled_identity_is_enabled_before_it_is_restored() {
    assert_eq!(
        STATUSES.map(|status| may_restore(status).is_ok()),
        [true, true, false]
    );
    let text = may_restore(Status::Disabled).unwrap_err().to_string();
    assert!(text.contains("enable them first"), "{text}");
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_other_text_is_no_status(text in "[a-zA-Z ]{0,10}|.*") {
        let known = STATUSES.map(Status::as_str).contains(&text.as_str());
        prop_assert_eq!(text.parse::<Status>().is_ok(), known);
    }
}
