//! The guard before mass change (D8): it holds a plan's suspensions when there are too many.
//!
//! Everything else in the plan applies. A person who approves the plan by its id lets them through.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Suspensions above this share of the active, non-exempt identities are held, unless they are few.
///
/// A normal day moves a few percent. A fifth at once has so far always been a broken scan, a wrong
/// mapping or a policy typed too narrowly.
pub const SHARE_LIMIT_PERCENT: u32 = 20;

/// So few suspensions are never held for their share: in a small organization one departing team is
/// already a fifth.
pub const FEW: u32 = 5;

/// More suspensions than this are held whatever their share: nobody undoes so many by hand.
pub const COUNT_LIMIT: u32 = 500;

/// The three numbers, each a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GuardLimits)]
pub struct Limits {
    /// Percent, 0 to 100.
    pub share_percent: u32,
    pub few: u32,
    pub count: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            share_percent: SHARE_LIMIT_PERCENT,
            few: FEW,
            count: COUNT_LIMIT,
        }
    }
}

/// What the guard says of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Guard {
    Clear,
    /// The suspensions wait for an approval.
    Held {
        suspensions: u64,
        /// Active identities that are neither privileged nor exempted.
        of: u64,
        exceeded: Exceeded,
    },
}

/// Which limit was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GuardLimit)]
#[serde(rename_all = "snake_case")]
pub enum Exceeded {
    Share,
    Count,
}

impl Guard {
    /// Judges `suspensions` out of `active` (non-exempt) identities. Each limit must be *exceeded*.
    pub fn judge(suspensions: u64, active: u64, limits: &Limits) -> Self {
        let over_count = suspensions > u64::from(limits.count);
        // suspensions / active > share / 100, without rounding; u128 so that nothing overflows.
        let over_share = u128::from(suspensions) * 100
            > u128::from(active) * u128::from(limits.share_percent)
            && suspensions > u64::from(limits.few);
        let exceeded = match (over_count, over_share) {
            (true, _) => Exceeded::Count,
            (false, true) => Exceeded::Share,
            (false, false) => return Self::Clear,
        };
        Self::Held {
            suspensions,
            of: active,
            exceeded,
        }
    }

    pub fn is_held(self) -> bool {
        matches!(self, Self::Held { .. })
    }
}
