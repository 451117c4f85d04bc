//! Raw SQL in a test's words.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Executor, FromRow, PgConnection};
use testkit::TestDb;

/// Runs statements that must succeed.
pub(crate) async fn run(connection: &mut PgConnection, sql: impl AsRef<str>) {
    let sql = sql.as_ref();
    let done = connection.execute(AssertSqlSafe(sql.to_owned())).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The rows of a query.
pub(crate) async fn rows<T>(connection: &mut PgConnection, sql: impl AsRef<str>) -> Vec<T>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let sql = sql.as_ref();
    sqlx::query_as(AssertSqlSafe(sql.to_owned()))
        .fetch_all(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// The one value of a query.
pub(crate) async fn value<T>(connection: &mut PgConnection, sql: impl AsRef<str>) -> T
where
    (T,): for<'r> FromRow<'r, PgRow>,
    T: Send + Unpin,
{
    let found: Vec<(T,)> = rows(connection, sql.as_ref()).await;
    assert_eq!(found.len(), 1, "one row from {}", sql.as_ref());
    found.into_iter().next().unwrap().0
}

/// The first column of a query.
pub(crate) async fn column(connection: &mut PgConnection, sql: impl AsRef<str>) -> Vec<String> {
    let found: Vec<(String,)> = rows(connection, sql).await;
    found.into_iter().map(|(text,)| text).collect()
}

/// Runs a statement that must be refused; what the server said: `code: message`.
pub(crate) async fn refusal(connection: &mut PgConnection, sql: impl AsRef<str>) -> String {
    let sql = sql.as_ref();
    match connection.execute(AssertSqlSafe(sql.to_owned())).await {
        Ok(_) => panic!("not refused: {sql}"),
        Err(sqlx::Error::Database(error)) => {
            format!("{}: {}", error.code().unwrap_or_default(), error.message())
        }
        Err(error) => panic!("{sql}: {error}"),
    }
}

/// What the server says to somebody without the right.
pub(crate) const NO_RIGHT: &str = "42501: ";

/// Reeve's login in one of its roles, with settings of the caller's context.
pub(crate) async fn acting(db: &TestDb, role: &str, settings: &[(&str, String)]) -> PgConnection {
    let mut connection = db.runtime().await;
    run(&mut connection, format!("set role {role}")).await;
    for (name, setting) in settings {
        run(&mut connection, format!("set {name} = '{setting}'")).await;
    }
    connection
}

/// Reeve's system role inside an operation, as `app` runs.
pub(crate) async fn operating(db: &TestDb) -> PgConnection {
    acting(
        db,
        "reeve_system",
        &[("app.operation", "test.operation".to_owned())],
    )
    .await
}
