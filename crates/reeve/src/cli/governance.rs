//! `reeve governance`: mode, role mapping and the numbers that decide access. What a change means
//! is shown before it is kept (`--dry-run`) and with it.

use std::collections::BTreeSet;

use app::governance::{Consequence, Effect, Number, Overview};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId};

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
    /// Set one of the numbers.
    Set {
        #[arg(value_parser = PossibleValuesParser::new(Number::ALL.map(Number::name)))]
        name: String,
        value: u32,
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

pub(crate) async fn run(session: &Session, command: Governance) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    let effect = match command {
        Governance::Show => {
            let overview = app::governance::show(&reeve, &session.caller).await?;
            session
                .format
                .print(&overview.shown(), |_| describe(&overview))?;
            return Ok(Ending::Done);
        }
        Governance::SetMode { mode, change } => {
            app::governance::set_mode(&reeve, caller, mode, change.dry_run).await?
        }
        Governance::MapRole {
            guild,
            role_ids,
            change,
            ..
        } => {
            let roles: BTreeSet<_> = role_ids.into_iter().collect();
            app::governance::map_role(&reeve, caller, guild, &roles, change.dry_run).await?
        }
        Governance::Set {
            name,
            value,
            change,
        } => {
            let Some(number) = Number::ALL.into_iter().find(|number| number.name() == name) else {
                return Err(Failure::plain(format!("there is no number `{name}`")));
            };
            app::governance::set_number(&reeve, caller, number, value, change.dry_run).await?
        }
    };
    session.format.print(&effect, describe_effect)?;
    Ok(Ending::Done)
}

/// What a change of the rules did, and what reconcile would make of it.
pub(super) fn describe_effect(effect: &Effect) -> String {
    let done = match (effect.changed, effect.dry_run) {
        (false, _) => "nothing changed: it was set so already",
        (true, true) => "not kept (--dry-run)",
        (true, false) => "set",
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
