//! What is put on record without anybody waiting for it: refused reads, how mutations ended, log lines
//! of requests. It is kept in memory, bounded, and written together every few seconds; a process that
//! is killed loses what had not been written. What must not be lost is in the audit log.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::{OrganizationId, UserId};
use jiff::Timestamp;
use store::decision::{self, Refused};
use store::log::{self, Line};
use store::outcome::{self, Counted};
use store::scope::Context;

use crate::permit::Refusal;
use crate::{Caller, Error, Reeve};

/// Most kinds of refusals, and of outcomes, that wait. Whoever asks for more different things in a few
/// seconds is not listened to.
const KINDS: usize = 2_000;
/// Most lines that wait; the oldest go first.
const LINES: usize = 10_000;

/// What waits to be written. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Records(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    refused: HashMap<(UserId, &'static str, Option<OrganizationId>, Timestamp), Refused>,
    outcomes: HashMap<(Timestamp, String, &'static str), i64>,
    lines: VecDeque<Line>,
    lost: u64,
}

impl Records {
    /// A read that was refused. Those of one actor, permission and minute become one.
    pub(crate) fn refused(
        &self,
        caller: &Caller,
        tenant_id: Option<OrganizationId>,
        refusal: &Refusal,
    ) {
        let (now, actor) = (clock(), caller.actor.user_id());
        let (minute, permission) = (minute(now), refusal.permission.name());
        let mut waiting = self.lock();
        let key = (actor, permission, tenant_id, minute);
        if waiting.refused.len() >= KINDS && !waiting.refused.contains_key(&key) {
            waiting.lost += 1;
            return;
        }
        let counted = waiting.refused.get(&key).map_or(0, |refused| refused.count);
        let refused = Refused {
            actor,
            permission,
            tenant_id,
            minute,
            gate: refusal.finding.gate.as_str(),
            reason: refusal.finding.reason.describe(),
            count: counted + 1,
            last_at: now,
            last_correlation_id: caller.correlation_id.clone(),
        };
        waiting.refused.insert(key, refused);
    }

    /// How a mutation ended: `success`, `denied` or `failed`.
    pub fn ended(&self, operation: &str, outcome: &'static str) {
        let key = (minute(clock()), operation.to_owned(), outcome);
        let mut waiting = self.lock();
        if waiting.outcomes.len() >= KINDS && !waiting.outcomes.contains_key(&key) {
            waiting.lost += 1;
            return;
        }
        *waiting.outcomes.entry(key).or_default() += 1;
    }

    /// A log line of a request.
    pub fn line(&self, line: Line) {
        let mut waiting = self.lock();
        if waiting.lines.len() >= LINES {
            waiting.lines.pop_front();
            waiting.lost += 1;
        }
        waiting.lines.push_back(line);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Waiting {
        std::mem::take(&mut *self.lock())
    }

    /// Puts back what could not be written, as far as there is room. Log lines are let go: while the
    /// database is away they are in the process's own log.
    fn put_back(&self, taken: Waiting) {
        let mut waiting = self.lock();
        for (key, refused) in taken.refused {
            let counted = refused.count;
            let newer = waiting.refused.entry(key).or_insert(Refused {
                count: 0,
                ..refused
            });
            newer.count += counted;
        }
        for (key, count) in taken.outcomes {
            *waiting.outcomes.entry(key).or_default() += count;
        }
        if waiting.refused.len() > 2 * KINDS {
            waiting.refused.clear();
        }
        if waiting.outcomes.len() > 2 * KINDS {
            waiting.outcomes.clear();
        }
    }
}

/// Writes what waits. If that fails, counts are kept for the next time.
pub async fn flush(reeve: &Reeve) -> Result<(), Error> {
    let taken = reeve.records.take();
    if taken.lost > 0 {
        metrics::counter!("reeve_records_lost_total").increment(taken.lost);
    }
    if taken.refused.is_empty() && taken.outcomes.is_empty() && taken.lines.is_empty() {
        return Ok(());
    }
    let written = write(reeve, &taken).await;
    if written.is_err() {
        reeve.records.put_back(taken);
    }
    written
}

async fn write(reeve: &Reeve, taken: &Waiting) -> Result<(), Error> {
    let refused: Vec<_> = taken.refused.values().cloned().collect();
    let counted: Vec<_> = taken
        .outcomes
        .iter()
        .map(|((minute, operation, outcome), count)| Counted {
            minute: *minute,
            operation: operation.clone(),
            outcome,
            count: *count,
        })
        .collect();
    let lines: Vec<_> = taken.lines.iter().cloned().collect();
    let mut tx = reeve
        .database
        .system("write records", &Context::default())
        .await?;
    decision::record(&mut tx, &refused).await?;
    outcome::add(&mut tx, &counted).await?;
    log::record(&mut tx, &lines).await?;
    tx.commit().await?;
    Ok(())
}

/// This machine's clock: what is put on record here also happens while the database is away.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place beside the database's clock; nothing is decided by it"
)]
pub fn clock() -> Timestamp {
    Timestamp::now()
}

fn minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}
