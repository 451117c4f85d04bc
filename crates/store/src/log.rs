//! The latest log lines of requests.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::StoreError;
use crate::scope::Tx;

/// A line, with all its fields.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LogLine)]
pub struct Line {
    pub at: Timestamp,
    pub level: String,
    pub correlation_id: String,
    pub line: Value,
}

/// Writes lines.
pub async fn record(tx: &mut Tx, lines: &[Line]) -> Result<(), StoreError> {
    fn column<T>(lines: &[Line], of: impl Fn(&Line) -> T) -> Vec<T> {
        lines.iter().map(of).collect()
    }
    if lines.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into log_line (at, level, correlation_id, line)
         select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::jsonb[])",
        &column(lines, |line| line.at.to_sqlx()) as &[jiff_sqlx::Timestamp],
        &column(lines, |line| line.level.clone()),
        &column(lines, |line| line.correlation_id.clone()),
        &column(lines, |line| line.line.clone()),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The lines of a correlation id, in the order in which they were logged; at most so many.
pub async fn find(tx: &mut Tx, correlation_id: &str, limit: i64) -> Result<Vec<Line>, StoreError> {
    let rows = sqlx::query!(
        "select at, level, correlation_id, line from log_line where correlation_id = $1
          order by line_id limit $2",
        correlation_id,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            at: row.at.to_jiff(),
            level: row.level,
            correlation_id: row.correlation_id,
            line: row.line,
        })
        .collect())
}

/// Forgets what is older than so many days, and all but the newest so many lines.
pub async fn prune(tx: &mut Tx, days: i32, lines: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from log_line
          where at < now() - make_interval(days => $1)
             or line_id <= (select max(line_id) - $2 from log_line)",
        days,
        lines
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
