//! How much of a list is asked for.

use crate::http::problem::ApiError;

/// Most entries a page.
const MOST: u16 = 200;
/// What a page holds if nothing is said.
const USUAL: u16 = 50;

/// The number of entries that a page may hold.
pub(super) fn limit(asked: Option<u16>) -> Result<i64, ApiError> {
    let limit = asked.unwrap_or(USUAL);
    if limit == 0 || limit > MOST {
        return Err(ApiError::invalid(format!("limit: expected 1 to {MOST}")));
    }
    Ok(limit.into())
}
