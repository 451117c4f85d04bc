//! Everything that can go wrong around the private PostgreSQL, in words for the person who started
//! Reeve: what happened, where, and what to do. Not a log: the cause of a failed start is carried in
//! the error itself (the tail of the server's log).

use std::io;
use std::path::{Path, PathBuf};

use crate::binaries::{MINIMUM_MAJOR, Version};

/// Why the private PostgreSQL cannot be found, made, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `REEVE_PG_BIN` names something that is not a folder of PostgreSQL server programs.
    #[error("REEVE_PG_BIN is {}, which is no folder of PostgreSQL's programs: {reason}", path.display())]
    WrongBinFolder {
        /// The value of the variable.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No usable PostgreSQL is installed.
    #[error("PostgreSQL {MINIMUM_MAJOR} or newer was not found{}. {remedy}", found_suffix(.too_old.as_ref()))]
    NoBinaries {
        /// The newest one that was found, when all that were found are too old.
        too_old: Option<Version>,
        /// What to install on this system.
        remedy: String,
    },
    /// The data directory was written by a major version that is not the installed one.
    #[error("{explanation}")]
    OtherMajor {
        /// The major version that wrote the data.
        data: u32,
        /// The major version of the programs that were found, if any.
        installed: Option<u32>,
        /// Both versions, the choices, and the commands of the upgrade.
        explanation: String,
    },
    /// Another process holds the lock of this data directory.
    #[error("another Reeve ({}) serves this data directory: {}", process(*pid), path.display())]
    InUse {
        /// Its process id, unless it was read in the instant before it was written.
        pid: Option<u32>,
        /// The data directory.
        path: PathBuf,
    },
    /// The folder exists and belongs to another user of this machine.
    #[error(
        "{} belongs to user id {owner}, and this process runs as user id {me}: run as that user, \
         hand the folder over (chown), or choose another --data-dir",
        path.display()
    )]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
        /// The user id that owns it.
        owner: u32,
        /// The user id of this process.
        me: u32,
    },
    /// The folder holds other things and no Reeve data.
    #[error(
        "{} is not empty and is no data directory of Reeve: choose another --data-dir, or an empty folder",
        path.display()
    )]
    NotADataDir {
        /// The folder.
        path: PathBuf,
    },
    /// `pg/` is there, but holds no PostgreSQL cluster.
    #[error(
        "{} holds files but no PG_VERSION, so it is no PostgreSQL cluster: restore it from a backup, \
         or move it away to start anew",
        path.display()
    )]
    NotACluster {
        /// The `pg` folder.
        path: PathBuf,
    },
    /// The cluster is there, but the password of its superuser is gone.
    #[error(
        "{} is missing, and without it nobody can sign in to the existing database: restore the \
         secrets folder together with the data",
        path.display()
    )]
    SecretMissing {
        /// The file that should hold it.
        path: PathBuf,
    },
    /// The fallback folder for the socket is not safe to use.
    #[error(
        "the socket folder {} cannot be trusted: {reason}. Remove it, or choose a --data-dir with a shorter path",
        path.display()
    )]
    UntrustedSocketFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Running as root, and the server's account cannot get to the data.
    #[error(
        "PostgreSQL refuses to run as root, so it runs as {account}, who may not enter {}: choose \
         another --data-dir, or let others pass through that folder (chmod o+x)",
        folder.display()
    )]
    NotTraversable {
        /// The first folder on the way that refuses.
        folder: PathBuf,
        /// The name of the account.
        account: String,
    },
    /// Running as root, and there is no account to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and /etc/passwd has neither `postgres` nor `nobody`: \
         start Reeve as an ordinary user"
    )]
    NoAccount,
    /// A program of PostgreSQL failed.
    #[error("{program} failed ({status}):\n{output}")]
    Program {
        /// Its path.
        program: PathBuf,
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// The server did not start, or not in time.
    #[error("PostgreSQL did not start in {}: {reason}. Its log ({}) ends:\n{log_tail}", data.display(), log.display())]
    NotStarted {
        /// The `pg` folder.
        data: PathBuf,
        /// What was waited for.
        reason: String,
        /// The log file.
        log: PathBuf,
        /// Its last lines.
        log_tail: String,
    },
    /// The server did not stop in time.
    #[error("PostgreSQL did not stop in {}. Its log ({}) ends:\n{log_tail}", data.display(), log.display())]
    NotStopped {
        /// The `pg` folder.
        data: PathBuf,
        /// The log file.
        log: PathBuf,
        /// Its last lines.
        log_tail: String,
    },
    /// A file of the data directory holds something that it should not.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The name of a secret is not made of lower-case letters, digits, `-` and `_`.
    #[error("{name:?} is not a name for a secret: use lower-case letters, digits, - and _")]
    SecretName {
        /// The name.
        name: String,
    },
    /// The system has no random bytes to give.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The operating system refused something.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried: `create`, `read`, ..
        doing: &'static str,
        /// On which file, folder or program.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// Turns the system's answer into an error that says what was tried, and where.
pub(crate) fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "an unknown process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

fn found_suffix(too_old: Option<&Version>) -> String {
    too_old.map_or_else(String::new, |version| {
        format!(" (the newest here is {version})")
    })
}
