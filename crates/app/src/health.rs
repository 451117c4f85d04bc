//! The health of an installation: its facts from the database, judged by `domain::health`.

use std::collections::BTreeMap;

use domain::governance::freshness::freshness;
use domain::governance::mode::Mode;
use domain::health::condition::{
    self, BreakGlassState, Condition, FAILURES_WITHIN_MINUTES, FailingJob, Held, Observation,
    Paused,
};
use domain::health::{Finding, judge};
use domain::identity::Status;
use domain::reconcile::guard::Guard;
use jiff::Timestamp;
use store::governance::Governance;
use store::{Tx, exemption, governance, health, identity, job, node, outcome};

use crate::reconcile::plan::short;
use crate::{Error, Reeve};

/// What is found now, in the order of the checks.
pub async fn findings(reeve: &Reeve) -> Result<Vec<Finding>, Error> {
    Ok(judge(&condition(reeve).await?))
}

/// What is found about a held plan alone.
pub(crate) async fn held_finding(reeve: &Reeve) -> Result<Finding, Error> {
    let mut tx = reeve.database.snapshot("look for a held plan").await?;
    let held = held(&mut tx).await?;
    tx.rollback().await?;
    Ok(condition::held(held.as_ref()))
}

/// What is found on the server itself: roles, rights, row security.
pub async fn server_findings(reeve: &Reeve) -> Result<Vec<Finding>, Error> {
    let mut tx = reeve.database.snapshot("look at rights").await?;
    let rights = store::rights::look(&mut tx).await?;
    tx.rollback().await?;
    Ok(domain::health::database::rights(&rights).into())
}

/// The database's clock at this very moment.
pub async fn clock(reeve: &Reeve) -> Result<Timestamp, Error> {
    let mut tx = reeve.database.snapshot("look at the clock").await?;
    let now = tx.clock().await?;
    tx.rollback().await?;
    Ok(now)
}

/// The facts of this moment.
pub async fn condition(reeve: &Reeve) -> Result<Condition, Error> {
    let mut tx = reeve.database.snapshot("look at health").await?;
    let governance = governance::load(&mut tx).await?;
    let now = tx.now().await?;
    let jobs = job::list(&mut tx).await?;
    let condition = Condition {
        missing: governance.rules(None).err(),
        max_age: governance.max_age,
        observations: observations(&governance, now),
        held: held(&mut tx).await?,
        break_glass: break_glass(reeve, &mut tx).await?,
        admins: count(health::admins(&mut tx).await?),
        ownerless: health::ownerless(&mut tx).await?,
        paused: store::tenancy::load(&mut tx)
            .await?
            .paused
            .map(|pause| Paused {
                since: pause.since,
                reason: pause.reason,
            }),
        reviews_due: count(exemption::count_due(&mut tx).await?),
        campaigns_overdue: store::review::overdue(&mut tx).await?,
        last_pass: jobs.iter().map(|job| job.started_at).max(),
        failing_jobs: jobs.into_iter().filter_map(failing).collect(),
        nodes: node::living(&mut tx).await?,
        stray_audit_rows: health::stray_audit_rows(&mut tx).await?,
        mutations: outcome::lately(&mut tx, FAILURES_WITHIN_MINUTES).await?,
        now,
    };
    tx.rollback().await?;
    Ok(condition)
}

fn count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn failing(job: job::LastRun) -> Option<FailingJob> {
    (job.failures > 0).then(|| FailingJob {
        name: job.name,
        failures: u32::try_from(job.failures).unwrap_or(0),
        detail: job.detail.unwrap_or_default(),
    })
}

/// The observations that access hangs on: of each mapped guild where Discord leads, the latest of
/// any where the portal does. A mode or a policy that is missing is no reason to say nothing of them;
/// without a mode each mapped guild counts.
fn observations(governance: &Governance, now: Timestamp) -> Vec<Observation> {
    let observation = |guild, taken_at| Observation {
        guild,
        taken_at,
        freshness: freshness(taken_at, now, governance.max_age),
    };
    let current = &governance.snapshots;
    match governance.mode {
        Some(Mode::Portal) => {
            let latest = current.values().map(|found| found.taken_at).max();
            vec![observation(None, latest)]
        }
        Some(Mode::Discord) | None => {
            let of = |guild| current.get(guild).map(|found| found.taken_at);
            let mapped = governance.mapping.0.keys();
            mapped
                .map(|guild| observation(Some(*guild), of(guild)))
                .collect()
        }
    }
}

async fn held(tx: &mut Tx) -> Result<Option<Held>, Error> {
    let held = health::held_plan(tx).await?;
    Ok(held.and_then(|(plan_id, guard, unseen)| match guard {
        Guard::Held {
            suspensions, of, ..
        } => Some(Held {
            plan: short(&plan_id).to_owned(),
            suspensions,
            unseen: count(unseen),
            of,
        }),
        Guard::Clear => None,
    }))
}

/// Holds this process's list against the database.
async fn break_glass(reeve: &Reeve, tx: &mut Tx) -> Result<BreakGlassState, Error> {
    let matched = crate::break_glass::look(reeve, tx).await?;
    let useless = matched
        .iter()
        .filter(|entry| entry.identity.is_none())
        .map(|entry| entry.entry.clone())
        .collect();
    let entries = reeve.live.get().break_glass.len();
    Ok(BreakGlassState {
        entries: u64::try_from(entries).unwrap_or(u64::MAX),
        useless,
    })
}

fn gauge(value: u64) -> f64 {
    u32::try_from(value).map_or(f64::MAX, f64::from)
}

/// Counts everybody, which takes the longer the more there are.
pub async fn count_people(reeve: &Reeve) -> Result<(), Error> {
    let mut tx = reeve.database.snapshot("count people").await?;
    let people = identity::count_by_status(&mut tx).await?;
    tx.rollback().await?;
    for status in [Status::Active, Status::Suspended, Status::Disabled] {
        // Also the one that nobody has: a gauge keeps what it was last told.
        let found = people.iter().find(|(of, _)| of == status.as_str());
        let count = found.map_or(0, |(_, count)| u64::try_from(*count).unwrap_or(0));
        metrics::gauge!("reeve_identities", "status" => status.as_str()).set(gauge(count));
    }
    Ok(())
}

/// Measures how things are, whoever made them so.
pub async fn measure(reeve: &Reeve) -> Result<(), Error> {
    let condition = condition(reeve).await?;
    let held = condition.held.as_ref().map_or(0, |held| held.suspensions);
    metrics::gauge!("reeve_reconcile_held").set(gauge(held));
    for observation in &condition.observations {
        let Some(taken_at) = observation.taken_at else {
            continue;
        };
        let guild = observation
            .guild
            .map_or_else(|| "latest".to_owned(), |guild| guild.to_string());
        let age = condition.now.duration_since(taken_at).as_secs_f64();
        metrics::gauge!("reeve_snapshot_age_seconds", "guild" => guild).set(age);
    }
    let paused = f64::from(u8::from(condition.paused.is_some()));
    metrics::gauge!("reeve_iam_paused").set(paused);
    metrics::gauge!("reeve_exemptions_review_due").set(gauge(condition.reviews_due));
    let mut worst = BTreeMap::new();
    for finding in judge(&condition) {
        let level = worst.entry(finding.check).or_insert(finding.severity);
        *level = finding.severity.max(*level);
    }
    for (check, severity) in worst {
        metrics::gauge!("reeve_health", "check" => check.as_str()).set(f64::from(severity.level()));
    }
    Ok(())
}
