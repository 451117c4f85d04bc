//! Where the server's unix socket lives: in the data directory, or, when that path is longer than
//! the system allows for a socket (or has a comma, which clients read as a list of hosts), in a short folder under `/tmp` whose owner is verified. Sockets
//! are the only way in; there is no TCP.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::account::{Account, effective_uid};
use crate::error::{Error, io_error};

/// The port of the cluster: it only names the socket, each data directory has its own folder.
pub(crate) const PORT: u16 = 5432;

/// The longest path of a socket, in bytes: `sun_path` has 104 on BSD and macOS, 108 on Linux, one of
/// them for the end, and the server makes a lock file of a longer name beside it.
const LONGEST: usize = 100;

/// The folder of the socket for the data directory `root`, which user `uid` opened.
pub(crate) fn folder_for(root: &Path, uid: u32) -> PathBuf {
    let inside = root.join("run");
    let path = socket_in(&inside);
    if path.as_os_str().len() <= LONGEST && !path.as_os_str().as_bytes().contains(&b',') {
        return inside;
    }
    let hash = fnv1a(root.as_os_str().as_bytes()) & 0xffff_ffff_ffff;
    PathBuf::from(format!("/tmp/reeve-{uid}-{hash:012x}"))
}

/// The socket itself.
pub(crate) fn socket_in(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Removes what a dead server left in the folder: its process id may be another's by now.
pub(crate) fn remove_stale(folder: &Path) -> Result<(), Error> {
    let lock = folder.join(format!(".s.PGSQL.{PORT}.lock"));
    for path in [lock, socket_in(folder)] {
        fs::remove_file(&path)
            .or_else(crate::password::ignore_missing)
            .map_err(io_error("remove", &path))?;
    }
    Ok(())
}

/// Makes the folder, owned by the server's account and closed to everyone else, or verifies the one
/// that is there.
pub(crate) fn make_folder(folder: &Path, account: Option<&Account>) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        outcome => outcome.map_err(io_error("create", folder))?,
    }
    let me = effective_uid()?;
    let metadata = fs::symlink_metadata(folder).map_err(io_error("look at", folder))?;
    let untrusted = |reason: String| {
        Err(Error::UntrustedSocketFolder {
            path: folder.to_owned(),
            reason,
        })
    };
    if metadata.is_symlink() {
        return untrusted("it is a symbolic link".to_owned());
    }
    if !metadata.is_dir() {
        return untrusted("it is no folder".to_owned());
    }
    let owner = metadata.uid();
    if owner != me && account.is_none_or(|account| account.uid != owner) {
        return untrusted(format!("it belongs to user id {owner}"));
    }
    if let Some(account) = account {
        account.own(folder)?;
    }
    fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(io_error("close", folder))
}

/// FNV-1a, 64 bits: short, and the same in every build (the path must not change between versions).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_fnv1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_socket_moves_to_tmp_when_its_path_would_exceed_the_limit() {
        let fits = format!("/{}", "d".repeat(LONGEST - 1 - "/run/.s.PGSQL.5432".len()));
        assert_eq!(
            folder_for(Path::new(&fits), 7),
            Path::new(&fits).join("run")
        );
        let folder = folder_for(Path::new(&format!("{fits}d")), 7);
        assert!(
            folder.to_string_lossy().starts_with("/tmp/reeve-7-"),
            "{}",
            folder.display()
        );
    }
}
