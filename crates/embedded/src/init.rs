//! Makes a new cluster. It is made in a folder of its own and moved into place when complete, so
//! that an interrupted start leaves nothing behind that looks like a cluster. Settings are
//! `settings`' part, roles and schema are `store`'s.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use secrecy::ExposeSecret;

use crate::account::{Account, capture, command};
use crate::binaries::Binaries;
use crate::data_dir::DataDir;
use crate::error::{Error, io_error};
use crate::password::random_hex;
use crate::settings::Durability;

/// The database superuser of a private cluster; its password is the secret `superuser`.
pub const SUPERUSER: &str = "reeve_superuser";

/// How the folders of unfinished clusters begin; each has its own name, since the `initdb` of a
/// killed Reeve may live on for a moment and clears its own folder away when it fails.
const WORKSHOP: &str = "pg.new";

/// How the drafts of files begin (see `settings::replace`).
const DRAFT: &str = ".draft-";

/// Makes the cluster at `DIR/pg`, which must not exist.
pub(crate) fn create(
    dir: &DataDir,
    binaries: &Binaries,
    durability: Durability,
    account: Option<&Account>,
) -> Result<(), Error> {
    let workshop = dir.path().join(format!("{WORKSHOP}-{}", random_hex(8)?));
    make_folder(&workshop, 0o711)?;
    let outcome = create_in(&workshop, dir, binaries, durability, account);
    let removed = fs::remove_dir_all(&workshop).map_err(io_error("remove", &workshop));
    outcome.and(removed)
}

/// Removes what interrupted starts left in the data directory.
pub(crate) fn remove_leftovers(dir: &DataDir) -> Result<(), Error> {
    let entries = fs::read_dir(dir.path()).map_err(io_error("list", dir.path()))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = entry.path();
        let outcome = if name.starts_with(WORKSHOP) && path.is_dir() {
            fs::remove_dir_all(&path)
        } else if name.starts_with(DRAFT) {
            fs::remove_file(&path)
        } else {
            continue;
        };
        // It is in nobody's way: an initdb that still writes there is a reason to leave it.
        if let Err(error) = outcome {
            tracing::warn!(path = %path.display(), %error, "a leftover could not be removed");
        }
    }
    Ok(())
}

fn create_in(
    workshop: &Path,
    dir: &DataDir,
    binaries: &Binaries,
    durability: Durability,
    account: Option<&Account>,
) -> Result<(), Error> {
    let password = workshop.join("password");
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&password)
        .map_err(io_error("create", &password))?;
    writeln!(file, "{}", dir.secret("superuser")?.expose_secret())
        .map_err(io_error("write", &password))?;
    if let Some(account) = account {
        account.own(&password)?;
    }
    let data = workshop.join("data");
    // Not every system has C.UTF-8; in both, text sorts by code point.
    let mut failure = None;
    for locale in ["C.UTF-8", "C"] {
        match initdb(&data, &password, locale, binaries, durability, account) {
            Ok(()) => {
                let pg = dir.pg();
                return fs::rename(&data, &pg).map_err(io_error("create", &pg));
            }
            Err(error) => {
                tracing::debug!(locale, %error, "initdb failed");
                failure.get_or_insert(error);
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

fn initdb(
    data: &Path,
    password: &Path,
    locale: &str,
    binaries: &Binaries,
    durability: Durability,
    account: Option<&Account>,
) -> Result<(), Error> {
    if data.exists() {
        fs::remove_dir_all(data).map_err(io_error("remove", data))?;
    }
    make_folder(data, 0o700)?;
    if let Some(account) = account {
        account.own(data)?;
    }
    let program = binaries.program("initdb");
    let mut initdb = command(&program, account);
    initdb
        .arg("--pgdata")
        .arg(data)
        .arg("--pwfile")
        .arg(password)
        .args(["--username", SUPERUSER, "--auth", "scram-sha-256"])
        .args([
            "--encoding",
            "UTF8",
            "--locale",
            locale,
            "--lc-messages",
            "C",
        ])
        .args(["--data-checksums", "--no-instructions"]);
    if durability == Durability::Throwaway {
        initdb.arg("--no-sync");
    }
    let output = capture(&mut initdb).map_err(io_error("run", &program))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Program {
        program,
        status: output.status.to_string(),
        output: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Makes a folder with exactly this mode, whatever the umask.
fn make_folder(path: &Path, mode: u32) -> Result<(), Error> {
    DirBuilder::new()
        .mode(mode)
        .create(path)
        .map_err(io_error("create", path))?;
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(io_error("set the mode of", path))
}
