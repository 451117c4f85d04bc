//! How long a browser's session lasts.

use jiff::{SignedDuration, Timestamp};

use super::secret::Secret;
use crate::reconcile::digest::Sha256;

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
    let idle = last_used_at.checked_add(IDLE_LIMIT);
    let absolute = created_at.checked_add(ABSOLUTE_LIMIT);
    match (idle, absolute) {
        (Ok(idle), Ok(absolute)) => idle.min(absolute),
        // Beyond the end of time: as over as can be.
        _ => Timestamp::MIN,
    }
}

/// The word that a browser's own pages send with every change, and that no other site can know: it is
/// bound to the session, and tells nothing of its secret.
pub fn csrf_token(session: &Secret) -> String {
    let mut bound = b"reeve csrf ".to_vec();
    bound.extend_from_slice(session.expose().as_bytes());
    Sha256::of(&bound).to_string()
}
