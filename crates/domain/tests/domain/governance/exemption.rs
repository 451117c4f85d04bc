//! Holds and exemptions: how long they may last, and when they are looked at again (D10, P-23).

use domain::governance::exemption::{
    LONGEST_EXEMPTION, LONGEST_HOLD, LONGEST_WITHOUT_REVIEW, USUAL_HOLD, may_exempt, may_hold,
    reason, review_at,
};
use domain::time::End;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::cases;
use crate::plain::{MOMENT, NOW};

#[test]
fn the_longest_still_counts_and_a_moment_more_does_not() {
    assert!(may_hold(NOW, NOW + LONGEST_HOLD).is_ok());
    assert!(may_hold(NOW, NOW + LONGEST_HOLD + MOMENT).is_err());
    assert!(may_exempt(NOW, NOW + LONGEST_EXEMPTION).is_ok());
    assert!(may_exempt(NOW, NOW + LONGEST_EXEMPTION + MOMENT).is_err());
    assert!(may_hold(NOW, NOW).is_err() && may_hold(NOW, NOW + MOMENT).is_ok());
    assert!(may_hold(NOW, NOW + USUAL_HOLD).is_ok());
}

#[test]
fn a_review_is_due_within_a_quarter_and_never_after_the_end() {
    let year = NOW + SignedDuration::from_hours(24 * 300);
    assert_eq!(review_at(NOW, year, None), Ok(NOW + LONGEST_WITHOUT_REVIEW));
    let soon = NOW + SignedDuration::from_hours(1);
    assert_eq!(review_at(NOW, soon, None), Ok(soon));
    assert_eq!(review_at(NOW, year, Some(soon)), Ok(soon));
    let late = NOW + LONGEST_WITHOUT_REVIEW + MOMENT;
    let refused = review_at(NOW, year, Some(late)).unwrap_err().to_string();
    assert!(
        refused.starts_with("review_at: ") && refused.contains("at most 92 days"),
        "{refused}"
    );
    assert!(review_at(NOW, year, Some(NOW)).is_err());
}

#[test]
fn the_limits_are_a_month_a_day_a_year_and_a_quarter() {
    let days = [
        LONGEST_HOLD,
        USUAL_HOLD,
        LONGEST_EXEMPTION,
        LONGEST_WITHOUT_REVIEW,
    ]
    .map(|longest| longest.as_hours() / 24);
    assert_eq!(days, [31, 1, 366, 92]);
}

#[test]
fn a_reason_says_something_in_at_most_500_characters() {
    assert_eq!(reason("  on leave "), Ok("on leave"));
    assert!(reason(" \n\t").is_err());
    assert!(reason(&"ä".repeat(500)).is_ok());
    assert!(reason(&"ä".repeat(501)).is_err());
}

#[test]
fn an_end_is_an_instant_or_so_long_from_now_and_never_overflows() {
    let hour = SignedDuration::from_hours(1);
    assert_eq!(End::At(NOW).instant(NOW + hour), NOW);
    assert_eq!(End::After(hour).instant(NOW), NOW + hour);
    assert_eq!(End::After(SignedDuration::MAX).instant(NOW), Timestamp::MAX);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn whatever_is_granted_lies_ahead_and_is_reviewed_in_time(
        until in -100_i64..40_000, next in proptest::option::of(-100_i64..4_000)
    ) {
        let hours = SignedDuration::from_hours;
        let (ends_at, asked) = (NOW + hours(until), next.map(|next| NOW + hours(next)));
        prop_assert_eq!(may_exempt(NOW, ends_at).is_ok(), (1..=366 * 24).contains(&until));
        if let Ok(due) = review_at(NOW, ends_at, asked) {
            prop_assert!(due <= ends_at && due <= NOW + hours(92 * 24));
        }
    }
}
