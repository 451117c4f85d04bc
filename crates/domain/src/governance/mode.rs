//! Where entitlement comes from (R-05, P-14, P-18).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The governance mode, one for the installation (D21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = GovernanceMode)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Discord-leading: a mapped role in a fresh snapshot entitles.
    Discord,
    /// Portal-leading: an assignment of the portal role entitles.
    Portal,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discord => "discord",
            Self::Portal => "portal",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no [`Mode`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a governance mode: expected discord or portal")]
pub struct NotAMode(pub String);

impl FromStr for Mode {
    type Err = NotAMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "discord" => Ok(Self::Discord),
            "portal" => Ok(Self::Portal),
            other => Err(NotAMode(other.to_owned())),
        }
    }
}
