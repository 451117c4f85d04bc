//! One Reeve a data directory.

use std::io::{BufRead, BufReader};
use std::sync::Barrier;
use std::thread;

use embedded::{DataDir, Error};

use crate::support::{Leashed, Scratch, again, given_data};

#[test]
fn a_second_lock_is_refused_and_names_the_holder() {
    let scratch = Scratch::new();
    let dir = scratch.open();
    let _lock = dir.lock().unwrap();
    let error = scratch.open().lock().unwrap_err();
    assert!(matches!(error, Error::InUse { pid: Some(pid), .. } if pid == std::process::id()));
    let text = error.to_string();
    let expected = format!(
        "another Reeve (process {}) serves this data directory",
        std::process::id()
    );
    assert!(text.starts_with(&expected), "{text}");
}

#[test]
fn several_that_open_a_new_folder_at_once_all_get_it() {
    let scratch = Scratch::new();
    for round in 0..200 {
        let path = scratch.folder.join(format!("new-{round}"));
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    DataDir::open(&path).unwrap();
                });
            }
        });
    }
}

#[test]
fn a_dropped_lock_can_be_taken_again() {
    let scratch = Scratch::new();
    let dir = scratch.open();
    drop(dir.lock().unwrap());
    drop(dir.lock().unwrap());
}

#[test]
fn a_lock_is_freed_by_the_death_of_its_holder() {
    let scratch = Scratch::new();
    let dir = scratch.open();
    let holder = again("lock::hold_for_another_test", &scratch.path)
        .spawn()
        .unwrap();
    let mut holder = Leashed(holder);
    let pid = holder.0.id();
    let said = BufReader::new(holder.0.stdout.take().unwrap());
    assert!(
        said.lines()
            .map_while(Result::ok)
            .any(|line| line.contains("held"))
    );
    assert!(matches!(dir.lock(), Err(Error::InUse { pid: Some(found), .. }) if found == pid));
    drop(holder);
    dir.lock().unwrap();
}

/// The holder in the test above; alone it has nothing to do.
#[test]
#[ignore = "a part of another test"]
fn hold_for_another_test() {
    let Some(data) = given_data() else { return };
    let _lock = DataDir::open(&data).unwrap().lock().unwrap();
    println!("held");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[test]
fn a_patient_caller_gets_the_lock_when_it_is_free() {
    let scratch = Scratch::new();
    let dir = scratch.open();
    let lock = dir.lock().unwrap();
    let patient = thread::spawn(move || dir.lock_waiting().map(drop));
    drop(lock);
    patient.join().unwrap().unwrap();
}

#[test]
fn a_server_does_not_keep_the_lock_of_who_started_it() {
    let scratch = Scratch::new();
    let lock = scratch.open().lock().unwrap();
    scratch.prepare().start().unwrap();
    drop(lock);
    scratch.open().lock().unwrap();
}
