//! The identity provider, by OpenID Connect: what it publishes, and which of its tokens are genuine.
//!
//! [`Provider`] asks; [`jws`] verifies signatures; [`claims`] judges what is said. Whom that makes of the
//! caller, and what they get, is `app`'s to do.

pub mod claims;
mod json;
pub mod jws;
mod provider;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::guard::{Reach, Unfetched};

pub use claims::Claims;
pub use provider::{Pace, Provider, Said, SignedIn};

/// The provider that is trusted, and what we are to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `OIDC_ISSUER`, exactly as its tokens have it.
    pub issuer: String,
    /// What access tokens for this API are made out to; `client_id` if left out.
    pub audience: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<Hidden>,
    pub scopes: Vec<String>,
    pub groups_claim: String,
    pub userinfo_endpoint: Option<String>,
    pub display_name_claim: Option<String>,
    /// Whether a verified address binds an account to whoever has it here.
    pub claim_by_verified_email: bool,
    pub reach: Reach,
}

/// A secret of a setting; `Debug` does not tell it.
#[derive(Clone)]
pub struct Hidden(SecretString);

impl Hidden {
    pub fn new(secret: SecretString) -> Self {
        Self(secret)
    }

    fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Hidden {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Hidden {}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(..)")
    }
}

/// Why a token is not believed. For logs and operators; whoever shows it learns only that it is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejected {
    #[error("it is longer than any token")]
    TooLong,
    #[error("it is no signed token, or says something twice")]
    Malformed,
    #[error("its algorithm is none of RS256, PS256, ES256 and EdDSA")]
    Algorithm,
    #[error("no key of the issuer fits it")]
    UnknownKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("it is of another kind: its typ, nonce or events say so")]
    Kind,
    #[error("another issuer made it")]
    Issuer,
    #[error("it is made out to somebody else")]
    Audience,
    #[error("it has no subject that could be one")]
    Subject,
    #[error("it is over")]
    Expired,
    #[error("its time has not come")]
    NotYet,
    #[error("the issuer says that it is not active")]
    Inactive,
}

/// Why the provider did not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("the token is refused: {0}")]
    Rejected(#[from] Rejected),
    /// It can't be asked now, or answers what can't be used; that says nothing about anybody.
    #[error("the identity provider is of no use: {0}")]
    Unavailable(String),
}

impl From<Unfetched> for Failure {
    fn from(unfetched: Unfetched) -> Self {
        Self::Unavailable(unfetched.to_string())
    }
}
