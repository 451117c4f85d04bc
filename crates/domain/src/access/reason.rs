//! Why a decision came out as it did, as a closed list that people and programs can read.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::permission::Permission;
use crate::governance::assess::{Assessment, RulesMissing};
use crate::governance::eligibility::Eligibility;
use crate::governance::entitlement::Entitlement;
use crate::governance::privileged::Privilege;
use crate::identity::Status;

/// The gates, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    Identity,
    Session,
    Membership,
    Permission,
    Governance,
}

impl Gate {
    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Session => "session",
            Self::Membership => "membership",
            Self::Permission => "permission",
            Self::Governance => "governance",
        }
    }
}

/// What one gate found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DecisionReason)]
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
    /// Roles are not asked: `USER_MGMT_ENFORCE` is off (D14).
    NotEnforced,
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
    /// The token that the request carries is limited to other things.
    OutsideTokenScopes {
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
    /// What the identity gate finds of somebody known: active, or break-glass and not disabled.
    pub fn of_identity(status: Status, privilege: Option<Privilege>) -> Self {
        match (status, privilege) {
            (Status::Active, _) => Self::Passed,
            (Status::Suspended, Some(Privilege::BreakGlass)) => Self::BreakGlass,
            (status @ (Status::Suspended | Status::Disabled), _) => {
                Self::IdentityNotActive { status }
            }
        }
    }

    /// What the session gate finds of a credential (D11).
    pub fn of_credential(issued_at: Timestamp, session_epoch: Timestamp) -> Self {
        if issued_at > session_epoch {
            Self::Passed
        } else {
            Self::SessionRevoked
        }
    }

    /// What the governance gate finds: eligible and entitled, both, by an observation that still
    /// counts; or exempted (P-12).
    pub fn of_governance(assessment: &Assessment) -> Self {
        if assessment.exempted {
            return Self::Exempted;
        }
        if !assessment.eligibility.in_scope() {
            return Self::NotEligible {
                eligibility: assessment.eligibility,
            };
        }
        if !assessment.entitlement.entitled() {
            return Self::NotEntitled {
                entitlement: assessment.entitlement,
            };
        }
        if assessment.observation_missing {
            return Self::ObservationStale;
        }
        Self::Passed
    }

    /// The name in answers.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Passed => "passed",
            Self::BreakGlass => "break_glass",
            Self::Owner => "owner",
            Self::Exempted => "exempted",
            Self::GrantedByEntitlement => "granted_by_entitlement",
            Self::NotEnforced => "not_enforced",
            Self::UnknownIdentity => "unknown_identity",
            Self::IdentityNotActive { .. } => "identity_not_active",
            Self::SessionRevoked => "session_revoked",
            Self::NotAMember => "not_a_member",
            Self::ScopeMismatch => "scope_mismatch",
            Self::PermissionNotHeld { .. } => "permission_not_held",
            Self::OutsideTokenScopes { .. } => "outside_token_scopes",
            Self::GovernanceIncomplete { .. } => "governance_incomplete",
            Self::NotEligible { .. } => "not_eligible",
            Self::NotEntitled { .. } => "not_entitled",
            Self::ObservationStale => "observation_stale",
        }
    }

    /// Whether the gate lets the request pass.
    pub fn passes(&self) -> bool {
        match self {
            Self::NotAsked
            | Self::Passed
            | Self::BreakGlass
            | Self::Owner
            | Self::Exempted
            | Self::GrantedByEntitlement
            | Self::NotEnforced => true,
            Self::UnknownIdentity
            | Self::IdentityNotActive { .. }
            | Self::SessionRevoked
            | Self::NotAMember
            | Self::ScopeMismatch
            | Self::PermissionNotHeld { .. }
            | Self::OutsideTokenScopes { .. }
            | Self::GovernanceIncomplete { .. }
            | Self::NotEligible { .. }
            | Self::NotEntitled { .. }
            | Self::ObservationStale => false,
        }
    }

    /// In words, for people.
    pub fn describe(&self) -> String {
        match self {
            Self::NotAsked => "does not apply to this question".to_owned(),
            Self::Passed => "passed".to_owned(),
            Self::BreakGlass => "on the break-glass list".to_owned(),
            Self::Owner => "owns the thing asked about".to_owned(),
            Self::Exempted => "exempted from eligibility and entitlement".to_owned(),
            Self::NotEnforced => "roles are not enforced: USER_MGMT_ENFORCE is off".to_owned(),
            Self::OutsideTokenScopes { permission } => {
                format!("the token is not made for {permission}")
            }
            Self::GrantedByEntitlement => "granted by the entitlement, no role is asked".to_owned(),
            Self::UnknownIdentity => "there is no such identity".to_owned(),
            Self::IdentityNotActive { status } => format!("the identity is {status}"),
            Self::SessionRevoked => {
                "the credential was issued before the sessions were revoked".to_owned()
            }
            Self::NotAMember => "no active membership of the organization".to_owned(),
            Self::ScopeMismatch => "the project belongs to another organization".to_owned(),
            Self::PermissionNotHeld { permission } => {
                format!("no role that is valid here carries {permission}")
            }
            Self::GovernanceIncomplete { missing } => {
                format!("governance is not set up: {missing}")
            }
            Self::NotEligible { eligibility } => eligibility.describe().to_owned(),
            Self::NotEntitled { entitlement } => entitlement.describe().to_owned(),
            Self::ObservationStale => {
                "entitled, but no fresh observation of Discord: access fails closed".to_owned()
            }
        }
    }
}
