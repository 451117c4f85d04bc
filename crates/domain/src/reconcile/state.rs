//! The life of a stored plan, and how far each state lets it be applied.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use super::guard::Guard;
use super::plan::Counts;

/// Where a stored plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(as = PlanState)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The guard lets everything through.
    Planned,
    /// The guard holds the suspensions until a person approves the plan.
    Held,
    /// It was held, and a person approved it.
    Approved,
    /// Each step is applied or was skipped.
    Applied,
    /// Another plan took its place.
    Superseded,
}

/// How far a plan may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// So many steps, from the first on.
    pub steps: u64,
    /// Suspensions that wait for an approval.
    pub held: u64,
}

impl State {
    pub const ALL: [Self; 5] = [
        Self::Planned,
        Self::Held,
        Self::Approved,
        Self::Applied,
        Self::Superseded,
    ];

    /// The state in which a plan begins.
    pub fn begin(guard: Guard) -> Self {
        if guard.is_held() {
            Self::Held
        } else {
            Self::Planned
        }
    }

    /// How far a plan of such steps may be applied; `None` if not at all (any more). The suspensions
    /// are the last of its steps.
    pub fn extent(self, counts: &Counts) -> Option<Extent> {
        let given = counts.restore + counts.change;
        match self {
            Self::Held => Some(Extent {
                steps: given,
                held: counts.suspend,
            }),
            Self::Planned | Self::Approved | Self::Applied => Some(Extent {
                steps: given + counts.suspend,
                held: 0,
            }),
            Self::Superseded => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Held => "held",
            Self::Approved => "approved",
            Self::Applied => "applied",
            Self::Superseded => "superseded",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no [`State`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the state of a plan: expected planned, held, approved, applied or superseded"
)]
pub struct NotAState(pub String);

impl FromStr for State {
    type Err = NotAState;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| NotAState(text.to_owned()))
    }
}
