//! The jobs, in one list: what, how often, and why; and a pass over them.
//!
//! `reeve cron` makes one pass, `reeve serve` one every minute, and any number of them may overlap,
//! across processes too: a job that is not for every pass is taken by whoever notes its start
//! first, and every job is harmless to repeat.

use std::time::Duration;

use app::job::Outcome;
use app::{Caller, Error, Reeve};
use domain::actor::Actor;
use domain::health::condition::Node;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use serde::Serialize;
use tokio::task::JoinSet;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use uuid::Uuid;

/// How often a job runs.
#[derive(Clone, Copy, Debug)]
pub enum Every {
    Pass,
    /// At the first pass after so long.
    Each(SignedDuration),
    /// As often as the setting `reconcile-every-seconds` says, once governance is set up.
    Governed,
}

/// A job of the schedule.
#[derive(Clone, Copy)]
pub struct Job {
    pub name: &'static str,
    pub every: Every,
    /// Why it is there and why so often, for those who read the list.
    pub why: &'static str,
    pub run: fn(Reeve, Caller) -> BoxFuture<'static, Result<Outcome, Error>>,
}

/// A server makes a pass so often.
pub const PASS: Duration = Duration::from_secs(60);

/// What `audit_log.source` says of what the jobs do.
const SOURCE: &str = "scheduled_cron";

/// Every job, in the order of a pass.
pub fn all() -> Vec<Job> {
    vec![
        Job {
            name: "admin-selfheal",
            every: Every::Pass,
            why: "an administrator who was suspended can mend nothing; the runbook promises that \
                  each run of cron brings them back, before anything else",
            run: |reeve, caller| Box::pin(self_heal(reeve, caller)),
        },
        Job {
            name: "expiry",
            every: Every::Pass,
            why: "holds, exemptions and assignments end by the clock without it; this records the \
                  end, and before reconcile, so that a plan does not meet it half-way",
            run: |reeve, caller| Box::pin(expiry(reeve, caller)),
        },
        Job {
            name: "reconcile",
            every: Every::Governed,
            why: "every 5 to 15 minutes after the scan, says the runbook; ten unless set otherwise, \
                  and not before mode, policy, mapping and a first observation are there",
            run: |reeve, caller| Box::pin(reconcile(reeve, caller)),
        },
        Job {
            name: "alerts",
            every: Every::Pass,
            why: "what needs a person is raised within a minute, and closed when its cause is gone; \
                  after reconcile, so that it sees what that held",
            run: |reeve, _| Box::pin(alerts(reeve)),
        },
        Job {
            name: "review-reminders",
            every: Every::Pass,
            why: "a reviewer is told a week and a day before a review is due, when it is, and a week \
                  after; once each, so that asking at each pass costs one look at the open reviews",
            run: |reeve, caller| Box::pin(review_reminders(reeve, caller)),
        },
        Job {
            name: "audit-partitions",
            every: Every::Each(SignedDuration::from_hours(12)),
            why: "the audit log needs next month's partition before the month begins; three are kept \
                  ahead, so a node may sleep for weeks",
            run: |reeve, _| Box::pin(audit_partitions(reeve)),
        },
        Job {
            name: "prune",
            every: Every::Each(SignedDuration::from_hours(1)),
            why: "the feed grows with every change and plans with every run; what nobody needs any \
                  more is let go before it weighs",
            run: |reeve, _| Box::pin(prune(reeve)),
        },
    ]
}

async fn self_heal(reeve: Reeve, caller: Caller) -> Result<Outcome, Error> {
    let healed = app::heal::self_heal(&reeve, &caller).await?;
    Ok(match healed.len() {
        0 => Outcome::Skipped("no administrator is suspended".to_owned()),
        n => Outcome::Done(format!("{n} administrators are active again")),
    })
}

async fn expiry(reeve: Reeve, caller: Caller) -> Result<Outcome, Error> {
    let expired = app::expiry::expire(&reeve, &caller).await?;
    if expired == app::expiry::Expired::default() {
        return Ok(Outcome::Skipped("nothing has ended".to_owned()));
    }
    Ok(Outcome::Done(format!(
        "ended: {} holds, {} exemptions, {} assignments, {} that were kept to be given back",
        expired.holds, expired.exemptions, expired.assignments, expired.kept
    )))
}

async fn reconcile(reeve: Reeve, caller: Caller) -> Result<Outcome, Error> {
    let options = app::reconcile::plan::Options::default();
    match app::reconcile::run(&reeve, &caller, &options).await {
        Ok(run) => Ok(match run.applied {
            None => Outcome::Skipped("everybody is as they should be".to_owned()),
            Some(applied) => Outcome::Done(format!(
                "{} steps applied, {} skipped, {} suspensions held",
                applied.applied, applied.skipped, applied.held
            )),
        }),
        // Whoever overtook this run, or is at it, does the work.
        Err(error @ (Error::Busy { .. } | Error::Overtaken { .. })) => {
            Ok(Outcome::Skipped(error.to_string()))
        }
        Err(error) => Err(error),
    }
}

async fn alerts(reeve: Reeve) -> Result<Outcome, Error> {
    let changes = app::alert::sync(&reeve, &app::alert::alerting()).await?;
    if changes == app::alert::Changes::default() {
        return Ok(Outcome::Skipped("nothing new".to_owned()));
    }
    Ok(Outcome::Done(format!(
        "{} opened, {} closed",
        changes.opened, changes.closed
    )))
}

async fn review_reminders(reeve: Reeve, caller: Caller) -> Result<Outcome, Error> {
    Ok(match app::review::remind(&reeve, &caller).await? {
        0 => Outcome::Skipped("nobody is to be reminded".to_owned()),
        n => Outcome::Done(format!("{n} reminders of reviews")),
    })
}

async fn audit_partitions(reeve: Reeve) -> Result<Outcome, Error> {
    app::audit::maintain(&reeve).await?;
    Ok(Outcome::Done("the coming months are there".to_owned()))
}

async fn prune(reeve: Reeve) -> Result<Outcome, Error> {
    let pruned = app::prune::prune(&reeve).await?;
    Ok(Outcome::Done(format!(
        "{} rows of the feed, {} closed alerts, {} steps of old plans, {} keys, {} records",
        pruned.feed, pruned.alerts, pruned.steps, pruned.keys, pruned.records
    )))
}

/// What became of a job in a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ran {
    pub job: &'static str,
    /// `done`, `skipped` (nothing to do), `not_due`, or `failed`.
    pub outcome: &'static str,
    pub detail: String,
}

/// One pass: each job that is due, one after the other. A failure is logged and tried again when the
/// job is due next; the others run all the same.
pub async fn pass(reeve: &Reeve, jobs: &[Job]) -> Vec<Ran> {
    let mut ran = Vec::with_capacity(jobs.len());
    for job in jobs {
        let (outcome, detail) = match turn(reeve, job).await {
            Ok(Turn::NotDue(why)) => ("not_due", why),
            Ok(Turn::Taken(Outcome::Done(detail))) => ("done", detail),
            Ok(Turn::Taken(Outcome::Skipped(detail))) => ("skipped", detail),
            Err(error) => {
                tracing::warn!(job = job.name, %error, "job failed, trying again later");
                ("failed", error.to_string())
            }
        };
        metrics::counter!("reeve_job_runs_total", "job" => job.name, "result" => outcome)
            .increment(1);
        ran.push(Ran {
            job: job.name,
            outcome,
            detail,
        });
    }
    ran
}

enum Turn {
    /// Not yet; why, if it is not for the time alone.
    NotDue(String),
    Taken(Outcome),
}

/// A job's turn, if it is due. One that can't do anything yet does not use its turn up.
async fn turn(reeve: &Reeve, job: &Job) -> Result<Turn, Error> {
    let every = match job.every {
        Every::Pass => SignedDuration::ZERO,
        Every::Each(every) => every,
        Every::Governed => match app::reconcile::cadence(reeve).await? {
            Ok(every) => every,
            Err(why) => return Ok(Turn::NotDue(why)),
        },
    };
    if !app::job::claim(reeve, job.name, every).await? {
        return Ok(Turn::NotDue(String::new()));
    }
    let caller = Caller::new(Actor::Job { name: SOURCE });
    let span = tracing::trace_span!(
        "job",
        otel.name = format!("job {}", job.name),
        otel.status_code = Empty,
        reeve.correlation_id = %caller.correlation_id,
        reeve.outcome = Empty,
    );
    let ran = (job.run)(reeve.clone(), caller).instrument(span.clone());
    let outcome = apart(ran).await;
    conclude(&span, &outcome);
    app::job::finish(reeve, job.name, &outcome).await?;
    outcome.map(Turn::Taken)
}

/// Completes the span of a job.
fn conclude(span: &Span, outcome: &Result<Outcome, Error>) {
    let outcome = match outcome {
        Ok(Outcome::Done(_)) => "done",
        Ok(Outcome::Skipped(_)) => "skipped",
        Err(_) => {
            span.record("otel.status_code", "ERROR");
            "failed"
        }
    };
    span.record("reeve.outcome", outcome);
}

/// Runs a job as a task of its own, so that a panic in it is a failure like any other and the others run
/// all the same. Dropping ends it.
async fn apart(
    run: impl Future<Output = Result<Outcome, Error>> + Send + 'static,
) -> Result<Outcome, Error> {
    let mut task = JoinSet::new();
    task.spawn(run);
    match task.join_next().await {
        Some(Ok(outcome)) => outcome,
        Some(Err(_)) | None => {
            Err(std::io::Error::other("it crashed; standard error says where").into())
        }
    }
}

/// This server, as it describes itself to the others.
#[derive(Clone, Copy, Debug)]
pub struct Me {
    pub node_id: Uuid,
    pub version: &'static str,
}

/// A server describes itself so often, beside the passes: a job that takes long must not make it look
/// gone.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// What waits to be put on record is written so often: a request is found by its correlation id soon
/// after it was answered, and a burst of refusals is few statements.
const RECORDS: Duration = Duration::from_secs(2);

/// Describes this server, writes records and makes passes, again and again, until the task is dropped.
pub async fn run(reeve: Reeve, me: Me, jobs: Vec<Job>) {
    tokio::join!(describe(&reeve, me), records(&reeve), passes(&reeve, &jobs));
}

async fn records(reeve: &Reeve) {
    let mut turns = every(RECORDS);
    loop {
        turns.tick().await;
        if let Err(error) = app::records::flush(reeve).await {
            tracing::warn!(%error, "what waits to be put on record is tried again");
        }
    }
}

async fn describe(reeve: &Reeve, me: Me) {
    let mut turns = every(HEARTBEAT);
    loop {
        turns.tick().await;
        let live = reeve.live.get();
        let entries = live.break_glass.len();
        let node = Node {
            version: me.version.to_owned(),
            settings_hash: live.hash.clone(),
            break_glass_entries: u64::try_from(entries).unwrap_or(u64::MAX),
        };
        if let Err(error) = app::job::hear(reeve, me.node_id, &node).await {
            tracing::warn!(%error, "this server could not tell the others that it lives");
        }
    }
}

async fn passes(reeve: &Reeve, jobs: &[Job]) {
    let mut turns = every(PASS);
    loop {
        turns.tick().await;
        pass(reeve, jobs).await;
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut turns = tokio::time::interval(period);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    turns
}
