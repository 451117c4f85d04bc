//! One throwaway PostgreSQL for all test processes of this workspace and this user.
//!
//! The first process that needs it makes and starts it; the others adopt it. It stays up between
//! tests and runs without fsync; `test-cluster stop` ends it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use embedded::{Binaries, Cluster, Connection, DataDir, Durability};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use store::bootstrap::{OPERATOR_LOGIN, Passwords, RUNTIME_LOGIN};
use store::connect::socket_options;

/// A running server, and the secrets of its logins.
#[derive(Debug)]
pub struct Server {
    connection: Connection,
    superuser: SecretString,
    /// The passwords of the logins `reeve` and `reeve_operator`.
    pub passwords: Passwords,
}

/// Where the data lives: the same for every test of one workspace and user, in no other's way.
pub fn path() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut hash = DefaultHasher::new();
    workspace
        .canonicalize()
        .unwrap_or(workspace.into())
        .hash(&mut hash);
    let uid = Command::new("id")
        .arg("-u")
        .output()
        .expect("the program `id` runs");
    let uid = String::from_utf8_lossy(&uid.stdout).trim().to_owned();
    std::env::temp_dir().join(format!("reeve-test-{uid}-{:016x}", hash.finish()))
}

/// The running server, started if need be. Blocks: call it through [`server`] in async code.
pub fn start() -> Server {
    let dir = DataDir::open(&path()).expect("the test cluster's folder opens");
    let running = Cluster::existing(&dir)
        .expect("PostgreSQL is installed")
        .filter(Cluster::is_running);
    let cluster = running.unwrap_or_else(|| {
        let lock = dir
            .lock_waiting()
            .expect("the test cluster's lock is free some day");
        let cluster = Cluster::prepare(&dir, Durability::Throwaway).expect("a cluster is made");
        cluster.start().expect("the test cluster starts");
        drop(lock);
        cluster
    });
    let secret = |name| dir.secret(name).expect("a secret is read or made");
    Server {
        connection: cluster.connection(),
        superuser: secret("superuser"),
        passwords: Passwords {
            runtime: secret("runtime"),
            operator: secret("operator"),
        },
    }
}

/// The running server, started if need be.
pub async fn server() -> Server {
    tokio::task::spawn_blocking(start)
        .await
        .expect("the test cluster starts")
}

/// One of PostgreSQL's programs, such as `psql` or `pg_dump`, of the server's version.
pub fn program(name: &str) -> Command {
    Command::new(
        Binaries::find(None)
            .expect("PostgreSQL is installed")
            .program(name),
    )
}

/// The server's major version.
pub fn major_version() -> u32 {
    Binaries::find(None)
        .expect("PostgreSQL is installed")
        .version
        .major
}

/// Whether the server runs now.
pub fn is_running() -> bool {
    DataDir::open_existing(&path())
        .expect("the test cluster's folder opens")
        .and_then(|dir| Cluster::existing(&dir).expect("PostgreSQL is installed"))
        .is_some_and(|cluster| cluster.is_running())
}

/// Stops the server, if it runs. Its data stays, for a quick start the next time.
pub fn stop() {
    let Some(dir) = DataDir::open_existing(&path()).expect("the test cluster's folder opens")
    else {
        return;
    };
    let _lock = dir
        .lock_waiting()
        .expect("the test cluster's lock is free some day");
    if let Some(cluster) = Cluster::existing(&dir).expect("PostgreSQL is installed") {
        cluster.stop().expect("the test cluster stops");
    }
}

impl Server {
    /// A superuser's way into a database.
    pub fn superuser(&self, database: &str) -> Login {
        self.login(self.connection.superuser, &self.superuser, database)
    }

    /// Reeve's own way: a login without any right until it sets a role.
    pub fn runtime(&self, database: &str) -> Login {
        self.login(RUNTIME_LOGIN, &self.passwords.runtime, database)
    }

    /// The way of somebody who types the runbooks' SQL.
    pub fn operator(&self, database: &str) -> Login {
        self.login(OPERATOR_LOGIN, &self.passwords.operator, database)
    }

    fn login(&self, user: &str, password: &SecretString, database: &str) -> Login {
        let Connection {
            socket_dir, port, ..
        } = &self.connection;
        let folder = socket_dir.to_str().expect("the socket's path is a text");
        // Passwords are hexadecimal.
        let (folder, secret) = (folder.replace('/', "%2F"), password.expose_secret());
        Login {
            options: socket_options(socket_dir, *port, user, password, database),
            url: format!("postgres://{user}:{secret}@{folder}:{port}/{database}").into(),
        }
    }
}

/// A way into a database.
#[derive(Clone, Debug)]
pub struct Login {
    /// For sqlx.
    pub options: PgConnectOptions,
    /// For commands and for psql.
    pub url: SecretString,
}

impl Login {
    /// Connects.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect_with(&self.options)
            .await
            .expect("the test cluster takes connections")
    }
}
