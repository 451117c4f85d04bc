//! Quotas: how many of something one person may have (U-42).
//!
//! The one place that says so; operations count and ask [`may_have_one_more`].

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is counted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[schema(as = QuotaName)]
#[serde(rename_all = "snake_case")]
pub enum Quota {
    /// Personal access tokens that still count.
    Tokens,
}

/// The highest limit that anybody can be given. Beyond, a person is a service that needs another
/// design, and a list of theirs is no page.
pub const HIGHEST: u32 = 1_000;

/// Why there is not one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("they have {used} {} already, and may have {limit}; revoke one, or raise the quota", .quota.describe())]
pub struct Exceeded {
    pub quota: Quota,
    pub used: u32,
    pub limit: u32,
}

impl Quota {
    pub const ALL: [Self; 1] = [Self::Tokens];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
        }
    }

    /// The quota of that name, if there is one.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quota| quota.as_str() == name)
    }

    /// What is counted, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
        }
    }

    /// How many whoever has no limit of their own may have. One a machine and some to spare; a person
    /// with more has lost sight of them.
    pub fn usual(self) -> u32 {
        match self {
            Self::Tokens => 20,
        }
    }
}

/// Whether somebody who has `used` may have one more.
pub fn may_have_one_more(quota: Quota, used: u32, limit: u32) -> Result<(), Exceeded> {
    if used < limit {
        return Ok(());
    }
    Err(Exceeded { quota, used, limit })
}
