//! Effective access: what [`super::decide`] answers when a governed permission is asked about, for
//! somebody whose assessment is at hand already (P-05).
//!
//! It is no second judge: both gates that matter to the question (on the platform, without a
//! credential) are the functions that `decide` calls. Everybody's map and the freshness forecast
//! stand on it, where a million full decisions would only find the same.

use serde::Serialize;
use utoipa::ToSchema;

use super::decide::Finding;
use super::reason::{Gate, Reason};
use crate::governance::assess::Assessment;
use crate::governance::privileged::Privilege;
use crate::identity::Status;

/// What the two gates found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    identity: Reason,
    governance: Reason,
}

/// The access state in one word: what grants it, or what stands in the way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessState {
    /// In scope and entitled.
    Granted,
    /// By a time-bound exemption.
    Exempted,
    /// Suspended, but let in by the break-glass list; the rest is as for anybody.
    BreakGlass,
    Suspended,
    Disabled,
    OutOfScope,
    NotEntitled,
    /// Denied because nobody could look.
    Unobserved,
}

impl AccessState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Exempted => "exempted",
            Self::BreakGlass => "break_glass",
            Self::Suspended => "suspended",
            Self::Disabled => "disabled",
            Self::OutOfScope => "out_of_scope",
            Self::NotEntitled => "not_entitled",
            Self::Unobserved => "unobserved",
        }
    }
}

impl Effective {
    pub fn of(status: Status, privilege: Option<Privilege>, assessment: &Assessment) -> Self {
        Self {
            identity: Reason::of_identity(status, privilege),
            governance: Reason::of_governance(assessment),
        }
    }

    pub fn granted(&self) -> bool {
        self.identity.passes() && self.governance.passes()
    }

    /// The first gate that fails, as `decide` reports it.
    pub fn denied_by(&self) -> Option<Finding> {
        [
            (Gate::Identity, self.identity),
            (Gate::Governance, self.governance),
        ]
        .into_iter()
        .find(|(_, reason)| !reason.passes())
        .map(|(gate, reason)| Finding { gate, reason })
    }

    pub fn state(&self) -> AccessState {
        match self.denied_by().map(|finding| finding.reason) {
            None if self.governance == Reason::Exempted => AccessState::Exempted,
            None if self.identity == Reason::BreakGlass => AccessState::BreakGlass,
            None => AccessState::Granted,
            Some(Reason::IdentityNotActive {
                status: Status::Disabled,
            }) => AccessState::Disabled,
            Some(Reason::IdentityNotActive { .. }) => AccessState::Suspended,
            Some(Reason::NotEligible { .. }) => AccessState::OutOfScope,
            Some(Reason::NotEntitled { entitlement }) if !entitlement.unobserved() => {
                AccessState::NotEntitled
            }
            Some(Reason::NotEntitled { .. } | Reason::ObservationStale) => AccessState::Unobserved,
            // The two gates find nothing else.
            Some(
                Reason::NotAsked
                | Reason::Passed
                | Reason::BreakGlass
                | Reason::Owner
                | Reason::Exempted
                | Reason::GrantedByEntitlement
                | Reason::NotEnforced
                | Reason::OutsideTokenScopes { .. }
                | Reason::UnknownIdentity
                | Reason::SessionRevoked
                | Reason::NotAMember
                | Reason::ScopeMismatch
                | Reason::PermissionNotHeld { .. }
                | Reason::GovernanceIncomplete { .. },
            ) => AccessState::NotEntitled,
        }
    }
}
