//! Exemptions and holds: the two ways in which a person spares another from what governance would
//! do, each for a time and with a reason (D10, P-22, P-23).
//!
//! A **hold** leaves status and assignments alone and grants nothing. An **exemption** passes
//! eligibility and entitlement, changes neither, and has to be looked at again by a date.

use jiff::{SignedDuration, Timestamp};

use crate::time::{EndDenied, may_end};

/// A hold is for getting out of trouble. Whoever needs one for longer than a month has found a wrong
/// policy or a wrong role, and that is what should be mended.
pub const LONGEST_HOLD: SignedDuration = SignedDuration::from_hours(31 * 24);

/// What raw SQL that sets somebody active opens (in the database's trigger), and what a restore
/// opens unless told otherwise: time enough for a person to see to the cause.
pub const USUAL_HOLD: SignedDuration = SignedDuration::from_hours(24);

/// An exemption that nobody renews for a year has outlived the memory of why.
pub const LONGEST_EXEMPTION: SignedDuration = SignedDuration::from_hours(366 * 24);

/// "Reviewed regularly" (P-23): at least once a quarter.
pub const LONGEST_WITHOUT_REVIEW: SignedDuration = SignedDuration::from_hours(92 * 24);

/// A reason is for whoever reviews it later: 1 to 500 characters.
pub const REASON_CHARACTERS: usize = 500;

/// Why a hold or an exemption may not be granted as asked; the texts name field and remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("until: {0}")]
    Until(#[from] EndDenied),
    #[error("review_at: {0}")]
    Review(EndDenied),
    #[error(
        "reason: say why, in 1 to {REASON_CHARACTERS} characters; whoever reviews it reads that"
    )]
    Reason,
}

/// Whether a hold that begins `now` may end at `until`.
pub fn may_hold(now: Timestamp, until: Timestamp) -> Result<(), Denied> {
    Ok(may_end(now, until, LONGEST_HOLD)?)
}

/// Whether an exemption that begins `now` may end at `until`.
pub fn may_exempt(now: Timestamp, until: Timestamp) -> Result<(), Denied> {
    Ok(may_end(now, until, LONGEST_EXEMPTION)?)
}

/// When an exemption that is granted or looked at `now` is due for review: as asked, or at the latest
/// that the policy allows; never after its end.
pub fn review_at(
    now: Timestamp,
    ends_at: Timestamp,
    asked: Option<Timestamp>,
) -> Result<Timestamp, Denied> {
    let latest = now.checked_add(LONGEST_WITHOUT_REVIEW).unwrap_or(ends_at);
    let next = asked.unwrap_or(latest);
    may_end(now, next, LONGEST_WITHOUT_REVIEW).map_err(Denied::Review)?;
    Ok(next.min(ends_at))
}

/// A reason as it is kept.
pub fn reason(text: &str) -> Result<&str, Denied> {
    let text = text.trim();
    let length = text.chars().count();
    (1..=REASON_CHARACTERS)
        .contains(&length)
        .then_some(text)
        .ok_or(Denied::Reason)
}
