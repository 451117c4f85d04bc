//! Letting go of what nobody needs any more: rows of the feed, alerts long closed, the steps of plans
//! long over, keys of mutations, refused reads, log lines.

use serde::Serialize;
use store::scope::Context;
use store::{alert, decision, feed, idempotency, log, outcome};

use crate::{Error, Reeve};

/// Closed alerts are kept so long, in days: a quarter, for whoever reviews it.
const ALERT_DAYS: i32 = 92;

/// The steps of plans are kept so long, in days; what they did stays in the audit log.
const PLAN_DAYS: u16 = 30;

/// Refused reads are kept so long, in days, and so many rows: enough to look back at an incident of last
/// month, and no more than a few tens of megabytes whoever knocks.
const DECISION_DAYS: i32 = 30;
const DECISIONS: i64 = 100_000;

/// Log lines of requests are kept so long, in days, and so many: an incident is looked at within the
/// week, and 200 000 lines are about 100 megabytes.
const LOG_DAYS: i32 = 7;
const LOG_LINES: i64 = 200_000;

/// Counts of outcomes are kept so long, in hours; only the last minutes are looked at.
const OUTCOME_HOURS: i32 = 24;

/// How many rows went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pruned {
    pub feed: u64,
    pub alerts: u64,
    /// Steps of plans.
    pub steps: u64,
    /// Keys of mutations.
    pub keys: u64,
    /// Refused reads, log lines and counts.
    pub records: u64,
}

/// Prunes; harmless to repeat.
pub async fn prune(reeve: &Reeve) -> Result<Pruned, Error> {
    let context = Context::default();
    let steps = crate::reconcile::prune(reeve, PLAN_DAYS).await?;
    let mut tx = reeve.database.system("prune", &context).await?;
    let pruned = Pruned {
        feed: feed::prune(&mut tx).await?,
        alerts: alert::prune(&mut tx, ALERT_DAYS).await?,
        steps,
        keys: idempotency::prune(&mut tx, crate::once::HOURS).await?,
        records: decision::prune(&mut tx, DECISION_DAYS, DECISIONS).await?
            + log::prune(&mut tx, LOG_DAYS, LOG_LINES).await?
            + outcome::prune(&mut tx, OUTCOME_HOURS).await?,
    };
    tx.commit().await?;
    Ok(pruned)
}
