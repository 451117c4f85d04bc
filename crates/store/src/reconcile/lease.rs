//! The lease: one runner at a time, fenced.
//!
//! A runner that was stopped beyond its lease may wake up and go on; its epoch is then no longer
//! the lease's, and [`renew`], which stands at the start of each of its transactions, tells it.

use jiff::{SignedDuration, Timestamp};

use crate::error::StoreError;
use crate::scope::{IDLE_LIMIT_MS, Tx};

/// A lease that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub name: &'static str,
    pub epoch: i64,
    pub ttl: SignedDuration,
}

/// Who has it instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub holder: String,
    pub expires_at: Timestamp,
}

/// No lease is taken for longer; one that ends later yet was given by a clock that has been set back.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// Takes the lease, for at most [`LONGEST`], if nobody has it, or if whoever had it let it run out.
pub async fn take(
    tx: &mut Tx,
    name: &'static str,
    holder: &str,
    ttl: SignedDuration,
) -> Result<Result<Lease, Holder>, StoreError> {
    let ttl = ttl.min(LONGEST);
    let epoch = sqlx::query_scalar!(
        "update lease set holder = $2, epoch = epoch + 1,
                expires_at = clock_timestamp() + make_interval(secs => $3)
          where name = $1 and (expires_at <= clock_timestamp()
                               or expires_at > clock_timestamp() + make_interval(secs => $4))
         returning epoch",
        name,
        holder,
        ttl.as_secs_f64(),
        LONGEST.as_secs_f64()
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(epoch) = epoch {
        return Ok(Ok(Lease { name, epoch, ttl }));
    }
    let other = sqlx::query!("select holder, expires_at from lease where name = $1", name)
        .fetch_one(tx.connection())
        .await?;
    Ok(Err(Holder {
        holder: other.holder.unwrap_or_default(),
        expires_at: other.expires_at.to_jiff(),
    }))
}

/// Renews the lease and locks it until the transaction ends, so that nobody takes over in between.
/// `false` means that somebody already did.
///
/// From here on the server ends the transaction when it has been idle for as long as the lease lasts
/// (or as any may be): a runner that stops must not keep its locks beyond its lease.
pub async fn renew(tx: &mut Tx, lease: &Lease) -> Result<bool, StoreError> {
    // Zero would mean no limit.
    let idle_ms = lease.ttl.as_millis().clamp(1, IDLE_LIMIT_MS.into());
    let row = sqlx::query!(
        "update lease set expires_at = clock_timestamp() + make_interval(secs => $3)
          where name = $1 and epoch = $2
         returning set_config('idle_in_transaction_session_timeout', $4, true)",
        lease.name,
        lease.epoch,
        lease.ttl.as_secs_f64(),
        idle_ms.to_string()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.is_some())
}

/// Gives the lease back.
pub async fn release(tx: &mut Tx, lease: &Lease) -> Result<(), StoreError> {
    sqlx::query!(
        "update lease set expires_at = '1970-01-01 00:00:00+00', holder = null
          where name = $1 and epoch = $2",
        lease.name,
        lease.epoch
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
