//! The template: a migrated database that each test's database is a copy of.
//!
//! It is made once for a content of migrations, bootstrap and built-in roles, by the product's own
//! bootstrap and migrations; its name holds the hash of that content. Making it also sweeps what
//! went out of use: templates of other contents, and databases of tests that were killed.

use std::hash::{DefaultHasher, Hash, Hasher};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::cluster::Server;

/// What a test's database is called, followed by its id.
pub(crate) const TEST_PREFIX: &str = "reeve_test_";
const TEMPLATE_PREFIX: &str = "reeve_template_";
/// Held while a template is made.
const LOCK: &str = "hashtext('reeve test template'), 0";

/// The template's name for what is compiled in.
pub fn name() -> String {
    let mut hash = DefaultHasher::new();
    for migration in store::migrate::migrations() {
        migration.hash(&mut hash);
    }
    store::bootstrap::SQL.hash(&mut hash);
    format!("{:?}", domain::access::role::BUILT_IN).hash(&mut hash);
    format!("{TEMPLATE_PREFIX}{:016x}", hash.finish())
}

/// Copies the template into a new database, making the template first if there is none.
/// `connection` is a superuser's, to the database `postgres`.
pub(crate) async fn copy(server: &Server, connection: &mut PgConnection, database: &str) {
    let template = name();
    for _ in 0..3 {
        let sql = format!("create database {database} template {template} strategy file_copy");
        match connection.execute(AssertSqlSafe(sql)).await {
            Ok(_) => return,
            // 3D000: there is no such database; it was never made, or swept by another content.
            Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("3D000") => {
                make(server, connection, &template).await;
            }
            Err(error) => panic!("a test's database is copied: {error}"),
        }
    }
    panic!("the template {template} vanishes as often as it is made");
}

async fn make(server: &Server, connection: &mut PgConnection, template: &str) {
    execute(connection, format!("select pg_advisory_lock({LOCK})")).await;
    let there: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(template)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
    if !there {
        sweep(connection, template).await;
        let draft = format!("{template}_draft");
        execute(
            connection,
            format!("drop database if exists {draft} with (force)"),
        )
        .await;
        fill(server, &server.superuser(&draft).options, &draft).await;
        execute(
            connection,
            format!("alter database {draft} with is_template true allow_connections false"),
        )
        .await;
        execute(
            connection,
            format!("alter database {draft} rename to {template}"),
        )
        .await;
    }
    execute(connection, format!("select pg_advisory_unlock({LOCK})")).await;
}

async fn fill(server: &Server, options: &PgConnectOptions, database: &str) {
    store::bootstrap::create(
        &server.superuser("postgres").options,
        database,
        Some(&server.passwords),
    )
    .await
    .expect("the database and its roles are made");
    store::migrate::run(options)
        .await
        .expect("the migrations run");
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    execute(&mut connection, "vacuum (analyze)".to_owned()).await;
    connection.close().await.unwrap();
}

/// Drops what went out of use, on a server that runs. For the end of a run: tests that were killed
/// leave their databases behind.
pub async fn tidy(server: &Server) {
    let mut connection = server.superuser("postgres").connect().await;
    sweep(&mut connection, &name()).await;
}

/// Drops templates of other contents, and the databases of tests that are no more: a living one
/// holds a lock on its database's name.
async fn sweep(connection: &mut PgConnection, template: &str) {
    let dead: Vec<String> = sqlx::query_scalar(
        "select datname::text from pg_database
          where (starts_with(datname::text, $1) and datname <> $2)
             or (starts_with(datname::text, $3)
                 and case when pg_try_advisory_lock(hashtext(datname::text), 1)
                          then pg_advisory_unlock(hashtext(datname::text), 1) else false end)",
    )
    .bind(TEMPLATE_PREFIX)
    .bind(template)
    .bind(TEST_PREFIX)
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for database in dead {
        if database.starts_with(TEMPLATE_PREFIX) {
            let sql = format!("alter database {database} with is_template false");
            // Somebody else's draft may be gone by now; so may the database below.
            let _ = connection.execute(AssertSqlSafe(sql)).await;
        }
        let sql = format!("drop database if exists {database} with (force)");
        let _ = connection.execute(AssertSqlSafe(sql)).await;
    }
}

/// Runs a statement made here, which must succeed.
pub(crate) async fn execute(connection: &mut PgConnection, sql: String) {
    let done = connection.execute(AssertSqlSafe(sql.clone())).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
