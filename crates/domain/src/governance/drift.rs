//! Drift: authoritative entitlement against effective access, and against the roles that Discord
//! shows (P-07, P-21).

use serde::Serialize;

use super::assess::Assessment;
use super::entitlement::DiscordEvidence;
use super::mode::Mode;
use crate::identity::Status;

/// One way in which what should be and what is disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// Owed access, but the identity is suspended: the next reconcile restores it.
    SuspendedThoughOwed,
    /// Active though access is not owed: the next reconcile suspends it, unless spared.
    ActiveThoughNotOwed,
    /// Access without being owed it, by an exemption.
    ExemptedThoughNotOwed,
    /// Portal-leading: owed, but access fails closed for want of a fresh snapshot.
    AccessFailedClosed,
    /// Portal-leading: Discord shows a mapped role that is not owed.
    RoleThoughNotEntitled,
    /// Portal-leading: entitled and linked, but Discord does not show the role yet.
    RoleMissing,
}

/// Every drift of one person. A disabled identity has none in its status: a person decided it.
pub fn drift(
    mode: Mode,
    status: Status,
    assessment: &Assessment,
    discord: DiscordEvidence,
) -> Vec<Drift> {
    let owed = assessment.eligibility.in_scope() && assessment.entitlement.entitled();
    let of_status = match (status, owed, assessment.exempted) {
        (Status::Suspended, true, _) => Some(Drift::SuspendedThoughOwed),
        (Status::Active, false, false) => Some(Drift::ActiveThoughNotOwed),
        (Status::Active, false, true) => Some(Drift::ExemptedThoughNotOwed),
        (Status::Active, true, false) if assessment.observation_missing => {
            Some(Drift::AccessFailedClosed)
        }
        (Status::Active, true, _) | (Status::Suspended, false, _) | (Status::Disabled, _, _) => {
            None
        }
    };
    let shown = !discord.mapped_role_in.is_empty();
    let of_roles = match (mode, assessment.entitlement.entitled(), shown) {
        (Mode::Portal, false, true) => Some(Drift::RoleThoughNotEntitled),
        (Mode::Portal, true, false) if discord.linked && assessment.roles_observed => {
            Some(Drift::RoleMissing)
        }
        (Mode::Portal | Mode::Discord, _, _) => None,
    };
    of_status.into_iter().chain(of_roles).collect()
}
