//! Browsers' sessions, and the links that begin one. Their secrets are never here, only the hashes.

use domain::id::{SessionId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::id::new_id;
use crate::identity::{self, Owner};
use crate::scope::Tx;

/// A session as its owner and administrators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Session {
    pub session_id: SessionId,
    pub user_id: UserId,
    /// How the person signed in: `oidc`, `passkey` or `link`.
    pub method: String,
    /// Whether the break-glass list named the person when they signed in.
    pub break_glass: bool,
    pub created_at: Timestamp,
    /// To the minute.
    pub last_used_at: Timestamp,
}

/// A session to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    pub user_id: UserId,
    pub hash: [u8; 32],
    pub method: &'static str,
    pub break_glass: bool,
    pub issuer: Option<&'a str>,
    pub provider_session: Option<&'a str>,
}

/// A session that a browser showed.
#[derive(Clone, Debug)]
pub struct Shown {
    pub session: Session,
    /// In how many seconds it ends, if it is not used again.
    pub left: f64,
    pub owner: Owner,
}

/// Begins a session, and notes that the person signed in.
pub async fn create(tx: &mut Tx, new: &NewSession<'_>) -> Result<SessionId, StoreError> {
    let session_id = new_id();
    sqlx::query!(
        "with signed_in as (
           insert into identity_activity as a (user_id, last_seen_at, last_sign_in_at)
           values ($2, now(), now())
           on conflict (user_id) do update
              set last_seen_at = greatest(a.last_seen_at, now()), last_sign_in_at = now())
         insert into session (session_id, user_id, hash, method, break_glass, issuer, provider_session)
         values ($1, $2, $3, $4, $5, $6, $7)",
        session_id,
        new.user_id.0,
        &new.hash[..],
        new.method,
        new.break_glass,
        new.issuer,
        new.provider_session
    )
    .execute(tx.connection())
    .await?;
    Ok(SessionId(session_id))
}

/// The session of this hash, if it was not revoked and was used since `idle` seconds ago and begun since
/// `absolute` seconds ago, by the database's clock. Once a minute notes that it was used, and then, once an
/// hour, that its owner was here.
pub async fn show(
    tx: &mut Tx,
    hash: [u8; 32],
    idle: f64,
    absolute: f64,
) -> Result<Option<Shown>, StoreError> {
    let row = sqlx::query!(
        r#"with shown as (
           select session_id, user_id, method, break_glass, created_at, last_used_at
             from session
            where hash = $1 and revoked_at is null
              and now() < last_used_at + make_interval(secs => $2)
              and now() < created_at + make_interval(secs => $3)),
         used as (
           update session x set last_used_at = now()
             from shown s
            where x.session_id = s.session_id and s.last_used_at < now() - interval '1 minute'
           returning s.user_id, s.created_at),
         seen as (
           insert into identity_activity as a (user_id, last_seen_at)
           select user_id, now() from used join app_user u using (user_id)
            where u.status = 'active' and u.session_epoch < used.created_at
           on conflict (user_id) do update set last_seen_at = now()
            where a.last_seen_at < now() - interval '1 hour')
         select s.session_id, s.user_id, s.method, s.break_glass, s.created_at, s.last_used_at,
                u.email, u.status, u.session_epoch,
                extract(epoch from least(s.last_used_at + make_interval(secs => $2),
                                         s.created_at + make_interval(secs => $3)) - now())::float8
                  as "left!"
           from shown s join app_user u using (user_id)"#,
        &hash[..],
        idle,
        absolute
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Shown {
            session: Session {
                session_id: SessionId(row.session_id),
                user_id: UserId(row.user_id),
                method: row.method,
                break_glass: row.break_glass,
                created_at: row.created_at.to_jiff(),
                last_used_at: row.last_used_at.to_jiff(),
            },
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

/// Somebody's sessions that still count, newest first: neither revoked nor over, and begun after their
/// sessions were last cut off.
pub async fn list(
    tx: &mut Tx,
    user_id: UserId,
    idle: f64,
    absolute: f64,
) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query!(
        "select s.session_id, s.user_id, s.method, s.break_glass, s.created_at, s.last_used_at
           from session s join app_user u using (user_id)
          where s.user_id = $1 and s.revoked_at is null and u.session_epoch < s.created_at
            and now() < s.last_used_at + make_interval(secs => $2)
            and now() < s.created_at + make_interval(secs => $3)
          order by s.session_id desc",
        user_id.0,
        idle,
        absolute
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            session_id: SessionId(row.session_id),
            user_id: UserId(row.user_id),
            method: row.method,
            break_glass: row.break_glass,
            created_at: row.created_at.to_jiff(),
            last_used_at: row.last_used_at.to_jiff(),
        })
        .collect())
}

/// Whose session it is, if it was not revoked.
pub async fn owner(tx: &mut Tx, session_id: SessionId) -> Result<Option<UserId>, StoreError> {
    let owner: Option<Uuid> = sqlx::query_scalar!(
        "select user_id from session where session_id = $1 and revoked_at is null for update",
        session_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(owner.map(UserId))
}

/// Ends a session.
pub async fn revoke(tx: &mut Tx, session_id: SessionId) -> Result<(), StoreError> {
    sqlx::query!(
        "update session set revoked_at = now() where session_id = $1",
        session_id.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends all sessions of somebody.
pub async fn revoke_all(tx: &mut Tx, user_id: UserId) -> Result<Vec<SessionId>, StoreError> {
    let ended = sqlx::query_scalar!(
        "update session set revoked_at = now()
          where user_id = $1 and revoked_at is null returning session_id",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ended.into_iter().map(SessionId).collect())
}

/// Ends the sessions that a provider's logout is about: those of its session, or all that it began for
/// the subject. Returns whose they were.
pub async fn revoke_of_provider(
    tx: &mut Tx,
    issuer: &str,
    provider_session: Option<&str>,
    subject: Option<&str>,
) -> Result<Vec<(SessionId, UserId)>, StoreError> {
    let ended = sqlx::query!(
        "update session s set revoked_at = now()
          where s.issuer = $1 and s.revoked_at is null
            and ($2::text is null or s.provider_session = $2)
            and ($3::text is null or s.user_id in
                  (select user_id from identity_link where provider = $1 and external_id = $3))
            and coalesce($2, $3) is not null
          returning s.session_id, s.user_id",
        issuer,
        provider_session,
        subject
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ended
        .into_iter()
        .map(|row| (SessionId(row.session_id), UserId(row.user_id)))
        .collect())
}

/// Keeps a link that signs somebody in once.
pub async fn keep_link(
    tx: &mut Tx,
    user_id: UserId,
    hash: [u8; 32],
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into login_link (hash, user_id, expires_at) values ($1, $2, $3)",
        &hash[..],
        user_id.0,
        expires_at.to_sqlx() as jiff_sqlx::Timestamp
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Uses a link up, if it is neither used nor over; says whose it was. Of any number of transactions that
/// try at once, one gets it.
pub async fn use_link(tx: &mut Tx, hash: [u8; 32]) -> Result<Option<Owner>, StoreError> {
    let row = sqlx::query!(
        "with used as (
           update login_link set used_at = now()
            where hash = $1 and used_at is null and now() < expires_at
           returning user_id)
         select u.user_id, u.email, u.status, u.session_epoch from used join app_user u using (user_id)",
        &hash[..]
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Owner {
            user_id: UserId(row.user_id),
            status: identity::status(row.user_id, &row.status)?,
            email: row.email,
            session_epoch: row.session_epoch.to_jiff(),
        })
    })
    .transpose()
}
