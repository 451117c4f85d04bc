//! `reeve doctor`: what it finds, what it says to do, and how it ends.

use jiff::SignedDuration;
use serde_json::Value;
use testkit::World;

use crate::program::{Program, installation};

/// Everything set up, somebody admin, everything fresh, and a pass made.
async fn healthy() -> World {
    let world = World::discord_leading().await;
    world.people(20).await;
    world
        .person("boss")
        .role("admin")
        .linked(5)
        .mapped_role()
        .build()
        .await;
    world.scan().await;
    Program::on(&world.db).done(&["cron"]);
    world
}

fn finding<'a>(answer: &'a Value, check: &str) -> &'a Value {
    let findings = answer["findings"].as_array().unwrap();
    let worst = findings.iter().filter(|finding| finding["check"] == check);
    worst
        .max_by_key(|finding| {
            ["ok", "warning", "error"]
                .iter()
                .position(|s| finding["severity"] == **s)
        })
        .unwrap()
}

#[tokio::test]
async fn a_healthy_installation_has_nothing_to_do() {
    let world = healthy().await;
    let answer = Program::on(&world.db).run(&["doctor", "--strict", "-o", "json"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let json = answer.json();
    assert_eq!(json["worst"], "ok");
    for check in [
        "database",
        "migrations",
        "rights",
        "row_security",
        "clock",
        "governance",
        "snapshot",
        "held_plan",
        "break_glass",
        "admins",
        "jobs",
        "nodes",
        "configuration",
        "audit_partitions",
        "reviews",
    ] {
        assert_eq!(finding(&json, check)["severity"], "ok", "{check}: {json}");
    }
    let said = Program::on(&world.db).done(&["doctor"]);
    assert!(said.ends_with("nothing to do\n"), "{said}");
}

#[tokio::test]
async fn what_is_wrong_is_named_with_what_to_do_and_ends_with_1() {
    let world = World::empty().await;
    let answer = Program::on(&world.db).run(&["doctor", "-o", "json"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    let json = answer.json();
    for (check, remedy) in [
        ("governance", "reeve governance set-mode"),
        ("admins", "reeve role assign EMAIL admin"),
        ("jobs", "reeve cron"),
    ] {
        let found = finding(&json, check);
        assert!(
            found["remedy"].as_str().unwrap().contains(remedy),
            "{found}"
        );
    }
}

#[tokio::test]
async fn a_held_plan_ends_with_3_and_a_stale_snapshot_with_1() {
    let world = healthy().await;
    let program = Program::on(&world.db);
    for id in 1_000_001..1_000_011 {
        world.discord_leaves(id);
    }
    world.scan().await;
    assert_eq!(program.run(&["reconcile", "run"]).code, 3);
    let answer = program.run(&["doctor", "-o", "json"]);
    assert_eq!(answer.code, 3, "{answer:?}");
    let held = finding(&answer.json(), "held_plan")["remedy"].to_string();
    assert!(held.contains("reeve reconcile approve"), "{held}");
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    let answer = program.run(&["doctor", "-o", "json"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(
        finding(&answer.json(), "snapshot")["text"]
            .as_str()
            .unwrap()
            .contains("stale since")
    );
}

#[tokio::test]
async fn warnings_end_with_0_unless_strict() {
    let world = healthy().await;
    let program = Program::on(&world.db).set("ADMIN_BREAKGLASS_EMAILS", "nobody@example.test");
    assert_eq!(program.run(&["doctor"]).code, 0);
    let strict = program.run(&["doctor", "--strict", "-o", "json"]);
    assert_eq!(strict.code, 1, "{strict:?}");
    let json = strict.json();
    assert_eq!(finding(&json, "break_glass")["severity"], "warning");
    assert!(
        finding(&json, "break_glass_entry")["text"]
            .as_str()
            .unwrap()
            .contains("nobody@example.test")
    );
}

#[tokio::test]
async fn a_seed_that_the_database_no_longer_follows_is_named() {
    let world = healthy().await;
    let program = Program::on(&world.db).set("DISCORD_SNAPSHOT_MAX_AGE_SECONDS", "60");
    let json = program.json(&["doctor"]);
    let found = finding(&json, "configuration");
    assert!(
        found["text"]
            .as_str()
            .unwrap()
            .contains("the database says 21600, and that holds"),
        "{found}"
    );
}

#[tokio::test]
async fn a_table_that_lost_its_row_security_is_named() {
    let world = healthy().await;
    sqlx::query("alter table membership no force row level security")
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    let answer = Program::on(&world.db).run(&["doctor", "-o", "json"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(
        finding(&answer.json(), "row_security")["text"]
            .as_str()
            .unwrap()
            .contains("membership")
    );
}

#[tokio::test]
async fn nodes_that_are_set_otherwise_are_an_error() {
    let world = healthy().await;
    sqlx::query(
        "insert into node (node_id, version, settings_hash, break_glass_entries)
         values (gen_random_uuid(), '1', 'a', 0), (gen_random_uuid(), '1', 'b', 2)",
    )
    .execute(&mut world.scene().await)
    .await
    .unwrap();
    let answer = Program::on(&world.db).run(&["doctor", "-o", "json"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    let json = answer.json();
    assert!(
        finding(&json, "nodes")["text"]
            .as_str()
            .unwrap()
            .contains("differ")
    );
    assert_eq!(
        finding(&json, "break_glass")["severity"],
        "warning",
        "a list that only another node has is on all the same"
    );
}

#[test]
fn without_a_database_that_is_what_it_finds() {
    let (_scratch, program) = installation();
    let answer = program.run(&["doctor", "-o", "json"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert_eq!(finding(&answer.json(), "database")["severity"], "error");
}
