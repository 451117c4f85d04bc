//! A server's ordinary life: one a data directory, its address, its end.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use crate::http;
use crate::program::{Program, Serving, installation};
use crate::scratch::{lives, signal, wait_until};

#[test]
fn a_second_server_on_one_data_directory_says_so_and_exits() {
    let (scratch, program) = installation();
    let first = program.serve();
    for command in ["serve", "quickstart"] {
        let second = program.run(&[command, "--listen", "127.0.0.1:0"]);
        let (data_dir, pid) = (scratch.path.to_str().unwrap(), first.pid().to_string());
        second.failed_saying(&[data_dir, &pid]);
    }
    // Also where both want the same port: that is not what has to be mended.
    let listen = first.address.to_string();
    let third = program.run(&["serve", "--listen", &listen]);
    third.failed_saying(&[scratch.path.to_str().unwrap()]);
    assert!(scratch.database_runs(), "the first is not disturbed");
    let page = http::get(first.address, "/readyz").unwrap();
    assert_eq!(page.status, 200);
    assert_eq!(first.stop("INT").code, 0);
}

#[test]
fn a_signal_to_stop_ends_server_and_database_and_takes_the_address_away() {
    for name in ["TERM", "INT"] {
        let (scratch, program) = installation();
        let serving = program.serve();
        let (pid, postmaster) = (serving.pid(), scratch.postmaster().unwrap());
        assert!(scratch.address().is_some());
        let answer = serving.stop(name);
        assert_eq!(answer.code, 0, "{name}: {answer:?}");
        assert!(!lives(pid) && !lives(postmaster), "{name}");
        assert_eq!(scratch.address(), None, "{name}");
        assert_eq!(scratch.postmaster(), None, "PostgreSQL shut down in order");
    }
}

#[test]
fn a_signal_during_the_start_leaves_nothing_running() {
    let (scratch, program) = installation();
    for _ in 0..3 {
        let command = &mut program.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        wait_until("PostgreSQL begins", || scratch.postmaster().is_some());
        signal(child.id(), "TERM");
        let status = child.wait().unwrap();
        let left = scratch.postmaster().filter(|pid| lives(*pid));
        assert_eq!(left, None, "{status}");
        assert_eq!(status.code(), Some(0));
    }
}

#[test]
fn port_0_takes_a_free_port_that_is_printed_and_written() {
    let (scratch, program) = installation();
    let serving = program.serve();
    let address = serving.address.to_string();
    assert_ne!(serving.address.port(), 0);
    assert_eq!(
        serving.out(),
        format!("Reeve listens on http://{address}\n")
    );
    assert_eq!(scratch.address(), Some(address));
    assert_eq!(http::get(serving.address, "/livez").unwrap().status, 200);
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn serve_with_json_prints_one_document() {
    let (_scratch, program) = installation();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "-o", "json"];
    let serving = Serving::start(program.command(&arguments));
    let address = serving.address;
    let document = serving.stop("INT").json();
    assert_eq!(document["listen"], format!("http://{address}"));
}

#[test]
fn a_port_in_use_is_an_error_that_names_it_and_leaves_no_database_running() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for command in ["serve", "quickstart"] {
        let (scratch, program) = installation();
        let answer = program.run(&[command, "--listen", &address]);
        answer.failed_saying(&["can't listen on", &address, "--listen"]);
        assert!(!scratch.database_runs(), "{command}");
        assert_eq!(scratch.address(), None, "{command}");
    }
}

#[test]
fn a_server_whose_output_nobody_reads_serves_all_the_same() {
    let (scratch, program) = installation();
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    wait_until("the address is written, or it ended", || {
        scratch.address().is_some() || child.try_wait().unwrap().is_some()
    });
    let address = scratch.address().expect("it serves").parse().unwrap();
    wait_until("the server answers", || {
        http::get(address, "/livez").is_ok()
    });
    signal(child.id(), "INT");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_client_that_says_nothing_does_not_keep_the_server_from_stopping() {
    let (_scratch, program) = installation();
    let serving = program.serve();
    let silent = TcpStream::connect(serving.address).unwrap();
    let mut halting = TcpStream::connect(serving.address).unwrap();
    halting.write_all(b"GET /livez HT").unwrap();
    assert_eq!(http::get(serving.address, "/livez").unwrap().status, 200);
    assert_eq!(serving.stop("TERM").code, 0);
    drop((silent, halting));
}

#[test]
fn healthcheck_is_0_while_the_server_is_ready_and_1_when_none_runs() {
    let (scratch, program) = installation();
    let none = program.run(&["healthcheck"]);
    none.failed_saying(&["no server runs on", scratch.path.to_str().unwrap()]);
    let serving = program.serve();
    let address = serving.address.to_string();
    assert_eq!(
        program.done(&["healthcheck"]),
        format!("{address}: ready\n")
    );
    let asked = program.json(&["healthcheck"]);
    assert_eq!(
        (&asked["ready"], &asked["address"]),
        (&true.into(), &address.clone().into())
    );
    let elsewhere = Program::at(&scratch.path.join("nowhere"));
    elsewhere.done(&["healthcheck", "--listen", &address]);
    assert_eq!(serving.stop("TERM").code, 0);
    program
        .run(&["healthcheck"])
        .failed_saying(&["no server runs on"]);
    let nobody = program.run(&["healthcheck", "--listen", &address]);
    nobody.failed_saying(&[&address]);
}

#[test]
fn a_new_data_directory_gets_every_migration_and_a_second_start_none() {
    let (_scratch, program) = installation();
    let first = program.serve();
    let current = program.json(&["migrate", "--check"]);
    assert_eq!(current["state"], "current");
    assert_eq!(program.json(&["migrate"])["migrations"], 0);
    assert_eq!(first.stop("INT").code, 0);
    assert_eq!(program.serve().stop("INT").code, 0);
}

#[test]
fn a_link_to_sign_in_names_the_port_that_the_server_took_unless_a_public_address_is_set() {
    let (_scratch, program) = installation();
    let serving = program.serve();
    program.done(&["admin", "create", "root@example.test"]);
    let link = ["admin", "login-link", "root@example.test"];
    let made = program.json(&link);
    let begin = format!("http://localhost:{}/login/link?", serving.address.port());
    let shown = made["link"].as_str().unwrap();
    assert!(shown.starts_with(&begin), "{shown}");
    let public = program
        .clone()
        .set("REEVE_PUBLIC_URL", "https://iam.example.test");
    let made = public.json(&link);
    let shown = made["link"].as_str().unwrap();
    assert!(
        shown.starts_with("https://iam.example.test/login/link?"),
        "{shown}"
    );
    assert_eq!(serving.stop("INT").code, 0);
}
