//! The decision matrix of the reconcile runbook.

use serde::Serialize;

use crate::identity::Status;

/// Eligibility by entitlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    InScopeEntitled,
    InScopeNotEntitled,
    OutOfScopeEntitled,
    OutOfScopeNotEntitled,
}

/// What the matrix demands of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    pub status: Status,
    /// Portal roles are taken away.
    pub strip_roles: bool,
}

impl Cell {
    pub const ALL: [Self; 4] = [
        Self::InScopeEntitled,
        Self::InScopeNotEntitled,
        Self::OutOfScopeEntitled,
        Self::OutOfScopeNotEntitled,
    ];

    pub fn of(in_scope: bool, entitled: bool) -> Self {
        match (in_scope, entitled) {
            (true, true) => Self::InScopeEntitled,
            (true, false) => Self::InScopeNotEntitled,
            (false, true) => Self::OutOfScopeEntitled,
            (false, false) => Self::OutOfScopeNotEntitled,
        }
    }

    /// What reconcile enforces. Sessions are revoked on every transition to suspended, the fourth
    /// cell included (D6), so that is not a column here.
    pub fn demand(self) -> Demand {
        match self {
            Self::InScopeEntitled => Demand {
                status: Status::Active,
                strip_roles: false,
            },
            Self::InScopeNotEntitled | Self::OutOfScopeEntitled | Self::OutOfScopeNotEntitled => {
                Demand {
                    status: Status::Suspended,
                    strip_roles: true,
                }
            }
        }
    }
}
