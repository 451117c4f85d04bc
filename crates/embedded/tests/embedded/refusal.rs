//! What is refused before anything is touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};

use embedded::{Cluster, DataDir, Durability, Environment, Error};
use secrecy::ExposeSecret;

use crate::support::{Scratch, am_root, mode};

fn refused(scratch: &Scratch) -> Error {
    Cluster::prepare(&scratch.open(), Durability::Throwaway).unwrap_err()
}

fn data_of_version(version: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.open();
    fs::create_dir(scratch.pg()).unwrap();
    fs::write(scratch.pg().join("PG_VERSION"), format!("{version}\n")).unwrap();
    scratch
}

#[test]
fn data_of_an_older_major_version_is_refused_with_the_upgrade() {
    let scratch = data_of_version("14");
    let error = refused(&scratch);
    assert!(
        matches!(
            error,
            Error::OtherMajor {
                data: 14,
                installed: Some(_),
                ..
            }
        ),
        "{error}"
    );
    let text = error.to_string();
    for part in [
        "written by PostgreSQL 14",
        "pg_upgrade",
        "pg.upgraded",
        "mv \"$dir\"/pg ",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let error = Cluster::existing(&scratch.open()).unwrap_err();
    assert!(matches!(error, Error::OtherMajor { .. }), "{error}");
}

#[test]
fn the_programs_are_looked_for_where_the_data_directory_was_told() {
    let scratch = Scratch::new();
    let elsewhere = Environment {
        pg_bin: Some("/nowhere/bin".into()),
        ..Environment::current()
    };
    let dir = scratch.open().with_programs_in(elsewhere);
    let error = Cluster::prepare(&dir, Durability::Throwaway).unwrap_err();
    assert!(matches!(error, Error::WrongBinFolder { .. }), "{error}");
}

#[test]
fn data_of_a_newer_major_version_is_refused_without_a_false_hope() {
    let text = refused(&data_of_version("99")).to_string();
    assert!(text.contains("install PostgreSQL 99"), "{text}");
    assert!(!text.contains("pg_upgrade"), "{text}");
}

#[test]
fn a_damaged_version_file_is_named() {
    let error = refused(&data_of_version("what")).to_string();
    assert!(error.contains("PG_VERSION is damaged"), "{error}");
}

#[test]
fn files_in_the_place_of_the_cluster_are_not_overwritten() {
    let scratch = Scratch::new();
    scratch.open();
    fs::create_dir(scratch.pg()).unwrap();
    fs::write(scratch.pg().join("thesis.txt"), "years of work").unwrap();
    assert!(matches!(refused(&scratch), Error::NotACluster { .. }));
    assert_eq!(
        fs::read_to_string(scratch.pg().join("thesis.txt")).unwrap(),
        "years of work"
    );
}

#[test]
fn a_cluster_whose_password_is_lost_is_not_given_a_new_one() {
    let scratch = Scratch::new();
    scratch.prepare();
    let secret = scratch.path.join("secrets/superuser");
    fs::remove_file(&secret).unwrap();
    assert!(matches!(refused(&scratch), Error::SecretMissing { path } if path == secret));
    assert!(!secret.exists());
}

#[test]
fn a_folder_with_other_things_is_no_data_directory() {
    let scratch = Scratch::new();
    fs::create_dir(&scratch.path).unwrap();
    fs::set_permissions(&scratch.path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(scratch.path.join("thesis.txt"), "years of work").unwrap();
    let error = DataDir::open(&scratch.path).unwrap_err();
    assert!(matches!(error, Error::NotADataDir { .. }), "{error}");
    assert_eq!(mode(&scratch.path), 0o755);
}

#[test]
fn a_folder_of_another_user_is_no_data_directory() {
    let scratch = Scratch::new();
    fs::create_dir(&scratch.path).unwrap();
    // An ordinary user cannot give a folder away, but `/` is somebody else's already.
    let path = if am_root() {
        chown(&scratch.path, Some(12345), None).unwrap();
        scratch.path.clone()
    } else {
        "/".into()
    };
    let error = DataDir::open(&path).unwrap_err();
    assert!(matches!(error, Error::ForeignFolder { .. }), "{error}");
}

#[test]
fn a_folder_that_the_servers_account_cannot_enter_is_named() {
    if !am_root() {
        return; // only root has the server run as another
    }
    let scratch = Scratch::named("closed/data");
    scratch.open();
    let closed = scratch.folder.join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let error = refused(&scratch);
    assert!(
        matches!(&error, Error::NotTraversable { folder, .. } if *folder == closed),
        "{error}"
    );
    assert!(error.to_string().contains("--data-dir"), "{error}");
}

#[test]
fn a_secret_is_made_once_and_its_name_cannot_leave_the_folder() {
    let scratch = Scratch::new();
    let dir = scratch.open();
    let first = dir.secret("runtime").unwrap();
    assert_eq!(first.expose_secret().len(), 64);
    assert_eq!(
        first.expose_secret(),
        scratch.open().secret("runtime").unwrap().expose_secret()
    );
    assert_ne!(
        first.expose_secret(),
        dir.secret("operator").unwrap().expose_secret()
    );
    for name in ["", "../lock", "Name", "a/b", ".hidden"] {
        assert!(
            matches!(dir.secret(name), Err(Error::SecretName { .. })),
            "{name:?}"
        );
    }
}
