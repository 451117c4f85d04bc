//! The data directory: its layout, owner and modes, the address it is served at, and doors to its
//! lock and secrets.
//!
//! ```text
//! DIR/  lock          which process serves it           secrets/  0600 each
//!       listen        where that process listens        run/      the socket, if its path is short
//!       pg/           the PostgreSQL cluster            pg.log    its log (pg.log.old: the one before)
//!       server.conf, pg_hba.conf                        its settings, written at each start
//! ```
//! It starts nothing; `cluster` does.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::account::effective_uid;
use crate::binaries::Environment;
use crate::error::{Error, io_error};
use crate::lock::{self, DataLock};
use crate::{password, settings, socket};

/// The root of Reeve's data on this machine.
#[derive(Debug, Clone)]
pub struct DataDir {
    root: PathBuf,
    uid: u32,
    /// Where to look for PostgreSQL's programs, if not where this process usually does.
    programs: Option<Environment>,
}

/// Room on a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// What may still be written.
    pub free: u64,
    /// What there is.
    pub whole: u64,
}
/// What may lie in the folder before it is a data directory: the root of a volume has the first, the
/// operator puts the second there.
const BEFOREHAND: [&str; 2] = ["lost+found", "reeve.toml"];

impl DataDir {
    /// Where the data lives unless told otherwise: `/var/lib/reeve` for root, else `reeve` in
    /// `$XDG_DATA_HOME` or `~/.local/share`.
    pub fn default_path() -> PathBuf {
        let variable = |name| std::env::var_os(name).map(PathBuf::from);
        let absolute = |path: &PathBuf| path.is_absolute();
        let system = PathBuf::from("/var/lib/reeve");
        if effective_uid().is_ok_and(|uid| uid == 0) {
            return system;
        }
        variable("XDG_DATA_HOME")
            .filter(absolute)
            .or_else(|| {
                variable("HOME")
                    .filter(absolute)
                    .map(|home| home.join(".local/share"))
            })
            .map_or(system, |parent| parent.join("reeve"))
    }

    /// Opens the data directory, making it (and its parents) if it is missing. Takes no lock.
    ///
    /// # Errors
    /// [`Error::ForeignFolder`] when another user owns it, [`Error::NotADataDir`] when it holds
    /// other things, [`Error::Io`] when the system refuses.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(io_error("create", parent))?;
        }
        make_folder(path, 0o700)?;
        let dir = Self::verified(path)?;
        // In this order: whoever else opens it at this moment makes the lock first, so that a folder
        // seen with something in it has its lock by now.
        if !is_empty(&dir.root)? && !dir.root.join("lock").exists() {
            return Err(Error::NotADataDir { path: dir.root });
        }
        // The lock file is the mark of a data directory; from here on the folder is Reeve's. It is
        // not closed to its own user's eyes, but as root the server's account must pass through it.
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(dir.root.join("lock"))
            .map_err(io_error("create", &dir.root.join("lock")))?;
        let mode = if dir.uid == 0 { 0o711 } else { 0o700 };
        fs::set_permissions(&dir.root, Permissions::from_mode(mode))
            .map_err(io_error("set the mode of", &dir.root))?;
        make_folder(&dir.secrets(), 0o700)?;
        Ok(dir)
    }

    /// Opens the data directory if there is one, and changes nothing: for commands that only look
    /// for a server, and that may have been given a wrong path.
    ///
    /// # Errors
    /// [`Error::ForeignFolder`] when another user owns it, [`Error::Io`] when the system refuses.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, Error> {
        if !path.join("lock").exists() {
            return Ok(None);
        }
        Self::verified(path).map(Some)
    }

    fn verified(path: &Path) -> Result<Self, Error> {
        let root = path.canonicalize().map_err(io_error("find", path))?;
        let owner = fs::metadata(&root)
            .map_err(io_error("look at", &root))?
            .uid();
        let me = effective_uid()?;
        if owner != me {
            return Err(Error::ForeignFolder {
                path: root,
                owner,
                me,
            });
        }
        Ok(Self {
            root,
            uid: me,
            programs: None,
        })
    }

    /// The same, with PostgreSQL's programs looked for in another environment.
    #[must_use]
    pub fn with_programs_in(self, environment: Environment) -> Self {
        Self {
            programs: Some(environment),
            ..self
        }
    }

    pub(crate) fn programs(&self) -> Environment {
        self.programs.clone().unwrap_or_else(Environment::current)
    }

    /// Takes the right to serve this data directory.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process (or another caller in this one) has it.
    pub fn lock(&self) -> Result<DataLock, Error> {
        lock::take(&self.root.join("lock"), &self.root, false)
    }

    /// The same, waiting without bound until it is free: for tests that share one cluster.
    ///
    /// # Errors
    /// [`Error::Io`] when the system refuses.
    pub fn lock_waiting(&self) -> Result<DataLock, Error> {
        lock::take(&self.root.join("lock"), &self.root, true)
    }

    /// The secret of this name (lower-case letters, digits, `-`, `_`), made of 32 random bytes, as
    /// hexadecimal text, if it is missing.
    ///
    /// # Errors
    /// [`Error::SecretName`], [`Error::Damaged`] when its file is empty, [`Error::Io`].
    pub fn secret(&self, name: &str) -> Result<SecretString, Error> {
        password::read_or_make(&self.secrets(), name)
    }

    /// Records where this process listens, for other commands.
    ///
    /// # Errors
    /// [`Error::Io`] when the system refuses.
    pub fn write_listen(&self, address: SocketAddr) -> Result<(), Error> {
        settings::replace(
            &self.root,
            &self.listen(),
            format!("{address}\n").as_bytes(),
        )
    }

    /// Where the serving process listens. A Reeve that was killed leaves its last address behind.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the file holds no address, [`Error::Io`].
    pub fn read_listen(&self) -> Result<Option<SocketAddr>, Error> {
        let path = self.listen();
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error("read", &path)(error)),
            Ok(text) => text.trim().parse().map(Some).map_err(|_| Error::Damaged {
                path,
                reason: format!("{:?} is no address", text.trim()),
            }),
        }
    }

    /// Forgets the address, when this process stops listening.
    ///
    /// # Errors
    /// [`Error::Io`] when the system refuses.
    pub fn clear_listen(&self) -> Result<(), Error> {
        let path = self.listen();
        fs::remove_file(&path)
            .or_else(password::ignore_missing)
            .map_err(io_error("remove", &path))
    }

    /// The folder of the server's socket: `run/`, or a short one under `/tmp` when the path of the
    /// socket would exceed 100 bytes or has a comma. It is made, and its owner verified, by [`crate::Cluster::prepare`].
    pub fn socket_dir(&self) -> PathBuf {
        socket::folder_for(&self.root, self.uid)
    }

    /// The data directory itself, an absolute path without links.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The room on the file system of the data directory.
    ///
    /// # Errors
    /// [`Error::Io`] when the system refuses.
    pub fn disk_space(&self) -> Result<DiskSpace, Error> {
        let look = rustix::fs::statvfs(&self.root).map_err(io::Error::from);
        let found = look.map_err(io_error("look at", &self.root))?;
        Ok(DiskSpace {
            free: found.f_bavail.saturating_mul(found.f_frsize),
            whole: found.f_blocks.saturating_mul(found.f_frsize),
        })
    }

    pub(crate) fn pg(&self) -> PathBuf {
        self.root.join("pg")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("pg.log")
    }

    pub(crate) fn secrets(&self) -> PathBuf {
        self.root.join("secrets")
    }

    fn listen(&self) -> PathBuf {
        self.root.join("listen")
    }
}

fn make_folder(path: &Path, mode: u32) -> Result<(), Error> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        outcome => outcome.map_err(io_error("create", path)),
    }
}

/// Whether a folder is empty; the `lost+found` of a fresh file system does not count.
fn is_empty(folder: &Path) -> Result<bool, Error> {
    let entries = fs::read_dir(folder).map_err(io_error("list", folder))?;
    Ok(entries
        .flatten()
        .all(|entry| BEFOREHAND.iter().any(|name| entry.file_name() == *name)))
}
