//! The commands that look: what people read, and that every command they name exists.

use std::fs;

use testkit::World;

use crate::documents::root;
use crate::program::Program;

async fn world() -> World {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.person("bob").linked(2).in_guild().build().await;
    world.person("boss").role("admin").build().await;
    world.scan().await;
    world
}

#[tokio::test]
async fn a_denial_is_explained_with_its_reason_and_its_remedy_and_is_no_failure() {
    let world = world().await;
    let program = Program::on(&world.db);
    let denied = program.done(&["explain", "bob@example.test"]);
    assert!(
        denied.starts_with("DENIED: hauling:use for bob@example.test: not entitled: no mapped")
    );
    for said in [
        "NO  governance",
        "-> give them a mapped role (a moderator of the guild)",
        "reeve snapshot import",
    ] {
        assert!(denied.contains(said), "`{said}` is not said:\n{denied}");
    }
    let allowed = program.done(&["explain", "ada@example.test"]);
    assert!(
        allowed.starts_with("ALLOWED: hauling:use for ada@example.test"),
        "{allowed}"
    );
    let misspelt = program.run(&["explain", "ada@example.test", "hauling:uses"]);
    misspelt.failed_saying(&["permission: ", "did you mean hauling:use"]);
    program
        .run(&["explain", "nobody@example.test"])
        .failed_saying(&["no identity `nobody@example.test`"]);
}

#[tokio::test]
async fn the_status_map_counts_shows_and_sets_apart() {
    let world = world().await;
    let program = Program::on(&world.db);
    let map = program.done(&["status-map"]);
    for said in [
        "3 people, 1 with access: 1 compliant, 1 drifting, 1 exempt (admin 1)",
        "exempt (admin)",
        "no (no_mapped_role)",
        "people without a Discord link, whom nobody can observe: 1\n  boss@example.test",
    ] {
        assert!(map.contains(said), "`{said}` is not said:\n{map}");
    }
    let drift = program.done(&["drift"]);
    for said in [
        "next reconcile",
        "operator",
        "spared from reconcile",
        "bob@example.test",
    ] {
        assert!(drift.contains(said), "`{said}` is not said:\n{drift}");
    }
    assert!(
        program
            .done(&["drift", "role_missing"])
            .contains("nobody drifts")
    );
    let wrong = program.run(&["status-map", "--compliance", "fine"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let fresh = program.done(&["freshness"]);
    assert!(fresh.contains("1 person has access; unless"), "{fresh}");
}

/// The reviewed list of remedies is the place where all of them stand.
#[test]
fn every_command_that_a_remedy_names_is_accepted() {
    let list = "crates/domain/tests/domain/access/snapshots/remedies.snap";
    let text = fs::read_to_string(root().join(list)).unwrap();
    let commands: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("    reeve "))
        .collect();
    assert!(commands.len() > 15, "{commands:?}");
    for command in commands {
        let command = command.replace("GUILD_ID", "700").replace("ROLE_ID", "710");
        let command = command.replace("TIME", "2026-01-31T12:00:00Z");
        let command = command
            .split_once(" -- ")
            .map_or(command.as_str(), |(ours, _)| ours);
        let words: Vec<_> = command.split(' ').chain(["--help"]).collect();
        let answer = Program::default().run(&words);
        assert_eq!(answer.code, 0, "{command}: {answer:?}");
    }
}
