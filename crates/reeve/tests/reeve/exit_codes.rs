//! The exit code: 0 done, 1 failed, 2 usage, 3 held by the guard.

use testkit::World;

use crate::program::Program;

#[tokio::test]
async fn reconcile_run_exits_zero_when_done_and_non_zero_when_it_fails() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    let bob = world.person("bob").linked(2).in_guild().build().await;
    world.scan().await;
    let program = Program::on(&world.db);
    // The runbook's own name for it, first.
    let run = program.run(&["reconcile_discord_entitlements", "run"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(run.out.contains("suspend 1"), "{run:?}");
    assert_eq!(world.status_of(bob).await, "suspended");
    let again = program.run(&["reconcile", "run"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.out.contains("nothing to change"), "{again:?}");
    // A guild without roles is no longer mapped, and a mode without mapping can't be enforced.
    program.done(&["governance", "map-role", "hauling.member", "700"]);
    for command in ["run", "plan"] {
        let failed = program.run(&["reconcile", command]);
        failed.failed_saying(&["no Discord role is mapped to hauling.member"]);
    }
    let busy = "update lease set holder = 'somebody', expires_at = now() + interval '1 hour'";
    program.done(&["governance", "map-role", "hauling.member", "700", "720"]);
    sqlx::query(busy)
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    let busy = program.run(&["reconcile", "run"]);
    busy.failed_saying(&["somebody is at it", "try again later"]);
}

/// Ten active people, none of them entitled: more than the guard lets through.
async fn too_many() -> World {
    let world = World::discord_leading().await;
    world.person("ada").linked(99).mapped_role().build().await;
    for number in 1..=10 {
        let name = format!("driver{number}");
        world.person(&name).linked(number).in_guild().build().await;
    }
    world.scan().await;
    world
}

#[tokio::test]
async fn what_the_guard_holds_ends_with_3_until_it_is_approved() {
    let world = too_many().await;
    let program = Program::on(&world.db);
    for command in [&["plan"][..], &["run"], &["apply", "latest"]] {
        let held = program.run(&[&["reconcile"], command].concat());
        assert_eq!(held.code, 3, "{command:?}: {held:?}");
        let out = held.out.to_lowercase();
        assert!(out.contains("held") && out.contains("approve"), "{held:?}");
        assert!(!held.err.contains("error"), "{held:?}");
    }
    let statuses = "select count(*) from app_user where status = 'suspended'";
    let suspended = async || -> i64 {
        let mut connection = world.db.superuser().await;
        sqlx::query_scalar(statuses)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    };
    assert_eq!(suspended().await, 0, "held suspensions are not applied");
    let plans = program.json(&["reconcile", "list"]);
    assert_eq!(plans[0]["state"], "held");
    let id = &plans[0]["plan_id"].as_str().unwrap()[..12];
    program.done(&["reconcile", "approve", id]);
    program.done(&["reconcile", "apply", id]);
    assert_eq!(suspended().await, 10);
    assert_eq!(program.run(&["reconcile", "run"]).code, 0);
    let twice = program.run(&["reconcile", "approve", id]);
    twice.failed_saying(&["not held"]);
}

#[tokio::test]
async fn an_import_with_wrong_lines_keeps_the_others_and_exits_1() {
    let world = World::empty().await;
    let program = Program::on(&world.db);
    let people =
        "email,status\nada@example.test,active\nno-address,active\nbob@example.test,gone\n";
    let arguments = ["identity", "import", "-", "-o", "json"];
    let answer = program.run_with(&arguments, people);
    assert_eq!(answer.code, 1, "{answer:?}");
    let imported = answer.json();
    assert_eq!(imported["created"], 1);
    let lines = imported["errors"].as_array().unwrap().iter();
    let lines: Vec<_> = lines.map(|error| error["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 4]);
    let again = program.run_with(&arguments, "email\nada@example.test\n");
    assert_eq!((again.code, &again.json()["unchanged"]), (0, &1.into()));
}

#[tokio::test]
async fn a_rejected_snapshot_exits_1_and_says_that_the_current_one_stays() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    let program = Program::on(&world.db);
    let arguments = "snapshot import - --guild 700 --taken-at 2020-01-01T00:00:00Z";
    let arguments: Vec<_> = arguments.split(' ').collect();
    let member = r#"{"user":{"id":"1"},"roles":["710"]}"#;
    let old = program.run_with(&arguments, member);
    old.failed_saying(&["snapshot rejected", "hint: the current snapshot stays"]);
    let broken = program.run_with(&arguments, &member[..20]);
    broken.failed_saying(&["line 1", "column 20"]);
}

#[test]
fn wrong_usage_exits_2_with_nothing_on_stdout() {
    for arguments in [
        &[][..],
        &["frobnicate"],
        &["reconcile"],
        &["reconcile", "apply"],
        &["reconcile", "run", "--max-age-seconds", "banana"],
        &["reconcile", "run", "--lease-seconds", "0"],
        &["role", "assign", "ada@example.test"],
        &["role", "assign", "ada", "project_owner", "--project", "p"],
        &["governance", "set-mode", "sideways"],
        &["governance", "set", "no-such-number", "1"],
        &["governance", "map-role", "other.right", "700"],
        &["policy", "show", "other"],
        &["snapshot", "import", "-"],
        &["serve", "--listen", "nowhere"],
        &["role", "list", "-o", "xml"],
    ] {
        let answer = Program::default().run(arguments);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{arguments:?}");
        assert!(
            answer.err.contains("--help") || answer.err.contains("Usage: reeve"),
            "{arguments:?}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn whoever_has_read_enough_ends_a_command_quietly() {
    let world = World::empty().await;
    let program = Program::on(&world.db);
    let mut command = program.command(&["role", "list"]);
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn an_instant_a_duration_or_an_address_that_is_none_is_shown_one() {
    let (_scratch, program) = crate::program::installation();
    let cases: [(&[&str], &str); 4] = [
        (
            &["audit", "list", "--since", "yesterday"],
            "like 2026-01-31T12:00:00Z",
        ),
        (
            &["hold", "add", "x", "--reason", "r", "--for", "soon"],
            "like 24h, 7d or 1d12h",
        ),
        (&["serve", "--listen", "8080"], "like 127.0.0.1:8080"),
        (
            &["healthcheck", "--listen", "nowhere"],
            "like 127.0.0.1:8080",
        ),
    ];
    for (arguments, example) in cases {
        let answer = program.run(arguments);
        assert_eq!(answer.code, 2, "{answer:?}");
        assert!(answer.err.contains(example), "{answer:?}");
    }
    let lost = program.set("DATABASE_URL", "banana").run(&["role", "list"]);
    lost.failed_saying(&["postgres://LOGIN:PASSWORD@HOST/DATABASE"]);
    assert!(!lost.err.contains("banana"), "{lost:?}");
}

#[tokio::test]
async fn the_audit_list_says_in_a_line_what_happened_to_whom() {
    let world = World::discord_leading().await;
    let ada = world
        .person("ada")
        .linked(1)
        .in_guild()
        .role("reader")
        .build()
        .await;
    world.person("bob").linked(2).mapped_role().build().await;
    world.scan().await;
    world.reconcile().await;
    sqlx::query("update app_user set display_name = 'Ada L.' where user_id = $1")
        .bind(ada.0)
        .execute(&mut world.db.operator().await)
        .await
        .unwrap();
    let listed = Program::on(&world.db).done(&["audit", "list"]);
    let line = |of: &str| {
        listed
            .lines()
            .find(|line| line.contains(of))
            .unwrap()
            .to_owned()
    };
    let reconciled = line("leaver");
    for words in ["active -> suspended", "no_mapped_role", "1 role taken"] {
        assert!(reconciled.contains(words), "{listed}");
    }
    let sql = line("sql.update");
    assert!(sql.contains("changed=[\"display_name\"]"), "{listed}");
    assert!(!sql.contains("session_epoch"), "{listed}");
}
