//! The age of an observation and where it stops counting.

use domain::governance::freshness::{DEFAULT_MAX_AGE, Freshness, deadline, freshness};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::cases;
use crate::plain::{MOMENT, NOW};

#[test]
fn a_snapshot_is_fresh_at_exactly_the_age_limit_and_stale_one_moment_later() {
    for limit in [
        DEFAULT_MAX_AGE,
        SignedDuration::from_secs(1),
        SignedDuration::from_hours(9000),
    ] {
        let judge = |age| freshness(Some(NOW - age), NOW, limit);
        assert_eq!(judge(SignedDuration::ZERO), Freshness::Fresh);
        assert_eq!(judge(limit - MOMENT), Freshness::Fresh);
        assert_eq!(judge(limit), Freshness::Fresh);
        assert_eq!(judge(limit + MOMENT), Freshness::Stale);
    }
}

#[test]
fn the_age_limit_is_21600_seconds_unless_set_otherwise() {
    assert_eq!(DEFAULT_MAX_AGE.as_secs(), 21_600);
}

#[test]
fn an_observation_from_the_future_and_none_at_all_are_not_fresh() {
    assert_eq!(
        freshness(Some(NOW + MOMENT), NOW, DEFAULT_MAX_AGE),
        Freshness::FromTheFuture
    );
    assert_eq!(
        freshness(Some(Timestamp::MAX), NOW, SignedDuration::MAX),
        Freshness::FromTheFuture
    );
    assert_eq!(
        freshness(None, NOW, SignedDuration::MAX),
        Freshness::Missing
    );
    assert_eq!(
        freshness(Some(Timestamp::MIN), Timestamp::MAX, DEFAULT_MAX_AGE),
        Freshness::Stale
    );
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn fresh_is_between_now_and_the_limit_and_nothing_else_is(
        age in -100_000_000_000_i64..100_000_000_000, limit in 0_i64..50_000_000_000,
        exactly in any::<bool>(),
    ) {
        let age = if exactly { limit } else { age };
        let taken_at = NOW - SignedDuration::from_micros(age);
        let judged = freshness(Some(taken_at), NOW, SignedDuration::from_micros(limit));
        prop_assert_eq!(judged.is_fresh(), age >= 0 && age <= limit);
    }
}

#[test]
fn an_observation_counts_until_its_deadline_and_no_longer_a_moment_after() {
    let taken_at = NOW - SignedDuration::from_hours(2);
    let until = deadline(taken_at, NOW, DEFAULT_MAX_AGE).unwrap();
    let judge = |at| freshness(Some(taken_at), at, DEFAULT_MAX_AGE);
    assert_eq!(judge(until), Freshness::Fresh);
    assert_eq!(judge(until + MOMENT), Freshness::Stale);
    for beside in [NOW + MOMENT, NOW - DEFAULT_MAX_AGE - MOMENT] {
        assert_eq!(
            deadline(beside, NOW, DEFAULT_MAX_AGE),
            None,
            "does not count"
        );
    }
    assert_eq!(deadline(NOW, NOW, SignedDuration::MAX), None, "never stale");
}
