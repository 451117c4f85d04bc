//! The lifecycle of an identity and who may move it (R-23, D3, D20).
//!
//! Entitlement is not here: an identity may be active without being entitled, and the reverse.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::role::Administrative;

/// `app_user.status`. Identities are retained for ever; there is no "deleted".
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[schema(as = IdentityStatus)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    /// Put out by reconcile or by a person; reconcile brings back who is in scope and entitled.
    Suspended,
    /// Put out by a person; nothing automatic ever undoes it.
    Disabled,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Disabled => "disabled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no [`Status`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a status: expected active, suspended or disabled")]
pub struct NotAStatus(pub String);

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "active" => Ok(Self::Active),
            "suspended" => Ok(Self::Suspended),
            "disabled" => Ok(Self::Disabled),
            other => Err(NotAStatus(other.to_owned())),
        }
    }
}

/// Whose hand moves the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// Reconcile, self-heal, break-glass: whatever runs without a person choosing this identity.
    Automation,
    /// A person at the console, the API or the command line.
    Person,
}

/// Why a status may not be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveDenied {
    #[error("a disabled identity is only enabled by a person")]
    DisabledStays,
    #[error(
        "nobody with the role {0} is suspended, since self-heal would undo it; disable them instead"
    )]
    AdministrativeIsDisabledInstead(Administrative),
    #[error(
        "they are disabled; enable them first (`reeve identity enable`), which takes a decision of its own"
    )]
    EnableFirst,
    #[error("they are {0}, not disabled; there is nothing to enable")]
    NotDisabled(Status),
    #[error(
        "they were erased, which can't be undone; whoever comes back gets an identity of their own"
    )]
    Erased,
}

/// Whether `hand` may move an identity from one status to another. Nobody moves on from disabled by
/// this way: a person undoes a disable by [`enabled`], and only so, since whatever else made of it
/// would be open to automation again (D3).
///
/// `administrative` is the identity's administrative role, if it has one. Raw SQL is not asked;
/// the database lets operators do as they say and records it.
pub fn may_move(
    from: Status,
    to: Status,
    administrative: Option<Administrative>,
    hand: Hand,
) -> Result<(), MoveDenied> {
    if from == to {
        return Ok(());
    }
    match (from, hand) {
        (Status::Disabled, Hand::Automation) => return Err(MoveDenied::DisabledStays),
        (Status::Disabled, Hand::Person) => return Err(MoveDenied::EnableFirst),
        (Status::Active | Status::Suspended, _) => {}
    }
    match administrative {
        Some(role) if to == Status::Suspended => {
            Err(MoveDenied::AdministrativeIsDisabledInstead(role))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether somebody may be given anything again, by whatever way. What is left of whoever was erased is
/// nobody, and stays out (D24).
pub fn may_return(erased: bool) -> Result<(), MoveDenied> {
    if erased {
        return Err(MoveDenied::Erased);
    }
    Ok(())
}

/// Whether a person may restore somebody: make them active and give roles back. Restoring is for
/// those whom governance put out; a disable is undone by its own act.
pub fn may_restore(from: Status) -> Result<(), MoveDenied> {
    match from {
        Status::Active | Status::Suspended => Ok(()),
        Status::Disabled => Err(MoveDenied::EnableFirst),
    }
}

/// The status that undoing a disable leads to: the one before it (D3). Where that is not known,
/// suspended: reconcile brings back who is owed access, and nobody else gets it by accident. An
/// administrator is active again in any case, which self-heal would see to.
pub fn enabled(
    from: Status,
    before: Option<Status>,
    administrative: Option<Administrative>,
) -> Result<Status, MoveDenied> {
    match from {
        Status::Disabled if administrative.is_some() => Ok(Status::Active),
        Status::Disabled => Ok(before.unwrap_or(Status::Suspended)),
        Status::Active | Status::Suspended => Err(MoveDenied::NotDisabled(from)),
    }
}
