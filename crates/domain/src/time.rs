//! The instant, always passed in, and the half-open period that validity is written in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// From when until when something holds: `from <= now < until`; `None` is without end.
///
/// Assignments, holds and exemptions begin and end by this one rule, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
