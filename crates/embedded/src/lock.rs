//! One Reeve a data directory: an advisory lock on `DIR/lock`, held by an open file, so that any
//! kind of death frees it. The process id inside is for people; the lock itself decides.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::{Error, io_error};

/// The right to serve a data directory; dropping it gives the right back.
#[derive(Debug)]
pub struct DataLock {
    // Closing the file frees the lock; the standard library opens it so that no child inherits it.
    _file: File,
}

/// Takes the lock at `path` for the data directory `root`: at once or not at all, unless `wait`.
pub(crate) fn take(path: &Path, root: &Path, wait: bool) -> Result<DataLock, Error> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(io_error("open", path))?;
    if wait {
        file.lock().map_err(io_error("lock", path))?;
    } else {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse {
                    pid: holder(path),
                    path: root.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(io_error("lock", path)(source)),
        }
    }
    write_pid(&mut file).map_err(io_error("write", path))?;
    Ok(DataLock { _file: file })
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}

fn holder(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
