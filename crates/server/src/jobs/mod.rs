//! The jobs of `reeve serve`, in one list: what, how often, and why.

use std::time::Duration;

use app::{Error, Reeve};
use futures_util::future::BoxFuture;

/// A job that is run again and again while the server serves.
pub struct Job {
    pub name: &'static str,
    pub every: Duration,
    /// Why it is there and why so often, for those who read the list.
    pub why: &'static str,
    pub run: fn(Reeve) -> BoxFuture<'static, Result<(), Error>>,
}

const HOUR: Duration = Duration::from_secs(3600);

/// Every job.
pub fn all() -> Vec<Job> {
    vec![Job {
        name: "audit-partitions",
        every: HOUR.saturating_mul(12),
        why: "the audit log needs next month's partition before the month begins; three are kept \
              ahead, so a node may sleep for weeks",
        run: |reeve| Box::pin(async move { app::audit::maintain(&reeve).await }),
    }]
}

/// Runs each job at once and then at its pace, until the task is dropped. A failure is logged and
/// tried again at the next turn.
pub async fn run(reeve: Reeve, jobs: Vec<Job>) {
    let tasks = jobs.into_iter().map(|job| {
        let reeve = reeve.clone();
        async move {
            let mut turns = tokio::time::interval(job.every);
            turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                turns.tick().await;
                let outcome = (job.run)(reeve.clone()).await;
                let result = if outcome.is_ok() { "done" } else { "failed" };
                metrics::counter!("reeve_job_runs_total", "job" => job.name, "result" => result)
                    .increment(1);
                if let Err(error) = outcome {
                    tracing::warn!(job = job.name, %error, "job failed, trying again later");
                }
            }
        }
    });
    futures_util::future::join_all(tasks).await;
}
