//! Letting go of what nobody needs any more: rows of the feed, alerts long closed, the steps
//! of plans long over.

use serde::Serialize;
use store::scope::Context;
use store::{alert, feed};

use crate::{Error, Reeve};

/// Closed alerts are kept so long, in days: a quarter, for whoever reviews it.
const ALERT_DAYS: i32 = 92;

/// The steps of plans are kept so long, in days; what they did stays in the audit log.
const PLAN_DAYS: u16 = 30;

/// How many rows went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pruned {
    pub feed: u64,
    pub alerts: u64,
    /// Steps of plans.
    pub steps: u64,
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
    };
    tx.commit().await?;
    Ok(pruned)
}
