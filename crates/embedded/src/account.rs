//! Who runs the server's programs, and how they are run.
//!
//! PostgreSQL refuses root; when Reeve is root its programs run as `postgres`, else as `nobody`.
//! Every program of PostgreSQL is started by [`command`]: this is the only place that drops
//! privileges. It knows users of this machine, not of the database.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::{Error, io_error};

/// What a child may see of this process's environment; secrets of Reeve are not among it.
const INHERITED: [&str; 2] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// An unprivileged user of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The account for the server: `None` unless root runs this, else who owns the existing cluster
    /// at `pg`, else `postgres`, else `nobody`.
    pub(crate) fn for_server(pg: &Path) -> Result<Option<Self>, Error> {
        if effective_uid()? != 0 {
            return Ok(None);
        }
        let passwd = Path::new("/etc/passwd");
        let text = fs::read_to_string(passwd).map_err(io_error("read", passwd))?;
        if let Ok(metadata) = fs::symlink_metadata(pg)
            && metadata.uid() != 0
        {
            let owner = accounts(&text).find(|account| account.uid == metadata.uid());
            return Ok(Some(owner.unwrap_or_else(|| Self {
                name: format!("user id {}", metadata.uid()),
                uid: metadata.uid(),
                gid: metadata.gid(),
            })));
        }
        let named = |name: &str| accounts(&text).find(|account| account.name == name);
        named("postgres")
            .or_else(|| named("nobody"))
            .map(Some)
            .ok_or(Error::NoAccount)
    }

    /// Makes the account the owner of what is at `path` (a link itself, not its target).
    pub(crate) fn own(&self, path: &Path) -> Result<(), Error> {
        std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid))
            .map_err(io_error("hand over", path))
    }

    /// Checks, as the account itself, that it may pass through each folder on the way to `path`.
    pub(crate) fn check_reaches(&self, path: &Path) -> Result<(), Error> {
        const FIRST_CLOSED: &str =
            r#"for d in "$@"; do [ -x "$d" ] || { printf %s "$d"; exit 1; }; done"#;
        let sh = Path::new("/bin/sh");
        let mut folders: Vec<&Path> = path.ancestors().collect();
        folders.reverse();
        let mut check = command(sh, Some(self));
        check.args(["-c", FIRST_CLOSED, "sh"]).args(folders);
        let output = capture(&mut check).map_err(io_error("run", sh))?;
        if output.status.success() {
            return Ok(());
        }
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).into_owned());
        Err(Error::NotTraversable {
            folder,
            account: self.name.clone(),
        })
    }
}

/// The usable, unprivileged accounts of a passwd file.
fn accounts(passwd: &str) -> impl Iterator<Item = Account> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid: u32 = fields.nth(1)?.parse().ok()?;
        let gid: u32 = fields.next()?.parse().ok()?;
        (uid != 0).then(|| Account {
            name: name.to_owned(),
            uid,
            gid,
        })
    })
}

/// The user id that this process acts as.
pub(crate) fn effective_uid() -> Result<u32, Error> {
    let status = Path::new("/proc/self/status");
    if let Ok(text) = fs::read_to_string(status) {
        let effective = text
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))
            .and_then(|ids| ids.split_whitespace().nth(1))
            .and_then(|id| id.parse().ok());
        return effective.ok_or_else(|| Error::Damaged {
            path: status.to_owned(),
            reason: "it has no user id".to_owned(),
        });
    }
    uid_by_program()
}

/// The same where there is no `/proc`.
fn uid_by_program() -> Result<u32, Error> {
    let id = Path::new("/usr/bin/id");
    let output = capture(command(id, None).arg("-u")).map_err(io_error("run", id))?;
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .map_err(|_| Error::Io {
            doing: "learn the user id from",
            path: id.to_owned(),
            source: io::Error::other("no number"),
        })
}

/// A program, run as `account` (or as this process) with nothing of this process about it: an own
/// process group, so that Ctrl-C does not reach it; no input and no output (the caller may redirect
/// it); `/` as its folder; an almost empty environment.
pub(crate) fn command(program: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir("/")
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .envs(
            INHERITED
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(account) = account {
        // std also drops the supplementary groups when root sets a user id.
        command.uid(account.uid).gid(account.gid);
    }
    command
}

/// Runs a short-lived program to its end and takes what it says.
pub(crate) fn capture(command: &mut Command) -> io::Result<Output> {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_passwd_and_root_is_never_one() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\n# comment\nnobody:x:65534:65533:nobody:/:/bin/false\nbroken:x\n";
        let read: Vec<Account> = accounts(passwd).collect();
        assert_eq!(
            read,
            [Account {
                name: "nobody".to_owned(),
                uid: 65534,
                gid: 65533
            }]
        );
    }
}
