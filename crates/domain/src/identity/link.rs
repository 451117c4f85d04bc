//! Links: an external account bound to an identity by its immutable id (P-01).
//!
//! A name or an e-mail address never links anybody; both can be changed by their owner.

use std::fmt;

use crate::id::{DiscordId, NotASnowflake};

/// The provider of Discord links; every other provider is an OpenID issuer's URL.
pub const DISCORD: &str = "discord";

/// An external account. Unique by provider and external id; one Discord link a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    Discord(DiscordId),
    Oidc { issuer: String, subject: String },
}

/// Why a pair is no [`Link`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    #[error(transparent)]
    Discord(#[from] NotASnowflake),
    #[error("oidc_issuer `{0}` is not an https URL")]
    Issuer(String),
    #[error("oidc_issuer and oidc_subject go together; {0} is missing")]
    Half(&'static str),
}

impl Link {
    /// A link to an OpenID subject; `issuer` must be an https URL (http only on loopback),
    /// as OpenID Connect Core section 2 asks of `iss`.
    pub fn oidc(issuer: &str, subject: &str) -> Result<Self, BadLink> {
        if subject.is_empty() {
            return Err(BadLink::Half("oidc_subject"));
        }
        if issuer.is_empty() {
            return Err(BadLink::Half("oidc_issuer"));
        }
        if !is_issuer(issuer) {
            return Err(BadLink::Issuer(issuer.to_owned()));
        }
        Ok(Self::Oidc {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        })
    }

    /// `identity_link.provider`.
    pub fn provider(&self) -> &str {
        match self {
            Self::Discord(_) => DISCORD,
            Self::Oidc { issuer, .. } => issuer,
        }
    }

    /// `identity_link.external_id`.
    pub fn external_id(&self) -> String {
        match self {
            Self::Discord(id) => id.to_string(),
            Self::Oidc { subject, .. } => subject.clone(),
        }
    }
}

/// Whether a text is an https URL with a host, or an http one whose host is the loopback. The whole
/// host counts: `localhost.example.org` and `localhost@example.org` are somebody else's.
fn is_issuer(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if text.contains(char::is_whitespace) || authority.contains('@') {
        return false;
    }
    let is_port = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        Some(_) | None => authority,
    };
    match scheme {
        "https" => !host.is_empty(),
        "http" => ["localhost", "127.0.0.1", "[::1]"].contains(&host),
        _ => false,
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.provider(), self.external_id())
    }
}
