//! Logs: as JSON, and found again by correlation id (I-13, I-30).

use serde_json::Value;
use testkit::World;

use crate::http;
use crate::program::Program;
use crate::scratch::{Scratch, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_json_with_the_ids_of_their_request_and_are_found_by_command() {
    let world = World::empty().await;
    let scratch = Scratch::new();
    let program = Program::on(&world.db)
        .flag("--data-dir")
        .flag(scratch.path.to_str().unwrap())
        .set("REEVE_LOG_FORMAT", "json");
    let serving = program.serve();
    let answer = http::get(serving.address, "/v1/me").unwrap();
    assert_eq!(answer.status, 401);
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    let id = problem["correlation_id"].as_str().unwrap().to_owned();
    let found = || program.json(&["log", "find", &id]);
    wait_until("the line is kept", || {
        found().as_array().is_some_and(|all| !all.is_empty())
    });
    let kept = found()[0]["line"].clone();
    assert_eq!(kept["trace_id"], problem["trace_id"]);
    assert_eq!(
        (&kept["status"], &kept["code"]),
        (&401.into(), &"unauthenticated".into())
    );
    let evidence = program.json(&["evidence", &id]);
    assert_eq!(evidence["envelopes"][0], problem);
    let logged = serving.stop("INT").err;
    let lines: Vec<Value> = logged
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let line = lines
        .into_iter()
        .find(|line| line["correlation_id"] == id.as_str());
    // Each of the two reads the clock for itself.
    let without_time = |mut line: Value| {
        assert!(line["at"].take().is_string());
        line
    };
    assert_eq!(line.map(without_time), Some(without_time(kept)));
}

#[test]
fn a_format_that_is_none_is_an_error_that_names_the_variable() {
    let program = Program::default().set("REEVE_LOG_FORMAT", "xml");
    program
        .run(&["config", "show"])
        .failed_saying(&["REEVE_LOG_FORMAT", "text or json"]);
}
