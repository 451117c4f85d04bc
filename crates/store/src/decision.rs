//! The decision log: reads that were refused (decision 0027), a row a minute for each actor and
//! permission.

use domain::id::{CorrelationId, OrganizationId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::page::Cursor;
use crate::scope::Tx;

/// Refusals of one actor, permission and minute.
#[derive(Clone, Debug)]
pub struct Refused {
    pub actor: UserId,
    pub permission: &'static str,
    pub tenant_id: Option<OrganizationId>,
    pub minute: Timestamp,
    pub gate: &'static str,
    pub reason: String,
    pub count: i64,
    pub last_at: Timestamp,
    pub last_correlation_id: CorrelationId,
}

/// A row as it stands in the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RefusedRead)]
pub struct Row {
    pub decision_id: Uuid,
    pub actor_user_id: Uuid,
    pub permission: String,
    pub tenant_id: Option<Uuid>,
    pub minute: Timestamp,
    /// The gate that said no, and why.
    pub gate: String,
    pub reason: String,
    /// How many refusals the row stands for.
    pub count: i64,
    pub last_at: Timestamp,
    pub last_correlation_id: String,
}

/// What to show; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub actor: Option<Uuid>,
    pub permission: Option<String>,
    pub correlation_id: Option<String>,
    pub since: Option<Timestamp>,
    pub before: Option<Cursor<Uuid>>,
    pub limit: i64,
}

/// Writes refusals; those of an actor, permission and minute that are there already are added up.
pub async fn record(tx: &mut Tx, refused: &[Refused]) -> Result<(), StoreError> {
    fn column<T>(refused: &[Refused], of: impl Fn(&Refused) -> T) -> Vec<T> {
        refused.iter().map(of).collect()
    }
    if refused.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into decision_log as there (actor_user_id, permission, tenant_id, minute, gate, reason,
                                            count, last_at, last_correlation_id)
         select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[],
                              $6::text[], $7::bigint[], $8::timestamptz[], $9::text[])
         on conflict (actor_user_id, permission, tenant_id, minute) do update
            set count = there.count + excluded.count, gate = excluded.gate, reason = excluded.reason,
                last_at = excluded.last_at, last_correlation_id = excluded.last_correlation_id",
        &column(refused, |r| r.actor.0),
        &column(refused, |r| r.permission.to_owned()),
        &column(refused, |r| r.tenant_id.map(Uuid::from)) as &[Option<Uuid>],
        &column(refused, |r| r.minute.to_sqlx()) as &[jiff_sqlx::Timestamp],
        &column(refused, |r| r.gate.to_owned()),
        &column(refused, |r| r.reason.clone()),
        &column(refused, |r| r.count),
        &column(refused, |r| r.last_at.to_sqlx()) as &[jiff_sqlx::Timestamp],
        &column(refused, |r| r.last_correlation_id.to_string()),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The rows that match, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Row>, StoreError> {
    let before = filter.before.as_ref();
    let rows = sqlx::query!(
        "select decision_id, actor_user_id, permission, tenant_id, minute, gate, reason, count, last_at,
                last_correlation_id
           from decision_log
          where ($1::uuid is null or actor_user_id = $1)
            and ($2::text is null or permission = $2)
            and ($3::text is null or last_correlation_id = $3)
            and ($4::timestamptz is null or last_at >= $4)
            and ($5::timestamptz is null or (minute, decision_id) < ($5, $6))
          order by minute desc, decision_id desc limit $7",
        filter.actor,
        filter.permission,
        filter.correlation_id,
        filter.since.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>,
        before.map(|end| end.at.to_sqlx()) as Option<jiff_sqlx::Timestamp>,
        before.map(|end| end.key),
        filter.limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Row {
            decision_id: row.decision_id,
            actor_user_id: row.actor_user_id,
            permission: row.permission,
            tenant_id: row.tenant_id,
            minute: row.minute.to_jiff(),
            gate: row.gate,
            reason: row.reason,
            count: row.count,
            last_at: row.last_at.to_jiff(),
            last_correlation_id: row.last_correlation_id,
        })
        .collect())
}

/// Forgets what is older than so many days, and all but the newest so many rows.
pub async fn prune(tx: &mut Tx, days: i32, rows: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from decision_log
          where minute < now() - make_interval(days => $1)
             or decision_id in (select decision_id from decision_log
                                 order by minute desc, decision_id desc offset $2)",
        days,
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
