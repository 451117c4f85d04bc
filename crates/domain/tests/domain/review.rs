//! Reviews: who decides, and when a campaign is done (U-80, P-23).

use domain::id::UserId;
use domain::identity::RoleOverrides;
use domain::review::{
    Denied, LONGEST, MOST_REVIEWERS, OverridePart, Stage, Standing, Subject, Verdict, may_begin,
    may_decide, may_sign_off,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::plain::ME;

const OTHER: UserId = UserId(Uuid::from_u128(9));

const REVIEWER: Standing = Standing {
    signed_off: false,
    reviewer: true,
    operator: false,
};
const OPERATOR: Standing = Standing {
    reviewer: false,
    operator: true,
    ..REVIEWER
};
const STRANGER: Standing = Standing {
    reviewer: false,
    ..REVIEWER
};

#[test]
fn a_reviewer_decides_about_others_and_nobody_else_but_an_operator_decides_at_all() {
    assert_eq!(may_decide(REVIEWER, ME, Some(OTHER)), Ok(()));
    assert_eq!(may_decide(REVIEWER, ME, Some(ME)), Err(Denied::Oneself));
    assert_eq!(
        may_decide(STRANGER, ME, Some(OTHER)),
        Err(Denied::NotAReviewer)
    );
    assert_eq!(may_decide(OPERATOR, ME, Some(OTHER)), Ok(()));
    assert_eq!(may_decide(OPERATOR, ME, Some(ME)), Ok(()));
    assert_eq!(may_decide(REVIEWER, ME, None), Ok(()), "nobody's own");
    assert_eq!(may_decide(STRANGER, ME, None), Err(Denied::NotAReviewer));
}

#[test]
fn what_is_signed_off_stands() {
    for standing in [REVIEWER, OPERATOR, STRANGER] {
        let done = Standing {
            signed_off: true,
            ..standing
        };
        assert_eq!(may_decide(done, ME, Some(OTHER)), Err(Denied::SignedOff));
        assert_eq!(may_sign_off(done, 0), Err(Denied::SignedOff));
    }
}

#[test]
fn a_campaign_is_signed_off_when_everything_is_decided() {
    assert_eq!(may_sign_off(REVIEWER, 0), Ok(()));
    assert_eq!(may_sign_off(OPERATOR, 0), Ok(()));
    assert_eq!(
        may_sign_off(REVIEWER, 1),
        Err(Denied::Undecided { left: 1 })
    );
    assert_eq!(may_sign_off(STRANGER, 0), Err(Denied::NotAReviewer));
}

#[test]
fn a_campaign_has_reviewers_and_is_due_within_a_quarter() {
    let now = Timestamp::UNIX_EPOCH;
    let moment = SignedDuration::from_secs(1);
    assert_eq!(may_begin(now, now + LONGEST, 1), Ok(()));
    assert_eq!(may_begin(now, now + LONGEST, MOST_REVIEWERS), Ok(()));
    for reviewers in [0, MOST_REVIEWERS + 1] {
        assert_eq!(
            may_begin(now, now + LONGEST, reviewers),
            Err(Denied::Reviewers)
        );
    }
    for due in [now, now + LONGEST + moment] {
        assert!(matches!(may_begin(now, due, 1), Err(Denied::Due(_))));
    }
}

#[test]
fn subjects_and_verdicts_are_read_back_as_they_are_written() {
    for subject in Subject::ALL {
        assert_eq!(Subject::of(subject.as_str()), Some(subject));
        assert_eq!(serde_json::to_value(subject).unwrap(), subject.as_str());
    }
    for verdict in [Verdict::Keep, Verdict::Revoke] {
        assert_eq!(Verdict::of(verdict.as_str()), Some(verdict));
        assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
    }
    assert_eq!(Subject::of("people"), None);
    assert_eq!(Verdict::of("maybe"), None);
}

#[test]
fn overrides_are_decided_one_by_one_and_taking_one_leaves_the_others() {
    let overrides = RoleOverrides::new(true, ["Reader", "auditor"], ["publisher"]);
    let parts = OverridePart::all(&overrides);
    let keys: Vec<_> = parts.iter().map(OverridePart::key).collect();
    let all = [
        "preserved:auditor",
        "preserved:reader",
        "suppressed:publisher",
        "paused",
    ];
    assert_eq!(keys, all);
    for (part, key) in parts.iter().zip(&all) {
        assert_eq!(OverridePart::of(key).as_ref(), Some(part));
        let left = overrides.clone().without(part);
        let left: Vec<_> = OverridePart::all(&left)
            .iter()
            .map(OverridePart::key)
            .collect();
        let expected: Vec<_> = all.iter().filter(|one| *one != key).copied().collect();
        assert_eq!(left, expected);
    }
    for wrong in ["", "paused:x", "preserved", "kept:reader"] {
        assert_eq!(OverridePart::of(wrong), None, "{wrong}");
    }
}

#[test]
fn a_stage_begins_a_week_and_a_day_before_the_end_at_it_and_a_week_after_it() {
    let due = Timestamp::UNIX_EPOCH;
    let moment = SignedDuration::from_secs(1);
    let day = SignedDuration::from_hours(24);
    assert_eq!(Stage::at(due - day * 7 - moment, due), None);
    let begins = [
        (due - day * 7, Stage::Week),
        (due - day, Stage::Day),
        (due, Stage::Due),
        (due + day * 7, Stage::Overdue),
    ];
    for (i, (at, stage)) in begins.into_iter().enumerate() {
        assert_eq!(Stage::at(at, due), Some(stage));
        let before = i.checked_sub(1).map(|i| begins[i].1);
        assert_eq!(Stage::at(at - moment, due), before);
    }
    assert_eq!(Stage::at(due + day * 400, due), Some(Stage::Overdue));
}
