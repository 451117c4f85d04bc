//! Entitlement: the authoritative yes or no for `hauling.member` (R-14, P-04, P-14, P-18).
//!
//! It says nothing about status or scope. Which source is asked is the mode's; a source that can't
//! be relied on says no (fail closed).

use serde::Serialize;
use utoipa::ToSchema;

use super::mode::Mode;

/// The guilds that the role mapping names, each by its place in the mapping; at most 16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuildSet(u16);

impl GuildSet {
    pub const EMPTY: Self = Self(0);
    /// How many guilds a mapping may name.
    pub const CAPACITY: usize = 16;

    /// The set of the one guild at that place; empty if the place is beyond the capacity.
    pub fn of(place: usize) -> Self {
        u32::try_from(place)
            .ok()
            .and_then(|place| 1_u16.checked_shl(place))
            .map_or(Self(0), Self)
    }

    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What the current snapshots say about one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiscordEvidence {
    pub linked: bool,
    /// Guilds in whose snapshot the linked account is a member.
    pub member_of: GuildSet,
    /// Those of them where it has a mapped role.
    pub mapped_role_in: GuildSet,
}

/// What the portal's own assignments say about one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortalEvidence {
    /// A valid assignment of a role that carries the right.
    pub assigned: bool,
    /// Such an assignment that reconcile stripped and could still give back (D7).
    pub stripped: bool,
}

/// The guilds of the mapping, by what is known of their snapshots now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Guilds with a fresh snapshot.
    pub fresh: GuildSet,
    /// Guilds with any snapshot, fresh or not.
    pub known: GuildSet,
}

/// The authoritative answer, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(tag = "entitlement", content = "by", rename_all = "snake_case")]
pub enum Entitlement {
    Entitled(Source),
    NotEntitled(Lack),
}

/// What entitles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(as = EntitlementSource)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A mapped role in a fresh snapshot.
    DiscordRole,
    /// A valid portal assignment.
    PortalAssignment,
    /// A portal assignment that was stripped and can still be given back.
    StrippedAssignment,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(as = EntitlementLack)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// No Discord account is linked.
    Unlinked,
    /// No guild of the mapping has a snapshot yet.
    NoSnapshot,
    /// The snapshots that could say yes are too old.
    SnapshotStale,
    /// The linked account is in no observed guild.
    NotAMember,
    /// A member, but without any mapped role.
    NoMappedRole,
    /// No portal assignment carries the right.
    NoPortalAssignment,
}

impl Entitlement {
    /// The authoritative answer of the mode's source.
    pub fn of(
        mode: Mode,
        observed: Observed,
        discord: DiscordEvidence,
        portal: PortalEvidence,
    ) -> Self {
        match mode {
            Mode::Discord => by_discord(observed, discord),
            Mode::Portal if portal.assigned => Self::Entitled(Source::PortalAssignment),
            Mode::Portal if portal.stripped => Self::Entitled(Source::StrippedAssignment),
            Mode::Portal => Self::NotEntitled(Lack::NoPortalAssignment),
        }
    }

    pub fn entitled(self) -> bool {
        matches!(self, Self::Entitled(_))
    }

    /// Whether the answer is only "no" because nobody could look: the truth may be otherwise.
    pub fn unobserved(self) -> bool {
        matches!(
            self,
            Self::NotEntitled(Lack::SnapshotStale | Lack::NoSnapshot)
        )
    }

    /// Every answer that can be stored.
    const ALL: [Self; 9] = [
        Self::Entitled(Source::DiscordRole),
        Self::Entitled(Source::PortalAssignment),
        Self::Entitled(Source::StrippedAssignment),
        Self::NotEntitled(Lack::Unlinked),
        Self::NotEntitled(Lack::NoSnapshot),
        Self::NotEntitled(Lack::SnapshotStale),
        Self::NotEntitled(Lack::NotAMember),
        Self::NotEntitled(Lack::NoMappedRole),
        Self::NotEntitled(Lack::NoPortalAssignment),
    ];

    /// Whether the answer is what a fresh observation of Discord showed.
    pub fn by_sight(self) -> bool {
        matches!(
            self,
            Self::Entitled(Source::DiscordRole)
                | Self::NotEntitled(Lack::NotAMember | Lack::NoMappedRole)
        )
    }

    /// The codes of the answers that an observation gives.
    pub fn codes_by_sight() -> impl Iterator<Item = &'static str> {
        Self::ALL
            .into_iter()
            .filter(|entitlement| entitlement.by_sight())
            .map(Self::code)
    }

    /// The codes of the answers that are "no" because nobody could look.
    pub fn codes_unobserved() -> impl Iterator<Item = &'static str> {
        Self::ALL
            .into_iter()
            .filter(|entitlement| entitlement.unobserved())
            .map(Self::code)
    }

    /// The answer with that [`code`](Self::code), as it was stored.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|entitlement| entitlement.code() == code)
    }

    /// In words, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Entitled(Source::DiscordRole) => "entitled by Discord role",
            Self::Entitled(Source::PortalAssignment) => "entitled by portal assignment",
            Self::Entitled(Source::StrippedAssignment) => {
                "entitled by a portal assignment that was taken and can be given back"
            }
            Self::NotEntitled(Lack::Unlinked) => "not entitled: no Discord account linked",
            Self::NotEntitled(Lack::NoSnapshot) => "not entitled: no snapshot yet",
            Self::NotEntitled(Lack::SnapshotStale) => "not entitled: the snapshot is stale",
            Self::NotEntitled(Lack::NotAMember) => "not entitled: not a member of the guild",
            Self::NotEntitled(Lack::NoMappedRole) => "not entitled: no mapped Discord role",
            Self::NotEntitled(Lack::NoPortalAssignment) => "not entitled: no portal assignment",
        }
    }

    /// The short text that stands in stored plans and in audit rows.
    pub fn code(self) -> &'static str {
        match self {
            Self::Entitled(Source::DiscordRole) => "discord_role",
            Self::Entitled(Source::PortalAssignment) => "portal_assignment",
            Self::Entitled(Source::StrippedAssignment) => "stripped_assignment",
            Self::NotEntitled(Lack::Unlinked) => "unlinked",
            Self::NotEntitled(Lack::NoSnapshot) => "no_snapshot",
            Self::NotEntitled(Lack::SnapshotStale) => "snapshot_stale",
            Self::NotEntitled(Lack::NotAMember) => "not_a_member",
            Self::NotEntitled(Lack::NoMappedRole) => "no_mapped_role",
            Self::NotEntitled(Lack::NoPortalAssignment) => "no_portal_assignment",
        }
    }
}

/// A mapped role in the fresh snapshot of any guild of the mapping entitles (D21).
fn by_discord(observed: Observed, evidence: DiscordEvidence) -> Entitlement {
    let lack = if !evidence.linked {
        Lack::Unlinked
    } else if !evidence.mapped_role_in.and(observed.fresh).is_empty() {
        return Entitlement::Entitled(Source::DiscordRole);
    } else if observed.known.is_empty() {
        Lack::NoSnapshot
    } else if observed.fresh.is_empty() || !evidence.mapped_role_in.is_empty() {
        // Either nothing is fresh, or the role is there but only in a stale observation.
        Lack::SnapshotStale
    } else if evidence.member_of.and(observed.fresh).is_empty() {
        Lack::NotAMember
    } else {
        Lack::NoMappedRole
    };
    Entitlement::NotEntitled(lack)
}
