//! Passkeys, and the ceremonies by which they are registered and shown. What the library for WebAuthn
//! writes is kept as it is, and read by nobody here.

use domain::id::{PasskeyId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::id::new_id;
use crate::identity::{self, Owner};
use crate::scope::Tx;

/// A passkey as its owner and administrators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Passkey {
    pub passkey_id: PasskeyId,
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}

/// A passkey that was shown, and whose it is.
#[derive(Clone, Debug)]
pub struct Shown {
    pub passkey_id: PasskeyId,
    pub credential: Value,
    pub owner: Owner,
}

/// Registers a passkey. One that is registered already, for whomever, is refused.
pub async fn create(
    tx: &mut Tx,
    user_id: UserId,
    name: &str,
    credential_id: &[u8],
    credential: &Value,
) -> Result<Passkey, StoreError> {
    let row = sqlx::query!(
        "insert into passkey (passkey_id, user_id, name, credential_id, credential)
         values ($1, $2, $3, $4, $5)
         returning passkey_id, created_at",
        new_id(),
        user_id.0,
        name,
        credential_id,
        credential
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Passkey {
        passkey_id: PasskeyId(row.passkey_id),
        user_id,
        name: name.to_owned(),
        created_at: row.created_at.to_jiff(),
        last_used_at: None,
    })
}

/// Somebody's passkeys, newest first.
pub async fn list(tx: &mut Tx, user_id: UserId) -> Result<Vec<Passkey>, StoreError> {
    let rows = sqlx::query!(
        "select passkey_id, user_id, name, created_at, last_used_at
           from passkey where user_id = $1 order by passkey_id desc",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Passkey {
            passkey_id: PasskeyId(row.passkey_id),
            user_id: UserId(row.user_id),
            name: row.name,
            created_at: row.created_at.to_jiff(),
            last_used_at: row.last_used_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// What the authenticators of somebody call their passkeys.
pub async fn credential_ids(tx: &mut Tx, user_id: UserId) -> Result<Vec<Vec<u8>>, StoreError> {
    let ids = sqlx::query_scalar!(
        "select credential_id from passkey where user_id = $1",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids)
}

/// The passkey that an authenticator calls so. Others who show it wait until the transaction ends, so
/// that its counter is compared with what the last one left.
pub async fn show(tx: &mut Tx, credential_id: &[u8]) -> Result<Option<Shown>, StoreError> {
    let row = sqlx::query!(
        "select p.passkey_id, p.credential, u.user_id, u.email, u.status, u.session_epoch
           from passkey p join app_user u using (user_id)
          where p.credential_id = $1
            for update of p",
        credential_id
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Shown {
            passkey_id: PasskeyId(row.passkey_id),
            credential: row.credential,
            owner: Owner {
                user_id: UserId(row.user_id),
                status: identity::status(row.user_id, &row.status)?,
                email: row.email,
                session_epoch: row.session_epoch.to_jiff(),
            },
        })
    })
    .transpose()
}

/// Notes that a passkey signed its owner in, with the counter that it showed.
pub async fn used(
    tx: &mut Tx,
    passkey_id: PasskeyId,
    credential: &Value,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update passkey set credential = $2, last_used_at = now() where passkey_id = $1",
        passkey_id.0,
        credential
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whose passkey it is.
pub async fn owner(tx: &mut Tx, passkey_id: PasskeyId) -> Result<Option<UserId>, StoreError> {
    let owner: Option<Uuid> = sqlx::query_scalar!(
        "select user_id from passkey where passkey_id = $1 for update",
        passkey_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(owner.map(UserId))
}

/// Removes a passkey.
pub async fn remove(tx: &mut Tx, passkey_id: PasskeyId) -> Result<(), StoreError> {
    sqlx::query!("delete from passkey where passkey_id = $1", passkey_id.0)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Keeps a ceremony that begins, for so many seconds, and forgets those that are over. `user_id` is who
/// registers.
pub async fn begin(
    tx: &mut Tx,
    hash: [u8; 32],
    user_id: Option<UserId>,
    state: &Value,
    seconds: f64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "with over as (
           delete from passkey_ceremony where hash in (
             select hash from passkey_ceremony where expires_at < now()
              order by expires_at limit 100 for update skip locked))
         insert into passkey_ceremony (hash, user_id, state, expires_at)
         values ($1, $2, $3, now() + make_interval(secs => $4))",
        &hash[..],
        user_id.map(|user_id| user_id.0),
        state,
        seconds
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes a ceremony away, if it is not over and is this person's, or a sign-in for `None`. Of any number
/// who try at once, one gets it.
pub async fn take(
    tx: &mut Tx,
    hash: [u8; 32],
    user_id: Option<UserId>,
) -> Result<Option<Value>, StoreError> {
    let state = sqlx::query_scalar!(
        "delete from passkey_ceremony
          where hash = $1 and user_id is not distinct from $2 and now() < expires_at
         returning state",
        &hash[..],
        user_id.map(|user_id| user_id.0)
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(state)
}
