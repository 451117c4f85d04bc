//! Credentials: what a caller shows to prove who they are, once it was found to be genuine.
//!
//! How a secret looks is in [`secret`]; how long a session lasts in [`session`]; what a personal
//! access token may be made for in [`token`]; who registers a passkey in [`passkey`]. Whether it still counts is a gate of
//! [`crate::access::decide`]; who keeps the hashes is `store`.

pub mod login;
pub mod passkey;
pub mod secret;
pub mod session;
pub mod token;

use jiff::Timestamp;

use crate::access::permission::{Permission, PermissionSet};

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Refused if not after the identity's session epoch (D11).
    pub issued_at: Timestamp,
    /// What it is limited to; `None` for everything that its owner may do.
    pub scopes: Option<PermissionSet>,
}

impl Credential {
    /// Whether it is made for what `permission` names.
    pub fn is_for(&self, permission: Permission) -> bool {
        self.scopes.is_none_or(|scopes| scopes.contains(permission))
    }
}
