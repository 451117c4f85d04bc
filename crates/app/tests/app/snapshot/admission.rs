//! Which observations become current; whatever is refused leaves everything as it was.

use app::Error;
use domain::reconcile::snapshot::Expectation;
use jiff::SignedDuration;
use testkit::World;
use testkit::world::{GUILD, MAPPED_ROLE, OTHER_ROLE, ndjson};

use super::{ACCEPT, entitled, import, members};
use crate::sql::count;
use crate::watch::{Census, audit_of, words};

/// What the operator says when there is nothing to say.
const PLAIN: Expectation = Expectation {
    members: None,
    accept_first: false,
    accept_shrink: false,
};

/// Ten members, of whom one is a person; the snapshot is an hour old.
async fn world() -> World {
    let world = World::discord_leading().await;
    world
        .person("ada")
        .linked(1_001)
        .role("reader")
        .build()
        .await;
    world
        .snapshot(&entitled(1_001, 10), SignedDuration::from_hours(1))
        .await
        .unwrap();
    world.reconcile().await;
    world
}

/// Nothing was written but the refusal; nobody's access moved.
async fn is_refused(
    world: &World,
    before: &Census,
    result: Result<impl std::fmt::Debug, Error>,
    why: &str,
) {
    let said = words(result);
    assert!(said.contains(why), "{why}: {said}");
    let month: String = crate::sql::value(
        world,
        "select 'audit_log_' || to_char(now() at time zone 'utc', 'YYYY_MM')",
    )
    .await;
    assert_eq!(before.written_since(world).await, [month], "{why}");
    let rows = world.audit("snapshot.reject").await;
    let row = &rows[0];
    let reason = row.reason.as_deref().unwrap();
    assert!(said.contains(reason), "{reason} is in {said}");
    assert_eq!(
        (row.outcome.as_str(), row.entity_pk.as_str()),
        ("denied", "700")
    );
    assert!(
        world.reconcile().await.plan.is_none(),
        "{why}: nobody is concerned"
    );
}

async fn refuses(bytes: impl Into<Vec<u8>>, expectation: Expectation, why: &str) {
    let world = world().await;
    let before = Census::of(&world).await;
    let result = import(&world, GUILD, world.now().await, expectation, bytes).await;
    is_refused(&world, &before, result, why).await;
}

fn text(members: &[(i64, Vec<i64>)]) -> String {
    String::from_utf8(ndjson(members)).unwrap()
}

#[tokio::test]
async fn a_truncated_file_is_refused() {
    let whole = text(&entitled(1_001, 10));
    refuses(
        &whole[..whole.len() - 5],
        PLAIN,
        "line 10: column 34: the JSON ends in the middle",
    )
    .await;
}

#[tokio::test]
async fn garbage_in_the_middle_is_refused_with_its_place() {
    refuses(
        text(&entitled(1_001, 10)).replace("\"1005\"", "\"10?5\""),
        PLAIN,
        "line 5: ",
    )
    .await;
}

#[tokio::test]
async fn garbage_behind_thousands_of_members_is_refused_with_its_place() {
    let file = text(&entitled(1_001, 10_000)).replace("\"10900\"", "");
    refuses(file, PLAIN, "line 9900: ").await;
}

#[tokio::test]
async fn a_member_that_stands_in_it_twice_is_refused() {
    let mut file = entitled(1_001, 10);
    file.push((1_003, vec![OTHER_ROLE]));
    refuses(
        ndjson(&file),
        PLAIN,
        "member 1003 stands in the file more than once",
    )
    .await;
}

#[tokio::test]
async fn a_file_that_is_much_smaller_is_refused() {
    refuses(ndjson(&entitled(1_001, 7)), PLAIN, "more than 20 % fewer").await;
}

#[tokio::test]
async fn a_file_that_is_a_fifth_smaller_is_taken() {
    let world = world().await;
    let file = ndjson(&entitled(1_001, 8));
    let taken = import(&world, GUILD, world.now().await, PLAIN, file)
        .await
        .unwrap();
    assert_eq!((taken.merged.removed, taken.shrunk), (2, false));
}

#[tokio::test]
async fn a_file_in_which_nobody_has_a_mapped_role_is_refused() {
    let file: Vec<_> = (1_001..=1_010).map(|id| (id, vec![OTHER_ROLE])).collect();
    refuses(
        ndjson(&file),
        ACCEPT,
        "no member holds any role that is mapped",
    )
    .await;
}

#[tokio::test]
async fn another_count_than_expected_is_refused() {
    for expected in [9, 11] {
        let expectation = Expectation {
            members: Some(expected),
            ..ACCEPT
        };
        refuses(ndjson(&entitled(1_001, 10)), expectation, "10 members, but").await;
    }
}

#[tokio::test]
async fn an_empty_file_is_refused() {
    refuses("", ACCEPT, "the file is empty").await;
    refuses("[]", ACCEPT, "the file holds no members").await;
    refuses("discord_id,roles\n", ACCEPT, "the file holds no members").await;
}

#[tokio::test]
async fn an_observation_from_the_future_is_refused() {
    let world = world().await;
    let before = Census::of(&world).await;
    let soon = world.now().await + SignedDuration::from_mins(1);
    let result = import(&world, GUILD, soon, ACCEPT, ndjson(&entitled(1_001, 10))).await;
    is_refused(&world, &before, result, "after the database's clock").await;
}

#[tokio::test]
async fn an_observation_that_is_not_newer_is_refused() {
    let world = world().await;
    let current = app::governance::show(world.reeve(), &world.caller())
        .await
        .unwrap()
        .governance
        .snapshots;
    let current = current.values().next().unwrap().taken_at;
    for taken_at in [current, current - SignedDuration::from_secs(1)] {
        let before = Census::of(&world).await;
        let result = import(
            &world,
            GUILD,
            taken_at,
            ACCEPT,
            ndjson(&entitled(1_001, 10)),
        )
        .await;
        is_refused(
            &world,
            &before,
            result,
            "not newer than the current snapshot",
        )
        .await;
    }
}

#[tokio::test]
async fn the_first_observation_needs_a_count_or_somebodys_word() {
    let world = World::discord_leading().await;
    let before = Census::of(&world).await;
    let (now, file) = (world.now().await, ndjson(&entitled(1, 3)));
    let result = import(&world, GUILD, now, PLAIN, file.clone()).await;
    let said = words(result);
    assert!(
        said.contains("--expect-members N, or --accept-first"),
        "{said}"
    );
    assert!(
        !before
            .written_since(&world)
            .await
            .contains(&"discord_member".to_owned())
    );
    let counted = Expectation {
        members: Some(3),
        ..PLAIN
    };
    import(&world, GUILD, now, counted, file.clone())
        .await
        .unwrap();
    let word = Expectation {
        accept_first: true,
        ..PLAIN
    };
    import(&world, 701, now, word, file).await.unwrap();
}

/// Members whose file can't even be opened to its end: no refusal by rule, and no change either.
#[tokio::test]
async fn a_file_that_breaks_off_in_reading_changes_nothing() {
    struct Broken(bool);

    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let line = ndjson(&entitled(1_001, 1));
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the disk is gone"));
            }
            buffer[..line.len()].copy_from_slice(&line);
            Ok(line.len())
        }
    }

    let world = world().await;
    let before = Census::of(&world).await;
    let what = app::snapshot::Import {
        sha256: None,
        guild: testkit::world::guild(),
        taken_at: world.now().await,
        expectation: ACCEPT,
    };
    let caller = world.caller();
    let result = app::snapshot::import(world.reeve(), &caller, what, Broken(false), |_| {}).await;
    assert!(words(result).contains("the disk is gone"));
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn a_much_smaller_file_is_taken_on_somebodys_word_which_is_audited() {
    let world = world().await;
    let caller = world.caller();
    let what = app::snapshot::Import {
        sha256: None,
        guild: testkit::world::guild(),
        taken_at: world.now().await,
        expectation: Expectation {
            accept_shrink: true,
            ..PLAIN
        },
    };
    let file = std::io::Cursor::new(ndjson(&entitled(1_001, 2)));
    let taken = app::snapshot::import(world.reeve(), &caller, what, file, |_| {})
        .await
        .unwrap();
    assert!(taken.shrunk);
    let rows = audit_of(&world, &caller).await;
    let mut actions: Vec<_> = rows.iter().map(|row| row.action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["snapshot.accept_shrink", "snapshot.admit"]);
    assert_eq!(rows[0].after_json.as_ref().unwrap()["merged"]["removed"], 8);
    assert_eq!(members(&world, GUILD).await, entitled(1_001, 2));
}

/// Nobody has to say that a file is small when it is not.
#[tokio::test]
async fn a_word_that_was_not_needed_is_not_audited() {
    let world = world().await;
    import(
        &world,
        GUILD,
        world.now().await,
        ACCEPT,
        ndjson(&entitled(1_001, 9)),
    )
    .await
    .unwrap();
    assert_eq!(
        count(&world, "audit_log where action = 'snapshot.accept_shrink'").await,
        0
    );
    assert!(
        members(&world, GUILD)
            .await
            .iter()
            .all(|(_, roles)| *roles == [MAPPED_ROLE])
    );
}

/// The reason quotes the file, and a zero byte can't even be stored.
#[tokio::test]
async fn what_is_said_of_a_broken_file_can_be_stored_and_shown() {
    let line = |id: &str| format!("discord_id,roles\n{id},710\n");
    refuses(line("12\0"), ACCEPT, r"`12\u{0}` is not a Discord id").await;
    refuses(line("\u{1b}[31m"), ACCEPT, r"`\u{1b}[31m`").await;
    let world = world().await;
    let long = import(
        &world,
        GUILD,
        world.now().await,
        ACCEPT,
        line(&"9".repeat(100_000)),
    )
    .await;
    let said = words(long);
    assert!(said.len() < 500 && said.ends_with('…'), "{}", said.len());
}
