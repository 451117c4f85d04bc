//! `reeve governance`: mode, role mapping and the numbers that decide access. What a change means
//! is shown before it is kept (`--dry-run`) and with it.

use std::collections::BTreeSet;

use app::Reeve;
use app::governance::{Consequence, Effect, Number, Overview};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Subcommand};
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId};
use serde_json::json;

use super::{Ending, Session, reconcile};
use crate::failure::Failure;
use crate::output::{age, instant, table, warnings};

#[derive(Debug, Subcommand)]
pub(crate) enum Governance {
    /// Show what is set, and how fresh the observations are.
    Show,
    /// Set where entitlement comes from: discord or portal.
    SetMode {
        mode: Mode,
        #[command(flatten)]
        change: Change,
    },
    /// Set which roles of a guild stand for an entitlement; none takes the guild out.
    MapRole {
        /// The entitlement.
        #[arg(value_parser = PossibleValuesParser::new(["hauling.member"]))]
        entitlement: String,
        guild: GuildId,
        role_ids: Vec<DiscordRoleId>,
        #[command(flatten)]
        change: Change,
    },
    /// Set one of the numbers, or one of the switches.
    Set {
        /// Which.
        #[arg(value_parser = PossibleValuesParser::new(settings()))]
        name: String,
        /// A whole number, in the unit that the name says; of the switches `on` or `off`.
        value: String,
        #[command(flatten)]
        change: Change,
    },
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Change {
    /// Show what it would change, keep nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// An active membership in one organization only, the default one aside.
const STRICT: &str = "strict-membership";
/// A move to another organization waits for somebody else's approval.
const APPROVAL: &str = "rehome-needs-approval";

/// What can be set, as the help shows it.
fn settings() -> Vec<PossibleValue> {
    let switches = [
        (
            STRICT,
            "a person belongs to one organization beside the default one; on or off",
        ),
        (
            APPROVAL,
            "a move to another organization waits for somebody else's approval; on or off",
        ),
    ];
    let switches = switches.map(|(name, about)| PossibleValue::new(name).help(about));
    let numbers = Number::ALL.map(|number| PossibleValue::new(number.name()).help(number.about()));
    numbers.into_iter().chain(switches).collect()
}

pub(crate) async fn run(session: &Session, command: Governance) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    let (what, effect) = match command {
        Governance::Show => {
            let overview = app::governance::show(&reeve, &session.caller).await?;
            session
                .format
                .print(&as_json(&overview), |_| describe(&overview))?;
            return Ok(Ending::Done);
        }
        Governance::SetMode { mode, change } => {
            let effect = app::governance::set_mode(&reeve, caller, mode, change.dry_run).await?;
            (format!("the mode is {mode}"), effect)
        }
        Governance::MapRole {
            guild,
            role_ids,
            change,
            entitlement,
        } => {
            let roles: BTreeSet<_> = role_ids.into_iter().collect();
            let named: Vec<_> = roles.iter().map(ToString::to_string).collect();
            let what = match named.is_empty() {
                true => format!("no role of guild {guild} is mapped"),
                false => format!(
                    "guild {guild}: {} stands for {entitlement}",
                    named.join(", ")
                ),
            };
            let dry_run = change.dry_run;
            let effect = app::governance::map_role(&reeve, caller, guild, &roles, dry_run).await?;
            (what, effect)
        }
        Governance::Set {
            name,
            value,
            change,
        } => {
            let Some(number) = Number::ALL.into_iter().find(|number| number.name() == name) else {
                return switch(session, &reeve, &name, &value, change).await;
            };
            let dry_run = change.dry_run;
            let value = value
                .parse()
                .map_err(|_| Failure::plain(format!("{name}: `{value}` is no whole number")))?;
            let effect =
                app::governance::set_number(&reeve, caller, number, value, dry_run).await?;
            (format!("{name} is {value}"), effect)
        }
    };
    session
        .format
        .print(&effect, |effect| describe_effect(&what, effect))?;
    Ok(Ending::Done)
}

async fn switch(
    session: &Session,
    reeve: &Reeve,
    name: &str,
    value: &str,
    change: Change,
) -> Result<Ending, Failure> {
    let on = match value {
        "on" => true,
        "off" => false,
        _ => return Err(Failure::plain(format!("{name}: expected on or off"))),
    };
    if change.dry_run {
        let said = "a switch changes no plan; `--dry-run` is for the numbers";
        return Err(Failure::plain(said));
    }
    let caller = &session.caller;
    let changed = match name {
        STRICT => app::tenancy::set_strict(reeve, caller, on).await?,
        _ => app::tenancy::set_rehome_approval(reeve, caller, on).await?,
    };
    let answer = json!({ "changed": changed });
    session.format.print(&answer, |_| match changed {
        true => format!("{name} is {value}"),
        false => format!("nothing changed: {name} was {value} already"),
    })?;
    Ok(Ending::Done)
}

/// What a change of the rules did, and what reconcile would make of it.
pub(super) fn describe_effect(what: &str, effect: &Effect) -> String {
    let done = match (effect.changed, effect.dry_run) {
        (false, _) => format!("nothing changed: {what} already"),
        (true, true) => format!("not kept (--dry-run): {what}"),
        (true, false) => format!("set: {what}"),
    };
    let consequence = |consequence: &Consequence| {
        let held = if consequence.guard.is_held() {
            "; the guard would hold the suspensions"
        } else {
            ""
        };
        format!("{}{held}", reconcile::sentence(&consequence.counts))
    };
    let before = effect.before.as_ref().map_or(String::new(), |before| {
        format!(
            "by the rules before, the next reconcile would {}\n",
            consequence(before)
        )
    });
    let after = match &effect.after {
        Ok(after) => format!("the next reconcile would {}", consequence(after)),
        Err(missing) => format!("reconcile can't run yet: {missing}"),
    };
    format!("{done}\n{before}{after}{}", warnings(&effect.warnings))
}

fn as_json(overview: &Overview) -> serde_json::Value {
    let governance = &overview.governance;
    json!({
        "mode": governance.mode,
        "mapping": governance.mapping,
        "snapshot_max_age_seconds": governance.max_age.as_secs(),
        "guard": governance.limits,
        "role_restore_days": governance.restore_window.as_hours() / 24,
        "reconcile_every_seconds": governance.reconcile_every.map_or(0, |every| every.as_secs()),
        "audit_retention_months": governance.audit_retention_months,
        "policy": governance.policy.as_ref().map(|policy| &policy.source),
        "missing": overview.missing,
        "snapshots": overview.freshness.iter().map(|(guild, freshness)| {
            let current = governance.snapshots.get(guild);
            json!({ "guild_id": guild, "current": current, "freshness": freshness })
        }).collect::<Vec<_>>(),
    })
}

fn describe(overview: &Overview) -> String {
    let governance = &overview.governance;
    let mode = match governance.mode {
        Some(Mode::Discord) => {
            "discord (Discord-leading: a mapped role in a fresh snapshot entitles)"
        }
        Some(Mode::Portal) => "portal (Portal-leading: an assignment of hauling.member entitles)",
        None => "not set",
    };
    let mapping: String = governance
        .mapping
        .0
        .iter()
        .map(|(guild, roles)| {
            let roles: Vec<_> = roles.iter().map(ToString::to_string).collect();
            format!("  guild {guild}: role {}\n", roles.join(", "))
        })
        .collect();
    let snapshots = observations(overview);
    let limits = governance.limits;
    let missing = overview
        .missing
        .map_or(String::new(), |missing| format!("\nmissing: {missing}"));
    format!(
        "mode: {mode}\nmapping of hauling.member:\n{}policy access.login: {}\n\
         a snapshot is stale after {}\n\
         the guard holds suspensions over {} % and {} people, or over {}\n\
         stripped roles can be given back for {} days\n{}\n{}\n\n{snapshots}{missing}",
        if mapping.is_empty() {
            "  none\n".to_owned()
        } else {
            mapping
        },
        if governance.policy.is_some() {
            "set (`reeve policy show access.login`)"
        } else {
            "not set"
        },
        age(governance.max_age.as_secs()),
        limits.share_percent,
        limits.few,
        limits.count,
        governance.restore_window.as_hours() / 24,
        governance.reconcile_every.map_or_else(
            || "the schedule does not reconcile".to_owned(),
            |every| format!("the schedule reconciles every {}", age(every.as_secs())),
        ),
        match governance.audit_retention_months {
            0 => "the audit log is kept for ever".to_owned(),
            months => format!("the audit log is kept for {months} months"),
        },
    )
}

/// The current snapshot of each guild that counts, with its age and what the clock says of it.
fn observations(overview: &Overview) -> String {
    let governance = &overview.governance;
    table(
        ["guild", "taken at", "age", "members", "verdict"],
        overview.freshness.iter().map(|(guild, freshness)| {
            let current = governance.snapshots.get(guild);
            let verdict = format!("{freshness:?}").to_lowercase();
            match current {
                Some(current) => {
                    let seconds = overview.now.duration_since(current.taken_at).as_secs();
                    let members = current.members.to_string();
                    [
                        guild.to_string(),
                        instant(current.taken_at),
                        age(seconds),
                        members,
                        verdict,
                    ]
                }
                None => [
                    guild.to_string(),
                    String::new(),
                    String::new(),
                    String::new(),
                    verdict,
                ],
            }
        }),
    )
}
