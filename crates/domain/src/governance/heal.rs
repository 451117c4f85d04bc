//! Self-heal: brings back privileged people whom reconcile, or anything else, suspended (R-28 to
//! R-31, D20).
//!
//! It is the way out of a lock-out, so it asks for nothing but status and privilege: neither for
//! entitlement nor for a hold. Whoever is to stay out is disabled, which no automation reverses.

use super::privileged::Privilege;
use crate::identity::Status;

/// Whether self-heal makes this identity active again: suspended, and `admin`, `subadmin` or on the
/// break-glass list. Nobody else is touched, and a disabled identity stays disabled.
pub fn heals(status: Status, privilege: Option<Privilege>) -> bool {
    status == Status::Suspended && privilege.is_some()
}
