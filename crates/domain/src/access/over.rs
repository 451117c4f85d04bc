//! Who may act on whom: what gives power over an account is for those who could give its roles.
//!
//! A token made for somebody, another address or a link of theirs lets in whoever has it, with all that
//! they may do. So the right to administer people is not enough: whoever does that must be able to give
//! everything that the person has.

use super::ceiling::{Authority, GrantDenied, can_grant};
use super::role::{RoleDefinition, Scope};

/// What is done to somebody's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It gives power over the account, brings it back with what it may do, or takes its roles for good.
    /// For whoever could give each of its roles.
    Power,
    /// It shuts the person out and leaves their roles as they are. For whoever could give each of its
    /// administrative roles.
    ShutOut,
}

/// Why somebody may not act on an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "they have the role `{role}`, and whoever could not give it may not do this to them: {denied}"
)]
pub struct ActDenied {
    pub role: String,
    pub denied: Box<GrantDenied>,
}

/// Whether somebody who may lean on `authority` at each scope may do this to an account. `held` are the
/// roles that it has, would have later, or would have by the break-glass list.
pub fn may_act_on<'a>(
    act: Act,
    authority: impl Fn(Scope) -> Authority,
    held: impl IntoIterator<Item = (&'a RoleDefinition, Scope)>,
) -> Result<(), ActDenied> {
    held.into_iter()
        .filter(|(role, _)| act == Act::Power || role.administrative().is_some())
        .try_for_each(|(role, scope)| {
            can_grant(&authority(scope), role, scope).map_err(|denied| ActDenied {
                role: role.name.clone(),
                denied: Box::new(denied),
            })
        })
}
