//! The instant, always passed in, and the half-open period that validity is written in.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From when until when something holds: `from <= now < until`; `None` is without end.
///
/// Assignments, holds and exemptions begin and end by this one rule, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Period {
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

impl Period {
    /// Whether `now` lies inside the period; the start belongs to it, the end does not.
    pub fn contains(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// An end as a person names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    At(Timestamp),
    /// So long from now.
    After(SignedDuration),
}

impl End {
    /// The instant, for somebody who asks `now`; one beyond time itself is its last.
    pub fn instant(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::After(duration) => now.checked_add(duration).unwrap_or(Timestamp::MAX),
        }
    }
}

/// Why an end may not be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndDenied {
    #[error("{until} has passed (it is {now}); name an instant to come")]
    Past { until: Timestamp, now: Timestamp },
    #[error("{until} is too far away: at most {days} days from now", days = .longest.as_hours() / 24)]
    TooFar {
        until: Timestamp,
        longest: SignedDuration,
    },
}

/// Whether something that begins `now` may end at `until`: later, and at most `longest` away.
pub fn may_end(now: Timestamp, until: Timestamp, longest: SignedDuration) -> Result<(), EndDenied> {
    if until <= now {
        return Err(EndDenied::Past { until, now });
    }
    if until.duration_since(now) > longest {
        return Err(EndDenied::TooFar { until, longest });
    }
    Ok(())
}
