//! Where the socket goes when the path of the data directory is long, and whom it trusts there.

use std::fs;
use std::os::unix::fs::{chown, symlink};

use embedded::{Cluster, Durability, Error};

use crate::support::{Scratch, am_root, mode};

fn long() -> Scratch {
    Scratch::named(&"long".repeat(25))
}

#[test]
fn a_short_path_keeps_the_socket_inside() {
    let scratch = Scratch::new();
    assert_eq!(scratch.open().socket_dir(), scratch.path.join("run"));
}

#[test]
fn a_long_path_gets_a_short_folder_that_works() {
    let scratch = long();
    let folder = scratch.open().socket_dir();
    assert!(
        folder.to_string_lossy().starts_with("/tmp/reeve-"),
        "{}",
        folder.display()
    );
    scratch.prepare().start().unwrap();
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(scratch.query("select 1"), "1");
    assert_eq!(scratch.open().socket_dir(), folder);
}

#[test]
fn a_link_in_the_place_of_the_short_folder_is_refused() {
    let scratch = long();
    let folder = scratch.open().socket_dir();
    symlink(&scratch.folder, &folder).unwrap();
    let error = Cluster::prepare(&scratch.open(), Durability::Throwaway).unwrap_err();
    fs::remove_file(&folder).unwrap();
    assert!(
        matches!(error, Error::UntrustedSocketFolder { .. }),
        "{error}"
    );
}

#[test]
fn somebody_elses_short_folder_is_refused() {
    if !am_root() {
        return; // only root can make a folder somebody else's
    }
    let scratch = long();
    let folder = scratch.open().socket_dir();
    fs::create_dir(&folder).unwrap();
    chown(&folder, Some(12345), None).unwrap();
    let error = Cluster::prepare(&scratch.open(), Durability::Throwaway).unwrap_err();
    assert!(
        matches!(error, Error::UntrustedSocketFolder { .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("belongs to user id 12345"),
        "{error}"
    );
}
