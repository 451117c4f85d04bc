//! Secrets of the data directory: random, made once, one file each, readable by the owner only.
//! What a secret is for is its user's business.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use secrecy::SecretString;

use crate::error::{Error, io_error};

/// How many random bytes a secret has; its text is twice as long.
const BYTES: usize = 32;

/// Reads `folder/name`, or makes it.
pub(crate) fn read_or_make(folder: &Path, name: &str) -> Result<SecretString, Error> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if name.is_empty() || !name.chars().all(allowed) {
        return Err(Error::SecretName {
            name: name.to_owned(),
        });
    }
    let path = folder.join(name);
    match read(&path) {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            make(folder, &path)?;
            read(&path)
        }
        outcome => outcome,
    }
}

fn read(path: &Path) -> Result<SecretString, Error> {
    let text = fs::read_to_string(path).map_err(io_error("read", path))?;
    match text.trim() {
        "" => Err(Error::Damaged {
            path: path.to_owned(),
            reason: "it is empty".to_owned(),
        }),
        secret => Ok(SecretString::from(secret)),
    }
}

/// Writes beside, then links: nobody ever reads half a secret, and of two makers the first wins.
fn make(folder: &Path, path: &Path) -> Result<(), Error> {
    let draft = folder.join(format!(".{}", random_hex(8)?));
    let written = write_draft(&draft, &random_hex(BYTES)?).map_err(io_error("write", &draft));
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome.map_err(io_error("create", path)),
    });
    fs::remove_file(&draft)
        .or_else(ignore_missing)
        .map_err(io_error("remove", &draft))?;
    linked?;
    // The name must survive a power failure as surely as the database that it opens.
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error("sync", folder))
}

fn write_draft(draft: &Path, secret: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)?;
    writeln!(file, "{secret}")?;
    file.sync_all()
}

/// `bytes` random bytes, as lower-case hexadecimal text.
pub(crate) fn random_hex(bytes: usize) -> Result<String, Error> {
    let mut random = vec![0_u8; bytes];
    getrandom::fill(&mut random).map_err(Error::Random)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A file that is already gone is as good as removed.
pub(crate) fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound {
        Ok(())
    } else {
        Err(error)
    }
}
