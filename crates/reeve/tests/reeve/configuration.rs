//! Settings: which source wins, what is an error, and what `reeve config show` says of it.

use std::fs;
use std::path::Path;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use testkit::{TestDb, World};

use crate::documents::root;
use crate::program::{Program, installation};
use crate::scratch::Scratch;

const MAX_AGE: &str = "DISCORD_SNAPSHOT_MAX_AGE_SECONDS";

/// What `config show` says of a setting: its value and where it came from.
fn setting(program: &Program, key: &str) -> (Value, String) {
    let shown = program.json(&["config", "show"]);
    let settings = shown["settings"].as_array().unwrap();
    let setting = settings.iter().find(|setting| setting["key"] == key);
    let setting = setting.unwrap_or_else(|| panic!("no {key} in {shown}"));
    let origin = setting["origin"].as_str().unwrap().to_owned();
    (setting["value"].clone(), origin)
}

/// A data directory that holds nothing but `reeve.toml`.
fn with_file(text: &str) -> (Scratch, Program) {
    let (scratch, program) = installation();
    fs::create_dir(&scratch.path).unwrap();
    fs::write(scratch.path.join("reeve.toml"), text).unwrap();
    (scratch, program)
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let (scratch, program) = installation();
    let said = |value: &str, origin: &str| (json!(value), origin.to_owned());
    assert_eq!(
        setting(&program, "listen"),
        said("127.0.0.1:8080", "default")
    );
    fs::create_dir(&scratch.path).unwrap();
    let file = scratch.path.join("reeve.toml");
    fs::write(&file, "# Where.\nlisten = \"127.0.0.1:1\"\n").unwrap();
    let in_file = format!("{} line 2", file.display());
    assert_eq!(setting(&program, "listen"), said("127.0.0.1:1", &in_file));
    let program = program.set("REEVE_LISTEN", "127.0.0.1:2");
    assert_eq!(
        setting(&program, "listen"),
        said("127.0.0.1:2", "environment")
    );
    let path = scratch.file("reeve.env", "REEVE_LISTEN=127.0.0.1:3\n");
    let program = program.set("REEVE_ENV_FILE", &path);
    let in_env_file = format!("env file {path} line 1");
    assert_eq!(
        setting(&program, "listen"),
        said("127.0.0.1:3", &in_env_file)
    );
    let serving = program.serve();
    assert!(serving.address.port() > 3, "the flag's port 0 was taken");
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn the_file_and_the_address_in_it_are_what_a_server_starts_with() {
    let (scratch, program) = with_file("listen = \"127.0.0.1:0\"\n");
    let serving = crate::program::Serving::start(program.command(&["serve"]));
    assert_ne!(serving.address.port(), 8080);
    assert_eq!(scratch.address(), Some(serving.address.to_string()));
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn another_configuration_file_is_chosen_by_flag_or_variable_and_must_be_there() {
    let (scratch, program) = with_file("log = \"error\"\n");
    let other = scratch.file("other.toml", "log = \"debug\"\n");
    let by_variable = program.clone().set("REEVE_CONFIG", &other);
    assert_eq!(setting(&by_variable, "log").0, "debug");
    let by_flag = program
        .clone()
        .set("REEVE_CONFIG", "/nowhere")
        .flag("--config");
    assert_eq!(setting(&by_flag.flag(&other), "log").0, "debug");
    let missing = program.set("REEVE_CONFIG", "/nowhere/reeve.toml");
    let answer = missing.run(&["config", "show"]);
    answer.failed_saying(&["/nowhere/reeve.toml", "can't be read"]);
}

#[test]
fn an_error_in_the_file_names_file_line_and_remedy() {
    let (scratch, program) = with_file("\nlisten = 8080\n");
    let path = scratch.path.join("reeve.toml").display().to_string();
    let wrong = program.run(&["serve"]);
    wrong.failed_saying(&[
        &path,
        "line 2",
        "`listen`",
        "like listen = \"127.0.0.1:8080\"",
    ]);
    let unknown = with_file("lisen = \"127.0.0.1:1\"")
        .1
        .run(&["role", "list"]);
    unknown.failed_saying(&["line 1", "`lisen`", "did you mean `listen`?"]);
    let break_glass = with_file("admin_breakglass_emails = \"a@example.org\"");
    let answer = break_glass.1.run(&["config", "show"]);
    answer.failed_saying(&["line 1", "ADMIN_BREAKGLASS_EMAILS"]);
}

#[test]
fn a_wrong_variable_names_itself_its_place_and_what_is_expected() {
    let (scratch, program) = installation();
    let path = scratch.file("reeve.env", "REEVE_LISTEN=banana");
    let answer = program.set("REEVE_ENV_FILE", &path).run(&["serve"]);
    answer.failed_saying(&[
        "REEVE_LISTEN",
        &path,
        "`banana`",
        "an IP address and a port",
    ]);
}

#[test]
fn empty_and_unknown_variables_are_named() {
    let (_scratch, program) = installation();
    let program = program
        .set("REEVE_LISTEN", "")
        .set("DATABASE_URL_FILE", "  ")
        .set("ADMIN_BREAKGLASS_EMAIL", "ada@example.test")
        .set("OIDC_SOMETHING_ELSE", "1");
    let shown = program.json(&["config", "show"]);
    assert_eq!(shown["empty"], json!(["REEVE_LISTEN", "DATABASE_URL_FILE"]));
    let unknown = json!([
        { "variable": "ADMIN_BREAKGLASS_EMAIL", "suggestion": "ADMIN_BREAKGLASS_EMAILS" },
        { "variable": "OIDC_SOMETHING_ELSE", "suggestion": null },
    ]);
    assert_eq!(shown["unknown"], unknown);
    let text = program.done(&["config", "show"]);
    assert!(
        text.contains("REEVE_LISTEN is empty and counts as unset"),
        "{text}"
    );
    assert!(
        text.contains("did you mean ADMIN_BREAKGLASS_EMAILS?"),
        "{text}"
    );
    let log = program
        .set("REEVE_LOG", "info")
        .run(&["config", "show"])
        .err;
    assert!(
        log.contains("REEVE_LISTEN is empty and counts as unset"),
        "{log}"
    );
}

#[test]
fn an_empty_name_in_the_env_file_hides_the_environments_and_counts_as_unset() {
    let (scratch, program) = installation();
    let path = scratch.file("reeve.env", "DISCORD_SNAPSHOT_MAX_AGE_SECONDS=\n");
    let program = program.set(MAX_AGE, "600").set("REEVE_ENV_FILE", &path);
    let (value, origin) = setting(&program, "discord_snapshot_max_age_seconds");
    assert_eq!((value, origin.as_str()), (json!(21_600), "default"));
}

#[test]
fn no_output_shows_a_secret() {
    let (scratch, program) = installation();
    let file = scratch.file("url", "postgres://x:canary@127.0.0.1:1/x\n");
    let configured = scratch.file(
        "other.toml",
        "database_owner_url = \"postgres://x:canary@127.0.0.1:1/x\"\n",
    );
    let program = program
        .set("DATABASE_URL_FILE", &file)
        .set("REEVE_CONFIG", &configured)
        .set("REEVE_LOG", "trace");
    let masked = (json!("***"), "file of DATABASE_URL_FILE".to_owned());
    assert_eq!(setting(&program, "database_url"), masked);
    assert_eq!(setting(&program, "database_owner_url").0, "***");
    for words in [
        "config show",
        "config show -o json",
        "role list",
        "serve",
        "migrate",
    ] {
        let words: Vec<_> = words.split(' ').collect();
        let answer = program.run(&words);
        assert!(!format!("{answer:?}").contains("canary"), "{answer:?}");
    }
    let both = program.set("DATABASE_URL", "postgres://x:canary@127.0.0.1:1/x");
    let answer = both.run(&["config", "show"]);
    answer.failed_saying(&["DATABASE_URL and DATABASE_URL_FILE"]);
    assert!(!answer.err.contains("canary"), "{answer:?}");
}

#[tokio::test]
async fn a_secret_from_a_file_is_used() {
    use secrecy::ExposeSecret;
    let world = World::empty().await;
    let scratch = Scratch::new();
    let url = world.db.runtime_url();
    let file = scratch.file("url", &format!("{}\n", url.expose_secret()));
    let program = Program::default().set("DATABASE_URL_FILE", &file);
    assert!(program.json(&["role", "list"]).as_array().unwrap().len() > 10);
    let missing = Program::default().set("DATABASE_URL_FILE", "/nowhere/url");
    let answer = missing.run(&["role", "list"]);
    answer.failed_saying(&["/nowhere/url", "can't be read"]);
}

#[test]
fn the_hash_differs_with_what_nodes_share_and_with_nothing_else() {
    let (scratch, program) = installation();
    let hash = |program: &Program| program.json(&["config", "show"])["hash"].clone();
    let here = hash(&program);
    assert_eq!(here.as_str().unwrap().len(), 64);
    let path = scratch.file("reeve.env", "");
    let elsewhere = Program::at(Path::new("/nowhere"))
        .set("REEVE_LISTEN", "127.0.0.1:1")
        .set("REEVE_LOG", "error")
        .set("REEVE_PG_BIN", "/nowhere/bin")
        .set("DATABASE_URL", "postgres://a@b/c")
        .set("REEVE_ENV_FILE", &path);
    assert_eq!(hash(&elsewhere), here);
    for (name, value) in [
        ("ADMIN_BREAKGLASS_EMAILS", "ada@example.test"),
        ("RECONCILE_ROLE_RESTORE_DAYS", "31"),
    ] {
        assert_ne!(hash(&program.clone().set(name, value)), here, "{name}");
    }
    let written_out = program.set("RECONCILE_ROLE_RESTORE_DAYS", "30");
    assert_eq!(
        hash(&written_out),
        here,
        "the value counts, not where it stands"
    );
}

#[tokio::test]
async fn a_secret_from_a_file_is_the_same_as_from_the_variable_whatever_newline_ends_it() {
    let db = TestDb::new().await;
    let (scratch, program) = installation();
    let url = db.runtime_url();
    for text in ["", "\n", "\r\n"] {
        let file = scratch.file("url", &format!("{}{text}", url.expose_secret()));
        let by_file = program.clone().set("DATABASE_URL_FILE", &file);
        let answer = by_file.run(&["role", "list"]);
        assert_eq!(answer.code, 0, "{text:?}: {answer:?}");
    }
}

#[test]
fn the_file_seeds_a_new_installation_but_is_for_no_single_run() {
    let (_scratch, program) = with_file("discord_snapshot_max_age_seconds = 7200\n");
    let serving = program.serve();
    let stored = program.json(&["governance", "show"]);
    assert_eq!(stored["snapshot_max_age_seconds"], 7200);
    program.run_with(&["policy", "set", "access.login", "-"], "everyone = true");
    program.done(&["governance", "set-mode", "portal"]);
    program.run_with(&["identity", "import", "-"], "email\nada@example.test\n");
    let plan = program.json(&["reconcile", "plan"]);
    assert_eq!(plan["max_age_for_this_run"], false, "{plan}");
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn the_page_about_configuration_is_what_the_table_says() {
    let path = root().join("docs/configuration.md");
    let page = Program::default().done(&["config", "docs"]);
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == committed,
        "docs/configuration.md is stale; write it with `cargo run -p reeve -- config docs`"
    );
}
