//! Reviews: a campaign looks at a whole population of grants, one by one, and says of each whether it
//! stays (U-80, P-23).
//!
//! The population is taken when the campaign begins, so that an auditor sees what there was. Taking
//! something away asks its own gate besides (`can_grant`, a permission); what is here is who may decide,
//! and when a campaign is done.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::UserId;
use crate::time::{EndDenied, may_end};

/// What a campaign looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewSubject)]
pub enum Subject {
    /// Who has which role where.
    Assignments,
    /// Who belongs to an organization; everybody's membership of the default one is no question.
    Memberships,
    /// Who is exempted from eligibility and entitlement.
    Exemptions,
}

impl Subject {
    pub const ALL: [Self; 3] = [Self::Assignments, Self::Memberships, Self::Exemptions];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assignments => "assignments",
            Self::Memberships => "memberships",
            Self::Exemptions => "exemptions",
        }
    }

    /// The subject of that name, if there is one.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// What a reviewer says of one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewVerdict)]
pub enum Verdict {
    Keep,
    Revoke,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Revoke => "revoke",
        }
    }

    /// The verdict of that name, if there is one.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Keep, Self::Revoke]
            .into_iter()
            .find(|one| one.as_str() == name)
    }
}

/// A campaign that nobody finishes within a quarter reviews what was, not what is.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(92 * 24);

/// The most reviewers of one campaign.
pub const MOST_REVIEWERS: usize = 100;

/// Why a review does not go as asked. The texts are for the person who tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("due_at: {0}")]
    Due(#[from] EndDenied),
    #[error("reviewers: name 1 to {MOST_REVIEWERS} people")]
    Reviewers,
    #[error("you are not a reviewer of this campaign")]
    NotAReviewer,
    #[error("nobody decides about a grant of their own; another reviewer has to")]
    Oneself,
    #[error("the campaign is signed off; what it found stands")]
    SignedOff,
    #[error("{left} of the campaign are undecided; decide them first")]
    Undecided { left: u64 },
}

/// Whether a campaign may begin `now` that is due at `due_at`, with so many reviewers.
pub fn may_begin(now: Timestamp, due_at: Timestamp, reviewers: usize) -> Result<(), Denied> {
    if !(1..=MOST_REVIEWERS).contains(&reviewers) {
        return Err(Denied::Reviewers);
    }
    Ok(may_end(now, due_at, LONGEST)?)
}

/// A campaign as the rules see it, by one caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub signed_off: bool,
    /// Whether the caller is one of the reviewers.
    pub reviewer: bool,
    /// Somebody at the command line, who answers for the installation.
    pub operator: bool,
}

/// Whether the caller may decide about a grant of somebody's.
pub fn may_decide(standing: Standing, caller: UserId, whose: UserId) -> Result<(), Denied> {
    if standing.signed_off {
        return Err(Denied::SignedOff);
    }
    if standing.operator {
        return Ok(());
    }
    if !standing.reviewer {
        return Err(Denied::NotAReviewer);
    }
    if caller == whose {
        return Err(Denied::Oneself);
    }
    Ok(())
}

/// Whether the caller may sign the campaign off, of which so many grants are undecided.
pub fn may_sign_off(standing: Standing, undecided: u64) -> Result<(), Denied> {
    if standing.signed_off {
        return Err(Denied::SignedOff);
    }
    if !standing.reviewer && !standing.operator {
        return Err(Denied::NotAReviewer);
    }
    if undecided > 0 {
        return Err(Denied::Undecided { left: undecided });
    }
    Ok(())
}
