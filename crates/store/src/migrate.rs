//! Migrations: forward only, run as the schema's owner, one runner at a time.
//!
//! After them the built-in roles are written from `domain`'s table, so that a permission added
//! there is there after the next `reeve migrate`.

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};

use crate::error::StoreError;
use crate::role;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How the database's schema compares with this binary's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// So many migrations are still to run; 0 applied means an empty database.
    Behind {
        applied: usize,
        pending: usize,
    },
    /// The database has migrations that this binary does not know: a newer Reeve wrote it.
    Newer,
}

/// The migrations of this binary: version and checksum of each, in order.
pub fn migrations() -> impl Iterator<Item = (i64, &'static [u8])> {
    MIGRATIONS
        .iter()
        .map(|migration| (migration.version, &*migration.checksum))
}

/// Compares without changing anything.
pub async fn check(options: &PgConnectOptions) -> Result<Schema, StoreError> {
    let mut connection = PgConnection::connect_with(options).await?;
    let schema = compare(&mut connection).await;
    connection.close().await?;
    schema
}

async fn compare(connection: &mut PgConnection) -> Result<Schema, StoreError> {
    let exists = sqlx::query_scalar!(
        r#"select to_regclass('public._sqlx_migrations') is not null as "exists!""#
    )
    .fetch_one(&mut *connection)
    .await?;
    let applied = if exists {
        connection
            .list_applied_migrations("_sqlx_migrations")
            .await
            .map_err(failure)?
    } else {
        Vec::new()
    };
    if applied
        .iter()
        .any(|migration| !MIGRATIONS.version_exists(migration.version))
    {
        return Ok(Schema::Newer);
    }
    let pending = MIGRATIONS.iter().count() - applied.len();
    Ok(if pending == 0 {
        Schema::Current
    } else {
        Schema::Behind {
            applied: applied.len(),
            pending,
        }
    })
}

/// Brings the schema up to date, and the built-in roles with it. `options` is a login that may
/// become `reeve_owner`. Waits for another runner; refuses a schema newer than this binary.
pub async fn run(options: &PgConnectOptions) -> Result<(), StoreError> {
    let mut connection = PgConnection::connect_with(options).await?;
    connection
        .execute("set client_min_messages = warning")
        .await?;
    connection.execute("set role reeve_owner").await?;
    // What follows the migrations must wait too; the lock ends with the connection.
    connection
        .execute("select pg_advisory_lock(hashtext('reeve migrate'))")
        .await?;
    if compare(&mut connection).await? == Schema::Newer {
        return Err(StoreError::Migration(
            "the database was written by a newer Reeve; run that version, or restore a backup"
                .to_owned(),
        ));
    }
    MIGRATIONS
        .run_direct(None, &mut connection, false)
        .await
        .map_err(failure)?;
    connection
        .execute("grant select on _sqlx_migrations to reeve_system, reeve")
        .await?;
    role::write_built_in(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

fn failure(error: sqlx::migrate::MigrateError) -> StoreError {
    StoreError::Migration(format!("migration failed: {error}"))
}
