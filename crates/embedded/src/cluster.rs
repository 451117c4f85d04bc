//! The private cluster of a data directory: made ready, started or adopted, stopped. It reads as the
//! recipe; the parts are in `init`, `settings`, `socket`, `postmaster` and `upgrade`. It holds no
//! lock: who starts or stops holds the data directory's.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use crate::account::{Account, capture};
use crate::data_dir::DataDir;
use crate::error::{Error, io_error};
use crate::init::{self, SUPERUSER};
use crate::postmaster::{Postmaster, State, poll};
use crate::settings::{self, Durability};
use crate::{log, socket, upgrade};

/// How long a start may take, crash recovery included.
const START_LIMIT: Duration = Duration::from_secs(300);

/// How long a server that calls itself ready may refuse a connection (its queue may be full).
const ACCEPT_LIMIT: Duration = Duration::from_secs(5);

/// How long a shutdown may take, its checkpoint included.
const STOP_LIMIT: Duration = Duration::from_secs(120);

/// A private PostgreSQL cluster, running or not.
#[derive(Debug, Clone)]
pub struct Cluster {
    postmaster: Postmaster,
    socket_dir: PathBuf,
    log: PathBuf,
}

/// How a server came to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// It was started.
    Fresh,
    /// It was running, left by a Reeve that was killed.
    Adopted,
}

/// How to reach the server. The password is the data directory's secret `superuser`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The folder of the unix socket, to be given as the host.
    pub socket_dir: PathBuf,
    /// The port, which only names the socket.
    pub port: u16,
    /// The name of the database superuser.
    pub superuser: &'static str,
}

impl Cluster {
    /// Finds the cluster of a data directory, making it if there is none, and writes its settings.
    /// It starts nothing. The caller holds the data directory's lock.
    ///
    /// # Errors
    /// [`Error::NoBinaries`] and [`Error::WrongBinFolder`] with what to install or correct,
    /// [`Error::OtherMajor`] with the commands of the upgrade, [`Error::NotTraversable`] and
    /// [`Error::NoAccount`] for root, [`Error::UntrustedSocketFolder`], [`Error::NotACluster`],
    /// [`Error::SecretMissing`], [`Error::Program`] when `initdb` fails.
    pub fn prepare(dir: &DataDir, durability: Durability) -> Result<Self, Error> {
        let cluster = Self::of(dir)?;
        let account = cluster.postmaster.account.as_ref();
        if let Some(account) = account {
            account.check_reaches(dir.path())?;
        }
        init::remove_leftovers(dir)?;
        if upgrade::data_major(&dir.pg())?.is_none() {
            cluster.create(dir, durability)?;
        } else if !dir.secrets().join("superuser").exists() {
            return Err(Error::SecretMissing {
                path: dir.secrets().join("superuser"),
            });
        }
        socket::make_folder(&cluster.socket_dir, account)?;
        settings::write(
            dir.path(),
            &dir.pg(),
            &cluster.socket_dir,
            durability,
            account,
        )?;
        Ok(cluster)
    }

    /// The cluster of a data directory if it has one: for commands that only want to connect. It
    /// makes nothing and changes nothing.
    ///
    /// # Errors
    /// As [`Cluster::prepare`] for the programs and their version.
    pub fn existing(dir: &DataDir) -> Result<Option<Self>, Error> {
        match upgrade::data_major(&dir.pg())? {
            Some(_) => Self::of(dir).map(Some),
            None => Ok(None),
        }
    }

    /// Whether a server of this very cluster runs and accepts connections.
    pub fn is_running(&self) -> bool {
        self.postmaster.state() == State::Ready
            && UnixStream::connect(socket::socket_in(&self.socket_dir)).is_ok()
    }

    /// Starts the server, or adopts the one that runs, and waits until it accepts connections. What a
    /// killed server left behind is cleared first. The caller holds the data directory's lock.
    ///
    /// # Errors
    /// [`Error::NotStarted`] with the end of the server's log.
    pub fn start(&self) -> Result<Started, Error> {
        if self.wait_until_accepting() {
            return Ok(Started::Adopted);
        }
        // One that shuts down is waited for; one without its socket (a cleared /tmp) is replaced.
        self.stop()?;
        self.postmaster.clean()?;
        socket::remove_stale(&self.socket_dir)?;
        let failure = match self.launch() {
            Ok(()) if self.wait_until_accepting() => return Ok(Started::Fresh),
            Ok(()) => self.not_started("it ended at once"),
            Err(failure) => failure,
        };
        // One launched in the last moment of a killed Reeve may have been first.
        if self.wait_until_accepting() {
            Ok(Started::Adopted)
        } else {
            Err(failure)
        }
    }

    /// Stops the server, ending its connections (a fast shutdown), and waits for its end. Does
    /// nothing when none runs.
    ///
    /// # Errors
    /// [`Error::NotStopped`] with the end of the server's log.
    pub fn stop(&self) -> Result<(), Error> {
        if self.postmaster.state() == State::Absent {
            return Ok(());
        }
        let limit = STOP_LIMIT.as_secs().to_string();
        let mut stop = self.postmaster.pg_ctl();
        stop.args([
            "stop",
            "--mode",
            "fast",
            "--wait",
            "--timeout",
            &limit,
            "--silent",
        ]);
        let program = self.postmaster.binaries.program("pg_ctl");
        capture(&mut stop).map_err(io_error("run", &program))?;
        // Whatever pg_ctl says, the end of the process is what counts.
        if poll(Duration::from_secs(1), || {
            self.postmaster.state() == State::Absent
        }) {
            return Ok(());
        }
        Err(Error::NotStopped {
            data: self.postmaster.pg.clone(),
            log: self.log.clone(),
            log_tail: log::tail(&self.log),
        })
    }

    /// How to connect.
    pub fn connection(&self) -> Connection {
        Connection {
            socket_dir: self.socket_dir.clone(),
            port: socket::PORT,
            superuser: SUPERUSER,
        }
    }

    /// Cuts the server's log if it has grown past 8 MB, keeping what it held as `pg.log.old`. Each
    /// start does it too; a process that serves for months calls it once an hour or so.
    ///
    /// # Errors
    /// [`Error::Io`] when the system refuses.
    pub fn rotate_log(&self) -> Result<(), Error> {
        log::rotate(&self.log)
    }

    fn of(dir: &DataDir) -> Result<Self, Error> {
        let pg = dir.pg();
        let binaries = upgrade::programs_for(dir)?;
        let account = Account::for_server(&pg)?;
        Ok(Self {
            postmaster: Postmaster {
                pg,
                binaries,
                account,
            },
            socket_dir: dir.socket_dir(),
            log: dir.log(),
        })
    }

    fn create(&self, dir: &DataDir, durability: Durability) -> Result<(), Error> {
        let pg = dir.pg();
        // An empty folder may be a mount point or a mistake; a full one is somebody's data.
        if pg.exists() && fs::remove_dir(&pg).is_err() {
            return Err(Error::NotACluster { path: pg });
        }
        let Postmaster {
            binaries, account, ..
        } = &self.postmaster;
        tracing::info!(folder = %pg.display(), version = %binaries.version, "making a PostgreSQL cluster");
        init::create(dir, binaries, durability, account.as_ref())
    }

    fn launch(&self) -> Result<(), Error> {
        let output = log::open(&self.log, self.postmaster.account.as_ref())?;
        let errors = output.try_clone().map_err(io_error("open", &self.log))?;
        let limit = START_LIMIT.as_secs().to_string();
        let program = self.postmaster.binaries.program("pg_ctl");
        // The server inherits these two; pg_ctl makes it a session of its own.
        let status = self
            .postmaster
            .pg_ctl()
            .args(["start", "--wait", "--timeout", &limit, "--silent"])
            .stdout(Stdio::from(output))
            .stderr(Stdio::from(errors))
            .status()
            .map_err(io_error("run", &program))?;
        if status.success() {
            Ok(())
        } else {
            Err(self.not_started(&format!("pg_ctl: {status}")))
        }
    }

    /// Whether a server runs and accepts connections, waiting for one that is still starting.
    fn wait_until_accepting(&self) -> bool {
        let started = poll(START_LIMIT, || self.postmaster.state() != State::Starting);
        started
            && poll(ACCEPT_LIMIT, || {
                self.is_running() || self.postmaster.state() != State::Ready
            })
            && self.is_running()
    }

    fn not_started(&self, reason: &str) -> Error {
        Error::NotStarted {
            data: self.postmaster.pg.clone(),
            reason: reason.to_owned(),
            log: self.log.clone(),
            log_tail: log::tail(&self.log),
        }
    }
}
