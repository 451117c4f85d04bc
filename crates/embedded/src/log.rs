//! The server's log, `DIR/pg.log`: opened for appending, bounded in size, quoted in errors.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::account::Account;
use crate::error::{Error, io_error};

/// The size, in bytes, at which the log is moved to `pg.log.old` (which it replaces): with both,
/// the logs never take much more than twice this.
const ROTATE_AT: u64 = 8 * 1024 * 1024;

/// How many lines of the log an error quotes.
const TAIL_LINES: usize = 15;

/// How far from its end, in bytes, those lines are looked for.
const TAIL_BYTES: u64 = 16 * 1024;

/// Opens the log for a server that is about to start. Appending, so that [`rotate`] can cut the
/// file while the server writes to it.
pub(crate) fn open(path: &Path, account: Option<&Account>) -> Result<File, Error> {
    rotate(path)?;
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(io_error("open", path))?;
    if let Some(account) = account {
        account.own(path)?;
    }
    Ok(file)
}

/// Moves a log that has grown too large aside, by copying and cutting it.
pub(crate) fn rotate(path: &Path) -> Result<(), Error> {
    let large = fs::metadata(path).is_ok_and(|metadata| metadata.len() > ROTATE_AT);
    if !large {
        return Ok(());
    }
    let old = path.with_extension("log.old");
    fs::copy(path, &old).map_err(io_error("write", &old))?;
    OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(path)
        .map(drop)
        .map_err(io_error("cut", path))
}

/// The last lines, or why there are none.
pub(crate) fn tail(path: &Path) -> String {
    match read_end(path) {
        Ok(text) if text.is_empty() => "(it is empty)".to_owned(),
        Ok(text) => {
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
        }
        Err(error) => format!("(it cannot be read: {error})"),
    }
}

fn read_end(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
