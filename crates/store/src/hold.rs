//! Holds: who is left alone by automation, until when, and why.

use domain::id::UserId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::id::new_id;
use crate::scope::Tx;

/// A hold as it is listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Hold {
    pub hold_id: Uuid,
    pub user_id: Uuid,
    pub email: String,
    pub reason: String,
    /// The path by which it was opened, like `command_line` or `sql:reeve_operator`.
    pub source: String,
    pub granted_by: Option<Uuid>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// When it ended, if it has; before its time if a person ended it.
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    /// Whether it is in force now.
    pub in_force: bool,
}

/// Opens a hold from now on.
pub async fn add(
    tx: &mut Tx,
    user_id: UserId,
    ends_at: Timestamp,
    reason: &str,
    source: &str,
    granted_by: UserId,
) -> Result<Uuid, StoreError> {
    let hold_id = new_id();
    sqlx::query!(
        "insert into hold (hold_id, user_id, reason, source, granted_by, ends_at)
         values ($1, $2, $3, $4, $5, $6)",
        hold_id,
        user_id.0,
        reason,
        source,
        granted_by.0,
        ends_at.to_sqlx() as jiff_sqlx::Timestamp,
    )
    .execute(tx.connection())
    .await?;
    Ok(hold_id)
}

/// Holds, newest first: of one person or of everybody; those in force or to come, or with `all` also
/// those that ended. A page begins after the hold `after`.
pub async fn list(
    tx: &mut Tx,
    user_id: Option<UserId>,
    all: bool,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Hold>, StoreError> {
    let rows = sqlx::query!(
        r#"select h.hold_id, h.user_id, u.email, h.reason, h.source, h.granted_by, h.starts_at, h.ends_at,
                  h.ended_at, h.end_reason,
                  (h.ended_at is null and h.starts_at <= now() and now() < h.ends_at) as "in_force!"
             from hold h join app_user u using (user_id)
            where ($1::uuid is null or h.user_id = $1)
              and ($2 or (h.ended_at is null and now() < h.ends_at))
              and ($3::uuid is null or h.hold_id < $3)
            order by h.hold_id desc limit $4"#,
        user_id.map(|id| id.0),
        all,
        after,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hold {
            hold_id: row.hold_id,
            user_id: row.user_id,
            email: row.email,
            reason: row.reason,
            source: row.source,
            granted_by: row.granted_by,
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            end_reason: row.end_reason,
            in_force: row.in_force,
        })
        .collect())
}

/// Ends a hold that has not ended. Returns whom it was about; `None` if there is no such hold.
pub async fn end(
    tx: &mut Tx,
    hold_id: Uuid,
    by: UserId,
    reason: Option<&str>,
) -> Result<Option<UserId>, StoreError> {
    let user_id = sqlx::query_scalar!(
        "update hold set ended_at = now(), ended_by = $2, end_reason = $3
          where hold_id = $1 and ended_at is null and now() < ends_at returning user_id",
        hold_id,
        by.0,
        reason
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(user_id.map(UserId))
}

/// Until when holds that are in force or to come keep automation away from somebody.
pub async fn until(tx: &mut Tx, user_id: UserId) -> Result<Option<Timestamp>, StoreError> {
    let until = sqlx::query_scalar!(
        "select max(ends_at) from hold where user_id = $1 and ended_at is null and now() < ends_at",
        user_id.0
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(until.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Marks as ended what the clock has ended, at most `limit`. Returns holds and whom they were about.
pub async fn expire(tx: &mut Tx, limit: i64) -> Result<Vec<(Uuid, UserId)>, StoreError> {
    let rows = sqlx::query!(
        "update hold set ended_at = ends_at, end_reason = 'expired'
          where hold_id in (select hold_id from hold where ended_at is null and ends_at <= now()
                             order by hold_id limit $1 for update skip locked)
            and ended_at is null
         returning hold_id, user_id",
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.hold_id, UserId(row.user_id)))
        .collect())
}
