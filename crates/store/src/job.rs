//! The schedule's memory: when each job is due again, and how its last run ended.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::error::StoreError;
use crate::scope::Tx;

/// A job's last run.
#[derive(Clone, Debug, Serialize)]
pub struct LastRun {
    pub name: String,
    pub due_at: Timestamp,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// `done`, `skipped` or `failed`; `None` while it runs, or if its runner died.
    pub outcome: Option<String>,
    pub detail: Option<String>,
    /// Failures in a row.
    pub failures: i32,
}

/// Takes the job's turn if it is due, by the database's clock, and says when it is due next: `every`
/// after its last start, so that a cadence that was changed holds at once; less a tenth (half a minute at most), so that a pass that comes a little early is not
/// one that comes too early. A start that is yet to come was noted by a clock that has been set back since,
/// and keeps nobody waiting. Of many passes at once, one gets `true`.
pub async fn claim(
    tx: &mut Tx,
    name: &'static str,
    every: SignedDuration,
) -> Result<bool, StoreError> {
    let slack = (every / 10).min(SignedDuration::from_secs(30));
    let claimed = sqlx::query_scalar!(
        r#"insert into job (name, due_at, started_at)
           values ($1, clock_timestamp() + make_interval(secs => $2), clock_timestamp())
           on conflict (name) do update
              set due_at = excluded.due_at, started_at = excluded.started_at, finished_at = null,
                  outcome = null
            where job.started_at + make_interval(secs => $2) <= clock_timestamp()
               or job.started_at > clock_timestamp()
           returning true as "claimed!""#,
        name,
        (every - slack).as_secs_f64()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(claimed.is_some())
}

/// Notes how a run ended.
pub async fn finish(
    tx: &mut Tx,
    name: &'static str,
    outcome: &'static str,
    detail: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update job set finished_at = clock_timestamp(), outcome = $2, detail = $3,
                failures = case when $2 = 'failed' then failures + 1 else 0 end
          where name = $1",
        name,
        outcome,
        detail
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The last run of every job, by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<LastRun>, StoreError> {
    let rows = sqlx::query!(
        "select name, due_at, started_at, finished_at, outcome, detail, failures from job order by name"
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LastRun {
            name: row.name,
            due_at: row.due_at.to_jiff(),
            started_at: row.started_at.to_jiff(),
            finished_at: row.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
            outcome: row.outcome,
            detail: row.detail,
            failures: row.failures,
        })
        .collect())
}
