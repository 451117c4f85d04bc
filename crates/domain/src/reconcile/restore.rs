//! What reconcile stripped and may give back (D7).
//!
//! The runbook promises that a re-run restores entitlements; roles that were removed are part of
//! that, so a plan remembers them.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::access::ceiling::{Authority, can_grant};
use crate::access::role::{RoleDefinition, Scope};
use crate::id::AssignmentId;
use crate::identity::RoleOverrides;

/// The default of `RECONCILE_ROLE_RESTORE_DAYS`: 30 days.
pub const DEFAULT_WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why a stripped assignment can't be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unrestorable {
    /// Stripped longer ago than the window.
    WindowClosed,
    /// The role is gone, or automation may not give it.
    NotGrantable,
    /// Its own validity has ended.
    Expired,
}

impl Unrestorable {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WindowClosed => "window_closed",
            Self::NotGrantable => "not_grantable",
            Self::Expired => "expired",
        }
    }

    /// In words, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::WindowClosed => "it was taken too long ago; assign it anew",
            Self::NotGrantable => "the role is gone, or only a person may give it; assign it anew",
            Self::Expired => "its own validity has ended",
        }
    }
}

/// An assignment that was stripped, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stripped {
    pub assignment_id: AssignmentId,
    pub restorable: Result<(), Unrestorable>,
}

/// Whether an assignment stripped at `stripped_at` may be given back at `now`. The last instant of
/// the window still counts.
pub fn restorable(
    role: Option<&RoleDefinition>,
    scope: Scope,
    stripped_at: Timestamp,
    valid_until: Option<Timestamp>,
    now: Timestamp,
    window: SignedDuration,
) -> Result<(), Unrestorable> {
    let role = role.ok_or(Unrestorable::NotGrantable)?;
    if now.duration_since(stripped_at) > window {
        return Err(Unrestorable::WindowClosed);
    }
    if valid_until.is_some_and(|until| until <= now) {
        return Err(Unrestorable::Expired);
    }
    can_grant(&Authority::Job, role, scope).map_err(|_| Unrestorable::NotGrantable)
}

/// Whether suspension takes this assignment away: portal roles, unless an operator preserved the
/// role for this person (D21, U-48). Administrative roles stay even where they are not in force, yet
/// or any more: automation neither gives nor takes them (D20), and the last admin's would hold up the
/// batch of everybody else.
pub fn strippable(role: &RoleDefinition, overrides: Option<&RoleOverrides>) -> bool {
    role.portal
        && role.administrative().is_none()
        && !overrides.is_some_and(|overrides| overrides.preserves(&role.name))
}
