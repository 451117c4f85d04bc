//! A data directory for one test, signals, and waiting.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use embedded::{Cluster, DataDir};

/// How long another process may take for what is waited for; far more than it ever needs.
const LIMIT: Duration = Duration::from_secs(60);

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder that goes away with the test, together with the PostgreSQL in it.
pub(crate) struct Scratch {
    folder: PathBuf,
    /// The data directory, inside `folder`; not made yet.
    pub(crate) path: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("reeve-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        // As root the server runs as another account, which has to get in.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let folder = folder.canonicalize().unwrap();
        Self {
            path: folder.join("data"),
            folder,
        }
    }

    /// A file beside the data directory.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.join(name);
        fs::write(&path, content).unwrap();
        path.into_os_string().into_string().unwrap()
    }

    /// The path of a folder beside the data directory, not made yet.
    pub(crate) fn folder(&self, name: &str) -> String {
        let path = self.folder.join(name);
        path.into_os_string().into_string().unwrap()
    }

    /// The address that a server wrote, if it is there.
    pub(crate) fn address(&self) -> Option<String> {
        let text = fs::read_to_string(self.path.join("listen")).ok()?;
        Some(text.trim().to_owned())
    }

    /// The process id of the private PostgreSQL, if one says that it runs.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.path.join("pg/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// Whether the private PostgreSQL takes connections.
    pub(crate) fn database_runs(&self) -> bool {
        let Ok(Some(dir)) = DataDir::open_existing(&self.path) else {
            return false;
        };
        matches!(Cluster::existing(&dir), Ok(Some(cluster)) if cluster.is_running())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whatever state the test left, nothing may outlive it; failures here have nobody to tell.
        if let Some(dir) = DataDir::open_existing(&self.path).ok().flatten() {
            if let Ok(Some(cluster)) = Cluster::existing(&dir) {
                drop(cluster.stop());
            }
            let socket = dir.socket_dir();
            if !socket.starts_with(&self.path) && !socket.is_symlink() {
                drop(fs::remove_dir_all(socket));
            }
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Sends a signal, given by its name, like `KILL`.
pub(crate) fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .output()
        .unwrap();
    assert!(sent.status.success(), "{name} to {pid}: {sent:?}");
}

/// Whether a process exists and is not a mere entry of one that ended.
pub(crate) fn lives(pid: u32) -> bool {
    !matches!(state(pid), None | Some('Z' | 'X'))
}

/// What a process does, by the letter of its entry in `/proc`: `T` is stopped.
pub(crate) fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim().chars().next()
}

pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LIMIT, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
