//! The facts behind an explanation, as they are shown.

use domain::access::permission::Permission;
use domain::access::role::{RoleDefinition, Scope};
use domain::governance::freshness::{Freshness, deadline, freshness};
use domain::governance::mode::Mode;
use domain::governance::privileged::Privilege;
use domain::id::{DiscordRoleId, GuildId};
use domain::identity::Status;
use domain::status_map::State;
use jiff::Timestamp;
use serde::Serialize;
use store::facts::one::{Assignment, Membership, One, Pass, Since};
use store::governance::Governance;
use utoipa::ToSchema;

use crate::status_map::Standing;

/// Everything that the gates leaned on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExplainedFacts)]
pub struct Facts {
    pub status: Status,
    pub status_reason: Option<String>,
    /// The change that made it so; before anything was recorded, `None`.
    pub status_since: Option<Since>,
    pub created_at: Timestamp,
    /// Credentials issued at or before this instant are refused.
    pub session_epoch: Timestamp,
    pub session_revoked_at: Option<Timestamp>,
    /// Admin, subadmin, or on the break-glass list.
    pub privilege: Option<Privilege>,
    pub memberships: Vec<Membership>,
    /// The assignments that carry the permission (of a governed one: the entitlement), valid or not.
    pub roles: Vec<RoleFact>,
    /// The roles that would grant it where it was asked about, the least first.
    pub roles_that_would_grant: Vec<String>,
    pub mode: Option<Mode>,
    /// Where governance puts them, if it is set up.
    pub standing: Option<Standing>,
    pub discord_linked: bool,
    /// What each mapped or observed guild shows of the linked account.
    pub observations: Vec<Sight>,
    /// In force now.
    pub holds: Vec<Pass>,
    pub exemptions: Vec<Pass>,
}

/// One assignment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoleFact {
    pub role: String,
    #[serde(flatten)]
    pub scope: Scope,
    pub source: String,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
    pub valid: bool,
}

/// One guild's current snapshot and the linked account in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DiscordSight)]
pub struct Sight {
    pub guild_id: GuildId,
    pub taken_at: Option<Timestamp>,
    pub age_seconds: Option<i64>,
    pub deadline: Option<Timestamp>,
    pub freshness: Freshness,
    pub member: bool,
    pub roles: Vec<DiscordRoleId>,
    pub mapped_roles: Vec<DiscordRoleId>,
}

impl Facts {
    pub(super) fn of(
        one: One,
        state: Option<State>,
        governance: &Governance,
        permission: Permission,
        granting: &[&RoleDefinition],
        now: Timestamp,
    ) -> Self {
        let wanted = permission.governed_by().unwrap_or(permission);
        let roles = one.assignments.iter().filter(|held| {
            held.role.permissions.contains(wanted) || held.role.permissions.contains(permission)
        });
        let in_force = |passes: &[Pass]| -> Vec<Pass> {
            let valid = passes.iter().filter(|pass| pass.valid.contains(now));
            valid.cloned().collect()
        };
        Self {
            roles: roles.map(|held| role(held, now)).collect(),
            roles_that_would_grant: granting.iter().map(|role| role.name.clone()).collect(),
            mode: governance.mode,
            standing: state.map(Standing::from),
            discord_linked: one.is_linked(),
            observations: observations(&one, governance, now),
            holds: in_force(&one.holds),
            exemptions: in_force(&one.exemptions),
            privilege: one.privilege,
            memberships: one.memberships,
            status_since: one.since,
            status: one.account.status,
            status_reason: one.account.status_reason,
            created_at: one.account.created_at,
            session_epoch: one.account.session_epoch,
            session_revoked_at: one.account.session_revoked_at,
        }
    }
}

fn role(held: &Assignment, now: Timestamp) -> RoleFact {
    RoleFact {
        role: held.role.name.clone(),
        scope: held.scope,
        source: held.source.clone(),
        valid_from: held.valid.from,
        valid_until: held.valid.until,
        valid: held.valid.contains(now),
    }
}

fn observations(one: &One, governance: &Governance, now: Timestamp) -> Vec<Sight> {
    let mut guilds: Vec<GuildId> = governance
        .mapping
        .0
        .keys()
        .chain(governance.snapshots.keys())
        .copied()
        .collect();
    guilds.sort_unstable();
    guilds.dedup();
    let sight = |guild_id| {
        let taken_at = governance.snapshots.get(&guild_id).map(|s| s.taken_at);
        let seen = one.seen.iter().find(|seen| seen.guild_id == guild_id);
        Sight {
            guild_id,
            taken_at,
            age_seconds: taken_at.map(|taken_at| now.duration_since(taken_at).as_secs()),
            deadline: taken_at.and_then(|taken_at| deadline(taken_at, now, governance.max_age)),
            freshness: freshness(taken_at, now, governance.max_age),
            member: seen.is_some(),
            roles: seen.map(|seen| seen.roles.clone()).unwrap_or_default(),
            mapped_roles: seen
                .map(|seen| seen.mapped_roles.clone())
                .unwrap_or_default(),
        }
    };
    guilds.into_iter().map(sight).collect()
}
