//! The policy outcome: what a cell of the matrix is called by people who review compliance (P-06).

use serde::Serialize;
use utoipa::ToSchema;

use super::matrix::Cell;

/// The compliance class of eligibility and entitlement. It does not look at status; where the two
/// disagree, that is [`super::drift`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicyOutcome {
    /// In scope and entitled.
    Compliant,
    /// In scope, but the authoritative source does not entitle.
    MissingEntitlement,
    /// Entitled, but out of scope: the source gives a right that the policy does not.
    ExcessEntitlement,
    /// Neither: nothing is owed and nothing should be there.
    OutOfScope,
}

impl PolicyOutcome {
    pub const ALL: [Self; 4] = [
        Self::Compliant,
        Self::MissingEntitlement,
        Self::ExcessEntitlement,
        Self::OutOfScope,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::MissingEntitlement => "missing_entitlement",
            Self::ExcessEntitlement => "excess_entitlement",
            Self::OutOfScope => "out_of_scope",
        }
    }
}

impl From<Cell> for PolicyOutcome {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::InScopeEntitled => Self::Compliant,
            Cell::InScopeNotEntitled => Self::MissingEntitlement,
            Cell::OutOfScopeEntitled => Self::ExcessEntitlement,
            Cell::OutOfScopeNotEntitled => Self::OutOfScope,
        }
    }
}
