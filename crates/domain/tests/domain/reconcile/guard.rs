//! The guard before mass change (D8): more than 20 % and more than 5, or more than 500.

use domain::reconcile::guard::{Exceeded, Guard, Limits};
use proptest::prelude::*;

use crate::cases;

fn held(suspensions: u64, active: u64) -> bool {
    Guard::judge(suspensions, active, &Limits::default()).is_held()
}

#[test]
fn each_limit_must_be_exceeded_not_met() {
    let table = [
        // Suspensions, of so many active: held.
        (0, 0, false),
        (5, 5, false),    // all of them, but few
        (5, 1, false),    // more than all of them, but few
        (6, 30, false),   // exactly 20 %
        (6, 29, true),    // 20.7 %
        (20, 100, false), // exactly 20 %
        (21, 100, true),
        (200, 1000, false),
        (201, 1000, true),
        (500, 2500, false), // exactly 20 %, exactly 500
        (500, 1_000_000, false),
        (501, 1_000_000, true),
        (6, 0, true),
        (u64::MAX, u64::MAX, true),
        (500, u64::MAX, false),
        (u64::MAX, 0, true),
    ];
    for (suspensions, active, expected) in table {
        assert_eq!(
            held(suspensions, active),
            expected,
            "{suspensions} of {active}"
        );
    }
}

#[test]
fn a_held_plan_says_which_limit_was_passed_and_by_how_many_of_how_many() {
    let judge = |suspensions, of| Guard::judge(suspensions, of, &Limits::default());
    let verdict = |suspensions, of, exceeded| Guard::Held {
        suspensions,
        of,
        exceeded,
    };
    assert_eq!(judge(6, 29), verdict(6, 29, Exceeded::Share));
    assert_eq!(
        judge(501, 1_000_000),
        verdict(501, 1_000_000, Exceeded::Count)
    );
    assert_eq!(judge(501, 502), verdict(501, 502, Exceeded::Count));
    assert_eq!(judge(5, 9), Guard::Clear);
}

#[test]
fn the_limits_are_twenty_percent_five_people_and_five_hundred_unless_set() {
    let defaults = Limits::default();
    assert_eq!(
        (defaults.share_percent, defaults.few, defaults.count),
        (20, 5, 500)
    );
    let strict = Limits {
        share_percent: 0,
        few: 0,
        count: 0,
    };
    assert!(!Guard::judge(0, 0, &strict).is_held());
    assert!(Guard::judge(1, 1_000_000, &strict).is_held());
    let off = Limits {
        share_percent: u32::MAX,
        few: u32::MAX,
        count: u32::MAX,
    };
    assert!(!Guard::judge(u64::from(u32::MAX), 1, &off).is_held());
    assert!(!Guard::judge(u64::from(u32::MAX), u64::MAX, &off).is_held());
}

/// How many suspensions of so many are within the share, by long division.
fn allowed_by_share(active: u64, percent: u32) -> u128 {
    let (hundreds, rest) = (u128::from(active / 100), u128::from(active % 100));
    hundreds * u128::from(percent) + rest * u128::from(percent) / 100
}

fn any_count() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..60, 0_u64..3000, any::<u64>()]
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_guard_holds_too_great_a_share_that_is_not_few_and_too_many(
        suspensions in any_count(), active in any_count(), percent in 0_u32..=100,
        few in 0_u32..20, count in prop_oneof![0_u32..1000, any::<u32>()],
    ) {
        let limits = Limits { share_percent: percent, few, count };
        let too_great = u128::from(suspensions) > allowed_by_share(active, percent);
        let expected = (too_great && suspensions > few.into()) || suspensions > count.into();
        prop_assert_eq!(Guard::judge(suspensions, active, &limits).is_held(), expected);
    }

    #[test]
    fn one_more_suspension_never_releases_a_held_plan(
        suspensions in 0_u64..3000, active in any_count(),
    ) {
        prop_assert!(held(suspensions + 1, active) || !held(suspensions, active));
    }
}
