//! Memberships: when one may end (the right to add one is a permission like any other).
//!
//! Ending a membership takes every role inside the organization, so it asks the same gate as taking
//! each of them by itself: [`can_grant`]. That the last owner stays is the database's to guard.

use serde::Serialize;

use crate::access::ceiling::{Authority, GrantDenied, can_grant};
use crate::access::role::{RoleDefinition, Scope};

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
