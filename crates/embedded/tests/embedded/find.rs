//! Finding PostgreSQL's programs. Fake programs stand for versions that this machine has not.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use embedded::{Binaries, Environment, Error, Version};

use crate::support::Scratch;

/// A folder whose `postgres` says that it is of this version.
fn fake(scratch: &Scratch, version: &str) -> PathBuf {
    let bin = scratch.folder.join(version).join("bin");
    fs::create_dir_all(&bin).unwrap();
    for name in ["initdb", "postgres", "pg_ctl"] {
        let script = format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n");
        fs::write(bin.join(name), script).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    bin
}

fn chosen(path: &Path) -> Environment {
    Environment {
        pg_bin: Some(path.into()),
        ..Environment::current()
    }
}

#[test]
fn the_programs_of_this_machine_are_found() {
    let found = Binaries::find(None).unwrap();
    assert!(found.version.major >= embedded::MINIMUM_MAJOR);
    assert!(found.program("initdb").is_file());
    assert_eq!(
        Binaries::find(Some(found.version.major))
            .unwrap()
            .version
            .major,
        found.version.major
    );
}

#[test]
fn a_wrong_reeve_pg_bin_is_an_error_that_names_it() {
    let scratch = Scratch::new();
    let missing = scratch.folder.join("nowhere");
    let error = Binaries::find_in(&chosen(&missing), None).unwrap_err();
    assert!(
        matches!(&error, Error::WrongBinFolder { path, .. } if *path == missing),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .starts_with(&format!("REEVE_PG_BIN is {}", missing.display()))
    );

    let error = Binaries::find_in(&chosen(&scratch.folder), None)
        .unwrap_err()
        .to_string();
    assert!(error.ends_with("it has no initdb"), "{error}");

    let error = Binaries::find_in(&chosen(Path::new("bin")), None)
        .unwrap_err()
        .to_string();
    assert!(error.ends_with("it is not an absolute path"), "{error}");
}

#[test]
fn a_reeve_pg_bin_whose_postgres_says_no_version_is_refused() {
    let scratch = Scratch::new();
    let bin = fake(&scratch, "nonsense");
    let error = Binaries::find_in(&chosen(&bin), None).unwrap_err();
    assert!(matches!(error, Error::WrongBinFolder { .. }), "{error}");
}

#[test]
fn an_empty_reeve_pg_bin_counts_as_unset() {
    let environment = Environment {
        pg_bin: Some("".into()),
        ..Environment::current()
    };
    assert_eq!(
        Binaries::find_in(&environment, None).unwrap(),
        Binaries::find(None).unwrap()
    );
}

#[test]
fn the_newest_is_chosen_unless_an_existing_cluster_needs_another() {
    let scratch = Scratch::new();
    let [old, wanted, newest] = ["14.9", "15.3", "17.1"].map(|version| fake(&scratch, version));
    let environment = Environment {
        path: Some(std::env::join_paths([&wanted, &newest]).unwrap()),
        folders: vec![old.clone()],
        pg_bin: None,
    };
    assert_eq!(Binaries::find_in(&environment, None).unwrap().bin, newest);
    let found = Binaries::find_in(&environment, Some(15)).unwrap();
    assert_eq!(
        found,
        Binaries {
            bin: wanted,
            version: Version {
                major: 15,
                minor: 3
            }
        }
    );
    let error = Binaries::find_in(&environment, Some(16))
        .unwrap_err()
        .to_string();
    assert!(error.contains("16"), "{error}");
}

#[test]
fn links_on_the_path_lead_to_the_folder_of_the_programs() {
    let scratch = Scratch::new();
    let (bin, links) = (fake(&scratch, "16.2"), scratch.folder.join("links"));
    fs::create_dir(&links).unwrap();
    for name in ["initdb", "postgres", "pg_ctl"] {
        symlink(bin.join(name), links.join(name)).unwrap();
    }
    let environment = Environment {
        path: Some(links.into()),
        ..Environment::default()
    };
    assert_eq!(Binaries::find_in(&environment, None).unwrap().bin, bin);
}

#[test]
fn too_old_programs_are_named_and_not_used() {
    let scratch = Scratch::new();
    let environment = Environment {
        folders: vec![fake(&scratch, "14.9")],
        ..Environment::default()
    };
    let error = Binaries::find_in(&environment, None)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("PostgreSQL 15 or newer was not found (the newest here is 14.9)"),
        "{error}"
    );
}

#[test]
fn a_machine_without_postgresql_is_told_what_to_install() {
    let error = Binaries::find_in(&Environment::default(), None).unwrap_err();
    assert!(
        matches!(&error, Error::NoBinaries { too_old: None, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("nstall"), "{error}");
}
