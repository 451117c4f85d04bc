//! `reeve reconcile`: plan, show, approve, apply. A plan prints like a diff.
//!
//! The runbook's `php bin/reconcile_discord_entitlements.php` is `reeve reconcile run`.

use app::Reeve;
use app::reconcile::plan::{Options, short};
use app::reconcile::{Applied, Approval, Made, Run};
use clap::{Args, Subcommand};
use domain::reconcile::guard::Guard;
use domain::reconcile::plan::Counts;
use jiff::SignedDuration;
use store::reconcile::plan::Stored;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, people, table};

mod show;

#[derive(Debug, Subcommand)]
pub(crate) enum Reconcile {
    /// Make a plan and store it; nothing else changes.
    Plan(Make),
    /// Show a plan like a diff, with the reason for each person.
    Show {
        /// The beginning of a plan's id, or `latest`.
        plan: String,
        /// Show every step, also the many that only record who joined.
        #[arg(long)]
        all: bool,
    },
    /// List plans, newest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: u32,
    },
    /// Let the suspensions of a held plan through. Audited.
    Approve {
        /// The beginning of the plan's id.
        plan: String,
    },
    /// Apply a plan, or what the guard lets through of it.
    Apply {
        /// The beginning of a plan's id, or `latest`.
        plan: String,
        #[command(flatten)]
        lease: Lease,
    },
    /// Plan and apply: what runs on a schedule.
    Run(Make),
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Make {
    /// Call a snapshot stale after so many seconds, in this run only; like
    /// DISCORD_SNAPSHOT_MAX_AGE_SECONDS.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(i64).range(1..=31_536_000))]
    max_age_seconds: Option<i64>,
    #[command(flatten)]
    lease: Lease,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Lease {
    /// How long this runner may be silent before another takes over.
    #[arg(long, default_value_t = 30, value_name = "S", value_parser = clap::value_parser!(i64).range(1..=3600))]
    lease_seconds: i64,
}

impl Lease {
    fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(self.lease_seconds)
    }
}

impl Make {
    fn options(self, session: &Session) -> Options {
        let given = self.max_age_seconds.map(SignedDuration::from_secs);
        let max_age = given.or(session.installation.config.snapshot_max_age_of_this_run());
        Options {
            max_age,
            lease: self.lease.duration(),
        }
    }
}

pub(crate) async fn run(session: &Session, command: Reconcile) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    match command {
        Reconcile::Plan(make) => plan(session, &reeve, make).await,
        Reconcile::Show { plan, all } => {
            let limit = if all { i64::MAX } else { show::FEW };
            let shown = app::reconcile::show(&reeve, &session.caller, &plan, all, limit).await?;
            session
                .format
                .print(&shown, |shown| show::describe(shown, all))?;
            Ok(Ending::Done)
        }
        Reconcile::List { limit } => {
            let plans = app::reconcile::list(&reeve, &session.caller, limit.into()).await?;
            session.format.print(&plans, |plans| list(plans))?;
            Ok(Ending::Done)
        }
        Reconcile::Approve { plan } => {
            let plan_id = app::reconcile::approve(&reeve, caller, &plan).await?;
            session
                .format
                .print(&serde_json::json!({ "plan_id": plan_id }), |_| {
                    let id = short(&plan_id);
                    format!("plan {id} is approved; apply it with `reeve reconcile apply {id}`")
                })?;
            Ok(Ending::Done)
        }
        Reconcile::Apply { plan, lease } => {
            let applied = app::reconcile::apply(&reeve, caller, &plan, lease.duration()).await?;
            session.format.print(&applied, describe_applied)?;
            Ok(ending(applied.held > 0))
        }
        Reconcile::Run(make) => {
            let done = app::reconcile::run(&reeve, caller, &make.options(session)).await?;
            session.format.print(&done, describe_run)?;
            Ok(ending(
                done.applied
                    .as_ref()
                    .is_some_and(|applied| applied.held > 0),
            ))
        }
    }
}

async fn plan(session: &Session, reeve: &Reeve, make: Make) -> Result<Ending, Failure> {
    let made = app::reconcile::plan(reeve, &session.caller, &make.options(session)).await?;
    let shown = match &made {
        Some(made) => Some(
            app::reconcile::show(reeve, &session.caller, &made.plan_id, false, show::FEW).await?,
        ),
        None => None,
    };
    session.format.print(&shown, |shown| {
        shown
            .as_ref()
            .map_or_else(nothing, |shown| show::describe(shown, false))
    })?;
    Ok(ending(made.is_some_and(|made| made.guard.is_held())))
}

fn ending(held: bool) -> Ending {
    if held { Ending::Held } else { Ending::Done }
}

fn nothing() -> String {
    "nothing to change: everybody is as they should be".to_owned()
}

/// What a plan does, as the end of a sentence: `restore 3, suspend 14, ...`.
pub(super) fn sentence(counts: &Counts) -> String {
    let Counts {
        restore,
        change,
        suspend,
        spared,
        people: looked_at,
        ..
    } = counts;
    let spared = if *spared > 0 {
        format!(", {spared} spared")
    } else {
        String::new()
    };
    format!(
        "restore {restore}, suspend {suspend}, change {change}{spared}, of {}",
        people(*looked_at)
    )
}

fn describe_applied(applied: &Applied) -> String {
    let id = short(&applied.plan_id);
    let Applied {
        restored,
        suspended,
        changed,
        skipped,
        ..
    } = applied;
    let why = if *skipped > 0 {
        " because they changed since the plan"
    } else {
        ""
    };
    let held = match applied.held {
        0 => String::new(),
        n => format!(
            "\nheld by the guard: {n} suspensions. Look at them (`reeve reconcile show {id}`), then let them \
             through with `reeve reconcile approve {id}` and `reeve reconcile apply {id}`"
        ),
    };
    let approved = applied.approval.as_ref().map_or(String::new(), approved);
    if applied.applied + skipped == 0 && held.is_empty() {
        return format!("plan {id}{approved}: nothing was left of it to apply");
    }
    format!(
        "plan {id}{approved}: {restored} restored, {suspended} suspended, {changed} changed, {skipped} \
         skipped{why}{held}"
    )
}

/// By whom and when, to stand behind a plan's id.
fn approved(approval: &Approval) -> String {
    let by = approval.email.as_deref().unwrap_or("an operator");
    format!(", approved by {by} at {}", instant(approval.at))
}

fn describe_run(run: &Run) -> String {
    match (&run.plan, &run.applied) {
        (Some(Made { counts, .. }), Some(applied)) => {
            format!(
                "planned: {}\n{}",
                sentence(counts),
                describe_applied(applied)
            )
        }
        _ => nothing(),
    }
}

fn list(plans: &[Stored]) -> String {
    table(
        [
            "plan", "made", "state", "mode", "restore", "change", "suspend",
        ],
        plans.iter().map(|plan| {
            [
                short(&plan.plan_id).to_owned(),
                instant(plan.created_at),
                plan.state.to_string(),
                plan.mode.clone(),
                plan.counts.restore.to_string(),
                plan.counts.change.to_string(),
                plan.counts.suspend.to_string(),
            ]
        }),
    )
}

/// The guard's verdict in words.
fn verdict(guard: &Guard) -> String {
    match guard {
        Guard::Clear => "clear".to_owned(),
        Guard::Held {
            suspensions,
            of,
            exceeded,
        } => format!(
            "HELD: {suspensions} of {of} active people would be suspended, which is over the limit by {}",
            match exceeded {
                domain::reconcile::guard::Exceeded::Share => "share",
                domain::reconcile::guard::Exceeded::Count => "number",
            }
        ),
    }
}
