//! A data directory for one test, and the few outside programs that tests use.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use embedded::{Cluster, DataDir, Durability};
use secrecy::ExposeSecret;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder that goes away with the test, together with the server in it.
pub(crate) struct Scratch {
    pub(crate) folder: PathBuf,
    /// The data directory, inside `folder`; not made yet.
    pub(crate) path: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self::named("data")
    }

    /// With this name for the data directory.
    pub(crate) fn named(name: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("embedded-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let folder = folder.canonicalize().unwrap();
        Self {
            path: folder.join(name),
            folder,
        }
    }

    pub(crate) fn open(&self) -> DataDir {
        DataDir::open(&self.path).unwrap()
    }

    pub(crate) fn prepare(&self) -> Cluster {
        Cluster::prepare(&self.open(), Durability::Throwaway).unwrap()
    }

    pub(crate) fn pg(&self) -> PathBuf {
        self.path.join("pg")
    }

    pub(crate) fn postmaster_pid(&self) -> u32 {
        let text = fs::read_to_string(self.pg().join("postmaster.pid")).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }

    /// A `psql` signed in as the superuser, with the password from the data directory.
    pub(crate) fn psql(&self, sql: &str) -> Command {
        let password = self.open().secret("superuser").unwrap();
        self.psql_with(sql, password.expose_secret())
    }

    pub(crate) fn psql_with(&self, sql: &str, password: &str) -> Command {
        let dir = self.open();
        let connection = Cluster::existing(&dir).unwrap().unwrap().connection();
        let mut psql = Command::new(embedded::Binaries::find(None).unwrap().program("psql"));
        psql.env("PGPASSWORD", password)
            .arg("--host")
            .arg(connection.socket_dir)
            .args(["--port", &connection.port.to_string()])
            .args(["--username", connection.superuser, "--dbname", "postgres"])
            .args([
                "--no-psqlrc",
                "--tuples-only",
                "--no-align",
                "--no-password",
                "-c",
                sql,
            ])
            .stdin(Stdio::null());
        psql
    }

    /// What a statement answers.
    pub(crate) fn query(&self, sql: &str) -> String {
        let output = self.psql(sql).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whatever state the test left, nothing may outlive it; failures here have nobody to tell.
        let found = DataDir::open_existing(&self.path).ok().flatten();
        if let Some(dir) = found {
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

/// A process that dies with the test.
pub(crate) struct Leashed(pub(crate) Child);

impl Drop for Leashed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// This test binary again, in a process of its own, running only the ignored test `name`.
pub(crate) fn again(name: &str, data: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("EMBEDDED_TEST_DATA", data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// The data directory given to [`again`], in the process it started.
pub(crate) fn given_data() -> Option<PathBuf> {
    std::env::var_os("EMBEDDED_TEST_DATA").map(PathBuf::from)
}

/// Kills a process and waits until it is dead: the signal alone is only on its way, and a busy
/// machine leaves its receiver alive for a while.
pub(crate) fn kill_nine(pid: u32) {
    let status = Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
    wait_until("the killed process is dead", || {
        // A zombie is dead too; who reaps it is not ours to say. `comm` may hold a parenthesis.
        fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| {
            stat.rsplit(") ")
                .next()
                .is_some_and(|rest| rest.starts_with(['Z', 'X']))
        })
    });
}

pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "waited in vain until {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn am_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}
