//! What the clock has ended is marked so.
//!
//! Holds, exemptions and assignments end by the clock, to the second, whether or not this runs: who
//! decides looks at the period. What is done here is the record: each end becomes an audit row.

use domain::audit::Action;
use domain::id::UserId;
use serde::Serialize;
use serde_json::json;
use store::assignment::Expired as Ended;
use store::audit::Entry;
use store::{Tx, assignment, exemption, hold};

use crate::{Caller, Error, Reeve};

/// Rows a transaction.
const BATCH: i64 = 1_000;

/// How many of each had ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Expired {
    pub holds: usize,
    pub exemptions: usize,
    pub assignments: usize,
    /// Stripped assignments whose window has closed (D7).
    pub kept: usize,
}

/// Marks and records what has ended. Passes at once record each end once.
pub async fn expire(reeve: &Reeve, caller: &Caller) -> Result<Expired, Error> {
    let mut total = Expired::default();
    loop {
        let done = Expired {
            holds: holds(reeve, caller).await?,
            exemptions: exemptions(reeve, caller).await?,
            assignments: assignments(reeve, caller).await?,
            kept: kept(reeve, caller).await?,
        };
        total.holds += done.holds;
        total.exemptions += done.exemptions;
        total.assignments += done.assignments;
        total.kept += done.kept;
        let most = done
            .holds
            .max(done.exemptions)
            .max(done.assignments)
            .max(done.kept);
        if i64::try_from(most).unwrap_or(i64::MAX) < BATCH {
            return Ok(total);
        }
    }
}

fn entry<'a>(
    caller: &'a Caller,
    action: Action,
    entity: (&'static str, String),
    about: UserId,
) -> Entry<'a> {
    Entry {
        target: Some(about),
        before: Some(json!({ "user_id": about })),
        ..caller.entry(action, entity.0, entity.1)
    }
}

async fn holds(reeve: &Reeve, caller: &Caller) -> Result<usize, Error> {
    let action = Action::HoldExpire;
    let context = caller.context(action);
    let mut tx = reeve.database.system("expire holds", &context).await?;
    let ended = hold::expire(&mut tx, BATCH).await?;
    for (hold_id, about) in &ended {
        let entry = entry(caller, action, ("hold", hold_id.to_string()), *about);
        store::audit::record(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}

async fn exemptions(reeve: &Reeve, caller: &Caller) -> Result<usize, Error> {
    let action = Action::ExemptionExpire;
    let context = caller.context(action);
    let mut tx = reeve.database.system("expire exemptions", &context).await?;
    let ended = exemption::expire(&mut tx, BATCH).await?;
    for (exemption_id, about) in &ended {
        let entity = ("exemption", exemption_id.to_string());
        let entry = entry(caller, action, entity, *about);
        store::audit::record(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}

async fn assignments(reeve: &Reeve, caller: &Caller) -> Result<usize, Error> {
    let action = Action::RoleExpire;
    let context = caller.context(action);
    let mut tx = reeve
        .database
        .system("expire assignments", &context)
        .await?;
    let ended = assignment::expire(&mut tx, BATCH).await?;
    record(&mut tx, caller, "user_roles", &ended).await?;
    tx.commit().await?;
    Ok(ended.len())
}

/// Without this, a window that is made longer would bring back what was lost long ago.
async fn kept(reeve: &Reeve, caller: &Caller) -> Result<usize, Error> {
    let context = caller.context(Action::RoleExpire);
    let mut tx = reeve
        .database
        .system("expire stripped assignments", &context)
        .await?;
    let window = store::governance::load(&mut tx).await?.restore_window;
    let ended = assignment::expire_stripped(&mut tx, window, BATCH).await?;
    record(&mut tx, caller, "stripped_assignment", &ended).await?;
    tx.commit().await?;
    Ok(ended.len())
}

async fn record(
    tx: &mut Tx,
    caller: &Caller,
    table: &'static str,
    ended: &[Ended],
) -> Result<(), Error> {
    for one in ended {
        let entity = (table, one.assignment_id.to_string());
        let entry = Entry {
            tenant_id: one.scope.tenant_id(),
            project_id: one.scope.project_id(),
            before: Some(json!({ "role": one.role, "at": one.scope })),
            ..entry(caller, Action::RoleExpire, entity, one.user_id)
        };
        store::audit::record(tx, &entry).await?;
    }
    Ok(())
}
