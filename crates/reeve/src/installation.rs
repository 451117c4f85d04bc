//! From a data directory or `DATABASE_URL` to an open database.
//!
//! [`Host`] belongs to `serve` and `quickstart`: it runs the private PostgreSQL and brings the
//! schema up to date. Every other command is a guest ([`open`]) and finds what a host left.

use std::path::PathBuf;

use app::governance::Number;
use app::{Caller, Live, Records, Reeve};
use domain::actor::Actor;
use domain::health::{Check, Finding};
use embedded::{Cluster, DataDir, DataLock, Durability, Environment, Started};
use secrecy::{ExposeSecret, SecretString};
use store::bootstrap::{self, OPERATOR_LOGIN, Passwords, RUNTIME_LOGIN};
use store::connect::{self, ConnectOptions};
use store::migrate::{self, Schema};
use store::{Database, StoreError};

use crate::config::Config;
use crate::failure::Failure;

/// Reeve's database on its private PostgreSQL.
const DATABASE: &str = "reeve";
/// Connections that a command opens at most, and a server.
const GUEST_CONNECTIONS: u32 = 3;
const HOST_CONNECTIONS: u32 = 16;

/// Where everything is.
#[derive(Debug)]
pub(crate) struct Installation {
    pub(crate) config: Config,
    /// What waits to be put on record, log lines among it.
    records: Records,
}

/// A running installation that this process answers for.
pub(crate) struct Host {
    pub(crate) reeve: Reeve,
    pub(crate) dir: DataDir,
    /// `None` with `DATABASE_URL`.
    pub(crate) private: Option<Private>,
    /// Migrations that were run just now.
    pub(crate) migrated: usize,
    /// Held as long as this process serves.
    _lock: DataLock,
}

/// The private PostgreSQL while this process answers for it. Dropping it stops it, so that a start
/// that fails half-way, or is told to stop, leaves nothing running.
pub(crate) struct Private {
    pub(crate) cluster: Cluster,
    /// How it was found.
    pub(crate) started: Started,
}

impl Drop for Private {
    fn drop(&mut self) {
        if let Err(error) = self.cluster.stop() {
            tracing::error!(%error, "the database could not be stopped");
        }
    }
}

/// Runs what blocks on a thread where it may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, embedded::Error> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|e| Failure::plain(format!("a task was ended: {e}")))??)
}

impl Installation {
    pub(crate) fn new(config: Config, records: Records) -> Self {
        Self { config, records }
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.config.data_dir()
    }

    /// Where to look for PostgreSQL's programs.
    pub(crate) fn programs(&self) -> Environment {
        Environment {
            pg_bin: self.config.pg_bin().map(Into::into),
            ..Environment::current()
        }
    }

    /// What `reeve doctor` reports of this process's settings.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let problems = self.config.problems();
        let findings = problems.iter().map(|problem| {
            let subject = problem.variable.clone();
            Finding::warning(Check::Configuration, &problem.text, &problem.remedy).about(subject)
        });
        let findings: Vec<_> = findings.collect();
        if findings.is_empty() {
            let text = "environment and settings say nothing that is ignored";
            return vec![Finding::ok(Check::Configuration, text)];
        }
        findings
    }

    fn reeve(&self, database: Database) -> Reeve {
        Reeve {
            database,
            live: Live::new(self.config.live()),
            records: self.records.clone(),
        }
    }

    /// Opens the installation as its host: locks the data directory, starts PostgreSQL if it is
    /// ours, and brings roles and schema up to date.
    pub(crate) async fn host(&self) -> Result<Host, Failure> {
        let (path, programs) = (self.data_dir(), self.programs());
        let (dir, lock) = blocking(move || {
            let dir = DataDir::open(&path)?.with_programs_in(programs);
            let lock = dir.lock()?;
            Ok((dir, lock))
        })
        .await?;
        let private = if self.config.database_url().is_some() {
            None
        } else {
            let at = dir.clone();
            let start = move || {
                let cluster = Cluster::prepare(&at, Durability::Durable)?;
                let started = cluster.start()?;
                Ok(Private { cluster, started })
            };
            Some(blocking(start).await?)
        };
        let logins = self.logins(&dir, private.as_ref().map(|private| &private.cluster))?;
        let migrated = bring_up_to_date(&logins).await?;
        let (database, server) = Database::connect(logins.runtime, HOST_CONNECTIONS).await?;
        if server.superuser {
            tracing::warn!(
                login = server.login,
                "connected as a superuser; Reeve takes its own role in every transaction, but a \
                 login without these powers is safer"
            );
        }
        let reeve = self.reeve(database);
        if migrated.of_nothing {
            self.seed(&reeve).await?;
        }
        let migrated = migrated.migrations;
        Ok(Host {
            reeve,
            dir,
            private,
            migrated,
            _lock: lock,
        })
    }

    /// A new installation takes its numbers from the configuration, once (decision 0023).
    async fn seed(&self, reeve: &Reeve) -> Result<(), Failure> {
        let config = &self.config;
        let numbers = [
            (
                Number::SnapshotMaxAgeSeconds,
                config.seeded_snapshot_max_age(),
            ),
            (Number::RoleRestoreDays, config.seeded_role_restore_days()),
        ];
        let caller = Caller::new(Actor::Operator);
        for (number, value) in numbers {
            if let Some(value) = value {
                app::governance::set_number(reeve, &caller, number, value, false).await?;
            }
        }
        Ok(())
    }

    /// Opens the installation that a host serves.
    pub(crate) async fn open(&self) -> Result<Reeve, Failure> {
        let logins = self.existing_logins()?;
        // The one connection of this look fails at once where a pool would go on trying.
        match migrate::check(&logins.runtime).await? {
            Schema::Current => {
                let (database, _) = Database::connect(logins.runtime, GUEST_CONNECTIONS).await?;
                let reeve = self.reeve(database);
                self.meet_host(&reeve);
                Ok(reeve)
            }
            Schema::Behind { pending, .. } => Err(Failure::plain(format!(
                "the database lacks {pending} migrations; run `reeve migrate`"
            ))),
            Schema::Newer => Err(newer()),
        }
    }

    /// Takes over where the serving process listens, which its public address may follow from.
    fn meet_host(&self, reeve: &Reeve) {
        let dir = DataDir::open_existing(&self.data_dir()).ok().flatten();
        let bound = dir.and_then(|dir| dir.read_listen().ok().flatten());
        if let Some(bound) = bound.or_else(|| self.config.listen()) {
            self.config.note_port(&reeve.live, bound);
        }
    }

    /// The logins of an installation that is running, without opening it.
    pub(crate) fn existing_logins(&self) -> Result<Logins, Failure> {
        if self.config.database_url().is_some() {
            return self.given_logins();
        }
        let data_dir = self.data_dir();
        let path = data_dir.display();
        let nothing = || {
            Failure::plain(format!(
                "there is no database: nothing is in {path}. Start one with `reeve serve` or \
                 `reeve quickstart`, or set DATABASE_URL"
            ))
        };
        let dir = DataDir::open_existing(&data_dir)?.ok_or_else(nothing)?;
        let dir = dir.with_programs_in(self.programs());
        let cluster = Cluster::existing(&dir)?.ok_or_else(nothing)?;
        if !cluster.is_running() {
            return Err(Failure::plain(format!(
                "the database in {path} is not running; start it with `reeve serve`"
            )));
        }
        self.logins(&dir, Some(&cluster))
    }

    fn logins(&self, dir: &DataDir, cluster: Option<&Cluster>) -> Result<Logins, Failure> {
        let Some(cluster) = cluster else {
            return self.given_logins();
        };
        let at = cluster.connection();
        let socket = |login: &str, password: &SecretString| {
            connect::socket_options(&at.socket_dir, at.port, login, password, DATABASE)
        };
        let runtime = dir.secret(RUNTIME_LOGIN)?;
        let operator = dir.secret(OPERATOR_LOGIN)?;
        Ok(Logins {
            runtime: socket(RUNTIME_LOGIN, &runtime),
            owner: Some(socket(at.superuser, &dir.secret("superuser")?)),
            passwords: Some(Passwords {
                runtime,
                operator: operator.clone(),
            }),
            operator: Some(Operator {
                at,
                password: operator,
            }),
        })
    }

    fn given_logins(&self) -> Result<Logins, Failure> {
        let url = self.config.database_url();
        let url = url.ok_or_else(|| Failure::plain("no DATABASE_URL"))?;
        let owner = self.config.database_owner_url();
        let owner = owner.map(connect::options).transpose()?;
        Ok(Logins {
            runtime: connect::options(url)?,
            owner,
            passwords: None,
            operator: None,
        })
    }
}

/// How to get in.
pub(crate) struct Logins {
    pub(crate) runtime: ConnectOptions,
    /// Who may migrate; with `DATABASE_URL` only if one is given.
    pub(crate) owner: Option<ConnectOptions>,
    /// Set on a new private PostgreSQL.
    passwords: Option<Passwords>,
    /// Only of a private PostgreSQL; of others Reeve does not know it.
    pub(crate) operator: Option<Operator>,
}

/// The operators' way in, for the runbooks' SQL. `app.user_id` is set, so that `SHOW` answers.
pub(crate) struct Operator {
    at: embedded::Connection,
    password: SecretString,
}

impl Operator {
    const OPTIONS: &str = "-c app.user_id=";

    /// As psql and other tools of libpq take it; holds the password.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgresql://{OPERATOR_LOGIN}:{}@/{DATABASE}?host={}&port={}&options={}",
            self.password.expose_secret(),
            escape(&self.at.socket_dir.to_string_lossy()),
            self.at.port,
            escape(Self::OPTIONS)
        )
    }

    /// The same as libpq's environment variables.
    pub(crate) fn variables(&self) -> [(&'static str, String); 6] {
        [
            ("PGUSER", OPERATOR_LOGIN.to_owned()),
            ("PGPASSWORD", self.password.expose_secret().to_owned()),
            ("PGDATABASE", DATABASE.to_owned()),
            ("PGHOST", self.at.socket_dir.to_string_lossy().into_owned()),
            ("PGPORT", self.at.port.to_string()),
            ("PGOPTIONS", Self::OPTIONS.to_owned()),
        ]
    }
}

/// Percent-encodes what may not stand in the query of a URL.
fn escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.');
    text.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// What bringing the schema up to date did.
struct UpToDate {
    migrations: usize,
    /// The database was empty before.
    of_nothing: bool,
}

async fn bring_up_to_date(logins: &Logins) -> Result<UpToDate, Failure> {
    if let (Some(passwords), Some(owner)) = (&logins.passwords, &logins.owner) {
        bootstrap::create(owner, DATABASE, Some(passwords)).await?;
    }
    let (owner, may_write) = match &logins.owner {
        Some(owner) => (owner.clone(), true),
        // A superuser's DATABASE_URL can do everything itself.
        None if is_superuser(&logins.runtime).await? => {
            bootstrap::roles_in(&logins.runtime, None).await?;
            (logins.runtime.clone(), true)
        }
        None => (logins.runtime.clone(), false),
    };
    match migrate::check(&owner).await? {
        Schema::Current => {
            // No migration, but built-in roles and partitions are put right all the same.
            if may_write {
                migrate::run(&owner).await?;
            }
            Ok(UpToDate {
                migrations: 0,
                of_nothing: false,
            })
        }
        Schema::Newer => Err(newer()),
        Schema::Behind { applied, pending } => {
            migrate::run(&owner)
                .await
                .map_err(|error| no_owner(logins, error))?;
            Ok(UpToDate {
                migrations: pending,
                of_nothing: applied == 0,
            })
        }
    }
}

async fn is_superuser(options: &ConnectOptions) -> Result<bool, Failure> {
    let (database, server) = Database::connect(options.clone(), 1).await?;
    database.close().await;
    Ok(server.superuser)
}

fn newer() -> Failure {
    Failure::plain(
        "the database was written by a newer Reeve than this one; run that version, or restore a backup",
    )
}

fn no_owner(logins: &Logins, error: StoreError) -> Failure {
    if logins.owner.is_some() {
        return error.into();
    }
    Failure::plain(format!(
        "{error}; the login of DATABASE_URL may not migrate: set DATABASE_OWNER_URL to one that is a \
         member of reeve_owner (`reeve db bootstrap-sql` prints how the roles are made)"
    ))
}

/// Runs the migrations by command. Returns how many.
pub(crate) async fn migrate(installation: &Installation) -> Result<usize, Failure> {
    let logins = installation.existing_logins()?;
    let done = bring_up_to_date(&logins).await?;
    if done.of_nothing {
        let (database, _) = Database::connect(logins.runtime, GUEST_CONNECTIONS).await?;
        installation.seed(&installation.reeve(database)).await?;
    }
    Ok(done.migrations)
}

/// How the schema compares, changing nothing.
pub(crate) async fn check_schema(installation: &Installation) -> Result<Schema, Failure> {
    let logins = installation.existing_logins()?;
    Ok(migrate::check(logins.owner.as_ref().unwrap_or(&logins.runtime)).await?)
}
