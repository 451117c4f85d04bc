//! Who may act on whom: what gives power over an account is for those who could give its roles.
//!
//! A token made for somebody, another address or a link of theirs lets in whoever has it, with all that
//! they may do. So the right to administer people is not enough where the person is an administrator.

use super::ceiling::{Authority, GrantDenied, can_grant};
use super::role::{RoleDefinition, Scope};

/// Why somebody may not act on an administrator's account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "they are an administrator by the role `{role}`, and whoever could not give it may not do this to them: {denied}"
)]
pub struct ActDenied {
    pub role: String,
    pub denied: GrantDenied,
}

/// Whether the holder of `authority` may do to somebody what gives power over their account.
/// `administrative` are the administrative roles that they hold, or would hold by the break-glass list.
pub fn may_act_on<'a>(
    authority: &Authority,
    administrative: impl IntoIterator<Item = &'a RoleDefinition>,
) -> Result<(), ActDenied> {
    administrative.into_iter().try_for_each(|role| {
        can_grant(authority, role, Scope::Platform).map_err(|denied| ActDenied {
            role: role.name.clone(),
            denied,
        })
    })
}
