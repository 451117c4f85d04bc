//! Finds PostgreSQL's server programs on this machine.
//!
//! It looks and asks each `postgres` for its version; it installs nothing and starts no server. What
//! to do when an existing cluster needs another major version is said in `upgrade`.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::account::{capture, command};
use crate::error::{Error, io_error};

/// The oldest major version of PostgreSQL that Reeve runs on.
pub const MINIMUM_MAJOR: u32 = 15;

/// The programs that a folder must have to count.
const PROGRAMS: [&str; 3] = ["initdb", "postgres", "pg_ctl"];

/// A version of PostgreSQL, as `15.18`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The major version; data written by one is not readable by another.
    pub major: u32,
    /// The minor version; 0 for a version before its release (`19beta1`).
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A folder with the programs of one PostgreSQL version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder that holds `initdb`, `postgres` and `pg_ctl`.
    pub bin: PathBuf,
    /// Their version.
    pub version: Version,
}

/// Where to look, so that a test can look elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The value of `REEVE_PG_BIN`; an empty one counts as unset.
    pub pg_bin: Option<OsString>,
    /// The value of `PATH`.
    pub path: Option<OsString>,
    /// Folders where distributions put the programs, those that exist.
    pub folders: Vec<PathBuf>,
}

impl Environment {
    /// The environment of this process and the folders of this machine.
    pub fn current() -> Self {
        let mut folders = numbered("/usr/lib/postgresql", "", "bin");
        folders.extend(numbered("/usr", "pgsql-", "bin"));
        folders.push(PathBuf::from("/usr/local/pgsql/bin"));
        folders.extend(numbered("/opt/homebrew/opt", "postgresql@", "bin"));
        Self {
            pg_bin: std::env::var_os("REEVE_PG_BIN"),
            path: std::env::var_os("PATH"),
            folders,
        }
    }
}

impl Binaries {
    /// Finds the programs: of `wanted_major` when an existing cluster needs it, else the newest.
    ///
    /// Looks at `REEVE_PG_BIN` (a folder, and then nowhere else), then `PATH`, then where
    /// distributions put them.
    ///
    /// # Errors
    /// [`Error::WrongBinFolder`] when `REEVE_PG_BIN` is set and useless; [`Error::NoBinaries`] when
    /// nothing of [`MINIMUM_MAJOR`] or newer, or of the wanted version, is installed.
    pub fn find(wanted_major: Option<u32>) -> Result<Self, Error> {
        Self::find_in(&Environment::current(), wanted_major)
    }

    /// The same as [`Binaries::find`], looking in the given environment.
    ///
    /// # Errors
    /// As [`Binaries::find`].
    pub fn find_in(environment: &Environment, wanted_major: Option<u32>) -> Result<Self, Error> {
        let found = match environment
            .pg_bin
            .as_ref()
            .filter(|value| !value.is_empty())
        {
            Some(value) => vec![chosen_by_operator(Path::new(value))?],
            None => installed(environment),
        };
        let newest = found.iter().map(|binaries| binaries.version).max();
        let usable = found.into_iter().filter(|binaries| match wanted_major {
            Some(major) => binaries.version.major == major,
            None => binaries.version.major >= MINIMUM_MAJOR,
        });
        // Of equal versions the first found wins; max_by_key would take the last.
        usable
            .reduce(|best, next| {
                if next.version > best.version {
                    next
                } else {
                    best
                }
            })
            .ok_or_else(|| Error::NoBinaries {
                too_old: newest.filter(|version| version.major < MINIMUM_MAJOR),
                remedy: how_to_install(wanted_major),
            })
    }

    /// The path of one of the programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// The folder named by `REEVE_PG_BIN`, or what is wrong with it.
fn chosen_by_operator(bin: &Path) -> Result<Binaries, Error> {
    let wrong = |reason: String| Error::WrongBinFolder {
        path: bin.to_owned(),
        reason,
    };
    if !bin.is_absolute() {
        return Err(wrong("it is not an absolute path".to_owned()));
    }
    if !bin.is_dir() {
        return Err(wrong("there is no such folder".to_owned()));
    }
    if let Some(missing) = PROGRAMS.iter().find(|name| !bin.join(name).is_file()) {
        return Err(wrong(format!("it has no {missing}")));
    }
    let version = version_of(bin).map_err(|error| wrong(error.to_string()))?;
    Ok(Binaries {
        bin: bin.to_owned(),
        version,
    })
}

/// Every folder that has the programs, in the order of looking.
fn installed(environment: &Environment) -> Vec<Binaries> {
    let path = environment.path.clone().unwrap_or_default();
    // A relative entry of PATH would mean another folder after every `cd`.
    let on_path = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let mut seen = HashSet::new();
    on_path
        .chain(environment.folders.iter().cloned())
        .filter(|bin| has_programs(bin))
        .map(|bin| home_of(&bin).unwrap_or(bin))
        .filter(|bin| seen.insert(bin.clone()))
        .filter_map(|bin| match version_of(&bin) {
            Ok(version) => Some(Binaries { bin, version }),
            Err(error) => {
                tracing::warn!(folder = %bin.display(), %error, "passing over a PostgreSQL that does not run");
                None
            }
        })
        .collect()
}

fn has_programs(bin: &Path) -> bool {
    PROGRAMS.iter().all(|name| bin.join(name).is_file())
}

/// Where links lead, if `bin` only has links: there the rest of PostgreSQL's programs are too.
fn home_of(bin: &Path) -> Option<PathBuf> {
    let target = bin.join("postgres").canonicalize().ok()?;
    target
        .parent()
        .filter(|home| has_programs(home))
        .map(Path::to_owned)
}

fn version_of(bin: &Path) -> Result<Version, Error> {
    let program = bin.join("postgres");
    let output =
        capture(command(&program, None).arg("--version")).map_err(io_error("run", &program))?;
    let text = String::from_utf8_lossy(&output.stdout);
    parse_version(&text).ok_or_else(|| Error::Program {
        program,
        status: format!("{}, asked for its version", output.status),
        output: format!("{text}{}", String::from_utf8_lossy(&output.stderr)),
    })
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0)`, `.. 19beta1`, `.. 18devel`.
fn parse_version(text: &str) -> Option<Version> {
    let number = text
        .strip_prefix("postgres (PostgreSQL) ")?
        .split_whitespace()
        .next()?;
    let digits = |part: &str| -> Option<u32> {
        part.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    };
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some(Version {
        major: digits(major)?,
        minor: digits(minor).unwrap_or(0),
    })
}

/// The folders `PARENT/PREFIX<number>/CHILD`.
fn numbered(parent: &str, prefix: &str, child: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(prefix));
            number.is_some_and(|number| number.parse::<u32>().is_ok())
        })
        .map(|entry| entry.path().join(child))
        .collect();
    folders.sort();
    folders
}

/// What to install on this system.
fn how_to_install(wanted_major: Option<u32>) -> String {
    let version = wanted_major.map(|major| major.to_string());
    if Path::new("/etc/debian_version").exists() {
        let package =
            version.map_or_else(|| "postgresql".to_owned(), |v| format!("postgresql-{v}"));
        return format!(
            "Install it with: sudo apt-get install {package} (or set REEVE_PG_BIN to the folder of its programs)"
        );
    }
    let version = version.unwrap_or_else(|| format!("{MINIMUM_MAJOR} or newer"));
    format!(
        "Install the PostgreSQL {version} server (Fedora, RHEL: postgresql-server; Arch, Alpine: \
         postgresql; macOS: brew install postgresql@17), or set REEVE_PG_BIN to the folder of its programs"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Option<(u32, u32)> {
        parse_version(text).map(|version| (version.major, version.minor))
    }

    #[test]
    fn versions_are_read_as_packagers_write_them() {
        assert_eq!(
            version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some((15, 18))
        );
        assert_eq!(version("postgres (PostgreSQL) 18.0\n"), Some((18, 0)));
        assert_eq!(version("postgres (PostgreSQL) 19beta1\n"), Some((19, 0)));
        assert_eq!(version("postgres (PostgreSQL) 18devel"), Some((18, 0)));
        assert_eq!(version("postgres (PostgreSQL) 9.6.24"), Some((9, 6)));
    }

    #[test]
    fn what_is_no_version_of_postgresql_is_not_taken_for_one() {
        assert_eq!(version(""), None);
        assert_eq!(version("bash 5.2"), None);
        assert_eq!(version("postgres (PostgreSQL) new"), None);
    }
}
