//! `-o json`: one document on stdout, whatever the answer.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::World;

use crate::help::leaf_commands;
use crate::program::{Program, installation};

/// Stands for the id of the last plan.
const THE_PLAN: &str = "the plan";
/// Stands for the id of the last hold or exemption.
const THE_ONE: &str = "the one";
/// Stands for the first grant of a review that was shown.
const THE_GRANT: &str = "the grant";
/// Stands for a folder that is not there yet.
const A_FOLDER: &str = "a folder";

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
    call("config show", &[]),
    call("completions", &["zsh"]),
    call("man", &[A_FOLDER]),
    // Of nothing.
    call("audit list", &["--action", "no.such"]),
    call("reconcile list", &[]),
    call("governance show", &[]),
    call("freshness", &[]),
    call("jml list", &[]),
    call("role list", &[]),
    call("config openapi", &[]),
    call("organization list", &[]),
    call("project list", &[]),
    call("organization member list", &["default"]),
    // Of something. The schedule of the running server stays out of it.
    call("governance set", &["reconcile-every-seconds", "0"]),
    call("organization create", &["acme"]),
    call("organization ensure-default", &[]),
    with("identity import", &["-"], PEOPLE, 0),
    call("organization member add", &["acme", "ada@example.test"]),
    call("organization member add", &["acme", "ada@example.test"]),
    call("organization member list", &["acme"]),
    call("project create", &["road", "--organization", "acme"]),
    call("project list", &["--organization", "acme"]),
    call("organization member remove", &["acme", "ada@example.test"]),
    call("organization show", &["acme"]),
    call("organization update", &["acme", "--name", "Acme"]),
    call("organization create", &["west"]),
    call(
        "project update",
        &["road", "--organization", "acme", "--name", "Road"],
    ),
    call(
        "project move",
        &["road", "--organization", "acme", "--to", "west"],
    ),
    call("project delete", &["road", "--organization", "west"]),
    call(
        "role create",
        &[
            "scribe",
            "--organization",
            "acme",
            "--permission",
            "projects:read",
        ],
    ),
    call(
        "role update",
        &["scribe", "--organization", "acme", "--rank", "5"],
    ),
    call("role show", &["scribe", "--organization", "acme"]),
    call("role delete", &["scribe", "--organization", "acme"]),
    call("role assignments", &["--organization", "acme"]),
    call("iam show", &[]),
    call("iam pause", &["--reason", "an incident"]),
    call("iam show", &[]),
    call("iam resume", &[]),
    call("governance set", &["strict-membership", "on"]),
    call("governance set", &["strict-membership", "off"]),
    call("organization member add", &["acme", "ada@example.test"]),
    call(
        "rehome request",
        &[
            "ada@example.test",
            "--from",
            "acme",
            "--to",
            "west",
            "--reason",
            "moved",
        ],
    ),
    call("rehome cancel", &[THE_ONE]),
    call(
        "rehome request",
        &[
            "ada@example.test",
            "--from",
            "acme",
            "--to",
            "west",
            "--reason",
            "moved",
        ],
    ),
    call("rehome approve", &[THE_ONE]),
    call("rehome list", &[]),
    call("organization delete", &["west", "--confirm", "west"]),
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
    call("admin create", &["root@example.test"]),
    call(
        "token create",
        &["--identity", "root@example.test", "--name", "ci"],
    ),
    call("token list", &["--identity", "root@example.test"]),
    call("token revoke", &[THE_ONE]),
    call(
        "review begin",
        &[
            "q4",
            "--subject",
            "assignments",
            "--for",
            "7d",
            "--reviewer",
            "root@example.test",
        ],
    ),
    call("review list", &[]),
    call("review show", &[THE_ONE, "--undecided"]),
    call("review export", &[THE_ONE]),
    call("review decide", &[THE_GRANT, "keep", "--reason", "needed"]),
    call("review show", &[THE_ONE, "--undecided"]),
    // Nothing is left to decide of an empty one.
    call(
        "review begin",
        &[
            "q5",
            "--subject",
            "exemptions",
            "--for",
            "7d",
            "--reviewer",
            "root@example.test",
        ],
    ),
    call(
        "review sign-off",
        &[THE_ONE, "--note", "nobody is exempted"],
    ),
    call("admin login-link", &["root@example.test"]),
    call("passkey list", &["--identity", "root@example.test"]),
    call("session list", &["--identity", "root@example.test"]),
    call("session revoke", &["--identity", "root@example.test"]),
    with(
        "mapping test",
        &["--claims", "-"],
        r#"{"groups":["ops"]}"#,
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
    call("hold list", &[]),
    call(
        "hold add",
        &["ada@example.test", "--reason", "r", "--for", "1h"],
    ),
    call("hold list", &["--all"]),
    call("hold end", &[THE_ONE]),
    call("exemption list", &[]),
    call(
        "exemption add",
        &["ada@example.test", "--reason", "r", "--for", "7d"],
    ),
    call("exemption list", &["--all"]),
    call("exemption review", &[THE_ONE, "--reason", "looked at"]),
    call("exemption end", &[THE_ONE]),
    call("identity list", &["--search", "nobody at all"]),
    call("identity list", &["--limit", "1"]),
    call("identity list", &["--drift"]),
    call("identity create", &["new@example.test", "--name", "New"]),
    call("identity edit", &["new@example.test", "--no-name"]),
    call("identity link", &["new@example.test", "--discord", "77"]),
    call("identity unlink", &["new@example.test", "discord", "77"]),
    call(
        "identity overrides set",
        &[
            "new@example.test",
            "--preserve",
            "reader",
            "--for",
            "7d",
            "--reason",
            "r",
        ],
    ),
    call("identity overrides show", &["new@example.test"]),
    call("identity overrides clear", &["new@example.test"]),
    call("identity overrides show", &["new@example.test"]),
    call("identity quota set", &["new@example.test", "tokens", "5"]),
    call("identity quota clear", &["new@example.test", "tokens"]),
    call("identity quota show", &["new@example.test"]),
    call("identity show", &["ada@example.test"]),
    call("identity suspend", &["ada@example.test", "--reason", "r"]),
    call("identity disable", &["ada@example.test", "--reason", "r"]),
    call("identity enable", &["ada@example.test", "--reason", "r"]),
    call("identity restore", &["ada@example.test", "--reason", "r"]),
    call(
        "identity erase",
        &[
            "bob@example.test",
            "--reason",
            "r",
            "--confirm",
            "bob@example.test",
        ],
    ),
    call("break-glass show", &[]),
    call("cron", &[]),
    call("alert list", &["--all"]),
    with("doctor", &[], "", 1),
    call("audit list", &[]),
    call("audit export", &["--action", "plan.approve"]),
    call("audit refused", &[]),
    call("log find", &["cli-1"]),
    call("evidence", &["cli-1", "--decision", "as the policy says"]),
];

#[test]
fn every_command_answers_json_with_one_document_also_when_there_is_nothing() {
    let (scratch, program) = installation();
    let folder = scratch.folder("man");
    let serving = program.serve();
    let (mut plan_id, mut one, mut grant) = (String::new(), String::new(), String::new());
    for call in CALLS {
        let named = |word: &'static str| match word {
            THE_PLAN => plan_id.clone(),
            THE_ONE => one.clone(),
            THE_GRANT => grant.clone(),
            A_FOLDER => folder.clone(),
            word => word.to_owned(),
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
        let json = answer.json();
        if let Some(id) = json["items"][0]["item_id"].as_str() {
            grant = id.to_owned();
        }
        let id = [
            "hold_id",
            "exemption_id",
            "token_id",
            "campaign_id",
            "rehome_id",
        ]
        .map(|name| json.get(name).and_then(|id| id.as_str()));
        if let Some(id) = id.into_iter().flatten().next() {
            one = id.to_owned();
        }
        let table = ["-o", "table", "--help"];
        assert_eq!(program.run(&[&words[..], &table].concat()).code, 0);
    }
    assert_eq!(serving.stop("INT").code, 0);
    let called: BTreeSet<_> = CALLS.iter().map(|call| call.leaf.to_owned()).collect();
    // Those two serve, which has tests of its own; psql prints what psql prints; a sync needs an identity
    // provider, and a passkey a browser: they are tested over HTTP.
    let others = [
        "serve",
        "quickstart",
        "db psql",
        "identity sync",
        "passkey revoke",
    ]
    .map(str::to_owned);
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
