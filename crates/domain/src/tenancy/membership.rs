//! Memberships: when one may end (the right to add one is a permission like any other).
//!
//! Ending a membership takes every role inside the organization, so it asks the same gate as taking
//! each of them by itself: [`can_grant`]. That the last owner stays is the database's to guard.

use serde::Serialize;

use crate::access::ceiling::{Authority, GrantDenied, can_grant};
use crate::access::role::{RoleDefinition, Scope};
use crate::id::OrganizationId;

/// A role that the end of a membership would take, and what the actor may lean on at its scope.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a> {
    pub role: &'a RoleDefinition,
    pub scope: Scope,
    pub authority: &'a Authority,
}

/// Why a membership may not end. The texts are for the person who tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum EndDenied {
    #[error(
        "everybody belongs to the default organization; to shut somebody out, suspend or disable them"
    )]
    Default,
    #[error("it would take the role `{role}`: {denied}")]
    TakesRole { role: String, denied: GrantDenied },
}

/// Whether a membership that carries these roles may end, by somebody who may manage memberships.
pub fn can_end<'a>(
    is_default: bool,
    taken: impl IntoIterator<Item = Taken<'a>>,
) -> Result<(), EndDenied> {
    if is_default {
        return Err(EndDenied::Default);
    }
    for Taken {
        role,
        scope,
        authority,
    } in taken
    {
        can_grant(authority, role, scope).map_err(|denied| EndDenied::TakesRole {
            role: role.name.clone(),
            denied,
        })?;
    }
    Ok(())
}

/// An organization has brought in as many people as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error(
    "this organization brought in {limit} people by their address already, and may bring in no more; \
     whoever administers the installation adds others, or raises `newcomers_limit`"
)]
pub struct NoMoreNewcomers {
    pub limit: i64,
}

/// Whether those who manage an organization that brought in so many people may bring in one more.
pub fn may_bring_in(brought_in: i64, limit: i64) -> Result<(), NoMoreNewcomers> {
    if brought_in < limit {
        return Ok(());
    }
    Err(NoMoreNewcomers { limit })
}

/// In strict mode a person has an active membership in one organization only, the default one aside
/// (I-20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error(
    "strict mode: a person belongs to one organization beside the default one, and this one belongs to \
     another; move them with `reeve rehome request`"
)]
pub struct CrossTenant;

/// Whether somebody who belongs to `current` (the default organization left out) may belong to all of
/// `wanted`, by strict mode. The database guards the same by a unique index; this is for whoever would
/// rather know before.
pub fn fits_strict_mode(
    current: Option<OrganizationId>,
    wanted: impl IntoIterator<Item = OrganizationId>,
) -> Result<(), CrossTenant> {
    let mut only = current;
    for organization in wanted {
        if *only.get_or_insert(organization) != organization {
            return Err(CrossTenant);
        }
    }
    Ok(())
}

/// Whether things that are given up together may be taken by an actor: each role asks the same gate as
/// being taken by itself.
pub fn can_take<'a>(taken: impl IntoIterator<Item = Taken<'a>>) -> Result<(), GrantDenied> {
    taken.into_iter().try_for_each(
        |Taken {
             role,
             scope,
             authority,
         }| can_grant(authority, role, scope),
    )
}
