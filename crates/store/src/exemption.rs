//! Exemptions: granted, time-bound, reviewed passes through eligibility and entitlement.

use domain::id::UserId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::id::new_id;
use crate::scope::Tx;

/// An exemption as it is listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Exemption {
    pub exemption_id: Uuid,
    pub user_id: Uuid,
    pub email: String,
    pub reason: String,
    pub granted_by: Option<Uuid>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub review_at: Timestamp,
    pub reviewed_at: Option<Timestamp>,
    pub reviewed_by: Option<Uuid>,
    pub review_note: Option<String>,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    /// Whether it is in force now.
    pub in_force: bool,
    /// Whether its review is due.
    pub due: bool,
}

/// Which exemptions to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub user_id: Option<UserId>,
    /// Also those that ended.
    pub all: bool,
    /// Only those in force whose review is due.
    pub due: bool,
    /// Where the page before ended.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: i64,
}

/// A place in the list, by which it is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub ended: bool,
    pub review_at: Timestamp,
    pub exemption_id: Uuid,
}

impl From<&Exemption> for Place {
    fn from(exemption: &Exemption) -> Self {
        Self {
            ended: exemption.ended_at.is_some(),
            review_at: exemption.review_at,
            exemption_id: exemption.exemption_id,
        }
    }
}

/// Grants an exemption from now on.
pub async fn add(
    tx: &mut Tx,
    user_id: UserId,
    ends_at: Timestamp,
    review_at: Timestamp,
    reason: &str,
    granted_by: UserId,
) -> Result<Uuid, StoreError> {
    let exemption_id = new_id();
    sqlx::query!(
        "insert into exemption (exemption_id, user_id, reason, granted_by, ends_at, review_at)
         values ($1, $2, $3, $4, $5, $6)",
        exemption_id,
        user_id.0,
        reason,
        granted_by.0,
        ends_at.to_sqlx() as jiff_sqlx::Timestamp,
        review_at.to_sqlx() as jiff_sqlx::Timestamp,
    )
    .execute(tx.connection())
    .await?;
    Ok(exemption_id)
}

/// Exemptions, those that are due for review first.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Exemption>, StoreError> {
    let rows = sqlx::query!(
        r#"select e.exemption_id, e.user_id, u.email, e.reason, e.granted_by, e.starts_at, e.ends_at,
                  e.review_at, e.reviewed_at, e.reviewed_by, e.review_note, e.ended_at, e.end_reason,
                  (e.ended_at is null and e.starts_at <= now() and now() < e.ends_at) as "in_force!",
                  (e.ended_at is null and now() < e.ends_at and e.review_at <= now()) as "due!"
             from exemption e join app_user u using (user_id)
            where ($1::uuid is null or e.user_id = $1)
              and ($2 or (e.ended_at is null and now() < e.ends_at))
              and (not $3 or (e.ended_at is null and now() < e.ends_at and e.review_at <= now()))
              and ($4::boolean is null
                   or (e.ended_at is not null, e.review_at, e.exemption_id) > ($4, $5, $6))
            order by e.ended_at is not null, e.review_at, e.exemption_id limit $7"#,
        filter.user_id.map(|id| id.0),
        filter.all,
        filter.due,
        filter.after.map(|place| place.ended),
        filter.after.map(|place| place.review_at.to_sqlx()) as Option<jiff_sqlx::Timestamp>,
        filter.after.map(|place| place.exemption_id),
        filter.limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Exemption {
            exemption_id: row.exemption_id,
            user_id: row.user_id,
            email: row.email,
            reason: row.reason,
            granted_by: row.granted_by,
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            review_at: row.review_at.to_jiff(),
            reviewed_at: row.reviewed_at.map(jiff_sqlx::Timestamp::to_jiff),
            reviewed_by: row.reviewed_by,
            review_note: row.review_note,
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            end_reason: row.end_reason,
            in_force: row.in_force,
            due: row.due,
        })
        .collect())
}

/// Whom an exemption that has not ended is about and when it ends; locked until the transaction
/// ends.
pub async fn lock(
    tx: &mut Tx,
    exemption_id: Uuid,
) -> Result<Option<(UserId, Timestamp)>, StoreError> {
    let row = sqlx::query!(
        "select user_id, ends_at from exemption
          where exemption_id = $1 and ended_at is null and now() < ends_at for update",
        exemption_id
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| (UserId(row.user_id), row.ends_at.to_jiff())))
}

/// Notes that somebody looked at an exemption and keeps it.
pub async fn review(
    tx: &mut Tx,
    exemption_id: Uuid,
    by: UserId,
    next: Timestamp,
    note: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update exemption set reviewed_at = now(), reviewed_by = $2, review_at = $3, review_note = $4
          where exemption_id = $1",
        exemption_id,
        by.0,
        next.to_sqlx() as jiff_sqlx::Timestamp,
        note
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends an exemption. The caller has it [locked](lock).
pub async fn end(
    tx: &mut Tx,
    exemption_id: Uuid,
    by: UserId,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update exemption set ended_at = now(), ended_by = $2, end_reason = $3 where exemption_id = $1",
        exemption_id,
        by.0,
        reason
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Marks as ended what the clock has ended, at most `limit`. Returns exemptions and whom they were
/// about.
pub async fn expire(tx: &mut Tx, limit: i64) -> Result<Vec<(Uuid, UserId)>, StoreError> {
    let rows = sqlx::query!(
        "update exemption set ended_at = ends_at, end_reason = 'expired'
          where exemption_id in (select exemption_id from exemption
                                  where ended_at is null and ends_at <= now()
                                  order by exemption_id limit $1 for update skip locked)
            and ended_at is null
         returning exemption_id, user_id",
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.exemption_id, UserId(row.user_id)))
        .collect())
}

/// How many exemptions are due for review now.
pub async fn count_due(tx: &mut Tx) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from exemption
            where ended_at is null and now() < ends_at and review_at <= now()"#
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(count)
}
