//! What runs in a cluster's folder right now, read from `postmaster.pid` and checked against the
//! process itself: after `kill -9` the file stays, and its process id may since be anybody's.
//!
//! It starts and stops nothing, except that it ends the orphans of a killed postmaster, which would
//! hold the cluster's shared memory against a new one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::account::{Account, capture, command};
use crate::binaries::Binaries;
use crate::error::{Error, io_error};
use crate::password::ignore_missing;

/// How often the state of a process is looked at while waiting.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// How long orphans get to end by themselves, by request, and at once.
const ORPHANS_LIMIT: Duration = Duration::from_secs(5);

/// The server of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// None runs.
    Absent,
    /// It runs, and does not take connections yet.
    Starting,
    /// It runs and says that it takes connections.
    Ready,
    /// It is shutting down.
    Stopping,
}

/// A cluster's folder (absolute, without links) and who may look at its processes.
#[derive(Debug, Clone)]
pub(crate) struct Postmaster {
    pub(crate) pg: PathBuf,
    pub(crate) binaries: Binaries,
    pub(crate) account: Option<Account>,
}

impl Postmaster {
    /// The state of the server at this moment.
    pub(crate) fn state(&self) -> State {
        let Ok(text) = fs::read_to_string(self.pid_file()) else {
            return State::Absent;
        };
        let mut lines = text.lines();
        let pid = lines
            .next()
            .and_then(|line| line.trim().parse::<u32>().ok());
        if !pid.is_some_and(|pid| self.is_ours(pid)) {
            return State::Absent;
        }
        // The eighth line says how far it is; it is written last.
        match lines.nth(6).map(str::trim) {
            Some("ready" | "standby") => State::Ready,
            Some("stopping") => State::Stopping,
            _ => State::Starting,
        }
    }

    /// Clears what a killed server left: its orphans, and the file with its process id.
    ///
    /// Only to be called when the state is [`State::Absent`].
    pub(crate) fn clean(&self) -> Result<(), Error> {
        if has_proc() {
            self.end_orphans()?;
            let path = self.pid_file();
            fs::remove_file(&path)
                .or_else(ignore_missing)
                .map_err(io_error("remove", &path))?;
        }
        // Elsewhere PostgreSQL's own check of the file must do: nothing else proves it stale.
        Ok(())
    }

    /// A `pg_ctl` of this cluster, run as its account. The folder goes by the environment, since
    /// `pg_ctl` would pass an option through a shell.
    pub(crate) fn pg_ctl(&self) -> std::process::Command {
        let mut pg_ctl = command(&self.binaries.program("pg_ctl"), self.account.as_ref());
        pg_ctl.env("PGDATA", &self.pg);
        pg_ctl
    }

    fn pid_file(&self) -> PathBuf {
        self.pg.join("postmaster.pid")
    }

    /// Whether this process is a PostgreSQL at home in the cluster's folder.
    fn is_ours(&self, pid: u32) -> bool {
        if !has_proc() {
            return capture(self.pg_ctl().arg("status")).is_ok_and(|out| out.status.success());
        }
        let process = Path::new("/proc").join(pid.to_string());
        let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
        name.trim() == "postgres" && self.folder_of(&process).is_some_and(|home| home == self.pg)
    }

    /// The current folder of a process; a server stays in its cluster's.
    fn folder_of(&self, process: &Path) -> Option<PathBuf> {
        let link = process.join("cwd");
        match fs::read_link(&link) {
            Ok(folder) => Some(folder),
            // Root in a container may not look into another user's process; that user may.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let mut look = command(Path::new("/bin/sh"), self.account.as_ref());
                look.args(["-c", r#"cd -P "$1" && pwd -P"#, "sh"])
                    .arg(&link);
                let output = capture(&mut look)
                    .ok()
                    .filter(|output| output.status.success())?;
                let text = String::from_utf8(output.stdout).ok()?;
                Some(PathBuf::from(text.strip_suffix('\n')?))
            }
            Err(_) => None,
        }
    }

    fn end_orphans(&self) -> Result<(), Error> {
        // Most end by themselves once they notice; one in a long statement is told, then killed.
        for signal in [None, Some("QUIT"), Some("KILL")] {
            for pid in self.orphans() {
                let Some(signal) = signal else { break };
                tracing::info!(pid, signal, "ending a process of a killed PostgreSQL");
                let mut kill = self.pg_ctl();
                kill.args(["kill", signal, &pid.to_string()]);
                capture(&mut kill).map_err(io_error("run", &self.binaries.program("pg_ctl")))?;
            }
            let limit = if signal.is_none() {
                ORPHANS_LIMIT / 5
            } else {
                ORPHANS_LIMIT
            };
            if poll(limit, || self.orphans().is_empty()) {
                break;
            }
        }
        Ok(())
    }

    fn orphans(&self) -> Vec<u32> {
        let Ok(processes) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        processes
            .flatten()
            .filter_map(|process| process.file_name().to_str()?.parse().ok())
            .filter(|pid| self.is_ours(*pid))
            .collect()
    }
}

fn has_proc() -> bool {
    Path::new("/proc/self/comm").exists()
}

/// Looks again and again until `done`, at most for `limit`; says whether it was.
pub(crate) fn poll(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if done() {
            return true;
        }
        if start.elapsed() >= limit {
            return false;
        }
        thread::sleep(LOOK_EVERY);
    }
}
