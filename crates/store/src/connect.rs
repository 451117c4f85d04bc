//! The connection pool, and what Reeve checks about a server before it uses one.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::sync::Mutex;

use crate::error::StoreError;

/// Where a server is, and who connects.
pub type ConnectOptions = PgConnectOptions;

/// The oldest PostgreSQL whose dialect the statements keep to.
pub const OLDEST_SERVER: u32 = 15;

/// A database that Reeve's statements run on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) pool: PgPool,
    /// For whoever needs a second connection while they hold one. Were it of the same pool, as many as
    /// it has could hold one each and wait for another until all of them fail.
    pub(crate) second: PgPool,
    /// Whoever needs several of `second` takes them in turn.
    pub(crate) turn: Arc<Mutex<()>>,
    /// How many operations ended here.
    pub(crate) changes: Arc<AtomicU64>,
}

impl Database {
    /// How many operations that may have changed something ended by this handle and its clones. What was
    /// read before the number grew may be over.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}

/// How many of [`Database::second`] there are at most: records of refusals, which are short, and parallel
/// readers.
const SECOND: u32 = 4;

/// What [`Database::connect`] found out about the server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Like `150018`.
    pub version: u32,
    /// The login is a superuser, which row-level security does not bind. Reeve sets its runtime
    /// role in each transaction all the same; operators are warned.
    pub superuser: bool,
    /// The login's name.
    pub login: String,
}

/// Reads a database URL (`postgres://...`).
pub fn options(url: &SecretString) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url.expose_secret()).map_err(StoreError::Address)?;
    Ok(options
        .application_name("reeve")
        .log_slow_statements(tracing::log::LevelFilter::Debug, Duration::from_secs(5)))
}

/// A login on a server that listens on a unix socket.
pub fn socket_options(
    directory: &Path,
    port: u16,
    login: &str,
    password: &SecretString,
    database: &str,
) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(directory)
        .port(port)
        .username(login)
        .password(password.expose_secret())
        .database(database)
        .application_name("reeve")
        .log_slow_statements(tracing::log::LevelFilter::Debug, Duration::from_secs(5))
}

impl Database {
    /// Connects and checks the server's version. At most `connections` at a time, and a few more for
    /// whoever needs a second one.
    pub async fn connect(
        options: PgConnectOptions,
        connections: u32,
    ) -> Result<(Self, Server), StoreError> {
        let of = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10))
        };
        let second = of(SECOND).connect_lazy_with(options.clone());
        let pool = of(connections).connect_with(options).await?;
        let server = sqlx::query!(
            r#"select current_setting('server_version_num')::int as "version!",
                      current_setting('server_version') as "text!",
                      (select rolsuper from pg_roles where rolname = current_user) as "superuser!",
                      session_user::text as "login!""#
        )
        .fetch_one(&pool)
        .await?;
        let version = u32::try_from(server.version).unwrap_or(0);
        if version / 10_000 < OLDEST_SERVER {
            return Err(StoreError::ServerTooOld {
                found: server.text,
                needed: OLDEST_SERVER,
            });
        }
        let server = Server {
            version,
            superuser: server.superuser,
            login: server.login,
        };
        let database = Self {
            pool,
            second,
            turn: Arc::default(),
            changes: Arc::default(),
        };
        Ok((database, server))
    }

    /// Whether the database answers now.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query!(r#"select 1 as "one!""#)
            .fetch_one(&self.pool)
            .await?;
        Ok(())
    }

    /// Waits for the connections in use and closes all.
    pub async fn close(&self) {
        self.second.close().await;
        self.pool.close().await;
    }
}
