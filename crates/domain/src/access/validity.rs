//! From when and until when a role is given.

use jiff::Timestamp;
use serde::Serialize;

/// Why a role is not given for that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NoSuchTime {
    #[error("valid_from: expected a time to come; leave it out for now")]
    BeginsInThePast,
    #[error("valid_until: expected a time to come; leave it out for ever")]
    EndsInThePast,
    #[error("valid_until: expected a time after valid_from")]
    EndsBeforeItBegins,
}

/// Checks the time for which a role is asked at `now`. What is left out begins now and never ends.
pub fn validity(
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), NoSuchTime> {
    if from.is_some_and(|from| from <= now) {
        return Err(NoSuchTime::BeginsInThePast);
    }
    match until {
        Some(until) if until <= now => Err(NoSuchTime::EndsInThePast),
        Some(until) if from.is_some_and(|from| until <= from) => {
            Err(NoSuchTime::EndsBeforeItBegins)
        }
        Some(_) | None => Ok(()),
    }
}
