//! The status map: everything about one person's standing that people look at (P-25, R-35 to R-37).
//!
//! Nothing is judged here. Access is [`crate::access::effective`]'s, what reconcile would do is
//! [`crate::reconcile::plan`]'s; this puts their answers side by side and sums them up in one word.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::effective::Effective;
use crate::governance::assess::{Assessment, RulesAt};
use crate::governance::drift::{Drift, drift};
use crate::governance::eligibility::Eligibility;
use crate::governance::entitlement::{DiscordEvidence, Entitlement, Observed};
use crate::governance::outcome::PolicyOutcome;
use crate::identity::Status;
use crate::reconcile::plan::{Enforced, Kind, Person, SparedBy, enforce};

/// One person as they stand at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub status: Status,
    /// The true answers, also of somebody who is exempt (P-24).
    pub eligibility: Eligibility,
    pub entitlement: Entitlement,
    pub access: Effective,
    pub outcome: PolicyOutcome,
    pub compliance: Compliance,
    pub drifts: Vec<Drift>,
    pub discord: ObservedDiscord,
}

/// The badge: whether somebody is as they should be, and if not, what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compliance {
    /// As it should be.
    Compliant,
    /// Not as it should be, and the next reconcile mends it.
    Drifting,
    /// Not as it should be, and left alone on purpose.
    Exempt(SparedBy),
    /// The "no" only means that nobody could look.
    Unobserved,
    /// As it should be here, but Discord shows other roles.
    Unsynced,
    /// A person disabled the identity; governance says nothing about it.
    Disabled,
}

/// [`Compliance`] in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    Compliant,
    Drifting,
    Exempt,
    Unobserved,
    Unsynced,
    Disabled,
}

impl Badge {
    pub const ALL: [Self; 6] = [
        Self::Compliant,
        Self::Drifting,
        Self::Exempt,
        Self::Unobserved,
        Self::Unsynced,
        Self::Disabled,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Drifting => "drifting",
            Self::Exempt => "exempt",
            Self::Unobserved => "unobserved",
            Self::Unsynced => "unsynced",
            Self::Disabled => "disabled",
        }
    }
}

impl Compliance {
    pub fn badge(self) -> Badge {
        match self {
            Self::Compliant => Badge::Compliant,
            Self::Drifting => Badge::Drifting,
            Self::Exempt(_) => Badge::Exempt,
            Self::Unobserved => Badge::Unobserved,
            Self::Unsynced => Badge::Unsynced,
            Self::Disabled => Badge::Disabled,
        }
    }

    /// What spares this person, if they are exempt.
    pub fn exempt_by(self) -> Option<SparedBy> {
        match self {
            Self::Exempt(by) => Some(by),
            Self::Compliant
            | Self::Drifting
            | Self::Unobserved
            | Self::Unsynced
            | Self::Disabled => None,
        }
    }

    fn of(status: Status, assessment: &Assessment, enforced: Enforced, drifts: &[Drift]) -> Self {
        if status == Status::Disabled {
            return Self::Disabled;
        }
        match enforced.kind {
            // What reconcile would take for want of an observation, an observation may give back.
            Some(Kind::Suspend | Kind::Change) if assessment.unobserved() => Self::Unobserved,
            Some(Kind::Restore | Kind::Suspend | Kind::Change) => Self::Drifting,
            None => match enforced.spared_by {
                Some(by) => Self::Exempt(by),
                None if assessment.unobserved() => Self::Unobserved,
                None if drifts.contains(&Drift::AccessFailedClosed) => Self::Unobserved,
                None if !drifts.is_empty() => Self::Unsynced,
                None => Self::Compliant,
            },
        }
    }
}

/// What the current snapshots of the mapped guilds show of one person, however old they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ObservedDiscord {
    /// No Discord account is linked.
    NotLinked,
    /// There is no snapshot of any mapped guild.
    NotObserved,
    /// The linked account is in no mapped guild.
    NotAMember,
    MemberWithoutRole,
    MemberWithRole,
}

impl ObservedDiscord {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotLinked => "not_linked",
            Self::NotObserved => "not_observed",
            Self::NotAMember => "not_a_member",
            Self::MemberWithoutRole => "member_without_role",
            Self::MemberWithRole => "member_with_role",
        }
    }

    fn of(evidence: DiscordEvidence, observed: Observed) -> Self {
        if !evidence.linked {
            Self::NotLinked
        } else if observed.known.is_empty() {
            Self::NotObserved
        } else if !evidence.mapped_role_in.is_empty() {
            Self::MemberWithRole
        } else if !evidence.member_of.is_empty() {
            Self::MemberWithoutRole
        } else {
            Self::NotAMember
        }
    }
}

impl State {
    /// The state of one person by the rules of one instant.
    pub fn of(person: &Person<'_>, rules: &RulesAt) -> Self {
        let assessment = rules.assess(&person.evidence);
        let discord = person.evidence.discord;
        let drifts = drift(
            rules.mode(),
            person.status,
            &assessment,
            discord,
            !person.strippable.is_empty(),
        );
        let enforced = enforce(person, &assessment);
        Self {
            status: person.status,
            eligibility: assessment.eligibility,
            entitlement: assessment.entitlement,
            access: Effective::of(person.status, person.privilege, &assessment),
            outcome: PolicyOutcome::from(assessment.cell()),
            compliance: Compliance::of(person.status, &assessment, enforced, &drifts),
            drifts,
            discord: ObservedDiscord::of(discord, rules.observed()),
        }
    }
}
