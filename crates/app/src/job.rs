//! A job's turn: taking it, and noting how it ended. What the jobs are is `server::jobs`' list.

use domain::health::condition::Node;
use jiff::SignedDuration;
use store::job::LastRun;
use store::scope::Context;
use uuid::Uuid;

use crate::{Error, Reeve};

/// How a job ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done(String),
    /// There was nothing to do, or somebody else does it.
    Skipped(String),
}

/// Takes the turn of a job that is due; of many passes at once, one gets `true`.
pub async fn claim(
    reeve: &Reeve,
    name: &'static str,
    every: SignedDuration,
) -> Result<bool, Error> {
    let mut tx = reeve
        .database
        .system("claim job", &Context::default())
        .await?;
    let claimed = store::job::claim(&mut tx, name, every).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// Notes how a run ended.
pub async fn finish(
    reeve: &Reeve,
    name: &'static str,
    outcome: &Result<Outcome, Error>,
) -> Result<(), Error> {
    let (outcome, detail) = match outcome {
        Ok(Outcome::Done(detail)) => ("done", detail.clone()),
        Ok(Outcome::Skipped(detail)) => ("skipped", detail.clone()),
        Err(error) => ("failed", error.to_string()),
    };
    let mut tx = reeve
        .database
        .system("finish job", &Context::default())
        .await?;
    store::job::finish(&mut tx, name, outcome, &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// The last run of every job.
pub async fn list(reeve: &Reeve) -> Result<Vec<LastRun>, Error> {
    let mut tx = reeve.database.snapshot("list jobs").await?;
    let jobs = store::job::list(&mut tx).await?;
    tx.rollback().await?;
    Ok(jobs)
}

/// Notes that this node lives, and how it is set.
pub async fn hear(reeve: &Reeve, node_id: Uuid, node: &Node) -> Result<(), Error> {
    let mut tx = reeve
        .database
        .system("hear node", &Context::default())
        .await?;
    let list = &reeve.live.get().break_glass;
    store::node::hear(&mut tx, node_id, node, list).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets this node, which stops.
pub async fn leave(reeve: &Reeve, node_id: Uuid) -> Result<(), Error> {
    let mut tx = reeve.database.system("leave", &Context::default()).await?;
    store::node::leave(&mut tx, node_id).await?;
    tx.commit().await?;
    Ok(())
}
