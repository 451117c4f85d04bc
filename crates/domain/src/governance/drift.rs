//! Drift: authoritative entitlement against effective access, and against the roles that Discord
//! shows (P-07, P-21).

use serde::Serialize;
use utoipa::ToSchema;

use super::assess::Assessment;
use super::entitlement::DiscordEvidence;
use super::mode::Mode;
use crate::identity::Status;

/// One way in which what should be and what is disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// Owed access, but the identity is suspended: the next reconcile restores it.
    SuspendedThoughOwed,
    /// Exempted, but the identity is suspended: the next reconcile restores it.
    SuspendedThoughExempted,
    /// Suspended, and portal roles are still there: the next reconcile takes them.
    RolesLeftOver,
    /// Active though access is not owed: the next reconcile suspends it, unless spared.
    ActiveThoughNotOwed,
    /// Active and in scope, and not entitled only because nobody could look. Reconcile would suspend
    /// it; an observation says whether it should.
    ActiveThoughUnobserved,
    /// Access without being owed it, by an exemption.
    ExemptedThoughNotOwed,
    /// Portal-leading: owed, but access fails closed for want of a fresh snapshot.
    AccessFailedClosed,
    /// Portal-leading: Discord shows a mapped role that is not owed.
    RoleThoughNotEntitled,
    /// Portal-leading: entitled and linked, but Discord does not show the role yet.
    RoleMissing,
}

/// What makes a drift go away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    NextReconcile,
    /// A fresh snapshot of Discord.
    Observation,
    /// Giving and taking Discord roles.
    RoleSync,
    /// Nothing automatic: a person has to decide.
    Operator,
}

impl Mend {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NextReconcile => "next_reconcile",
            Self::Observation => "observation",
            Self::RoleSync => "role_sync",
            Self::Operator => "operator",
        }
    }
}

impl Drift {
    pub const ALL: [Self; 9] = [
        Self::SuspendedThoughOwed,
        Self::SuspendedThoughExempted,
        Self::RolesLeftOver,
        Self::ActiveThoughNotOwed,
        Self::ActiveThoughUnobserved,
        Self::ExemptedThoughNotOwed,
        Self::AccessFailedClosed,
        Self::RoleThoughNotEntitled,
        Self::RoleMissing,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::SuspendedThoughOwed => "suspended_though_owed",
            Self::SuspendedThoughExempted => "suspended_though_exempted",
            Self::RolesLeftOver => "roles_left_over",
            Self::ActiveThoughNotOwed => "active_though_not_owed",
            Self::ActiveThoughUnobserved => "active_though_unobserved",
            Self::ExemptedThoughNotOwed => "exempted_though_not_owed",
            Self::AccessFailedClosed => "access_failed_closed",
            Self::RoleThoughNotEntitled => "role_though_not_entitled",
            Self::RoleMissing => "role_missing",
        }
    }

    /// In words, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::SuspendedThoughOwed => "suspended, but in scope and entitled",
            Self::SuspendedThoughExempted => "suspended, but exempted",
            Self::RolesLeftOver => "suspended, but still has portal roles",
            Self::ActiveThoughNotOwed => "active, but not in scope or not entitled",
            Self::ActiveThoughUnobserved => {
                "active, and nobody could look whether they are entitled"
            }
            Self::ExemptedThoughNotOwed => "has access by an exemption alone",
            Self::AccessFailedClosed => "entitled, but denied for want of a fresh snapshot",
            Self::RoleThoughNotEntitled => "has a mapped role in Discord, but is not entitled",
            Self::RoleMissing => "entitled, but Discord does not show the role",
        }
    }

    /// What mends it; `spared` is whether a privilege, a hold or an exemption keeps reconcile from it.
    pub fn mended_by(self, spared: bool) -> Mend {
        match self {
            Self::SuspendedThoughOwed
            | Self::SuspendedThoughExempted
            | Self::RolesLeftOver
            | Self::ActiveThoughNotOwed
                if spared =>
            {
                Mend::Operator
            }
            Self::SuspendedThoughOwed
            | Self::SuspendedThoughExempted
            | Self::RolesLeftOver
            | Self::ActiveThoughNotOwed => Mend::NextReconcile,
            Self::ActiveThoughUnobserved | Self::AccessFailedClosed => Mend::Observation,
            Self::RoleThoughNotEntitled | Self::RoleMissing => Mend::RoleSync,
            Self::ExemptedThoughNotOwed => Mend::Operator,
        }
    }
}

/// Every drift of one person. A disabled identity has none in its status: a person decided it.
///
/// `strippable` is whether there are assignments that suspension takes.
pub fn drift(
    mode: Mode,
    status: Status,
    assessment: &Assessment,
    discord: DiscordEvidence,
    strippable: bool,
) -> Vec<Drift> {
    of_status(status, assessment, strippable)
        .into_iter()
        .chain(of_roles(mode, assessment, discord))
        .collect()
}

fn of_status(status: Status, assessment: &Assessment, strippable: bool) -> Option<Drift> {
    let owed = assessment.eligibility.in_scope() && assessment.entitlement.entitled();
    match (status, owed, assessment.exempted) {
        (Status::Suspended, true, _) => Some(Drift::SuspendedThoughOwed),
        (Status::Suspended, false, true) => Some(Drift::SuspendedThoughExempted),
        (Status::Suspended, false, false) => strippable.then_some(Drift::RolesLeftOver),
        (Status::Active, false, false) if assessment.unobserved() => {
            Some(Drift::ActiveThoughUnobserved)
        }
        (Status::Active, false, false) => Some(Drift::ActiveThoughNotOwed),
        (Status::Active, false, true) => Some(Drift::ExemptedThoughNotOwed),
        (Status::Active, true, false) if assessment.observation_missing => {
            Some(Drift::AccessFailedClosed)
        }
        (Status::Active, true, _) | (Status::Disabled, _, _) => None,
    }
}

fn of_roles(mode: Mode, assessment: &Assessment, discord: DiscordEvidence) -> Option<Drift> {
    let shown = !discord.mapped_role_in.is_empty();
    match (mode, assessment.entitlement.entitled(), shown) {
        (Mode::Portal, false, true) => Some(Drift::RoleThoughNotEntitled),
        (Mode::Portal, true, false) if discord.linked && assessment.roles_observed => {
            Some(Drift::RoleMissing)
        }
        (Mode::Portal | Mode::Discord, _, _) => None,
    }
}
