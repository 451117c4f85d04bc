//! A test's own database, and every way into it.

use app::{Caller, Live, Records, Reeve};
use domain::actor::Actor;
use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::Database;

use crate::cluster::{self, Server};
use crate::template::{self, TEST_PREFIX, execute};

/// How many connections `reeve` may have: some tests run several operations at once.
const CONNECTIONS: u32 = 8;

/// A migrated database of its own, dropped with this value.
#[derive(Debug)]
pub struct TestDb {
    /// As the server runs: through the runtime login, which is no superuser.
    pub reeve: Reeve,
    /// The database's name.
    pub name: String,
    server: Server,
    /// Holds the lock that says that this database is in use.
    _in_use: PgConnection,
}

impl TestDb {
    /// A copy of the template.
    pub async fn new() -> Self {
        let (server, name, mut in_use) = reserve().await;
        template::copy(&server, &mut in_use, &name).await;
        // Rights on a database are not copied with it.
        execute(
            &mut in_use,
            format!("grant create on database {name} to reeve_owner"),
        )
        .await;
        let (database, _) = Database::connect(server.runtime(&name).options, CONNECTIONS)
            .await
            .expect("Reeve connects");
        Self {
            reeve: Reeve {
                database,
                live: Live::default(),
                records: Records::default(),
            },
            name,
            server,
            _in_use: in_use,
        }
    }

    /// Who calls operations unless a test says otherwise: somebody at the command line.
    pub fn caller(&self) -> Caller {
        Caller::new(Actor::Operator)
    }

    /// A connection as somebody who types the runbooks' SQL.
    pub async fn operator(&self) -> PgConnection {
        self.server.operator(&self.name).connect().await
    }

    /// A connection as Reeve's own login, before it sets a role.
    pub async fn runtime(&self) -> PgConnection {
        self.server.runtime(&self.name).connect().await
    }

    /// A connection as the superuser: for setting scenes, never for showing a promise.
    pub async fn superuser(&self) -> PgConnection {
        self.server.superuser(&self.name).connect().await
    }

    /// `DATABASE_URL`: Reeve's own login.
    pub fn runtime_url(&self) -> SecretString {
        self.server.runtime(&self.name).url
    }

    /// The URL of the login for the runbooks' SQL.
    pub fn operator_url(&self) -> SecretString {
        self.server.operator(&self.name).url
    }

    /// `DATABASE_OWNER_URL`: a login that may become the owner of the schema.
    pub fn owner_url(&self) -> SecretString {
        self.server.superuser(&self.name).url
    }

    /// The same as options, for `store::migrate`.
    pub fn owner_options(&self) -> PgConnectOptions {
        self.server.superuser(&self.name).options
    }
}

impl Drop for TestDb {
    /// On a thread of its own, since a destructor can't wait.
    fn drop(&mut self) {
        let postgres = self.server.superuser("postgres").options;
        let name = self.name.clone();
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(remove(&postgres, &name))
        })
        .join();
        if !matches!(dropped, Ok(Ok(()))) {
            // A panic here would hide the test's own; the next template's maker sweeps.
            eprintln!("database {} is left behind: {dropped:?}", self.name);
        }
    }
}

/// Ends the connections that are still open, then drops the database.
async fn remove(postgres: &PgConnectOptions, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(postgres).await?;
    // `with (force)` alone looks again only after 100 ms.
    let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = $1";
    while sqlx::query_scalar::<_, i64>(end)
        .bind(name)
        .fetch_one(&mut connection)
        .await?
        > 0
    {}
    let sql = format!("drop database if exists {name} with (force)");
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await?;
    connection.close().await
}

/// An empty database, without roles' rights or schema, for tests of the bootstrap and of migrations.
#[derive(Debug)]
pub struct EmptyDb {
    /// The database's name; it does not exist yet.
    pub name: String,
    /// The server it will be on.
    pub server: Server,
    in_use: PgConnection,
}

impl EmptyDb {
    /// Reserves a name.
    pub async fn new() -> Self {
        let (server, name, in_use) = reserve().await;
        Self {
            name,
            server,
            in_use,
        }
    }

    /// Makes database and roles, by the product's own bootstrap.
    pub async fn bootstrap(&self) -> PgConnectOptions {
        let postgres = self.server.superuser("postgres").options;
        store::bootstrap::create(&postgres, &self.name, Some(&self.server.passwords))
            .await
            .expect("the database and its roles are made");
        self.server.superuser(&self.name).options
    }

    /// Drops the database. One that a failed test leaves is swept later.
    pub async fn drop(mut self) {
        let sql = format!("drop database if exists {} with (force)", self.name);
        execute(&mut self.in_use, sql).await;
    }
}

/// A name for a database, and the lock on it.
async fn reserve() -> (Server, String, PgConnection) {
    let server = cluster::server().await;
    let mut connection = server.superuser("postgres").connect().await;
    let name = format!("{TEST_PREFIX}{}", store::id::new_id().simple());
    execute(
        &mut connection,
        format!("select pg_advisory_lock(hashtext('{name}'), 1)"),
    )
    .await;
    (server, name, connection)
}
