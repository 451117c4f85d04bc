//! Making an observation current: what is written, what is kept, and two at once.

use app::Error;
use app::snapshot::Import;
use app::warning::Warning;
use domain::id::GuildId;
use domain::reconcile::digest::Sha256;
use domain::reconcile::snapshot::Rejection;
use jiff::SignedDuration;
use testkit::World;
use testkit::world::{GUILD, MAPPED_ROLE, OTHER_ROLE, ndjson};

use super::{ACCEPT, entitled, import, members};
use crate::sql::{count, rows, value};
use crate::watch::audit_of;

#[tokio::test]
async fn a_snapshot_import_records_each_member_with_roles_and_the_time_taken() {
    let world = World::discord_leading().await;
    // Whole microseconds, as the database keeps them.
    let taken_at = world.now().await - SignedDuration::from_mins(3);
    let caller = world.caller();
    let what = Import {
        sha256: None,
        guild: testkit::world::guild(),
        taken_at,
        expectation: ACCEPT,
    };
    let file = std::io::Cursor::new(ndjson(&[(12, vec![720, 710, 720]), (11, vec![])]));
    let mut read = 0;
    let done = app::snapshot::import(world.reeve(), &caller, what, file, |so_far| read = so_far);
    let done = done.await.unwrap();
    assert_eq!(read, 2, "progress is told");
    assert_eq!(
        members(&world, GUILD).await,
        [(11, vec![]), (12, vec![710, 720])]
    );
    let governance = app::governance::show(world.reeve(), &world.caller())
        .await
        .unwrap()
        .governance;
    let current = governance.snapshots[&testkit::world::guild()];
    assert_eq!((current.taken_at, current.members), (taken_at, 2));
    assert_eq!(current.snapshot_id, done.merged.snapshot_id);
    let audit = audit_of(&world, &caller).await;
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0].action, "snapshot.admit");
    assert_eq!(audit[0].entity_pk, done.merged.snapshot_id.to_string());
}

#[tokio::test]
async fn every_form_of_file_makes_the_same_members_current() {
    let pages = r#"[{"user":{"id":"1"},"roles":["710"],"nick":"x"}][{"roles":[],"user":{"id":"2","bot":true}}]"#;
    let forms = [
        pages.to_owned(),
        pages.replace("][", ","),
        pages
            .replace("][", "\n")
            .trim_matches(['[', ']'])
            .to_owned(),
        "discord_id,roles\n2,\n1,710\n".to_owned(),
    ];
    let world = World::discord_leading().await;
    for form in forms {
        import(&world, GUILD, world.now().await, ACCEPT, form.clone())
            .await
            .expect(&form);
        assert_eq!(
            members(&world, GUILD).await,
            [(1, vec![MAPPED_ROLE]), (2, vec![])],
            "{form}"
        );
    }
}

#[tokio::test]
async fn only_differences_are_written() {
    let world = World::discord_leading().await;
    let mut guild = entitled(1, 100);
    import(&world, GUILD, world.now().await, ACCEPT, ndjson(&guild))
        .await
        .unwrap();
    let places = "select discord_id, ctid::text || xmin::text from discord_member order by 1";
    let before: Vec<(i64, String)> = rows(&world, places).await;
    let feed = count(&world, "change_feed").await;

    guild[0].1 = vec![OTHER_ROLE, MAPPED_ROLE];
    guild.remove(1);
    guild.push((500, vec![]));
    guild.reverse();
    let done = import(&world, GUILD, world.now().await, ACCEPT, ndjson(&guild))
        .await
        .unwrap();
    assert_eq!(
        (done.merged.added, done.merged.changed, done.merged.removed),
        (1, 1, 1)
    );
    let after: Vec<(i64, String)> = rows(&world, places).await;
    let moved: Vec<i64> = after
        .iter()
        .filter(|row| !before.contains(row))
        .map(|row| row.0)
        .collect();
    assert_eq!(
        moved,
        [1, 500],
        "the others are the same rows at the same place"
    );
    assert_eq!(
        count(&world, "change_feed").await,
        feed + 4,
        "three members and the header"
    );

    let again = import(&world, GUILD, world.now().await, ACCEPT, ndjson(&guild))
        .await
        .unwrap();
    assert_eq!(
        (
            again.merged.added,
            again.merged.changed,
            again.merged.removed
        ),
        (0, 0, 0)
    );
    let same: Vec<(i64, String)> = rows(&world, places).await;
    assert_eq!(same, after);
    assert_eq!(
        count(&world, "change_feed").await,
        feed + 5,
        "the header alone"
    );
}

#[tokio::test]
async fn an_observation_of_one_guild_leaves_the_others_alone() {
    let world = World::discord_leading().await;
    import(
        &world,
        GUILD,
        world.now().await,
        ACCEPT,
        ndjson(&entitled(1, 5)),
    )
    .await
    .unwrap();
    import(
        &world,
        701,
        world.now().await,
        ACCEPT,
        ndjson(&entitled(3, 5)),
    )
    .await
    .unwrap();
    assert_eq!(members(&world, GUILD).await, entitled(1, 5));
    assert_eq!(members(&world, 701).await, entitled(3, 5));
}

#[tokio::test]
async fn the_last_three_raw_observations_are_kept() {
    let world = World::discord_leading().await;
    let mut taken = Vec::new();
    for size in 10..17 {
        let file = ndjson(&entitled(1, size));
        let done = import(&world, GUILD, world.now().await, ACCEPT, file)
            .await
            .unwrap();
        taken.push((done.merged.snapshot_id.to_string(), size));
        let refused = import(&world, GUILD, world.now().await, ACCEPT, "[]").await;
        assert!(refused.is_err());
        let raw: Vec<(String, i64)> = rows(
            &world,
            "select s.snapshot_id::text, count(*) from snapshot_slot s join snapshot_stage m using (slot)
              where s.snapshot_id is not null group by 1",
        )
        .await;
        for kept in taken.iter().rev().take(3) {
            assert!(raw.contains(kept), "{kept:?} is in {raw:?}");
        }
    }
}

/// Of two observations of one guild, the newer stands in the end, whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_imports_of_one_guild_at_once_are_never_mixed() {
    let world = World::discord_leading().await;
    for round in 0..10 {
        let now = world.now().await;
        let files = [
            entitled(1_000 * round + 1, 50),
            entitled(1_000 * round + 501, 60),
        ];
        let at = [now - SignedDuration::from_millis(1), now];
        let (older, newer) = tokio::join!(
            import(&world, GUILD, at[0], ACCEPT, ndjson(&files[0])),
            import(&world, GUILD, at[1], ACCEPT, ndjson(&files[1])),
        );
        newer.expect("the newer is always admitted");
        let late = Error::SnapshotRejected(Rejection::NotNewer {
            taken_at: at[0],
            current: at[1],
        });
        if let Err(refused) = older {
            assert_eq!(refused.to_string(), late.to_string());
        }
        assert_eq!(members(&world, GUILD).await, files[1], "round {round}");
        let header: i64 = value(
            &world,
            "select members from discord_snapshot order by taken_at desc limit 1",
        )
        .await;
        assert_eq!(header, 60);
    }
}

/// Each on its own slot: neither waits for the other for ever, also when the server has planned the
/// statements for good (which it does after five executions on a connection).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn imports_of_several_guilds_at_once_all_succeed() {
    let world = World::discord_leading().await;
    for round in 0..12 {
        let now = world.now().await;
        let imports = (0..4).map(|guild| {
            let what = Import {
                sha256: None,
                guild: GuildId::try_from(GUILD + guild).unwrap(),
                taken_at: now,
                expectation: ACCEPT,
            };
            let (reeve, caller) = (world.reeve().clone(), world.caller());
            let file = std::io::Cursor::new(ndjson(&entitled(1, 500 + guild)));
            tokio::spawn(
                async move { app::snapshot::import(&reeve, &caller, what, file, |_| {}).await },
            )
        });
        for import in imports.collect::<Vec<_>>() {
            import
                .await
                .unwrap()
                .unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
    }
}

#[tokio::test]
async fn a_snapshot_of_a_guild_that_no_mapping_names_is_taken_with_a_warning() {
    let world = World::discord_leading().await;
    let now = world.now().await;
    let done = import(&world, 4_711, now, ACCEPT, ndjson(&entitled(1, 3)));
    let guild = GuildId::try_from(4_711).unwrap();
    assert_eq!(done.await.unwrap().warnings, [Warning::NotMapped { guild }]);
    let done = import(&world, GUILD, now, ACCEPT, ndjson(&entitled(1, 3)));
    assert_eq!(done.await.unwrap().warnings, []);
}

/// In each form: one digit of one id is another, which no other check can see.
#[tokio::test]
async fn a_damaged_digit_is_told_from_the_truth_by_the_digest() {
    let world = World::discord_leading().await;
    let before = world.now().await;
    world
        .snapshot(&entitled(1, 3), SignedDuration::from_mins(1))
        .await
        .unwrap();
    let pages = r#"[{"user":{"id":"101"},"roles":["710"]}] [{"user":{"id":"102"},"roles":[]}] "#;
    for truth in [
        ndjson(&entitled(101, 5_000)),
        pages.as_bytes().to_vec(),
        b"discord_id,roles\n101,710\n102,\n".to_vec(),
    ] {
        let damaged = String::from_utf8(truth.clone())
            .unwrap()
            .replacen("102", "103", 1);
        let what = |sha256| Import {
            guild: testkit::world::guild(),
            taken_at: before,
            expectation: ACCEPT,
            sha256: Some(sha256),
        };
        let expected = Sha256::of(&truth);
        let refused = world
            .import(what(expected), damaged.clone().into_bytes())
            .await;
        let found = Sha256::of(damaged.as_bytes());
        match &refused {
            Err(Error::SnapshotRejected(rejection)) => {
                assert_eq!(*rejection, Rejection::OtherBytes { found, expected });
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(
            members(&world, GUILD).await,
            entitled(1, 3),
            "the current one stays"
        );
        let row = world.audit("snapshot.reject").await.remove(0);
        assert_eq!(row.outcome, "denied");
        assert!(row.reason.unwrap().contains(&expected.to_string()));
    }
    let truth = ndjson(&entitled(101, 5_000));
    let what = Import {
        guild: testkit::world::guild(),
        taken_at: world.now().await,
        expectation: ACCEPT,
        sha256: Some(Sha256::of(&truth)),
    };
    let done = world.import(what, truth).await.unwrap();
    assert_eq!(done.merged.members, 5_000);
}
