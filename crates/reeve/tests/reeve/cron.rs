//! The schedule: `reeve cron`, many at once, and the same list inside `reeve serve`.

use std::process::Stdio;

use serde_json::Value;
use testkit::World;

use crate::program::{Answer, Program};
use crate::scratch::wait_until;

/// An administrator and a person who lost what they were owed, suspended; and a hold that is over.
async fn world() -> World {
    let world = World::discord_leading().await;
    world.people(20).await;
    world.discord_leaves(1_000_001);
    world
        .person("boss")
        .role("admin")
        .status("suspended")
        .build()
        .await;
    world
        .person("calm")
        .linked(5)
        .mapped_role()
        .hold(1)
        .build()
        .await;
    world.scan().await;
    sql(
        &world,
        "update hold set starts_at = now() - interval '2 hours', ends_at = now()",
    )
    .await;
    world
}

async fn sql(world: &World, sql: &'static str) {
    sqlx::query(sql)
        .execute(&mut world.scene().await)
        .await
        .unwrap();
}

async fn outcome<'a>(ran: &'a Value, job: &str) -> &'a str {
    let jobs = ran.as_array().unwrap();
    let found = jobs.iter().find(|ran| ran["job"] == job).unwrap();
    found["outcome"].as_str().unwrap()
}

#[tokio::test]
async fn a_pass_heals_expires_reconciles_and_raises_alerts() {
    let world = world().await;
    let program = Program::on(&world.db).set("ADMIN_BREAKGLASS_EMAILS", "boss@example.test");
    let first = program.json(&["cron"]);
    for job in [
        "admin-selfheal",
        "expiry",
        "reconcile",
        "alerts",
        "audit-partitions",
        "prune",
    ] {
        assert_eq!(outcome(&first, job).await, "done", "{job}: {first}");
    }
    let healed = world.audit("entitlement.admin_selfheal").await;
    assert_eq!(healed[0].source, "scheduled_cron");
    assert_eq!(world.audit("hold.expire").await.len(), 1);
    let second = program.json(&["cron"]);
    for job in ["reconcile", "audit-partitions", "prune"] {
        assert_eq!(outcome(&second, job).await, "not_due", "{job}: {second}");
    }
    assert_eq!(
        outcome(&second, "admin-selfheal").await,
        "skipped",
        "{second}"
    );
}

#[tokio::test]
async fn ten_passes_at_once_do_each_thing_once() {
    let world = world().await;
    let program = Program::on(&world.db);
    let start = |_| {
        let mut command = program.command(&["cron", "-o", "json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let passes: Vec<_> = (0..10).map(start).collect();
    let mut reconciled = 0;
    for pass in passes {
        let answer = Answer::from(pass.wait_with_output().unwrap());
        assert_eq!(answer.code, 0, "{answer:?}");
        if outcome(&answer.json(), "reconcile").await == "done" {
            reconciled += 1;
        }
    }
    assert_eq!(reconciled, 1);
    assert_eq!(world.audit("entitlement.admin_selfheal").await.len(), 1);
    assert_eq!(world.audit("hold.expire").await.len(), 1);
    let suspended = world.audit("entitlement.reconcile").await;
    let suspended = suspended.iter().filter(|row| {
        row.after_json
            .as_ref()
            .is_some_and(|after| after["status"] == "suspended")
    });
    assert_eq!(suspended.count(), 1);
    let alerts = app::alert::list(world.reeve(), &world.caller(), true, 100)
        .await
        .unwrap();
    let mut kinds: Vec<_> = alerts
        .iter()
        .map(|alert| (&alert.kind, &alert.subject))
        .collect();
    let all = kinds.len();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), all, "each alert once");
}

#[tokio::test]
async fn a_server_runs_the_schedule_without_any_cron_entry() {
    let world = world().await;
    let serving = Program::on(&world.db).serve();
    let mut connection = world.db.superuser().await;
    let mut left = i64::MAX;
    while left > 0 {
        left = sqlx::query_scalar(
            "select count(*) from app_user where email = 'boss@example.test' and status <> 'active'",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
    }
    wait_until("the node tells of itself", || {
        let metrics = crate::http::get(serving.address, "/metrics").unwrap().body;
        metrics.contains("reeve_job_runs_total{job=\"prune\",result=\"done\"} 1")
    });
    let metrics = crate::http::get(serving.address, "/metrics").unwrap().body;
    for gauge in [
        "reeve_identities{status=\"active\"}",
        "reeve_reconcile_held 0",
        "reeve_snapshot_age_seconds{guild=\"700\"}",
        "reeve_break_glass_listed 0",
        "reeve_health{check=\"snapshot\"} 0",
    ] {
        assert!(metrics.contains(gauge), "{gauge}: {metrics}");
    }
    assert_eq!(serving.stop("INT").code, 0);
}

#[tokio::test]
async fn the_schedule_reconciles_only_what_is_set_up_and_only_if_it_is_on() {
    let empty = World::empty().await;
    let ran = Program::on(&empty.db).json(&["cron"]);
    assert_eq!(outcome(&ran, "reconcile").await, "not_due", "{ran}");
    assert!(ran.to_string().contains("no governance mode is set"));
    let unseen = World::discord_leading().await;
    unseen.person("ada").build().await;
    let program = Program::on(&unseen.db);
    let ran = program.json(&["cron"]);
    assert!(
        ran.to_string()
            .contains("no mapped guild has been observed yet"),
        "{ran}"
    );
    unseen.discord(7, &[testkit::world::MAPPED_ROLE]);
    unseen.scan().await;
    let ran = program.json(&["cron"]);
    assert_eq!(
        outcome(&ran, "reconcile").await,
        "done",
        "the turn was not used up: {ran}"
    );
    let world = world().await;
    let program = Program::on(&world.db);
    program.done(&["governance", "set", "reconcile-every-seconds", "0"]);
    assert_eq!(
        outcome(&program.json(&["cron"]), "reconcile").await,
        "not_due"
    );
    assert!(world.audit("entitlement.reconcile").await.is_empty());
}

#[tokio::test]
async fn another_cadence_holds_from_the_next_pass_on() {
    let world = world().await;
    let program = Program::on(&world.db);
    program.done(&["governance", "set", "reconcile-every-seconds", "86400"]);
    program.done(&["cron"]);
    sql(
        &world,
        "update job set started_at = started_at - interval '2 minutes'",
    )
    .await;
    assert_eq!(
        outcome(&program.json(&["cron"]), "reconcile").await,
        "not_due"
    );
    program.done(&["governance", "set", "reconcile-every-seconds", "60"]);
    assert_eq!(
        outcome(&program.json(&["cron"]), "reconcile").await,
        "skipped"
    );
}
