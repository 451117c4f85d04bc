//! Keys of mutations that must happen once, with the answers that were given.

use domain::id::UserId;

use crate::error::StoreError;
use crate::request::Key;
use crate::scope::Tx;

/// What is known of a key.
#[derive(Clone, Debug)]
pub struct Kept {
    pub request_hash: Vec<u8>,
    pub correlation_id: String,
    /// `None` while the first is under way, or if its answer could not be kept.
    pub answer: Option<Answer>,
}

/// An answer as it was given, without secrets.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub revision: Option<String>,
}

/// Writes the key in the mutation's own transaction. `false` if somebody else has it, be it in a
/// transaction under way; nobody waits.
pub(crate) async fn take(tx: &mut Tx, key: &Key) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "insert into idempotency_key (caller, key_hash, request_hash, correlation_id)
         select $1, $2, $3, $4
          where pg_try_advisory_xact_lock(hashtextextended($1::uuid::text || encode($2, 'hex'), 0))
         on conflict do nothing",
        key.caller.0,
        &key.key_hash,
        &key.request_hash,
        key.correlation_id.as_str()
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What is known of a caller's key.
pub async fn find(
    tx: &mut Tx,
    caller: UserId,
    key_hash: &[u8; 32],
) -> Result<Option<Kept>, StoreError> {
    let row = sqlx::query!(
        "select request_hash, correlation_id, status, body, revision from idempotency_key
          where caller = $1 and key_hash = $2",
        caller.0,
        key_hash
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Kept {
        request_hash: row.request_hash,
        correlation_id: row.correlation_id,
        answer: row.status.map(|status| Answer {
            status: u16::try_from(status).unwrap_or(200),
            body: row.body.unwrap_or_default(),
            revision: row.revision,
        }),
    }))
}

/// Keeps the answer of a key. One that changed nothing has no row yet, and gets it here; one that
/// another request has stays as it is.
pub async fn answer(tx: &mut Tx, key: &Key, answer: &Answer) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into idempotency_key as kept
                (caller, key_hash, request_hash, correlation_id, status, body, revision)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (caller, key_hash) do update
            set status = excluded.status, body = excluded.body, revision = excluded.revision
          where kept.correlation_id = excluded.correlation_id
            and kept.request_hash = excluded.request_hash and kept.status is null",
        key.caller.0,
        &key.key_hash,
        &key.request_hash,
        key.correlation_id.as_str(),
        i16::try_from(answer.status).unwrap_or(200),
        answer.body,
        answer.revision
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets keys that are so many hours old.
pub async fn prune(tx: &mut Tx, hours: i32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from idempotency_key where created_at < now() - make_interval(hours => $1)",
        hours
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
