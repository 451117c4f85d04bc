//! Variables of the environment: what counts as unset, what is an error, what is for one run.

use std::fs;

use testkit::World;

use crate::program::{Program, installation};

const MAX_AGE: &str = "DISCORD_SNAPSHOT_MAX_AGE_SECONDS";

fn stored_age(program: &Program) -> serde_json::Value {
    program.json(&["governance", "show"])["snapshot_max_age_seconds"].clone()
}

/// Ada is entitled by a snapshot three hours old; Bob has the role no longer.
async fn three_hours_ago() -> World {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.person("bob").linked(2).in_guild().build().await;
    world.scan_aged(jiff::SignedDuration::from_hours(3)).await;
    world
}

#[tokio::test]
async fn the_age_limit_is_six_hours_and_one_run_may_override_it() {
    let world = three_hours_ago().await;
    let program = Program::on(&world.db);
    assert_eq!(stored_age(&program), 21_600);
    let plan = program.json(&["reconcile", "plan"]);
    assert_eq!(
        plan["counts"]["suspend"], 1,
        "fresh by the stored limit: {plan}"
    );
    assert_eq!(
        (&plan["max_age_seconds"], &plan["max_age_for_this_run"]),
        (&21_600.into(), &false.into())
    );
    let strict = program.clone().set(MAX_AGE, "3600");
    let plan = strict.json(&["reconcile", "plan"]);
    assert_eq!(plan["counts"]["suspend"], 2, "stale for this run: {plan}");
    assert_eq!(
        (&plan["max_age_seconds"], &plan["max_age_for_this_run"]),
        (&3600.into(), &true.into())
    );
    assert_eq!(plan["snapshots"][0]["freshness"], "stale");
    let shown = strict.done(&["reconcile", "show", "latest"]);
    assert!(
        shown.contains("live decisions still use the stored age"),
        "{shown}"
    );
    assert_eq!(stored_age(&strict), 21_600, "for that run only");
    let again = program.json(&["reconcile", "plan"]);
    assert_eq!(again["counts"]["suspend"], 1, "{again}");
}

#[tokio::test]
async fn the_flag_wins_over_the_variable_for_one_run() {
    let world = three_hours_ago().await;
    let strict = Program::on(&world.db).set(MAX_AGE, "3600");
    let lenient = ["reconcile", "plan", "--max-age-seconds", "14400"];
    let plan = strict.json(&lenient);
    assert_eq!(
        (&plan["counts"]["suspend"], &plan["max_age_seconds"]),
        (&1.into(), &14_400.into())
    );
}

#[tokio::test]
async fn an_empty_variable_counts_as_unset() {
    let world = three_hours_ago().await;
    let program = Program::on(&world.db);
    let empty = [
        "REEVE_DATA_DIR",
        "REEVE_LISTEN",
        "REEVE_PG_BIN",
        "DATABASE_OWNER_URL",
        MAX_AGE,
        "ADMIN_BREAKGLASS_EMAILS",
        "ADMIN_BREAKGLASS_USER_IDS",
    ];
    for blank in ["", "  "] {
        let bare = empty
            .iter()
            .fold(program.clone(), |program, name| program.set(name, blank));
        let plan = bare.json(&["reconcile", "plan"]);
        assert_eq!(plan["max_age_for_this_run"], false);
        assert_eq!(plan["counts"]["spared"], 0);
        assert_eq!(bare.run(&["serve", "--help"]).code, 0);
    }
    let (scratch, own) = installation();
    for name in ["DATABASE_URL", "REEVE_LISTEN"] {
        let answer = own.clone().set(name, "").run(&["healthcheck"]);
        answer.failed_saying(&["no server runs on", scratch.path.to_str().unwrap()]);
    }
}

#[tokio::test]
async fn an_empty_log_filter_hides_no_warning() {
    let world = World::empty().await;
    let program = Program::on(&world.db).set("ADMIN_BREAKGLASS_USER_IDS", "banana");
    for (filter, warned) in [("", true), (" ", true), ("warn", true), ("off", false)] {
        let answer = program
            .clone()
            .set("REEVE_LOG", filter)
            .run(&["role", "list"]);
        assert_eq!(answer.code, 0);
        let says = answer.err.contains("break-glass") && answer.err.contains("banana");
        assert_eq!(says, warned, "REEVE_LOG={filter}: {answer:?}");
    }
}

#[tokio::test]
async fn an_age_that_is_no_number_is_an_error_that_names_the_variable() {
    let world = three_hours_ago().await;
    for wrong in ["banana", "-1", "0", "6h"] {
        let program = Program::on(&world.db).set(MAX_AGE, wrong);
        let answer = program.run(&["reconcile", "run"]);
        answer.failed_saying(&[MAX_AGE, wrong, "unset it"]);
    }
    assert_eq!(world.audit("entitlement.reconcile").await.len(), 0);
}

#[test]
fn the_environment_seeds_a_new_installation_once() {
    let (_scratch, program) = installation();
    let first = program.clone().set(MAX_AGE, "7200").serve();
    assert_eq!(stored_age(&program), 7200);
    let by = program.json(&["audit", "list", "--action", "governance.set_number"]);
    assert_eq!(by.as_array().unwrap().len(), 1, "{by}");
    assert_eq!(first.stop("INT").code, 0);
    let second = program.clone().set(MAX_AGE, "600").serve();
    assert_eq!(
        stored_age(&program),
        7200,
        "an existing installation keeps its number"
    );
    assert_eq!(second.stop("INT").code, 0);
}

#[tokio::test]
async fn migrating_an_empty_database_seeds_it_too() {
    use secrecy::ExposeSecret;
    let empty = testkit::database::EmptyDb::new().await;
    empty.bootstrap().await;
    let runtime = empty.server.runtime(&empty.name).url;
    let owner = empty.server.superuser(&empty.name).url;
    let program = Program::default()
        .set("DATABASE_URL", runtime.expose_secret())
        .set("DATABASE_OWNER_URL", owner.expose_secret());
    let first = program
        .clone()
        .set(MAX_AGE, "7200")
        .set("RECONCILE_ROLE_RESTORE_DAYS", "7");
    first.done(&["migrate"]);
    program.clone().set(MAX_AGE, "600").done(&["migrate"]);
    assert_eq!(stored_age(&program), 7200);
    let shown = program.json(&["governance", "show"]);
    assert_eq!(shown["role_restore_days"], 7, "{shown}");
    empty.drop().await;
}

#[tokio::test]
async fn people_on_the_break_glass_lists_are_spared_and_shown_as_they_are() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    let bob = world.person("bob").linked(2).in_guild().build().await;
    world.person("eve").linked(3).in_guild().build().await;
    world.scan().await;
    let program = Program::on(&world.db);
    let id = bob.to_string();
    for (name, value) in [
        ("ADMIN_BREAKGLASS_USER_IDS", id.as_str()),
        (
            "ADMIN_BREAKGLASS_EMAILS",
            "nobody@example.test,\n BOB@example.test ",
        ),
    ] {
        let listed = program.clone().set(name, value);
        let shown = listed.json(&["reconcile", "plan"]);
        assert_eq!(shown["counts"]["spared"], 1, "{name}: {shown}");
        assert_eq!(shown["counts"]["suspend"], 1, "{name}: {shown}");
        let spared = &shown["spared"][0];
        assert_eq!(
            (&spared["email"], &spared["spared_by"]),
            (&"bob@example.test".into(), &"break_glass".into())
        );
        let text = listed.done(&["reconcile", "show", "latest"]);
        assert!(
            text.contains("not entitled: no mapped Discord role; break-glass"),
            "{text}"
        );
    }
    let plan = program.json(&["reconcile", "plan"]);
    assert_eq!(
        plan["counts"]["suspend"], 2,
        "without the list nobody is spared"
    );
}

#[test]
fn the_data_directory_may_come_from_the_environment_and_the_flag_wins() {
    let (scratch, program) = installation();
    let serving = program.serve();
    let by_variable = Program::default().set("REEVE_DATA_DIR", scratch.path.to_str().unwrap());
    assert_eq!(by_variable.run(&["healthcheck"]).code, 0);
    let elsewhere = program.clone().set("REEVE_DATA_DIR", "/nowhere/at/all");
    assert_eq!(elsewhere.run(&["healthcheck"]).code, 0);
    let mode = fs::metadata(scratch.path.join("secrets"))
        .unwrap()
        .permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o700
    );
    assert_eq!(serving.stop("INT").code, 0);
}

#[tokio::test]
async fn a_malformed_mapping_stops_the_start_and_names_the_entry() {
    let world = World::empty().await;
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for (variable, text, words) in [
        ("OIDC_GROUP_ROLE_MAP", "ops=reader,nonsense", "`nonsense`"),
        ("OIDC_GROUP_ROLE_DEFAULTS", "two words", "`two words`"),
        ("OIDC_GROUP_ROLE_MAP", "ops=no_such_role", "no_such_role"),
        (
            "OIDC_GROUP_ROLE_MAP",
            "ops=tenant_owner@default",
            "tenant_owner@default",
        ),
        ("OIDC_ISSUER", "http://idp.example.org", "OIDC_ISSUER"),
        (
            "REEVE_PUBLIC_URL",
            "http://reeve.example.org",
            "REEVE_PUBLIC_URL",
        ),
        (
            "REEVE_TRUSTED_PROXIES",
            "proxy.example.org",
            "REEVE_TRUSTED_PROXIES",
        ),
    ] {
        let program = Program::on(&world.db).set(variable, text);
        program.run(&serve).failed_saying(&[words]);
    }
    let claims = r#"{"groups":["ops"]}"#;
    let program = Program::on(&world.db)
        .set(
            "OIDC_GROUP_ROLE_MAP",
            r"admins=admin\nops=publisher\nops=auditor",
        )
        .set("OIDC_GROUP_ROLE_DEFAULTS", "reader");
    let answer = program.run_with(&["mapping", "test", "--claims", "-", "-o", "json"], claims);
    let roles =
        serde_json::json!([{ "role": "auditor" }, { "role": "publisher" }, { "role": "reader" }]);
    assert_eq!(answer.json()["roles"], roles);
}
