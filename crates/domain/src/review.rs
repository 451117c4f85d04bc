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
use crate::identity::RoleOverrides;
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
    /// What is put on somebody's roles: each role that is preserved or suppressed, and all taking being
    /// paused.
    Overrides,
    /// Which groups of an identity provider and which roles of Discord give which role.
    Mappings,
}

impl Subject {
    pub const ALL: [Self; 5] = [
        Self::Assignments,
        Self::Memberships,
        Self::Exemptions,
        Self::Overrides,
        Self::Mappings,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assignments => "assignments",
            Self::Memberships => "memberships",
            Self::Exemptions => "exemptions",
            Self::Overrides => "overrides",
            Self::Mappings => "mappings",
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

/// Whether the caller may decide about a grant of somebody's; of a mapping's, which is nobody's.
pub fn may_decide(standing: Standing, caller: UserId, whose: Option<UserId>) -> Result<(), Denied> {
    if standing.signed_off {
        return Err(Denied::SignedOff);
    }
    if standing.operator {
        return Ok(());
    }
    if !standing.reviewer {
        return Err(Denied::NotAReviewer);
    }
    if whose == Some(caller) {
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

/// One thing that somebody's overrides do; each is decided by itself. Its text is the grant's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverridePart {
    /// A role is never taken.
    Preserved(String),
    /// A role is never given.
    Suppressed(String),
    /// Nothing is taken while it lasts.
    Paused,
}

impl OverridePart {
    /// All that somebody's overrides do.
    pub fn all(overrides: &RoleOverrides) -> Vec<Self> {
        let preserved = overrides.preserved().map(str::to_owned);
        let suppressed = overrides.suppressed().map(str::to_owned);
        let parts = preserved.map(Self::Preserved);
        let parts = parts.chain(suppressed.map(Self::Suppressed));
        parts
            .chain(overrides.enabled.then_some(Self::Paused))
            .collect()
    }

    /// `preserved`, `suppressed` or `paused`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Preserved(_) => "preserved",
            Self::Suppressed(_) => "suppressed",
            Self::Paused => "paused",
        }
    }

    /// The role that it is about, by name.
    pub fn role(&self) -> Option<&str> {
        match self {
            Self::Preserved(role) | Self::Suppressed(role) => Some(role),
            Self::Paused => None,
        }
    }

    pub fn key(&self) -> String {
        match self.role() {
            Some(role) => format!("{}:{role}", self.kind()),
            None => self.kind().to_owned(),
        }
    }

    /// The part with that key, if there is one.
    pub fn of(key: &str) -> Option<Self> {
        match key.split_once(':') {
            Some(("preserved", role)) => Some(Self::Preserved(role.to_owned())),
            Some(("suppressed", role)) => Some(Self::Suppressed(role.to_owned())),
            None if key == "paused" => Some(Self::Paused),
            _ => None,
        }
    }
}

/// How near the end of a campaign is. Reviewers with open grants are reminded once a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Less than a week is left.
    Week,
    /// Less than a day is left.
    Day,
    /// It is due.
    Due,
    /// It has been due for a week.
    Overdue,
}

impl Stage {
    pub const ALL: [Self; 4] = [Self::Week, Self::Day, Self::Due, Self::Overdue];

    /// The text in `review_reminder.stage`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Day => "day",
            Self::Due => "due",
            Self::Overdue => "overdue",
        }
    }

    /// When it begins, seen from the end of the campaign.
    fn after_due(self) -> SignedDuration {
        match self {
            Self::Week => SignedDuration::from_hours(-7 * 24),
            Self::Day => SignedDuration::from_hours(-24),
            Self::Due => SignedDuration::ZERO,
            Self::Overdue => SignedDuration::from_hours(7 * 24),
        }
    }

    /// The stage of a campaign that is due at `due_at`. One that nobody looked at is not made up for.
    pub fn at(now: Timestamp, due_at: Timestamp) -> Option<Self> {
        let since_due = now.duration_since(due_at);
        let begun = |stage: &Self| stage.after_due() <= since_due;
        Self::ALL.into_iter().rev().find(begun)
    }
}
