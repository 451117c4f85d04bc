//! Making an observation current: load, look, admit, merge, all in one transaction.

use std::io::Read;

use domain::access::permission::SNAPSHOTS_MANAGE;
use domain::audit::{Action, Outcome};
use domain::governance::freshness::freshness;
use domain::id::GuildId;
use domain::reconcile::digest::{Hasher, Sha256};
use domain::reconcile::snapshot::{Admission, Expectation, Observation, admit, meant};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use store::audit::Entry;
use store::snapshot::{self as sql, Member, Merged};
use tokio::sync::mpsc;

use super::file::{self, BadFile};
use crate::warning::Warning;
use crate::{Caller, Error, Reeve, permit};

/// What is imported.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    pub guild: GuildId,
    /// When the observation began; its age is counted from here.
    pub taken_at: Timestamp,
    pub expectation: Expectation,
    /// The digest that the bytes must have.
    pub sha256: Option<Sha256>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    #[serde(flatten)]
    pub merged: Merged,
    /// It is more than 20 % smaller than the one before, and the operator said that this is right.
    pub shrunk: bool,
    pub warnings: Vec<Warning>,
}

/// Members handed over at a time.
const CHUNK: usize = 4_096;

/// The longest text about what is wrong with a file, in bytes.
const LONGEST_PROBLEM: usize = 400;

/// Reads an observation and makes it current, or rejects it whole with the reason; then the current
/// one stays and keeps ageing. `progress` is told how many members have been read.
pub async fn import(
    reeve: &Reeve,
    caller: &Caller,
    what: Import,
    input: impl Read + Send + 'static,
    progress: impl FnMut(u64),
) -> Result<Imported, Error> {
    match attempt(reeve, caller, what, input, progress).await {
        Err(Error::SnapshotRejected(rejection)) => {
            record_rejection(reeve, caller, what, rejection.to_string()).await?;
            metrics::counter!("reeve_snapshots_total", "outcome" => "rejected").increment(1);
            Err(rejection.into())
        }
        Err(error @ Error::Invalid { .. }) => {
            record_rejection(reeve, caller, what, error.to_string()).await?;
            metrics::counter!("reeve_snapshots_total", "outcome" => "rejected").increment(1);
            Err(error)
        }
        Ok(imported) => {
            metrics::counter!("reeve_snapshots_total", "outcome" => "admitted").increment(1);
            Ok(imported)
        }
        Err(error) => Err(error),
    }
}

async fn attempt(
    reeve: &Reeve,
    caller: &Caller,
    what: Import,
    input: impl Read + Send + 'static,
    progress: impl FnMut(u64),
) -> Result<Imported, Error> {
    let action = Action::SnapshotAdmit;
    let mut tx = permit::change(reeve, caller, action, SNAPSHOTS_MANAGE, None).await?;
    let slot = sql::take_slot(&mut tx).await?;
    let found = load(&mut tx, slot, input, progress).await?;
    meant(what.sha256, found)?;
    let current = sql::current(&mut tx, what.guild).await?;
    let observation = sql::observe(&mut tx, slot, what.guild, what.taken_at).await?;
    let now = tx.now().await?;
    let admission = admit(&observation, current, what.expectation, now)?;
    let max_age = store::governance::load(&mut tx).await?.max_age;
    let merged = sql::merge(&mut tx, slot, &observation, caller.actor.source()).await?;
    record_admission(&mut tx, caller, &observation, admission, merged).await?;
    tx.commit().await?;
    tracing::info!(guild = %what.guild, members = merged.members, added = merged.added,
        changed = merged.changed, removed = merged.removed, "snapshot admitted");
    let not_mapped = observation.with_mapped_role.is_none();
    let not_mapped = not_mapped.then_some(Warning::NotMapped { guild: what.guild });
    let stale = !freshness(Some(what.taken_at), now, max_age).is_fresh();
    let taken_at = what.taken_at;
    let stale = stale.then_some(Warning::StaleAlready { taken_at });
    Ok(Imported {
        merged,
        shrunk: admission.shrunk,
        warnings: not_mapped.into_iter().chain(stale).collect(),
    })
}

/// Parses on a thread of its own and loads what comes; returns the digest of what was read.
async fn load(
    tx: &mut store::Tx,
    slot: sql::Slot,
    input: impl Read + Send + 'static,
    progress: impl FnMut(u64),
) -> Result<Sha256, Error> {
    let (sender, mut receiver) = mpsc::channel(8);
    let parser = tokio::task::spawn_blocking(move || parse(input, &sender));
    sql::load(tx, slot, &mut receiver, progress).await?;
    // The channel closed: the parser is done, unless it panicked in the middle of the file.
    parser
        .await
        .map_err(|e| Error::Io(std::io::Error::other(e)))
}

type Chunk = Result<Vec<Member>, Error>;

/// A reader that takes the digest of what goes by.
struct Hashing<R> {
    inner: R,
    hasher: Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn parse(input: impl Read, sender: &mpsc::Sender<Chunk>) -> Sha256 {
    let mut input = Hashing {
        inner: input,
        hasher: Hasher::default(),
    };
    let mut chunk = Vec::with_capacity(CHUNK);
    // A file that is read to the end is hashed to the end; one that is not is refused anyway.
    let outcome = file::read(&mut input, &mut |member| {
        chunk.push(member);
        if chunk.len() < CHUNK {
            return Ok(());
        }
        let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
        sender.blocking_send(Ok(full)).map_err(|_| BadFile::Stopped)
    });
    let last = match outcome {
        Ok(()) => Ok(chunk),
        Err(BadFile::Io(error)) => Err(Error::Io(error)),
        Err(problem) => Err(Error::invalid("file", printable(&problem.to_string()))),
    };
    // Nobody listens any more only if loading failed, which is then the error to report.
    let _ = sender.blocking_send(last);
    input.hasher.finish()
}

/// What is wrong with a file, as it can be stored and shown: it quotes the file, where anything may
/// stand, a zero byte or a terminal's command too, and as much of it as the file has.
fn printable(problem: &str) -> String {
    let mut shown = String::with_capacity(problem.len().min(LONGEST_PROBLEM));
    for c in problem.chars() {
        if shown.len() >= LONGEST_PROBLEM {
            shown.push('…');
            break;
        }
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

async fn record_admission(
    tx: &mut store::Tx,
    caller: &Caller,
    observation: &Observation,
    admission: Admission,
    merged: Merged,
) -> Result<(), Error> {
    let after = json!({
        "guild_id": observation.guild, "taken_at": observation.taken_at, "merged": merged,
    });
    let admitted = Action::SnapshotAdmit;
    let shrunk = admission.shrunk.then_some(Action::SnapshotAcceptShrink);
    for action in [Some(admitted), shrunk].into_iter().flatten() {
        let entry = Entry {
            after: Some(after.clone()),
            ..caller.entry(action, "discord_snapshot", merged.snapshot_id.to_string())
        };
        store::audit::record(tx, &entry).await?;
    }
    Ok(())
}

async fn record_rejection(
    reeve: &Reeve,
    caller: &Caller,
    what: Import,
    reason: String,
) -> Result<(), Error> {
    let action = Action::SnapshotReject;
    let mut tx = reeve
        .database
        .system("reject snapshot", &caller.context(action))
        .await?;
    let entry = Entry {
        outcome: Outcome::Denied,
        reason: Some(reason),
        after: Some(json!({ "guild_id": what.guild, "taken_at": what.taken_at })),
        ..caller.entry(action, "discord_guild", what.guild.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
