//! Raw SQL in a test's words.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Executor, FromRow};
use testkit::World;

/// Runs statements as Reeve's own operations do: triggers run, nothing counts as raw SQL.
pub(crate) async fn scene(world: &World, sql: impl AsRef<str>) {
    let sql = sql.as_ref().to_owned();
    let done = world.scene().await.execute(AssertSqlSafe(&*sql)).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Runs statements as somebody who types the runbooks' SQL.
pub(crate) async fn operator(world: &World, sql: impl AsRef<str>) {
    let sql = sql.as_ref().to_owned();
    let done = world
        .db
        .operator()
        .await
        .execute(AssertSqlSafe(&*sql))
        .await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Runs statements as the superuser: for what no role of Reeve's may do, such as moving the past or
/// planting a trigger that fails.
pub(crate) async fn force(world: &World, sql: impl AsRef<str>) {
    let sql = sql.as_ref().to_owned();
    let done = world
        .db
        .superuser()
        .await
        .execute(AssertSqlSafe(&*sql))
        .await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The rows of a query.
pub(crate) async fn rows<T>(world: &World, sql: impl AsRef<str>) -> Vec<T>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let sql = sql.as_ref().to_owned();
    sqlx::query_as(AssertSqlSafe(&*sql))
        .fetch_all(&mut world.db.superuser().await)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// The one value of a query.
pub(crate) async fn value<T>(world: &World, sql: impl AsRef<str>) -> T
where
    (T,): for<'r> FromRow<'r, PgRow>,
    T: Send + Unpin,
{
    let mut found: Vec<(T,)> = rows(world, sql.as_ref()).await;
    assert_eq!(found.len(), 1, "one row from {}", sql.as_ref());
    found.remove(0).0
}

/// How many rows a query has.
pub(crate) async fn count(world: &World, from: &str) -> i64 {
    value(world, format!("select count(*) from {from}")).await
}
