//! What decides access: mode, numbers, policy, mapping, and which snapshots are current.

use std::collections::{BTreeMap, BTreeSet};

use domain::governance::assess::{RoleMapping, Rules, RulesMissing};
use domain::governance::eligibility::AccessPolicy;
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId, SnapshotId};
use domain::reconcile::guard::Limits;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::StoreError;
use crate::scope::Tx;

/// The settings row and everything beside it that decides access, at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Governance {
    pub mode: Option<Mode>,
    pub max_age: SignedDuration,
    pub limits: Limits,
    pub restore_window: SignedDuration,
    /// How often the schedule reconciles; `None` is never.
    pub reconcile_every: Option<SignedDuration>,
    /// Older months of the audit log are dropped; 0 keeps all.
    pub audit_retention_months: u32,
    pub policy: Option<StoredPolicy>,
    pub mapping: RoleMapping,
    /// The current snapshot of each guild.
    pub snapshots: BTreeMap<GuildId, CurrentSnapshot>,
}

/// `access.login` as written and as evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPolicy {
    pub source: String,
    pub resolved: AccessPolicy,
}

/// The newest admitted observation of a guild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CurrentSnapshot {
    pub snapshot_id: SnapshotId,
    pub taken_at: Timestamp,
    pub members: i64,
}

impl Governance {
    /// Every guild that is mapped or was observed.
    pub fn guilds(&self) -> BTreeSet<GuildId> {
        let mapped = self.mapping.0.keys();
        mapped.chain(self.snapshots.keys()).copied().collect()
    }

    /// The rules in force, or what is missing. `max_age` replaces the stored one for one run.
    pub fn rules(&self, max_age: Option<SignedDuration>) -> Result<Rules, RulesMissing> {
        Rules::complete(
            self.mode,
            self.policy.as_ref().map(|policy| policy.resolved.clone()),
            self.mapping.clone(),
            max_age.unwrap_or(self.max_age),
            self.snapshots
                .iter()
                .map(|(guild, current)| (*guild, current.taken_at))
                .collect(),
        )
    }
}

/// Loads everything that decides access.
pub async fn load(tx: &mut Tx) -> Result<Governance, StoreError> {
    let row = sqlx::query!("select * from governance_setting")
        .fetch_one(tx.connection())
        .await?;
    let mode = row
        .mode
        .map(|mode| {
            mode.parse()
                .map_err(|e| StoreError::corrupt("governance_setting", "mode", "only", e))
        })
        .transpose()?;
    let number = |value: i32| u32::try_from(value).unwrap_or(0);
    Ok(Governance {
        mode,
        max_age: SignedDuration::from_secs(row.snapshot_max_age_seconds),
        limits: Limits {
            share_percent: number(row.guard_share_percent),
            few: number(row.guard_few),
            count: number(row.guard_count),
        },
        restore_window: SignedDuration::from_hours(24 * i64::from(row.role_restore_days)),
        reconcile_every: (row.reconcile_every_seconds > 0)
            .then(|| SignedDuration::from_secs(row.reconcile_every_seconds.into())),
        audit_retention_months: number(row.audit_retention_months),
        policy: policy(tx).await?,
        mapping: mapping(tx).await?,
        snapshots: snapshots(tx).await?,
    })
}

async fn policy(tx: &mut Tx) -> Result<Option<StoredPolicy>, StoreError> {
    let row =
        sqlx::query!("select source, resolved from access_policy where name = 'access.login'")
            .fetch_optional(tx.connection())
            .await?;
    row.map(|row| {
        let resolved = serde_json::from_value(row.resolved)
            .map_err(|e| StoreError::corrupt("access_policy", "resolved", "access.login", e))?;
        Ok(StoredPolicy {
            source: row.source,
            resolved,
        })
    })
    .transpose()
}

async fn mapping(tx: &mut Tx) -> Result<RoleMapping, StoreError> {
    let rows = sqlx::query!(
        "select guild_id, role_id from entitlement_mapping where entitlement = 'hauling.member'"
    )
    .fetch_all(tx.connection())
    .await?;
    let mut mapping: BTreeMap<GuildId, BTreeSet<DiscordRoleId>> = BTreeMap::new();
    for row in rows {
        mapping
            .entry(guild("entitlement_mapping", row.guild_id)?)
            .or_default()
            .insert(DiscordRoleId::try_from(row.role_id).map_err(|e| {
                StoreError::corrupt("entitlement_mapping", "role_id", row.guild_id, e)
            })?);
    }
    Ok(RoleMapping(mapping))
}

async fn snapshots(tx: &mut Tx) -> Result<BTreeMap<GuildId, CurrentSnapshot>, StoreError> {
    let rows = sqlx::query!(
        r#"select guild_id as "guild_id!", snapshot_id as "snapshot_id!", taken_at as "taken_at!",
                  members as "members!" from current_snapshot"#
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let current = CurrentSnapshot {
                snapshot_id: SnapshotId(row.snapshot_id),
                taken_at: row.taken_at.to_jiff(),
                members: row.members,
            };
            Ok((guild("discord_snapshot", row.guild_id)?, current))
        })
        .collect()
}

fn guild(table: &'static str, id: i64) -> Result<GuildId, StoreError> {
    GuildId::try_from(id).map_err(|problem| StoreError::corrupt(table, "guild_id", id, problem))
}

/// A hash of each mapped guild's (member, mapped role) pairs, whatever their order: what a plan's
/// fingerprint says about observations. The count and two differently seeded 64-bit hashes a role; no pair
/// occurs twice, so that xor loses nothing.
pub async fn content_hashes(tx: &mut Tx) -> Result<BTreeMap<GuildId, String>, StoreError> {
    let rows = sqlx::query!(
        r#"select e.guild_id, string_agg(
                    concat_ws(':', e.role_id, e.holders, e.first, e.second), ',' order by e.role_id) as "hash!"
             from (select e.guild_id, e.role_id, count(*) as holders,
                          bit_xor(hashint8extended(m.discord_id, e.role_id)) as first,
                          bit_xor(hashint8extended(m.discord_id, ~e.role_id)) as second
                     from entitlement_mapping e
                     join discord_member m on m.guild_id = e.guild_id and e.role_id = any (m.roles)
                    group by e.guild_id, e.role_id) e
            group by e.guild_id"#
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| Ok((guild("entitlement_mapping", row.guild_id)?, row.hash)))
        .collect()
}

/// Sets the mode.
pub async fn set_mode(tx: &mut Tx, mode: Mode) -> Result<(), StoreError> {
    sqlx::query!("update governance_setting set mode = $1", mode.as_str())
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Sets the numbers.
pub async fn set_numbers(tx: &mut Tx, governance: &Governance) -> Result<(), StoreError> {
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let days = governance.restore_window.as_hours() / 24;
    sqlx::query!(
        "update governance_setting
            set snapshot_max_age_seconds = $1, guard_share_percent = $2, guard_few = $3,
                guard_count = $4, role_restore_days = $5, reconcile_every_seconds = $6,
                audit_retention_months = $7",
        governance.max_age.as_secs(),
        number(governance.limits.share_percent),
        number(governance.limits.few),
        number(governance.limits.count),
        i32::try_from(days).unwrap_or(i32::MAX),
        governance
            .reconcile_every
            .map_or(0, |every| i32::try_from(every.as_secs())
                .unwrap_or(i32::MAX)),
        number(governance.audit_retention_months)
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Replaces the mapping of one guild.
pub async fn set_mapping(
    tx: &mut Tx,
    guild: GuildId,
    roles: &BTreeSet<DiscordRoleId>,
) -> Result<(), StoreError> {
    let roles: Vec<i64> = roles.iter().map(|role| role.get()).collect();
    sqlx::query!(
        "delete from entitlement_mapping
          where entitlement = 'hauling.member' and guild_id = $1 and role_id <> all ($2)",
        guild.get(),
        &roles
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "insert into entitlement_mapping (entitlement, guild_id, role_id)
         select 'hauling.member', $1, unnest($2::bigint[]) on conflict do nothing",
        guild.get(),
        &roles
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Sets `access.login`.
pub async fn set_policy(tx: &mut Tx, policy: &StoredPolicy) -> Result<(), StoreError> {
    let resolved = serde_json::to_value(&policy.resolved)
        .map_err(|e| StoreError::corrupt("access_policy", "resolved", "access.login", e))?;
    sqlx::query!(
        "insert into access_policy (name, source, resolved) values ('access.login', $1, $2)
         on conflict (name) do update set source = excluded.source, resolved = excluded.resolved",
        policy.source,
        resolved
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
