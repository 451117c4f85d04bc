//! An end as a request names it: `until`, or `for_seconds` from now.

use domain::time::End;
use jiff::{SignedDuration, Timestamp};

use crate::http::problem::ApiError;

/// The end, if one is named.
pub(super) fn end(
    until: Option<Timestamp>,
    for_seconds: Option<u32>,
) -> Result<Option<End>, ApiError> {
    match (until, for_seconds) {
        (Some(_), Some(_)) => Err(ApiError::invalid(
            "until: name it or for_seconds, not both of them",
        )),
        (Some(at), None) => Ok(Some(End::At(at))),
        (None, Some(seconds)) => {
            let lasting = SignedDuration::from_secs(seconds.into());
            Ok(Some(End::After(lasting)))
        }
        (None, None) => Ok(None),
    }
}

/// The end, which has to be named.
pub(super) fn required(
    until: Option<Timestamp>,
    for_seconds: Option<u32>,
) -> Result<End, ApiError> {
    let missing = || ApiError::invalid("until: name it, or for_seconds");
    end(until, for_seconds)?.ok_or_else(missing)
}
