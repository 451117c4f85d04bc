//! Which programs may open an existing cluster, and what an operator runs when none of the installed
//! ones may. It explains an upgrade; it never does one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::binaries::{Binaries, MINIMUM_MAJOR};
use crate::data_dir::DataDir;
use crate::error::{Error, io_error};
use crate::init::SUPERUSER;

/// The programs for the cluster of this data directory: those of its major version if it exists.
pub(crate) fn programs_for(dir: &DataDir) -> Result<Binaries, Error> {
    let pg = dir.pg();
    let environment = dir.programs();
    let find = |major| Binaries::find_in(&environment, major);
    let Some(data) = data_major(&pg)? else {
        return find(None);
    };
    let same = find((data >= MINIMUM_MAJOR).then_some(data));
    match same {
        Ok(binaries) if binaries.version.major == data => Ok(binaries),
        Ok(newer) => other_major(dir, data, &newer),
        Err(Error::NoBinaries { too_old, remedy }) => match find(None) {
            Ok(other) => other_major(dir, data, &other),
            Err(_) => Err(Error::NoBinaries { too_old, remedy }),
        },
        Err(error) => Err(error),
    }
}

/// The major version that wrote the cluster at `pg`, or `None` when there is no cluster.
pub(crate) fn data_major(pg: &Path) -> Result<Option<u32>, Error> {
    let path = pg.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", &path)(error)),
        // "9.6" was a major version once; its first number says enough here.
        Ok(text) => match text.trim().split('.').next().map(str::parse) {
            Some(Ok(major)) => Ok(Some(major)),
            _ => Err(Error::Damaged {
                path,
                reason: format!("{:?} is no version", text.trim()),
            }),
        },
    }
}

fn other_major(dir: &DataDir, data: u32, other: &Binaries) -> Result<Binaries, Error> {
    let pg = dir.pg();
    let installed = other.version.major;
    let mut explanation = format!(
        "the data in {} was written by PostgreSQL {data}, and this machine has PostgreSQL {} ({}), \
         which cannot read it. ",
        pg.display(),
        other.version,
        other.bin.display()
    );
    if data > installed {
        explanation +=
            &format!("Data cannot go back to an older version: install PostgreSQL {data}.");
    } else {
        if data >= MINIMUM_MAJOR {
            explanation +=
                &format!("Either install PostgreSQL {data} again, or upgrade the data. ");
        }
        explanation += &format!(
            "To upgrade, install the programs of both versions, keep Reeve stopped, and run:\n{}",
            commands(dir, data, other, Account::for_server(&pg)?.as_ref())
        );
    }
    Err(Error::OtherMajor {
        data,
        installed: Some(installed),
        explanation,
    })
}

/// The upgrade, line by line, for a POSIX shell. `pg_upgrade` runs as the server does, in a folder
/// of its own with a short path (for its socket and its scripts).
fn commands(dir: &DataDir, data: u32, new: &Binaries, account: Option<&Account>) -> String {
    let root = quoted(dir.path());
    let new_bin = quoted(&new.bin);
    let old_bin = quoted(&sibling(&new.bin, new.version.major, data));
    let (own, run) = match account {
        Some(Account { uid, gid, .. }) => (
            format!("chown {uid}:{gid} \"$dir\"/pg.upgraded \"$work\""),
            format!("setpriv --reuid {uid} --regid {gid} --clear-groups "),
        ),
        None => (":".to_owned(), String::new()),
    };
    [
        "( set -e".to_owned(),
        format!("dir={root} old={old_bin} new={new_bin}"),
        "mkdir -m 700 \"$dir\"/pg.upgraded".to_owned(),
        format!("work=$(mktemp -d); {own}; cd \"$work\""),
        format!(
            "{run}\"$new\"/initdb -D \"$dir\"/pg.upgraded -U {SUPERUSER} -E UTF8 --locale {} --data-checksums",
            locale(&dir.pg())
        ),
        format!(
            "PGPASSWORD=$(cat \"$dir\"/secrets/superuser) {run}\"$new\"/pg_upgrade -U {SUPERUSER} \
             -b \"$old\" -B \"$new\" -d \"$dir\"/pg -D \"$dir\"/pg.upgraded"
        ),
        format!("mv \"$dir\"/pg \"$dir\"/pg.{data}"),
        "mv \"$dir\"/pg.upgraded \"$dir\"/pg )".to_owned(),
    ]
    .map(|line| format!("  {line}"))
    .join("\n")
}

/// The locale that the cluster was made with; the upgrade asks for the same.
fn locale(pg: &Path) -> String {
    let settings = fs::read_to_string(pg.join("postgresql.conf")).unwrap_or_default();
    let quoted = settings
        .lines()
        .find_map(|line| line.strip_prefix("lc_monetary = '"));
    let locale = quoted
        .and_then(|rest| rest.split('\'').next())
        .unwrap_or("C.UTF-8");
    locale.to_owned()
}

/// Where the programs of another version are likely to be: the same folder with the other number.
fn sibling(bin: &Path, its_major: u32, wanted: u32) -> PathBuf {
    let text = bin.to_string_lossy();
    let other = text.replace(&its_major.to_string(), &wanted.to_string());
    if other == text {
        PathBuf::from(format!("/path/to/postgresql-{wanted}/bin"))
    } else {
        PathBuf::from(other)
    }
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
