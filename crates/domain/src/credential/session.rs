//! How long a browser's session lasts.

use jiff::{SignedDuration, Timestamp};

/// A session that nobody used for so long is over. A working day's break passes, a forgotten browser
/// over night does not.
pub const IDLE_LIMIT: SignedDuration = SignedDuration::from_hours(8);

/// A session is over so long after its sign-in, however much it is used: what the identity provider
/// says of somebody is looked at again at least once a week.
pub const ABSOLUTE_LIMIT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A link that signs in once must be used within this.
pub const LOGIN_LINK_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// When a session ends, if it was last used at `last_used_at`.
pub fn ends_at(created_at: Timestamp, last_used_at: Timestamp) -> Timestamp {
    // Adding hours saturates; if it ever failed, the session would be over.
    let idle = last_used_at.saturating_add(IDLE_LIMIT);
    let absolute = created_at.saturating_add(ABSOLUTE_LIMIT);
    let over = Timestamp::MIN;
    idle.unwrap_or(over).min(absolute.unwrap_or(over))
}
