//! Reviews: who decides, and when a campaign is done (U-80, P-23).

use domain::id::UserId;
use domain::review::{
    Denied, LONGEST, MOST_REVIEWERS, Standing, Subject, Verdict, may_begin, may_decide,
    may_sign_off,
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
    assert_eq!(may_decide(REVIEWER, ME, OTHER), Ok(()));
    assert_eq!(may_decide(REVIEWER, ME, ME), Err(Denied::Oneself));
    assert_eq!(may_decide(STRANGER, ME, OTHER), Err(Denied::NotAReviewer));
    assert_eq!(may_decide(OPERATOR, ME, OTHER), Ok(()));
    assert_eq!(may_decide(OPERATOR, ME, ME), Ok(()));
}

#[test]
fn what_is_signed_off_stands() {
    for standing in [REVIEWER, OPERATOR, STRANGER] {
        let done = Standing {
            signed_off: true,
            ..standing
        };
        assert_eq!(may_decide(done, ME, OTHER), Err(Denied::SignedOff));
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
