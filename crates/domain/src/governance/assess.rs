//! The assessment: eligibility and entitlement of one person, by the rules in force.
//!
//! Decisions, plans and the status map all start here, so they can't disagree.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::eligibility::{AccessPolicy, Eligibility, ScopeMatches};
use super::entitlement::{DiscordEvidence, Entitlement, GuildSet, Observed, PortalEvidence};
use super::freshness::{Freshness, deadline, freshness};
use super::matrix::Cell;
use super::mode::Mode;
use crate::access::reason::Reason;
use crate::id::{DiscordRoleId, GuildId};

/// Which Discord roles stand for `hauling.member`, guild by guild.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct RoleMapping(pub BTreeMap<GuildId, BTreeSet<DiscordRoleId>>);

impl RoleMapping {
    /// The place of a guild in the mapping, as [`GuildSet`] counts it.
    pub fn place(&self, guild: GuildId) -> Option<usize> {
        self.0.keys().position(|known| *known == guild)
    }

    pub fn is_empty(&self) -> bool {
        self.0.values().all(BTreeSet::is_empty)
    }
}

/// Everything that decides who should have access, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    pub mode: Mode,
    pub policy: AccessPolicy,
    pub mapping: RoleMapping,
    pub max_age: SignedDuration,
    /// When the current snapshot of each guild was taken. Portal-leading installations may have
    /// snapshots of guilds that no mapping names.
    pub taken_at: BTreeMap<GuildId, Timestamp>,
}

/// What is not set up yet. Reconcile refuses to run and governed permissions are denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error, ToSchema)]
#[serde(rename_all = "snake_case")]
#[error("{}; {}", self.what(), self.remedy())]
pub enum RulesMissing {
    Mode,
    Policy,
    Mapping,
}

impl RulesMissing {
    pub fn what(self) -> &'static str {
        match self {
            Self::Mode => "no governance mode is set",
            Self::Policy => "no access policy is set",
            Self::Mapping => "Discord-leading, but no Discord role is mapped to hauling.member",
        }
    }

    pub fn remedy(self) -> &'static str {
        match self {
            Self::Mode => "set one with `reeve governance set-mode discord|portal`",
            Self::Policy => "set one with `reeve policy set access.login FILE`",
            Self::Mapping => {
                "map one with `reeve governance map-role hauling.member GUILD ROLE_ID...`"
            }
        }
    }
}

/// What is known of one person, as far as the assessment asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    pub matches: ScopeMatches,
    pub discord: DiscordEvidence,
    pub portal: PortalEvidence,
    /// An exemption in force (D10): passes eligibility and entitlement, changes neither.
    pub exempted: bool,
}

/// Eligibility and entitlement of one person at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assessment {
    pub eligibility: Eligibility,
    pub entitlement: Entitlement,
    /// Portal-leading with no fresh snapshot: effective access fails closed, the entitlement and
    /// the status do not change (P-21, D9).
    pub observation_missing: bool,
    /// Some guild of the mapping has a fresh snapshot, so that a role that is not seen is missing.
    pub roles_observed: bool,
    pub exempted: bool,
}

impl Assessment {
    /// The cell of the decision matrix.
    pub fn cell(&self) -> Cell {
        Cell::of(self.eligibility.in_scope(), self.entitlement.entitled())
    }

    /// Whether being owed nothing only means that nobody could look. Out of scope the answer is no
    /// whatever would be seen.
    pub fn unobserved(&self) -> bool {
        self.eligibility.in_scope() && self.entitlement.unobserved()
    }

    /// Whether access is granted at run time, as far as governance decides it (P-05, P-12): both
    /// required, unless exempted. An identity that is not active has none, whatever this says; see
    /// [`crate::access::effective`] for both.
    pub fn grants_access(&self) -> bool {
        Reason::of_governance(self).passes()
    }
}

impl Rules {
    /// Puts the settings together, or says which one is missing. The mapping is needed only where
    /// Discord leads.
    pub fn complete(
        mode: Option<Mode>,
        policy: Option<AccessPolicy>,
        mapping: RoleMapping,
        max_age: SignedDuration,
        taken_at: BTreeMap<GuildId, Timestamp>,
    ) -> Result<Self, RulesMissing> {
        let mode = mode.ok_or(RulesMissing::Mode)?;
        let policy = policy.ok_or(RulesMissing::Policy)?;
        if mode == Mode::Discord && mapping.is_empty() {
            return Err(RulesMissing::Mapping);
        }
        Ok(Self {
            mode,
            policy,
            mapping,
            max_age,
            taken_at,
        })
    }

    /// Whether the source that decides has ever been heard: where Discord leads, a mapped guild has had
    /// a snapshot. Before that a "no" for everybody says nothing, and the schedule waits; a person may
    /// reconcile all the same.
    pub fn ever_observed(&self) -> bool {
        match self.mode {
            Mode::Portal => true,
            Mode::Discord => {
                let mut guilds = self.mapping.0.keys();
                guilds.any(|guild| self.taken_at.contains_key(guild))
            }
        }
    }

    /// The freshness of each guild of the mapping, in its order.
    pub fn guild_freshness(&self, now: Timestamp) -> impl Iterator<Item = (GuildId, Freshness)> {
        self.mapping.0.keys().map(move |guild| {
            (
                *guild,
                freshness(self.taken_at.get(guild).copied(), now, self.max_age),
            )
        })
    }

    /// The guild of the mapping whose observation would help first: one that is not fresh, else any.
    pub fn guild_to_observe(&self, now: Timestamp) -> Option<GuildId> {
        let mut not_fresh = self
            .guild_freshness(now)
            .filter(|(_, freshness)| !freshness.is_fresh());
        let first = self.mapping.0.keys().next().copied();
        not_fresh.next().map(|(guild, _)| guild).or(first)
    }

    /// The guilds of the mapping by what is known of them at `now`.
    pub fn observed(&self, now: Timestamp) -> Observed {
        self.guild_freshness(now).enumerate().fold(
            Observed::default(),
            |observed, (place, (_, freshness))| {
                let this = GuildSet::of(place);
                Observed {
                    fresh: if freshness.is_fresh() {
                        observed.fresh.union(this)
                    } else {
                        observed.fresh
                    },
                    known: match freshness {
                        Freshness::Missing => observed.known,
                        Freshness::Fresh | Freshness::Stale | Freshness::FromTheFuture => {
                            observed.known.union(this)
                        }
                    },
                }
            },
        )
    }

    /// Portal-leading access still depends on the latest snapshot of any guild (P-21).
    pub fn latest_observation(&self, now: Timestamp) -> Freshness {
        freshness(self.taken_at.values().max().copied(), now, self.max_age)
    }

    /// Whether decisions lean on the guild's snapshot: Discord-leading on each mapped guild's,
    /// Portal-leading on the latest of any guild.
    pub fn leans_on(&self, guild: GuildId) -> bool {
        match self.mode {
            Mode::Discord => self.mapping.place(guild).is_some(),
            Mode::Portal => self
                .taken_at
                .get(&guild)
                .is_some_and(|taken_at| Some(taken_at) == self.taken_at.values().max()),
        }
    }

    /// When the next observation that decisions lean on goes stale, if one is fresh.
    pub fn next_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        self.taken_at
            .iter()
            .filter(|(guild, _)| self.leans_on(**guild))
            .filter_map(|(_, taken_at)| deadline(*taken_at, now, self.max_age))
            .min()
    }

    /// The rules with everything that depends only on the clock worked out once, for many people.
    pub fn at(&self, now: Timestamp) -> RulesAt {
        RulesAt {
            mode: self.mode,
            observed: self.observed(now),
            observation_missing: self.mode == Mode::Portal
                && !self.latest_observation(now).is_fresh(),
        }
    }

    /// Assesses one person at `now`.
    pub fn assess(&self, evidence: &Evidence, now: Timestamp) -> Assessment {
        self.at(now).assess(evidence)
    }
}

/// [`Rules`] at one instant.
#[derive(Clone, Copy, Debug)]
pub struct RulesAt {
    mode: Mode,
    observed: Observed,
    observation_missing: bool,
}

impl RulesAt {
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The guilds of the mapping, by what is known of their snapshots at this instant.
    pub fn observed(&self) -> Observed {
        self.observed
    }

    /// Assesses one person.
    pub fn assess(&self, evidence: &Evidence) -> Assessment {
        Assessment {
            eligibility: Eligibility::of(evidence.matches),
            entitlement: Entitlement::of(
                self.mode,
                self.observed,
                evidence.discord,
                evidence.portal,
            ),
            observation_missing: self.observation_missing,
            roles_observed: !self.observed.fresh.is_empty(),
            exempted: evidence.exempted,
        }
    }
}
