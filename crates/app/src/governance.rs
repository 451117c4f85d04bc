//! Mode, mapping and the numbers that decide access: reading and setting them.
//!
//! Each change is tried inside its transaction first: people are planned by the new rules, and the
//! answer says what reconcile would do next. That is shown always; with `dry_run` the transaction is
//! then given up.

use std::collections::BTreeSet;

use domain::access::permission::{GOVERNANCE_MANAGE, GOVERNANCE_READ};
use domain::audit::Action;
use domain::governance::assess::{RoleMapping, RulesMissing};
use domain::governance::entitlement::GuildSet;
use domain::governance::freshness::{Freshness, freshness};
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId};
use domain::reconcile::guard::{Guard, Limits};
use domain::reconcile::plan::Counts;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use store::Tx;
use store::governance::{self, CurrentSnapshot, Governance};
use utoipa::ToSchema;

use crate::reconcile::draft::Draft;
use crate::warning::Warning;
use crate::{Caller, Error, Reeve, permit, record_change};

/// What a change of the rules means.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = GovernanceEffect)]
pub struct Effect {
    /// Whether the setting was different before.
    pub changed: bool,
    pub dry_run: bool,
    /// What reconcile would do by the rules before, if they were complete.
    pub before: Option<Consequence>,
    /// What it would do now; or what is still missing for it to run at all.
    #[schema(value_type = AfterChange)]
    pub after: Result<Consequence, RulesMissing>,
    #[schema(value_type = Vec<String>)]
    pub warnings: Vec<Warning>,
}

/// What the next reconcile would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consequence {
    pub counts: Counts,
    pub guard: Guard,
}

/// Everything that decides access, with what the clock says about it.
#[derive(Clone, Debug)]
pub struct Overview {
    pub governance: Governance,
    pub now: Timestamp,
    /// What is missing for reconcile to run, if anything.
    pub missing: Option<RulesMissing>,
    pub freshness: Vec<(GuildId, Freshness)>,
}

/// [`Overview`] as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = GovernanceShown)]
pub struct Shown {
    pub mode: Option<Mode>,
    /// The Discord roles that stand for `hauling.member`, by guild.
    pub mapping: RoleMapping,
    pub snapshot_max_age_seconds: i64,
    pub guard: Limits,
    pub role_restore_days: i64,
    /// 0 is never.
    pub reconcile_every_seconds: i64,
    /// 0 keeps all.
    pub audit_retention_months: u32,
    /// `access.login`, as its author wrote it.
    pub policy: Option<String>,
    /// What is missing for reconcile to run, if anything.
    pub missing: Option<RulesMissing>,
    pub snapshots: Vec<ShownSnapshot>,
}

/// The current observation of a guild.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = GovernanceSnapshot)]
pub struct ShownSnapshot {
    pub guild_id: GuildId,
    pub current: Option<CurrentSnapshot>,
    pub freshness: Freshness,
}

impl Overview {
    pub fn shown(&self) -> Shown {
        let governance = &self.governance;
        let snapshots = self
            .freshness
            .iter()
            .map(|(guild_id, freshness)| ShownSnapshot {
                guild_id: *guild_id,
                current: governance.snapshots.get(guild_id).copied(),
                freshness: *freshness,
            });
        Shown {
            mode: governance.mode,
            mapping: governance.mapping.clone(),
            snapshot_max_age_seconds: governance.max_age.as_secs(),
            guard: governance.limits,
            role_restore_days: governance.restore_window.as_hours() / 24,
            reconcile_every_seconds: governance
                .reconcile_every
                .map_or(0, |every| every.as_secs()),
            audit_retention_months: governance.audit_retention_months,
            policy: governance
                .policy
                .as_ref()
                .map(|policy| policy.source.clone()),
            missing: self.missing,
            snapshots: snapshots.collect(),
        }
    }
}

/// What reconcile would do by the rules after a change, or what is still missing for it to run.
/// Documents `Effect::after`.
#[derive(Debug, ToSchema)]
pub enum AfterChange {
    Ok(Consequence),
    Err(RulesMissing),
}

/// Which number of governance is set. Ranges are checked by [`set_number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    SnapshotMaxAgeSeconds,
    GuardSharePercent,
    GuardFew,
    GuardCount,
    RoleRestoreDays,
    ReconcileEverySeconds,
    AuditRetentionMonths,
}

impl Number {
    pub const ALL: [Self; 7] = [
        Self::SnapshotMaxAgeSeconds,
        Self::GuardSharePercent,
        Self::GuardFew,
        Self::GuardCount,
        Self::RoleRestoreDays,
        Self::ReconcileEverySeconds,
        Self::AuditRetentionMonths,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::SnapshotMaxAgeSeconds => "snapshot-max-age-seconds",
            Self::GuardSharePercent => "guard-share-percent",
            Self::GuardFew => "guard-few",
            Self::GuardCount => "guard-count",
            Self::RoleRestoreDays => "role-restore-days",
            Self::ReconcileEverySeconds => "reconcile-every-seconds",
            Self::AuditRetentionMonths => "audit-retention-months",
        }
    }

    /// What it means, with its unit and range.
    pub fn about(self) -> &'static str {
        match self {
            Self::SnapshotMaxAgeSeconds => {
                "how old a snapshot may be and still entitle; seconds, 1 to 31536000 (a year)"
            }
            Self::GuardSharePercent => {
                "the guard holds a plan that suspends more than this share; percent, 0 to 100"
            }
            Self::GuardFew => "...and more than so many people; people, 0 to 1000000000",
            Self::GuardCount => {
                "the guard holds a plan that suspends more than so many in any case; people"
            }
            Self::RoleRestoreDays => {
                "for how long stripped roles can be given back; days, 0 to 3650"
            }
            Self::ReconcileEverySeconds => {
                "how often the schedule reconciles; seconds, 60 to 86400, or 0 for never"
            }
            Self::AuditRetentionMonths => {
                "how long the audit log is kept; months, 1 to 1200, or 0 for ever"
            }
        }
    }

    fn range(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::SnapshotMaxAgeSeconds => 1..=31_536_000,
            Self::GuardSharePercent => 0..=100,
            Self::GuardFew | Self::GuardCount => 0..=1_000_000_000,
            Self::RoleRestoreDays => 0..=3650,
            Self::ReconcileEverySeconds => 60..=86_400,
            Self::AuditRetentionMonths => 0..=1200,
        }
    }

    /// 0 switches the schedule off, which is no cadence.
    fn allows(self, value: u32) -> bool {
        self.range().contains(&value) || (self == Self::ReconcileEverySeconds && value == 0)
    }

    fn put(self, governance: &mut Governance, value: u32) {
        match self {
            Self::SnapshotMaxAgeSeconds => {
                governance.max_age = SignedDuration::from_secs(value.into());
            }
            Self::GuardSharePercent => governance.limits.share_percent = value,
            Self::GuardFew => governance.limits.few = value,
            Self::GuardCount => governance.limits.count = value,
            Self::RoleRestoreDays => {
                governance.restore_window = SignedDuration::from_hours(24 * i64::from(value));
            }
            Self::ReconcileEverySeconds => {
                governance.reconcile_every =
                    (value > 0).then(|| SignedDuration::from_secs(value.into()));
            }
            Self::AuditRetentionMonths => governance.audit_retention_months = value,
        }
    }
}

/// What is set, and how fresh the observations are.
pub async fn show(reeve: &Reeve, caller: &Caller) -> Result<Overview, Error> {
    let mut tx = permit::look(reeve, caller, "show governance", GOVERNANCE_READ).await?;
    let governance = governance::load(&mut tx).await?;
    let now = tx.now().await?;
    tx.rollback().await?;
    let freshness = governance
        .guilds()
        .into_iter()
        .map(|guild| {
            let taken_at = governance
                .snapshots
                .get(&guild)
                .map(|current| current.taken_at);
            (guild, freshness(taken_at, now, governance.max_age))
        })
        .collect();
    Ok(Overview {
        missing: governance.rules(None).err(),
        now,
        freshness,
        governance,
    })
}

/// Sets the governance mode.
pub async fn set_mode(
    reeve: &Reeve,
    caller: &Caller,
    mode: Mode,
    dry_run: bool,
) -> Result<Effect, Error> {
    let action = Action::GovernanceSetMode;
    let mut tx = permit::change(reeve, caller, action, GOVERNANCE_MANAGE, None).await?;
    let before = governance::load(&mut tx).await?;
    let changed = before.mode != Some(mode);
    if changed {
        governance::set_mode(&mut tx, mode).await?;
        let (was, is) = (json!({ "mode": before.mode }), json!({ "mode": mode }));
        record_setting(&mut tx, caller, action, was, is).await?;
    }
    preview(reeve, tx, &before, changed, dry_run).await
}

/// Sets which roles of a guild stand for `hauling.member`; no roles takes the guild out of the
/// mapping.
pub async fn map_role(
    reeve: &Reeve,
    caller: &Caller,
    guild: GuildId,
    roles: &BTreeSet<DiscordRoleId>,
    dry_run: bool,
) -> Result<Effect, Error> {
    remap(reeve, caller, guild, |_| roles.clone(), dry_run).await
}

/// Takes one role of a guild out of the mapping. `false` if it is not in it.
pub async fn unmap_role(
    reeve: &Reeve,
    caller: &Caller,
    guild: GuildId,
    role: DiscordRoleId,
) -> Result<bool, Error> {
    let without = |mut mapped: BTreeSet<DiscordRoleId>| {
        mapped.remove(&role);
        mapped
    };
    Ok(remap(reeve, caller, guild, without, false).await?.changed)
}

/// Sets the roles of a guild to what `change` makes of those before.
async fn remap(
    reeve: &Reeve,
    caller: &Caller,
    guild: GuildId,
    change: impl FnOnce(BTreeSet<DiscordRoleId>) -> BTreeSet<DiscordRoleId>,
    dry_run: bool,
) -> Result<Effect, Error> {
    let action = Action::GovernanceMapRole;
    let mut tx = permit::change(reeve, caller, action, GOVERNANCE_MANAGE, None).await?;
    let before = governance::load(&mut tx).await?;
    let mapped = before.mapping.0.get(&guild);
    let was = mapped.cloned().unwrap_or_default();
    let roles = change(was.clone());
    if mapped.is_none() && !roles.is_empty() && before.mapping.0.len() >= GuildSet::CAPACITY {
        let problem = format!("at most {} guilds can be mapped", GuildSet::CAPACITY);
        return Err(Error::invalid("guild", problem));
    }
    let changed = was != roles;
    if changed {
        governance::set_mapping(&mut tx, guild, &roles).await?;
        let was = json!({ "guild_id": guild, "roles": mapped });
        let is = json!({ "guild_id": guild, "roles": roles });
        record_setting(&mut tx, caller, action, was, is).await?;
    }
    let mut effect = preview(reeve, tx, &before, changed, dry_run).await?;
    if !roles.is_empty() && !before.snapshots.contains_key(&guild) {
        effect.warnings.push(Warning::NeverObserved { guild });
    }
    Ok(effect)
}

/// Sets one of the numbers.
pub async fn set_number(
    reeve: &Reeve,
    caller: &Caller,
    number: Number,
    value: u32,
    dry_run: bool,
) -> Result<Effect, Error> {
    if !number.allows(value) {
        let range = number.range();
        let off = if number.allows(0) && *range.start() > 0 {
            "0 (never), or "
        } else {
            ""
        };
        let problem = format!(
            "{} is {off}{} to {}",
            number.name(),
            range.start(),
            range.end()
        );
        return Err(Error::invalid("value", problem));
    }
    let action = Action::GovernanceSetNumber;
    let mut tx = permit::change(reeve, caller, action, GOVERNANCE_MANAGE, None).await?;
    let before = governance::load(&mut tx).await?;
    let mut after = before.clone();
    number.put(&mut after, value);
    let changed = before != after;
    if changed {
        governance::set_numbers(&mut tx, &after).await?;
        let (was, is) = (numbers(&before), numbers(&after));
        record_setting(&mut tx, caller, action, was, is).await?;
    }
    preview(reeve, tx, &before, changed, dry_run).await
}

fn numbers(governance: &Governance) -> Value {
    json!({
        "snapshot_max_age_seconds": governance.max_age.as_secs(),
        "guard": governance.limits,
        "role_restore_days": governance.restore_window.as_hours() / 24,
        "reconcile_every_seconds": governance.reconcile_every.map_or(0, |every| every.as_secs()),
        "audit_retention_months": governance.audit_retention_months,
    })
}

async fn record_setting(
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    was: Value,
    is: Value,
) -> Result<(), Error> {
    let entity = ("governance_setting", "only".to_owned());
    Ok(record_change(tx, caller, action, entity, was, is).await?)
}

/// Plans by the rules that the transaction has written and by those before; then keeps the change,
/// or with `dry_run` gives it up.
pub(crate) async fn preview(
    reeve: &Reeve,
    mut tx: Tx,
    before: &Governance,
    changed: bool,
    dry_run: bool,
) -> Result<Effect, Error> {
    let now_is = governance::load(&mut tx).await?;
    let after = consequence(reeve, &mut tx, &now_is).await?;
    let before = if changed {
        consequence(reeve, &mut tx, before).await?.ok()
    } else {
        after.ok()
    };
    if dry_run || !changed {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    Ok(Effect {
        changed,
        dry_run,
        before,
        after,
        warnings: Vec::new(),
    })
}

async fn consequence(
    reeve: &Reeve,
    tx: &mut Tx,
    governance: &Governance,
) -> Result<Result<Consequence, RulesMissing>, Error> {
    let spared = crate::break_glass::spared(reeve, tx).await?;
    match Draft::load(tx, None, &spared, governance.clone(), None).await {
        Ok(draft) => {
            let plan = draft.plan();
            Ok(Ok(Consequence {
                counts: plan.counts,
                guard: plan.guard,
            }))
        }
        Err(Error::RulesMissing(missing)) => Ok(Err(missing)),
        Err(other) => Err(other),
    }
}
