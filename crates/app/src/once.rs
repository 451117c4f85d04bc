//! Mutations that are sent with a key and happen once: looking at the key, and keeping the answer.
//!
//! The key itself is written by the mutation's own transaction (`store::request`). What stands here is
//! around it: before, whether the key is known; after, what was answered.

use domain::idempotency::{REMEMBERED_HOURS, Verdict, judge};
use store::idempotency;
use store::scope::Context;

use crate::{Error, Reeve};

pub use store::idempotency::Answer;
pub use store::request::Key;

/// What a key means for the request that brings it.
#[derive(Clone, Debug)]
pub enum Known {
    New,
    /// The same request was answered so.
    Answered(Answer),
    /// The same request is under way, or its answer is lost; its correlation id.
    Unanswered(String),
    /// The key was sent with another request.
    Misused,
}

/// Looks whether the caller's key is known.
pub async fn look(reeve: &Reeve, key: &Key) -> Result<Known, Error> {
    let mut tx = reeve.database.snapshot("look at a key").await?;
    let kept = idempotency::find(&mut tx, key.caller, &key.key_hash).await?;
    tx.rollback().await?;
    let Some(kept) = kept else {
        return Ok(Known::New);
    };
    let verdict = judge(&kept.request_hash, &key.request_hash, kept.answer.is_some());
    Ok(match (verdict, kept.answer) {
        (Verdict::Replay, Some(answer)) => Known::Answered(answer),
        (Verdict::Misused, _) => Known::Misused,
        (Verdict::Replay | Verdict::Unanswered, _) => Known::Unanswered(kept.correlation_id),
    })
}

/// Keeps what was answered, without its secrets.
pub async fn keep(reeve: &Reeve, key: &Key, answer: &Answer) -> Result<(), Error> {
    let context = Context::default();
    let mut tx = reeve.database.system("keep an answer", &context).await?;
    idempotency::answer(&mut tx, key, answer).await?;
    tx.commit().await?;
    Ok(())
}

/// For so long a key is remembered.
pub(crate) const HOURS: i32 = REMEMBERED_HOURS;
