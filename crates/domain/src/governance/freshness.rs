//! How old an observation may be and still count (R-11, R-12, P-15).

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// The default of `DISCORD_SNAPSHOT_MAX_AGE_SECONDS`: 6 hours.
pub const DEFAULT_MAX_AGE: SignedDuration = SignedDuration::from_hours(6);

/// What the clock says about an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    Fresh,
    /// Older than the maximum age.
    Stale,
    /// Taken after now. Admission refuses such; one that appears later means a clock was set back,
    /// and nothing can be said about its age.
    FromTheFuture,
    /// There is no observation.
    Missing,
}

impl Freshness {
    /// In words, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::FromTheFuture => "from the future",
            Self::Missing => "missing",
        }
    }

    pub fn is_fresh(self) -> bool {
        self == Self::Fresh
    }
}

/// Judges the age of an observation. One exactly as old as `max_age` is still fresh: the runbook
/// calls stale what is *older than* it.
pub fn freshness(
    taken_at: Option<Timestamp>,
    now: Timestamp,
    max_age: SignedDuration,
) -> Freshness {
    let Some(taken_at) = taken_at else {
        return Freshness::Missing;
    };
    let age = now.duration_since(taken_at);
    if age.is_negative() {
        Freshness::FromTheFuture
    } else if age > max_age {
        Freshness::Stale
    } else {
        Freshness::Fresh
    }
}

/// Until when an observation that is fresh at `now` counts: it does at that instant, and no longer a
/// moment later. `None` if it does not count at `now`.
pub fn deadline(taken_at: Timestamp, now: Timestamp, max_age: SignedDuration) -> Option<Timestamp> {
    freshness(Some(taken_at), now, max_age)
        .is_fresh()
        .then(|| taken_at.checked_add(max_age).ok())
        .flatten()
}
