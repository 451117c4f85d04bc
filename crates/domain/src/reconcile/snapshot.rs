//! Admission: whether an observation of a guild may become the current snapshot (D22, R-09).
//!
//! A snapshot is complete or it is not one. Whatever looks truncated, doubled or out of order is
//! rejected whole with the reason; the current snapshot stays and keeps ageing, so that a broken
//! file can cost nobody their access before the clock does.

use jiff::Timestamp;
use serde::Serialize;

use crate::id::{DiscordId, GuildId};
use crate::reconcile::digest::Sha256;

/// A snapshot may be smaller than the one before by this share; more needs an operator's word.
///
/// Guilds shrink by single percents between scans. A fifth missing is what a scan looks like that
/// lost a page of members or its privileged intent.
pub const SHRINK_LIMIT_PERCENT: u64 = 20;

/// What was read from a file or a scan, before admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    pub guild: GuildId,
    pub taken_at: Timestamp,
    pub members: u64,
    /// A member that was read more than once, if any was.
    pub duplicate: Option<DiscordId>,
    /// How many members hold at least one role that is mapped in this guild; `None` if no role is.
    pub with_mapped_role: Option<u64>,
}

/// The snapshot that is current now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Current {
    pub taken_at: Timestamp,
    pub members: u64,
}

/// What the operator said about this import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// How many members there must be.
    pub members: Option<u64>,
    /// The first snapshot of a guild may come without a count.
    pub accept_first: bool,
    /// It may be much smaller than the current one. Audited.
    pub accept_shrink: bool,
}

/// The observation may become current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// It is so much smaller than the current one that only [`Expectation::accept_shrink`] let it
    /// pass.
    pub shrunk: bool,
}

/// Why an observation is refused; the text names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Rejection {
    #[error(
        "the SHA-256 of what was read is {found}, but {expected} was expected: the file is damaged, or \
         --sha256 is another file's"
    )]
    OtherBytes { found: Sha256, expected: Sha256 },
    #[error("the file holds no members")]
    Empty,
    #[error("member {member} stands in the file more than once")]
    Duplicate { member: DiscordId },
    #[error(
        "taken at {taken_at}, which is after the database's clock ({now}); check --taken-at and the clocks"
    )]
    FromTheFuture { taken_at: Timestamp, now: Timestamp },
    #[error("taken at {taken_at}, which is not newer than the current snapshot ({current})")]
    NotNewer {
        taken_at: Timestamp,
        current: Timestamp,
    },
    #[error(
        "{found} members, but {expected} were expected: the file is incomplete, or --expect-members is wrong"
    )]
    Incomplete { found: u64, expected: u64 },
    #[error(
        "the first snapshot of guild {guild} needs --expect-members N, or --accept-first if the count is not known"
    )]
    FirstWithoutCount { guild: GuildId },
    #[error(
        "{found} members, more than {SHRINK_LIMIT_PERCENT} % fewer than the current {current}: if that is right, say --accept-shrink"
    )]
    Shrunk { found: u64, current: u64 },
    #[error(
        "no member holds any role that is mapped to hauling.member in guild {guild}: wrong guild, or a wrong mapping"
    )]
    NoMappedRole { guild: GuildId },
}

/// Whether the bytes that were read are those that the operator meant, where they said which. Comes
/// before [`admit`]: a damaged digit may leave a file that looks sound.
pub fn meant(expected: Option<Sha256>, found: Sha256) -> Result<(), Rejection> {
    match expected {
        Some(expected) if expected != found => Err(Rejection::OtherBytes { found, expected }),
        Some(_) | None => Ok(()),
    }
}

/// Admits an observation at `now` (the database's clock), or says why not.
pub fn admit(
    observation: &Observation,
    current: Option<Current>,
    expectation: Expectation,
    now: Timestamp,
) -> Result<Admission, Rejection> {
    let &Observation {
        guild,
        taken_at,
        members: found,
        ..
    } = observation;
    if taken_at > now {
        return Err(Rejection::FromTheFuture { taken_at, now });
    }
    if let Some(current) = current.map(|current| current.taken_at)
        && taken_at <= current
    {
        return Err(Rejection::NotNewer { taken_at, current });
    }
    if found == 0 {
        return Err(Rejection::Empty);
    }
    if let Some(member) = observation.duplicate {
        return Err(Rejection::Duplicate { member });
    }
    match expectation.members {
        Some(expected) if expected != found => {
            return Err(Rejection::Incomplete { found, expected });
        }
        None if current.is_none() && !expectation.accept_first => {
            return Err(Rejection::FirstWithoutCount { guild });
        }
        Some(_) | None => {}
    }
    if observation.with_mapped_role == Some(0) {
        return Err(Rejection::NoMappedRole { guild });
    }
    let shrunk = current.is_some_and(|current| {
        u128::from(found) * 100
            < u128::from(current.members) * u128::from(100 - SHRINK_LIMIT_PERCENT)
    });
    match current {
        Some(current) if shrunk && !expectation.accept_shrink => Err(Rejection::Shrunk {
            found,
            current: current.members,
        }),
        Some(_) | None => Ok(Admission { shrunk }),
    }
}
