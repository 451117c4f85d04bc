//! The server's settings and its access rules: files in the data directory that Reeve writes anew at
//! each start. The cluster's own `postgresql.conf` only includes them, and `ALTER SYSTEM` still has
//! the last word. Every name and value is valid for PostgreSQL 15 to 18.

use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::account::{Account, capture, command};
use crate::error::{Error, io_error};
use crate::password::random_hex;

/// The line by which a cluster takes Reeve's settings; relative to `pg/`, so the data may be moved.
const INCLUDE: &str = "include = '../server.conf'";

/// What a crash may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was committed.
    Durable,
    /// Everything: for tests, which start anew.
    Throwaway,
}

/// Who may connect, and how: with a password, through the socket.
const ACCESS: &str = "\
# Written by Reeve at each start; changes are lost.
# TYPE  DATABASE  USER  METHOD
local   all       all   scram-sha-256
";

const COMMON: &str = "\
# The socket is the only way in.
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
cluster_name = 'reeve'

# The log goes to pg.log, which Reeve keeps small. Details and statements stay out of it: they quote
# values, such as the e-mail address of a person.
log_destination = 'stderr'
logging_collector = off
log_min_messages = 'warning'
log_error_verbosity = 'terse'
log_min_error_statement = 'panic'
log_line_prefix = '%m [%p] %q%u@%d '

# Short statements on a local disk that is likely an SSD.
jit = off
random_page_cost = 1.1
work_mem = '16MB'
maintenance_work_mem = '128MB'
wal_compression = on
max_wal_size = '2GB'
checkpoint_completion_target = 0.9
";

const DURABLE: &str = "
max_connections = 60
shared_buffers = '256MB'
effective_cache_size = '1GB'
fsync = on
synchronous_commit = on
full_page_writes = on
";

const THROWAWAY: &str = "
# For tests: a crash may cost everything.
max_connections = 200
shared_buffers = '128MB'
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = 'minimal'
max_wal_senders = 0
";

/// Writes `server.conf` and `pg_hba.conf` into `root`, and has the cluster at `pg` include them.
pub(crate) fn write(
    root: &Path,
    pg: &Path,
    socket_folder: &Path,
    durability: Durability,
    account: Option<&Account>,
) -> Result<(), Error> {
    let access = root.join("pg_hba.conf");
    replace(root, &access, ACCESS.as_bytes())?;
    let mut text = b"# Written by Reeve at each start; changes are lost.\n".to_vec();
    text.extend_from_slice(b"# For settings of your own: ALTER SYSTEM SET ..\n\n");
    text.extend(setting(
        "hba_file",
        &quoted(access.as_os_str().as_bytes(), b'\''),
    ));
    // A list of folders: inside the string each is quoted once more, for the sake of commas.
    let folder = quoted(socket_folder.as_os_str().as_bytes(), b'"');
    text.extend(setting("unix_socket_directories", &quoted(&folder, b'\'')));
    text.extend(setting("port", crate::socket::PORT.to_string().as_bytes()));
    text.extend_from_slice(COMMON.as_bytes());
    text.extend_from_slice(
        match durability {
            Durability::Durable => DURABLE,
            Durability::Throwaway => THROWAWAY,
        }
        .as_bytes(),
    );
    replace(root, &root.join("server.conf"), &text)?;
    include(pg, account)
}

/// Has `postgresql.conf` include Reeve's settings, unless it does.
fn include(pg: &Path, account: Option<&Account>) -> Result<(), Error> {
    let path = pg.join("postgresql.conf");
    let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    if text.lines().any(|line| line.trim() == INCLUDE) {
        return Ok(());
    }
    // Done by the account itself: root writes nothing in a folder that another user may change.
    let sh = Path::new("/bin/sh");
    let mut append = command(sh, account);
    append
        .args(["-c", r#"printf '\n%s\n' "$1" >> "$2""#, "sh", INCLUDE])
        .arg(&path);
    let output = capture(&mut append).map_err(io_error("run", sh))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Program {
        program: sh.to_owned(),
        status: format!("{}, appending to {}", output.status, path.display()),
        output: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Replaces a file of the data directory as a whole; the server's account may read it.
pub(crate) fn replace(root: &Path, path: &Path, contents: &[u8]) -> Result<(), Error> {
    let draft = root.join(format!(".draft-{}", random_hex(8)?));
    fs::write(&draft, contents).map_err(io_error("write", &draft))?;
    fs::set_permissions(&draft, Permissions::from_mode(0o644))
        .map_err(io_error("open to readers", &draft))?;
    fs::rename(&draft, path).map_err(io_error("write", path))
}

fn setting(name: &str, value: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b" = ", value, b"\n"].concat()
}

/// The text between quotes, each quote in it doubled, and for a string also each backslash.
fn quoted(text: &[u8], quote: u8) -> Vec<u8> {
    let mut quoted = vec![quote];
    for byte in text {
        if *byte == quote || (quote == b'\'' && *byte == b'\\') {
            quoted.push(*byte);
        }
        quoted.push(*byte);
    }
    quoted.push(quote);
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_in_a_path_are_doubled() {
        assert_eq!(quoted(br"/a'b\c", b'\''), br"'/a''b\\c'");
        assert_eq!(quoted(br#"/a"b\c"#, b'"'), br#""/a""b\c""#);
    }
}
