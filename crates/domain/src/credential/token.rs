//! What a personal access token may be made for (U-23, U-71 to U-73).

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::access::permission::{Permission, PermissionSet};

/// The longest life of a token. One that is still needed is made anew once a year, by somebody who
/// still knows what for.
pub const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The life of a token that is asked for without one.
pub const USUAL_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 100;

/// Why a token is not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Denied {
    #[error("name: expected 1 to {LONGEST_NAME} characters")]
    Name,
    #[error("expires_at: expected a time from now to {} days ahead", LONGEST_LIFE.as_hours() / 24)]
    Expiry,
    #[error(
        "scopes: you do not hold {}: a token may do no more than its owner",
        .missing.join(", ")
    )]
    BeyondOwner { missing: Vec<&'static str> },
    #[error("a token makes no tokens; sign in to make one")]
    ByToken,
}

/// The name of a token, without the blanks around it.
pub fn name(text: &str) -> Result<&str, Denied> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_NAME {
        return Err(Denied::Name);
    }
    Ok(text)
}

/// When a token ends that is asked for at `now`.
pub fn expiry(asked: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Denied> {
    let ends = match asked {
        Some(ends) => ends,
        None => now.saturating_add(USUAL_LIFE).map_err(|_| Denied::Expiry)?,
    };
    let longest = now
        .saturating_add(LONGEST_LIFE)
        .map_err(|_| Denied::Expiry)?;
    if ends <= now || ends > longest {
        return Err(Denied::Expiry);
    }
    Ok(ends)
}

/// What a token is limited to: never more than its owner may do somewhere. What is asked for it now
/// and taken from the owner later is judged at each use, by what the owner then holds.
pub fn scopes(
    asked: Option<PermissionSet>,
    owner: PermissionSet,
) -> Result<Option<PermissionSet>, Denied> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    let missing = asked.minus(owner);
    if missing == PermissionSet::EMPTY {
        return Ok(Some(asked));
    }
    Err(Denied::BeyondOwner {
        missing: missing.iter().map(Permission::name).collect(),
    })
}
