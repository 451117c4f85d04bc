//! Deaths: of Reeve, of the private PostgreSQL, of both; and what the next start, or the server that
//! still serves, makes of them.

use crate::http;
use crate::program::{Program, Serving, installation};
use crate::scratch::{Scratch, lives, signal, state, wait_until};

fn ready(serving: &Serving) -> bool {
    http::get(serving.address, "/readyz").is_ok_and(|page| page.status == 200)
}

/// Something to find again, as an operator's SQL.
fn leave_a_mark(program: &Program) {
    let insert = "insert into organization (slug, name) values ('mark', 'Mark')";
    program.done(&["db", "psql", "-Xqc", insert]);
}

fn mark_is_there(program: &Program) -> bool {
    let organizations = program.json(&["organization", "list"]);
    let mut organizations = organizations.as_array().unwrap().iter();
    organizations.any(|organization| organization["slug"] == "mark")
}

fn kill_database(scratch: &Scratch) -> u32 {
    let pid = scratch.postmaster().unwrap();
    signal(pid, "KILL");
    wait_until("PostgreSQL is dead", || !lives(pid));
    pid
}

#[test]
fn a_killed_server_leaves_its_database_and_the_next_one_adopts_it() {
    let (scratch, program) = installation();
    let first = program.serve();
    leave_a_mark(&program);
    let postmaster = scratch.postmaster().unwrap();
    first.kill_nine();
    assert!(lives(postmaster), "PostgreSQL outlives a killed Reeve");
    assert!(mark_is_there(&program), "commands go on working");
    let second = program.serve();
    assert_eq!(scratch.postmaster(), Some(postmaster), "the same server");
    assert!(ready(&second) && mark_is_there(&program));
    assert_eq!(second.stop("INT").code, 0);
    assert!(!lives(postmaster), "whoever adopts it also stops it");
}

#[test]
fn quickstart_says_that_it_adopted_a_running_database() {
    let (_scratch, program) = installation();
    program.serve().kill_nine();
    let arguments = ["quickstart", "--listen", "127.0.0.1:0"];
    let quickstart = Serving::start(program.command(&arguments));
    let said = quickstart.stop("INT").out;
    assert!(
        said.contains("still running") && said.contains("adopted"),
        "{said}"
    );
}

#[test]
fn after_the_death_of_server_and_database_the_next_one_starts_with_all_data() {
    let (scratch, program) = installation();
    let first = program.serve();
    leave_a_mark(&program);
    first.kill_nine();
    let dead = kill_database(&scratch);
    let second = program.serve();
    assert_ne!(scratch.postmaster(), Some(dead));
    assert!(ready(&second) && mark_is_there(&program));
    assert_eq!(second.stop("INT").code, 0);
}

#[test]
fn a_database_that_dies_is_started_again_and_the_server_gets_ready_again() {
    let (scratch, program) = installation();
    let serving = program.serve();
    leave_a_mark(&program);
    assert!(ready(&serving));
    let dead = kill_database(&scratch);
    wait_until("another PostgreSQL runs", || {
        scratch.postmaster().is_some_and(|pid| pid != dead) && scratch.database_runs()
    });
    wait_until("the server is ready", || ready(&serving));
    assert!(mark_is_there(&program));
    wait_until("the log says so", || {
        serving
            .err()
            .contains("the database had stopped and was started again")
    });
    assert_eq!(serving.stop("INT").code, 0);
    assert!(!scratch.database_runs());
}

/// Processes that stand still until this is dropped, also by a test that fails: nobody could stop
/// them otherwise.
struct Still(Vec<u32>);

impl Still {
    fn server(postmaster: u32) -> Self {
        let mut still = Self(Vec::new());
        still.add(postmaster);
        // From here on there are no new ones.
        let path = format!("/proc/{postmaster}/task/{postmaster}/children");
        for pid in std::fs::read_to_string(path).unwrap().split_whitespace() {
            still.add(pid.parse().unwrap());
        }
        still
    }

    fn add(&mut self, pid: u32) {
        signal(pid, "STOP");
        self.0.push(pid);
        // Or it was about to end, and nobody takes notice of it now.
        wait_until("it stands still", || state(pid) == Some('T') || !lives(pid));
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        for pid in self.0.iter().filter(|pid| lives(**pid)) {
            signal(*pid, "CONT");
        }
    }
}

#[test]
fn a_server_whose_database_hangs_says_that_it_is_not_ready_but_alive() {
    let (scratch, program) = installation();
    let serving = program.serve();
    let still = Still::server(scratch.postmaster().unwrap());
    let page = http::get(serving.address, "/readyz").unwrap();
    assert_eq!(page.status, 503, "{page:?}");
    assert_eq!(page.json()["status"], "not ready");
    assert_eq!(page.json()["checks"][0]["ok"], false);
    assert_eq!(http::get(serving.address, "/livez").unwrap().status, 200);
    let asked = program.run(&["healthcheck"]);
    assert_eq!(asked.code, 1, "{asked:?}");
    assert!(asked.out.contains("not ready"), "{asked:?}");
    drop(still);
    wait_until("the server is ready", || ready(&serving));
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn a_server_stopped_just_after_its_database_died_leaves_nothing_running() {
    let (scratch, program) = installation();
    for round in 0..3 {
        let serving = program.serve();
        let dead = kill_database(&scratch);
        if round > 0 {
            // Once in the middle of the start, as far as that can be met; once after it.
            let log = scratch.path.join("pg.log");
            let before = std::fs::metadata(&log).unwrap().len();
            wait_until("the next PostgreSQL begins", || {
                let pid = scratch.postmaster();
                pid.is_some_and(|pid| pid != dead)
                    || std::fs::metadata(&log).unwrap().len() > before && round == 1
            });
        }
        assert_eq!(serving.stop("TERM").code, 0);
        let left = scratch.postmaster().filter(|pid| lives(*pid));
        assert_eq!(left, None, "round {round}");
    }
}
