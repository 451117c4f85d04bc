//! `-o json`: one document on stdout, whatever the answer.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::World;

use crate::help::leaf_commands;
use crate::program::{Program, installation};

/// Arguments with which a leaf command is accepted, the command itself included; the files they
/// name need not exist.
pub(crate) fn usual_arguments(leaf: &str) -> Vec<String> {
    let rest: &[&str] = match leaf {
        "snapshot import" => &["-", "--guild", "700", "--taken-at", "2026-01-31T12:00:00Z"],
        "identity import" => &["-"],
        "organization create" => &["acme"],
        "role assign" | "role revoke" => &["ada@example.test", "reader"],
        "governance set-mode" => &["discord"],
        "governance map-role" => &["hauling.member", "700", "710"],
        "governance set" => &["guard-few", "6"],
        "policy show" => &["access.login"],
        "policy set" => &["access.login", "-"],
        "reconcile show" | "reconcile approve" | "reconcile apply" => &["latest"],
        "explain" => &["ada@example.test"],
        _ => &[],
    };
    let words = leaf.split_whitespace().chain(rest.iter().copied());
    words.map(str::to_owned).collect()
}

/// Stands for the id of the last plan.
const THE_PLAN: &str = "the plan";

/// One call of a leaf command: what it is given on stdin, and its exit code.
struct Call {
    leaf: &'static str,
    arguments: &'static [&'static str],
    input: &'static str,
    code: i32,
}

const fn call(leaf: &'static str, arguments: &'static [&'static str]) -> Call {
    with(leaf, arguments, "", 0)
}

const fn with(
    leaf: &'static str,
    arguments: &'static [&'static str],
    input: &'static str,
    code: i32,
) -> Call {
    Call {
        leaf,
        arguments,
        input,
        code,
    }
}

const PEOPLE: &str =
    "email,discord_id,roles\nada@example.test,1,reader\nbob@example.test,2,reader\n";
const MEMBERS: &str = r#"[{"user":{"id":"1"},"roles":["710"]}]"#;

/// Every leaf command at least once, in an order in which each works.
const CALLS: &[Call] = &[
    call("healthcheck", &[]),
    call("migrate", &[]),
    call("migrate", &["--check"]),
    call("db bootstrap-sql", &[]),
    call("db url", &[]),
    // Of nothing.
    call("audit list", &["--action", "no.such"]),
    call("reconcile list", &[]),
    call("governance show", &[]),
    call("freshness", &[]),
    call("jml list", &[]),
    call("role list", &[]),
    call("organization list", &[]),
    // Of something.
    call("organization create", &["acme"]),
    call("organization ensure-default", &[]),
    with("identity import", &["-"], PEOPLE, 0),
    with("policy set", &["access.login", "-"], "everyone = true", 0),
    call("policy show", &["access.login"]),
    call("governance map-role", &["hauling.member", "700", "710"]),
    call("governance set-mode", &["portal", "--dry-run"]),
    call("governance set-mode", &["discord"]),
    call("governance set", &["guard-few", "0"]),
    with(
        "snapshot import",
        &[
            "-",
            "--guild",
            "700",
            "--expect-members",
            "1",
            "--taken-at",
            "2026-01-31T12:00:00Z",
        ],
        MEMBERS,
        0,
    ),
    call("role assign", &["ada@example.test", "publisher"]),
    call("role revoke", &["ada@example.test", "publisher"]),
    call("role revoke", &["ada@example.test", "publisher"]),
    with("reconcile plan", &["--max-age-seconds", "31536000"], "", 3),
    call("reconcile show", &["latest"]),
    call("reconcile approve", &[THE_PLAN]),
    call("reconcile apply", &["latest"]),
    call("reconcile run", &["--max-age-seconds", "31536000"]),
    call("reconcile plan", &["--max-age-seconds", "31536000"]),
    call("reconcile list", &[]),
    call("status-map", &["--search", "nobody"]),
    call(
        "status-map",
        &["--compliance", "unobserved", "--limit", "1"],
    ),
    call("drift", &[]),
    call("drift", &["role_missing"]),
    call("explain", &["ada@example.test"]),
    call(
        "explain",
        &[
            "bob@example.test",
            "bookmarks:read",
            "--owner",
            "ada@example.test",
        ],
    ),
    call("freshness", &[]),
    call("jml list", &["--event", "joiner", "--limit", "1"]),
    call(
        "jml list",
        &[
            "--identity",
            "ada@example.test",
            "--since",
            "2100-01-01T00:00:00Z",
        ],
    ),
    call("audit list", &[]),
];

#[test]
fn every_command_answers_json_with_one_document_also_when_there_is_nothing() {
    let (_scratch, program) = installation();
    let serving = program.serve();
    let mut plan_id = String::new();
    for call in CALLS {
        let named = |word: &'static str| {
            if word == THE_PLAN {
                plan_id.clone()
            } else {
                word.to_owned()
            }
        };
        let words: Vec<String> = call
            .leaf
            .split(' ')
            .chain(call.arguments.iter().copied())
            .map(named)
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let answer = program.run_with(&[&words[..], &["-o", "json"]].concat(), call.input);
        assert_eq!(answer.code, call.code, "{words:?}: {answer:?}");
        assert!(!answer.err.contains("error"), "{words:?}: {answer:?}");
        if let Some(id) = answer.json().get("plan_id").and_then(|id| id.as_str()) {
            plan_id = id.to_owned();
        }
        let table = ["-o", "table", "--help"];
        assert_eq!(program.run(&[&words[..], &table].concat()).code, 0);
    }
    assert_eq!(serving.stop("INT").code, 0);
    let called: BTreeSet<_> = CALLS.iter().map(|call| call.leaf.to_owned()).collect();
    // Those two serve, which has tests of its own; psql prints what psql prints.
    let others = ["serve", "quickstart", "db psql"].map(str::to_owned);
    let called: BTreeSet<_> = called.into_iter().chain(others).collect();
    assert_eq!(called, leaf_commands().into_iter().collect());
}

#[tokio::test]
async fn empty_answers_are_empty_lists_and_null() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    world.reconcile().await;
    let program = Program::on(&world.db);
    assert_eq!(
        program.json(&["audit", "list", "--action", "none"]),
        json!([])
    );
    assert_eq!(program.json(&["reconcile", "plan"]), json!(null));
    let nothing = json!({ "plan": null, "applied": null });
    assert_eq!(program.json(&["reconcile", "run"]), nothing);
    let empty = World::empty().await;
    let program = Program::on(&empty.db);
    assert_eq!(program.json(&["reconcile", "list"]), json!([]));
    let shown = program.json(&["governance", "show"]);
    assert_eq!(
        (&shown["mode"], &shown["policy"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(
        (&shown["mapping"], &shown["snapshots"]),
        (&json!({}), &json!([]))
    );
    let none = program.run(&["policy", "show", "access.login", "-o", "json"]);
    none.failed_saying(&["access.login is not set", "reeve policy set"]);
}

#[tokio::test]
async fn logs_and_errors_never_get_between_the_json() {
    let world = World::discord_leading().await;
    let program = Program::on(&world.db).set("REEVE_LOG", "debug");
    let answer = program.run(&["role", "list", "-o", "json"]);
    assert!(answer.err.contains("DEBUG"), "there is something to mix up");
    assert!(answer.json().as_array().unwrap().len() > 10);
    let failed = program.run(&["reconcile", "show", "abcd", "-o", "json"]);
    failed.failed_saying(&["there is no plan `abcd`"]);
}
