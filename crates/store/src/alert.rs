//! Alerts: findings that need a person, open as long as their cause lasts.

use domain::health::Finding;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::page::Cursor;
use crate::scope::Tx;

/// An alert as it is listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Alert {
    pub alert_id: Uuid,
    pub kind: String,
    pub subject: String,
    pub severity: String,
    pub summary: String,
    pub remedy: String,
    pub opened_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// Lets one bring the alerts up to date at a time, until this transaction ends.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('alert'))")
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Opens an alert, or brings the open one of the same kind and subject up to date. `true` if it was
/// opened just now; of many at once, one gets that.
pub async fn raise(tx: &mut Tx, finding: &Finding) -> Result<bool, StoreError> {
    let opened = sqlx::query_scalar!(
        r#"insert into alert as there (kind, subject, severity, summary, remedy)
           values ($1, $2, $3, $4, $5)
           on conflict (kind, subject) where closed_at is null do update
              set severity = excluded.severity, summary = excluded.summary, remedy = excluded.remedy,
                  updated_at = now()
            where (there.severity, there.summary, there.remedy)
                  is distinct from (excluded.severity, excluded.summary, excluded.remedy)
           returning xmax = 0 as "opened!""#,
        finding.check.as_str(),
        finding.subject,
        finding.severity.as_str(),
        finding.text,
        finding.remedy
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(opened == Some(true))
}

/// Closes the open alerts of these kinds whose `kind/subject` is not among those that still hold.
/// Returns kind and summary of each.
pub async fn close_others(
    tx: &mut Tx,
    kinds: &[String],
    still: &[String],
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sqlx::query!(
        "update alert set closed_at = now()
          where closed_at is null and kind = any ($1) and kind || '/' || subject <> all ($2)
         returning kind, summary",
        kinds,
        still
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.kind, row.summary))
        .collect())
}

/// Alerts, newest first; with `all` also those that are closed.
pub async fn list(
    tx: &mut Tx,
    all: bool,
    before: Option<&Cursor<Uuid>>,
    limit: i64,
) -> Result<Vec<Alert>, StoreError> {
    let rows = sqlx::query!(
        "select alert_id, kind, subject, severity, summary, remedy, opened_at, updated_at, closed_at
           from alert
          where ($1 or closed_at is null)
            and ($3::timestamptz is null or (opened_at, alert_id) < ($3, $4))
          order by opened_at desc, alert_id desc limit $2",
        all,
        limit,
        before.map(|end| end.at.to_sqlx()) as Option<jiff_sqlx::Timestamp>,
        before.map(|end| end.key)
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Alert {
            alert_id: row.alert_id,
            kind: row.kind,
            subject: row.subject,
            severity: row.severity,
            summary: row.summary,
            remedy: row.remedy,
            opened_at: row.opened_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
            closed_at: row.closed_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// Forgets alerts that were closed more than `days` ago.
pub async fn prune(tx: &mut Tx, days: i32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from alert where closed_at < now() - make_interval(days => $1)",
        days
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
