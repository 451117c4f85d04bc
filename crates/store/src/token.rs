//! Personal access tokens. Their secrets are never here, only the hashes.

use domain::access::permission::{Permission, PermissionSet};
use domain::id::{TokenId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::id::new_id;
use crate::identity::{self, Owner};
use crate::scope::Tx;

/// A token as its owner and administrators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Token {
    pub token_id: TokenId,
    pub user_id: UserId,
    pub name: String,
    /// `None` for whatever its owner may do.
    pub scopes: Option<Vec<String>>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    pub user_id: UserId,
    pub name: &'a str,
    pub hash: [u8; 32],
    pub scopes: Option<PermissionSet>,
    pub expires_at: Timestamp,
}

/// A token that a caller showed.
#[derive(Clone, Debug)]
pub struct Shown {
    pub token_id: TokenId,
    pub scopes: Option<PermissionSet>,
    pub created_at: Timestamp,
    /// In how many seconds it ends.
    pub left: f64,
    pub owner: Owner,
}

/// Makes a token.
pub async fn create(tx: &mut Tx, new: &NewToken<'_>) -> Result<TokenId, StoreError> {
    let token_id = new_id();
    let scopes: Option<Vec<String>> = new.scopes.map(names);
    sqlx::query!(
        "insert into personal_access_token (token_id, user_id, name, hash, scopes, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        token_id,
        new.user_id.0,
        new.name,
        &new.hash[..],
        scopes.as_deref(),
        new.expires_at.to_sqlx() as jiff_sqlx::Timestamp
    )
    .execute(tx.connection())
    .await?;
    Ok(TokenId(token_id))
}

/// The names of permissions as they are stored.
fn names(set: PermissionSet) -> Vec<String> {
    set.iter().map(|of| of.name().to_owned()).collect()
}

/// Whoever's token has this hash, if it is neither revoked nor over by the database's clock. Once a
/// minute notes that it was used, and then, once an hour, that its owner was here.
pub async fn show(tx: &mut Tx, hash: [u8; 32]) -> Result<Option<Shown>, StoreError> {
    let row = sqlx::query!(
        r#"with shown as (
             select token_id, user_id, scopes, created_at, last_used_at, expires_at
               from personal_access_token
              where hash = $1 and revoked_at is null and now() < expires_at),
           used as (
             update personal_access_token t set last_used_at = now()
               from shown s
              where t.token_id = s.token_id
                and (s.last_used_at is null or s.last_used_at < now() - interval '1 minute')
             returning s.user_id, s.created_at),
           seen as (
             insert into identity_activity as a (user_id, last_seen_at)
             select user_id, now() from used join app_user u using (user_id)
              where u.status = 'active' and u.session_epoch < used.created_at
             on conflict (user_id) do update set last_seen_at = now()
              where a.last_seen_at < now() - interval '1 hour')
           select s.token_id, s.user_id, s.scopes, s.created_at, u.email, u.status, u.session_epoch,
                  extract(epoch from s.expires_at - now())::float8 as "left!"
             from shown s join app_user u using (user_id)"#,
        &hash[..]
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Shown {
            token_id: TokenId(row.token_id),
            // A permission that this version does not know permits nothing.
            scopes: row.scopes.map(|names| {
                names
                    .iter()
                    .filter_map(|name| Permission::of(name))
                    .collect()
            }),
            created_at: row.created_at.to_jiff(),
            left: row.left,
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

/// Somebody's tokens that still count, newest first.
pub async fn list(tx: &mut Tx, user_id: UserId) -> Result<Vec<Token>, StoreError> {
    let rows = sqlx::query!(
        "select token_id, user_id, name, scopes, created_at, expires_at, last_used_at
           from personal_access_token
          where user_id = $1 and revoked_at is null and now() < expires_at
          order by token_id desc",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Token {
            token_id: TokenId(row.token_id),
            user_id: UserId(row.user_id),
            name: row.name,
            scopes: row.scopes,
            created_at: row.created_at.to_jiff(),
            expires_at: row.expires_at.to_jiff(),
            last_used_at: row.last_used_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// Whose token it is, if it still counts.
pub async fn owner(tx: &mut Tx, token_id: TokenId) -> Result<Option<UserId>, StoreError> {
    let owner: Option<Uuid> = sqlx::query_scalar!(
        "select user_id from personal_access_token
          where token_id = $1 and revoked_at is null and now() < expires_at
            for update",
        token_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(owner.map(UserId))
}

/// Ends a token.
pub async fn revoke(tx: &mut Tx, token_id: TokenId) -> Result<(), StoreError> {
    sqlx::query!(
        "update personal_access_token set revoked_at = now() where token_id = $1",
        token_id.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
