//! How mutations over HTTP ended, counted by the minute, of all nodes together.

use domain::health::condition::Mutations;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::error::StoreError;
use crate::scope::Tx;

/// How many of one operation ended so in one minute.
#[derive(Clone, Debug)]
pub struct Counted {
    pub minute: Timestamp,
    pub operation: String,
    pub outcome: &'static str,
    pub count: i64,
}

/// Adds counts to those that are there.
pub async fn add(tx: &mut Tx, counted: &[Counted]) -> Result<(), StoreError> {
    fn column<T>(counted: &[Counted], of: impl Fn(&Counted) -> T) -> Vec<T> {
        counted.iter().map(of).collect()
    }
    if counted.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into operation_count as there (minute, operation, outcome, count)
         select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[])
         on conflict (minute, operation, outcome) do update set count = there.count + excluded.count",
        &column(counted, |c| c.minute.to_sqlx()) as &[jiff_sqlx::Timestamp],
        &column(counted, |c| c.operation.clone()),
        &column(counted, |c| c.outcome.to_owned()),
        &column(counted, |c| c.count),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What was asked for in the last so many minutes, and what of it failed; refusals are no failures.
pub async fn lately(tx: &mut Tx, minutes: i32) -> Result<Mutations, StoreError> {
    let row = sqlx::query!(
        r#"select coalesce(sum(count), 0)::bigint as "asked!",
                  coalesce(sum(count) filter (where outcome = 'failed'), 0)::bigint as "failed!"
             from operation_count where minute > now() - make_interval(mins => $1)"#,
        minutes
    )
    .fetch_one(tx.connection())
    .await?;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(Mutations {
        asked: count(row.asked),
        failed: count(row.failed),
    })
}

/// Forgets counts that are so many hours old.
pub async fn prune(tx: &mut Tx, hours: i32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from operation_count where minute < now() - make_interval(hours => $1)",
        hours
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
