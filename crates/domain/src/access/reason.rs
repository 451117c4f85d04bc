//! Why a decision came out as it did, as a closed list that people and programs can read.

use serde::Serialize;

use super::permission::Permission;
use crate::governance::assess::RulesMissing;
use crate::governance::eligibility::Eligibility;
use crate::governance::entitlement::Entitlement;
use crate::identity::Status;

/// The gates, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    Identity,
    Session,
    Membership,
    Permission,
    Governance,
}

/// What one gate found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// The gate does not apply to this request.
    NotAsked,
    /// Passed, for the plain reason that the gate asks about.
    Passed,
    /// The person is on the break-glass allowlist and not disabled.
    BreakGlass,
    /// The person owns the thing asked about (U-30).
    Owner,
    /// A granted, time-bound exemption passes eligibility and entitlement.
    Exempted,
    /// Entitlement itself grants this permission.
    GrantedByEntitlement,
    UnknownIdentity,
    IdentityNotActive {
        status: Status,
    },
    /// The credential was issued at or before the identity's session epoch.
    SessionRevoked,
    NotAMember,
    /// The project belongs to another tenant than the one asked about.
    ScopeMismatch,
    PermissionNotHeld {
        permission: Permission,
    },
    /// Governance is not set up far enough to decide: what is missing.
    GovernanceIncomplete {
        missing: RulesMissing,
    },
    NotEligible {
        eligibility: Eligibility,
    },
    NotEntitled {
        entitlement: Entitlement,
    },
    /// Portal-leading: entitled, but no fresh observation of Discord (P-21).
    ObservationStale,
}

impl Reason {
    /// Whether the gate lets the request pass.
    pub fn passes(&self) -> bool {
        match self {
            Self::NotAsked
            | Self::Passed
            | Self::BreakGlass
            | Self::Owner
            | Self::Exempted
            | Self::GrantedByEntitlement => true,
            Self::UnknownIdentity
            | Self::IdentityNotActive { .. }
            | Self::SessionRevoked
            | Self::NotAMember
            | Self::ScopeMismatch
            | Self::PermissionNotHeld { .. }
            | Self::GovernanceIncomplete { .. }
            | Self::NotEligible { .. }
            | Self::NotEntitled { .. }
            | Self::ObservationStale => false,
        }
    }
}
