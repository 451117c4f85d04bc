//! Letting go of what nobody needs any more: rows of the feed, alerts long closed.

use serde::Serialize;
use store::scope::Context;
use store::{alert, feed};

use crate::{Error, Reeve};

/// Closed alerts are kept so long, in days: a quarter, for whoever reviews it.
const ALERT_DAYS: i32 = 92;

/// How many rows went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pruned {
    pub feed: u64,
    pub alerts: u64,
}

/// Prunes; harmless to repeat.
pub async fn prune(reeve: &Reeve) -> Result<Pruned, Error> {
    let context = Context::default();
    let mut tx = reeve.database.system("prune", &context).await?;
    let pruned = Pruned {
        feed: feed::prune(&mut tx).await?,
        alerts: alert::prune(&mut tx, ALERT_DAYS).await?,
    };
    tx.commit().await?;
    Ok(pruned)
}
