//! Bad days: what `kill -9` leaves behind does not keep the next start from working.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use embedded::Started;

use crate::support::{Leashed, Scratch, again, given_data, kill_nine, wait_until};

#[test]
fn a_killed_server_is_started_again_with_its_data() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    cluster.start().unwrap();
    scratch.query("create table kept as select 42 as answer");
    scratch.query("checkpoint");
    kill_nine(scratch.postmaster_pid());
    assert_eq!(scratch.prepare().start().unwrap(), Started::Fresh);
    assert_eq!(scratch.query("select answer from kept"), "42");
}

#[test]
fn a_busy_orphan_of_a_killed_server_does_not_block_the_next() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    cluster.start().unwrap();
    let mut busy = scratch.psql("do $$ begin loop end loop; end $$");
    let _busy = Leashed(
        // Should this test fail, nobody ends the orphan but itself.
        busy.env("PGOPTIONS", "-c statement_timeout=120s")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    wait_until("the statement runs", || {
        scratch.query(
            "select count(*) from pg_stat_activity where query like 'do %' and state = 'active'",
        ) == "1"
    });
    kill_nine(scratch.postmaster_pid());
    assert_eq!(cluster.start().unwrap(), Started::Fresh);
    assert_eq!(scratch.query("select 1"), "1");
}

#[test]
fn a_process_id_that_is_somebody_elses_by_now_does_not_block_the_next() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    cluster.start().unwrap();
    let pid_file = scratch.pg().join("postmaster.pid");
    let socket_lock = cluster.connection().socket_dir.join(".s.PGSQL.5432.lock");
    let left = [&pid_file, &socket_lock].map(|path| fs::read_to_string(path).unwrap());
    let old = scratch.postmaster_pid().to_string();
    cluster.stop().unwrap();
    let owner = fs::metadata(scratch.pg()).unwrap().uid();
    let stranger = Leashed(Command::new("sleep").arg("600").uid(owner).spawn().unwrap());
    for (path, text) in [&pid_file, &socket_lock].into_iter().zip(left) {
        fs::write(path, text.replacen(&old, &stranger.0.id().to_string(), 1)).unwrap();
    }
    assert!(!cluster.is_running());
    assert_eq!(cluster.start().unwrap(), Started::Fresh);
    assert_eq!(scratch.query("select 1"), "1");
}

#[test]
fn a_server_whose_socket_was_removed_is_replaced() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    cluster.start().unwrap();
    let first = scratch.postmaster_pid();
    fs::remove_file(cluster.connection().socket_dir.join(".s.PGSQL.5432")).unwrap();
    assert!(!cluster.is_running());
    assert_eq!(cluster.start().unwrap(), Started::Fresh);
    assert_ne!(scratch.postmaster_pid(), first);
}

#[test]
fn a_killed_owner_leaves_a_server_that_the_next_one_adopts() {
    let scratch = Scratch::new();
    let owner = again("crash::serve_for_another_test", &scratch.path)
        .spawn()
        .unwrap();
    let mut owner = Leashed(owner);
    let said = BufReader::new(owner.0.stdout.take().unwrap());
    assert!(
        said.lines()
            .map_while(Result::ok)
            .any(|line| line.contains("serving"))
    );
    let server = scratch.postmaster_pid();
    drop(owner);
    let _lock = scratch.open().lock().unwrap();
    assert_eq!(scratch.prepare().start().unwrap(), Started::Adopted);
    assert_eq!(scratch.postmaster_pid(), server);
}

/// The owner in the test above; alone it has nothing to do.
#[test]
#[ignore = "a part of another test"]
fn serve_for_another_test() {
    let Some(data) = given_data() else { return };
    let dir = embedded::DataDir::open(&data).unwrap();
    let _lock = dir.lock().unwrap();
    embedded::Cluster::prepare(&dir, embedded::Durability::Throwaway)
        .unwrap()
        .start()
        .unwrap();
    println!("serving");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[test]
fn an_interrupted_initialisation_is_cleared_away_and_begun_anew() {
    let scratch = Scratch::new();
    scratch.open();
    let half = scratch.path.join("pg.new-0123456789abcdef/data");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    fs::write(half.join("../password"), "secret\n").unwrap();
    let cluster = scratch.prepare();
    let left: Vec<String> = fs::read_dir(&scratch.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("pg.new"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    cluster.start().unwrap();
}

#[test]
fn a_server_that_cannot_start_says_why_with_the_end_of_its_log() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    fs::write(scratch.path.join("server.conf"), "no_such_setting = 1\n").unwrap();
    let error = cluster.start().unwrap_err().to_string();
    assert!(error.contains("no_such_setting"), "{error}");
}
