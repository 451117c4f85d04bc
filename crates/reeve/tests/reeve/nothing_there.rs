//! Commands that find no database, or one that can't be used: an error that says what to do.

use std::net::TcpListener;

use crate::arguments::usual_arguments;
use crate::help::leaf_commands;
use crate::program::{Program, installation};

/// Those that need no database.
const WITHOUT: [&str; 9] = [
    "serve",
    "quickstart",
    "healthcheck",
    "doctor", // which reports just that
    "db bootstrap-sql",
    "config show",
    "config openapi",
    "completions",
    "man",
];

/// Every other leaf command, with arguments that it accepts.
fn needy() -> impl Iterator<Item = (String, Vec<String>)> {
    leaf_commands()
        .into_iter()
        .filter(|leaf| !WITHOUT.contains(&leaf.as_str()))
        .map(|leaf| {
            let arguments = usual_arguments(&leaf);
            (leaf, arguments)
        })
}

#[test]
fn a_command_without_a_database_fails_and_says_what_to_do() {
    let (scratch, program) = installation();
    let data_dir = scratch.path.to_str().unwrap();
    for format in ["table", "json"] {
        for (leaf, arguments) in needy() {
            let mut arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            if leaf != "db psql" {
                arguments.extend(["-o", format]);
            }
            let answer = program.run(&arguments);
            answer.failed_saying(&[data_dir, " serve`", "DATABASE_URL"]);
        }
    }
    assert!(
        !scratch.path.exists(),
        "looking for a database makes nothing"
    );
}

#[test]
fn a_command_whose_database_does_not_run_says_how_to_start_it() {
    let (scratch, program) = installation();
    assert_eq!(program.serve().stop("INT").code, 0);
    let data_dir = scratch.path.to_str().unwrap();
    for (_, arguments) in needy() {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let remedy = format!("reeve --data-dir {data_dir} serve`");
        program
            .run(&arguments)
            .failed_saying(&["is not running", &remedy]);
    }
}

#[test]
fn a_database_url_that_nobody_answers_is_an_error_with_a_hint() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("postgres://reeve:very-secret-word@127.0.0.1:{port}/reeve");
    let (scratch, _) = installation();
    let program = Program::at(&scratch.path).set("DATABASE_URL", &url);
    for (leaf, arguments) in needy().filter(|(leaf, _)| !leaf.starts_with("db ")) {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let answer = program.run(&arguments);
        answer.failed_saying(&["the database is not available", "hint: ", "DATABASE_URL"]);
        assert!(
            !answer.err.contains("very-secret-word"),
            "{leaf}: {answer:?}"
        );
    }
    let served = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    served.failed_saying(&["the database is not available"]);
    assert!(!served.err.contains("very-secret-word"), "{served:?}");
}

#[test]
fn a_database_url_that_is_none_is_an_error() {
    let (scratch, _) = installation();
    let program = Program::at(&scratch.path).set("DATABASE_URL", "mysql://somewhere:hush@x/y");
    let answer = program.run(&["role", "list"]);
    assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{answer:?}");
    assert!(!answer.err.contains("hush"), "{answer:?}");
}

#[test]
fn a_wrong_folder_of_postgresqls_programs_is_named() {
    let (scratch, program) = installation();
    let program = program.set("REEVE_PG_BIN", "/nowhere/bin");
    let answer = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    answer.failed_saying(&["REEVE_PG_BIN is /nowhere/bin"]);
    assert!(!scratch.path.join("pg").exists(), "no cluster was begun");
}

#[test]
fn a_folder_that_holds_other_things_is_not_taken_as_a_data_directory() {
    let (scratch, program) = installation();
    std::fs::create_dir(&scratch.path).unwrap();
    std::fs::write(scratch.path.join("letter.txt"), "Dear Ada").unwrap();
    let answer = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    answer.failed_saying(&["is not empty", "--data-dir"]);
    let there: Vec<_> = std::fs::read_dir(&scratch.path).unwrap().collect();
    assert_eq!(there.len(), 1, "nothing was put beside it");
}
