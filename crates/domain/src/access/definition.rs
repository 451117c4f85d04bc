//! Defining roles: an organization's own, and the platform's beside the built-in ones.
//!
//! A role that is defined is given to all who have it, so [`can_define`] judges it as it is and as it
//! will be. Built-in roles belong to the program and never change.

use serde::Serialize;

use super::ceiling::{Authority, GrantDenied, HIGHEST_RANK, can_define};
use super::role::{RoleDefinition, ScopeKind, is_built_in};

/// Why a role is not defined as asked. The texts are for the person who tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum DefineDenied {
    #[error(
        "name: expected 1 to 63 characters of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit"
    )]
    Name,
    #[error("name: `{name}` is what the program calls a role of its own")]
    Reserved { name: String },
    #[error("rank: expected 0 to {HIGHEST_RANK}")]
    Rank,
    #[error("scope: an organization's own role belongs to a tenant or a project")]
    PlatformScope,
    #[error("the role `{name}` belongs to the program and never changes")]
    BuiltIn { name: String },
    #[error(transparent)]
    Ceiling(#[from] GrantDenied),
}

/// Whether a role may become what `after` says; `before` is what it is now, if it is there.
pub fn may_write(
    authority: &Authority,
    before: Option<&RoleDefinition>,
    after: &RoleDefinition,
) -> Result<(), DefineDenied> {
    match before {
        Some(before) => may_remove(authority, before)?,
        None => is_new(after)?,
    }
    if !(0..=HIGHEST_RANK).contains(&after.rank) {
        return Err(DefineDenied::Rank);
    }
    Ok(can_define(authority, after)?)
}

/// Whether a role may be taken out of the world.
pub fn may_remove(authority: &Authority, role: &RoleDefinition) -> Result<(), DefineDenied> {
    if role.is_built_in() {
        return Err(DefineDenied::BuiltIn {
            name: role.name.clone(),
        });
    }
    Ok(can_define(authority, role)?)
}

/// Whether a name may be a new role's. An own role never hides one of the program's, whatever its scope.
fn is_new(role: &RoleDefinition) -> Result<(), DefineDenied> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let name = role.name.as_bytes();
    let sound = (1..=63).contains(&name.len())
        && name.first().is_some_and(|b| plain(*b))
        && name.iter().all(|b| plain(*b) || b"._-".contains(b));
    if !sound {
        return Err(DefineDenied::Name);
    }
    let kinds = [ScopeKind::Platform, ScopeKind::Tenant, ScopeKind::Project];
    if kinds.into_iter().any(|kind| is_built_in(kind, &role.name)) {
        return Err(DefineDenied::Reserved {
            name: role.name.clone(),
        });
    }
    if role.tenant_id.is_some() && role.scope == ScopeKind::Platform {
        return Err(DefineDenied::PlatformScope);
    }
    Ok(())
}
