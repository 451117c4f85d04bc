//! An installation and a person as plain yes and no, and what the policy's text says of them.
//!
//! The functions `in_scope`, `entitled` and `access` are the oracle: each is a sentence of the
//! governance policy or the reconcile runbook, written without the crate. `rules` and `evidence`
//! turn the same plain facts into what the crate takes.

use std::collections::{BTreeMap, BTreeSet};

use domain::governance::assess::{Assessment, Evidence, RoleMapping, Rules};
use domain::governance::eligibility::{AccessPolicy, ScopeMatches};
use domain::governance::entitlement::{DiscordEvidence, GuildSet, PortalEvidence};
use domain::governance::freshness::DEFAULT_MAX_AGE;
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId, OrganizationId, UserId};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

/// The instant at which every test stands.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);
pub(crate) const MOMENT: SignedDuration = SignedDuration::from_micros(1);
pub(crate) const ME: UserId = UserId(Uuid::from_u128(7));
pub(crate) const HOME: OrganizationId = OrganizationId(Uuid::from_u128(100));
pub(crate) const ELSEWHERE: OrganizationId = OrganizationId(Uuid::from_u128(101));

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    Discord,
    Portal,
}

/// What the clock says of one guild's snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Exactly as old as the limit allows.
    Fresh,
    /// One microsecond older.
    Stale,
    Future,
    Missing,
}

/// An installation with three mapped guilds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) leads: Leads,
    pub(crate) ages: [Age; 3],
}

/// Which clauses of `access.login` a person meets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clauses {
    pub(crate) everyone: bool,
    pub(crate) organization: bool,
    pub(crate) email_domain: bool,
    pub(crate) group: bool,
    pub(crate) include: bool,
    pub(crate) exclude: bool,
}

/// What is known of one person.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Body {
    pub(crate) clauses: Clauses,
    pub(crate) linked: bool,
    pub(crate) member: [bool; 3],
    pub(crate) role: [bool; 3],
    pub(crate) assigned: bool,
    pub(crate) stripped: bool,
    pub(crate) exempted: bool,
}

/// Policy: "whether a user is in scope for access based on the configured access policy". In scope
/// is not excluded and (everyone, or any clause).
pub(crate) fn in_scope(body: &Body) -> bool {
    let c = body.clauses;
    if c.exclude {
        return false;
    }
    c.everyone || c.organization || c.email_domain || c.group || c.include
}

/// Runbook: "Discord-leading: latest `hauling.member` snapshot (stale snapshots fail closed).
/// Portal-leading: portal rights assignments", and a stripped one that can still be given back (D7).
pub(crate) fn entitled(setting: &Setting, body: &Body) -> bool {
    match setting.leads {
        Leads::Portal => body.assigned || body.stripped,
        Leads::Discord => {
            let mut yes = false;
            for guild in 0..3 {
                if setting.ages[guild] == Age::Fresh && body.role[guild] {
                    yes = true;
                }
            }
            yes
        }
    }
}

/// Policy: in Portal-leading mode "effective access still depends on the latest Discord snapshot".
/// One that claims to be from the future is the latest, and says nothing.
pub(crate) fn portal_is_blind(setting: &Setting) -> bool {
    setting.leads == Leads::Portal
        && (setting.ages.contains(&Age::Future) || !setting.ages.contains(&Age::Fresh))
}

/// Policy: "Effective access requires both, unless privileged access exemptions apply."
pub(crate) fn access(setting: &Setting, body: &Body) -> bool {
    if body.exempted {
        return true;
    }
    in_scope(body) && entitled(setting, body) && !portal_is_blind(setting)
}

/// Whether a "no" of the snapshots only means that nobody could look: nothing is fresh, or the role
/// shows in a snapshot that no longer counts.
pub(crate) fn nobody_could_look(setting: &Setting, body: &Body) -> bool {
    setting.leads == Leads::Discord
        && body.linked
        && !entitled(setting, body)
        && (!setting.ages.contains(&Age::Fresh) || body.role.contains(&true))
}

pub(crate) fn guild(place: i64) -> GuildId {
    GuildId::try_from(place + 1).unwrap()
}

impl Age {
    pub(crate) fn taken_at(self) -> Option<Timestamp> {
        match self {
            Self::Fresh => Some(NOW - DEFAULT_MAX_AGE),
            Self::Stale => Some(NOW - DEFAULT_MAX_AGE - MOMENT),
            Self::Future => Some(NOW + MOMENT),
            Self::Missing => None,
        }
    }
}

impl Setting {
    pub(crate) fn rules(&self) -> Rules {
        let role = DiscordRoleId::try_from(9).unwrap();
        let mapping = (0..3)
            .map(|place| (guild(place), BTreeSet::from([role])))
            .collect();
        let taken_at = (0..3)
            .zip(self.ages)
            .filter_map(|(place, age)| Some((guild(place), age.taken_at()?)))
            .collect::<BTreeMap<_, _>>();
        let mode = match self.leads {
            Leads::Discord => Mode::Discord,
            Leads::Portal => Mode::Portal,
        };
        let policy = AccessPolicy {
            everyone: true,
            ..AccessPolicy::default()
        };
        Rules::complete(
            Some(mode),
            Some(policy),
            RoleMapping(mapping),
            DEFAULT_MAX_AGE,
            taken_at,
        )
        .unwrap()
    }

    pub(crate) fn assess(&self, body: &Body) -> Assessment {
        self.rules().assess(&body.evidence(), NOW)
    }
}

impl Clauses {
    /// The crate's matches, made the way rows are read: from a policy, piece by piece.
    pub(crate) fn matches(self) -> ScopeMatches {
        let only_me = |listed| {
            if listed {
                BTreeSet::from([ME])
            } else {
                BTreeSet::new()
            }
        };
        let policy = AccessPolicy {
            everyone: self.everyone,
            organizations: BTreeSet::from([HOME]),
            email_domains: BTreeSet::from(["in.example".to_owned()]),
            groups: BTreeSet::from(["haulers".to_owned()]),
            include: only_me(self.include),
            exclude: only_me(self.exclude),
        };
        let domain = if self.email_domain {
            "IN.Example"
        } else {
            "out.example"
        };
        let group = if self.group { " Haulers " } else { "hauler" };
        policy
            .match_person(ME, domain)
            .with(policy.match_organization(if self.organization { HOME } else { ELSEWHERE }))
            .with(policy.match_group(group))
    }
}

fn guilds(places: [bool; 3]) -> GuildSet {
    (0..3)
        .filter(|place| places[*place])
        .fold(GuildSet::EMPTY, |set, place| set.union(GuildSet::of(place)))
}

impl Body {
    pub(crate) fn evidence(&self) -> Evidence {
        Evidence {
            matches: self.clauses.matches(),
            discord: DiscordEvidence {
                linked: self.linked,
                member_of: guilds(self.member),
                mapped_role_in: guilds(self.role),
            },
            portal: PortalEvidence {
                assigned: self.assigned,
                stripped: self.stripped,
            },
            exempted: self.exempted,
        }
    }

    /// Without what can't be: roles without membership, members without a snapshot or a link.
    pub(crate) fn settled(mut self, setting: &Setting) -> Self {
        for place in 0..3 {
            self.member[place] &= self.linked && setting.ages[place] != Age::Missing;
            self.role[place] &= self.member[place];
        }
        self
    }
}

pub(crate) fn any_setting() -> impl Strategy<Value = Setting> {
    let age = prop_oneof![
        4 => Just(Age::Fresh),
        2 => Just(Age::Stale),
        1 => Just(Age::Future),
        1 => Just(Age::Missing),
    ];
    let leads = prop_oneof![Just(Leads::Discord), Just(Leads::Portal)];
    (leads, prop::array::uniform3(age)).prop_map(|(leads, ages)| Setting { leads, ages })
}

pub(crate) fn any_clauses() -> impl Strategy<Value = Clauses> {
    let rarely = || prop::bool::weighted(0.2);
    (
        rarely(),
        any::<bool>(),
        rarely(),
        rarely(),
        rarely(),
        rarely(),
    )
        .prop_map(
            |(everyone, organization, email_domain, group, include, exclude)| Clauses {
                everyone,
                organization,
                email_domain,
                group,
                include,
                exclude,
            },
        )
}

pub(crate) fn any_body() -> impl Strategy<Value = Body> {
    let three = || prop::array::uniform3(any::<bool>());
    let exempted = prop::bool::weighted(0.2);
    let linked = prop::bool::weighted(0.8);
    (
        any_clauses(),
        linked,
        three(),
        three(),
        any::<bool>(),
        any::<bool>(),
        exempted,
    )
        .prop_map(
            |(clauses, linked, member, role, assigned, stripped, exempted)| Body {
                clauses,
                linked,
                member,
                role,
                assigned,
                stripped,
                exempted,
            },
        )
}

/// Any installation and any person who can exist in it.
pub(crate) fn any_setting_and_body() -> impl Strategy<Value = (Setting, Body)> {
    (any_setting(), any_body()).prop_map(|(setting, body)| {
        let body = body.settled(&setting);
        (setting, body)
    })
}
