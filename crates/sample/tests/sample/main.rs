//! The sample in a database: what a newcomer's first plan says, and that it still says so tomorrow.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't set up its world stops"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use app::reconcile::plan::{Made, Options, Shown};
use app::reconcile::{apply, plan, show};
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId, SnapshotId};
use domain::reconcile::snapshot::Expectation;
use jiff::{SignedDuration, Timestamp};
use testkit::TestDb;

/// More than any plan of the sample has.
const ALL: i64 = 1_000;

async fn loaded() -> TestDb {
    let db = TestDb::new().await;
    sample::load(&db.reeve, &db.caller())
        .await
        .unwrap()
        .unwrap();
    db
}

async fn first_plan(db: &TestDb) -> (Made, Shown) {
    let made = plan(&db.reeve, &db.caller(), &Options::default())
        .await
        .unwrap()
        .unwrap();
    let shown = show(&db.reeve, &db.caller(), &made.plan_id, true, ALL)
        .await
        .unwrap();
    (made, shown)
}

/// The guild's current snapshot.
async fn current(db: &TestDb) -> (SnapshotId, Timestamp) {
    let guild = GuildId::try_from(sample::GUILD).unwrap();
    let overview = app::governance::show(&db.reeve, &db.caller())
        .await
        .unwrap();
    let current = overview.governance.snapshots[&guild];
    (current.snapshot_id, current.taken_at)
}

async fn import(db: &TestDb, json: String) {
    let what = app::snapshot::Import {
        sha256: None,
        guild: GuildId::try_from(sample::GUILD).unwrap(),
        taken_at: app::governance::show(&db.reeve, &db.caller())
            .await
            .unwrap()
            .now,
        expectation: Expectation::default(),
    };
    app::snapshot::import(&db.reeve, &db.caller(), what, Cursor::new(json), |_| ())
        .await
        .unwrap();
}

#[tokio::test]
async fn loading_says_what_was_loaded() {
    let db = TestDb::new().await;
    let loaded = sample::load(&db.reeve, &db.caller())
        .await
        .unwrap()
        .unwrap();
    insta::assert_snapshot!(format!("{loaded:#?}"), @r#"
    Loaded {
        people: 500,
        linked: 457,
        organizations: 3,
        memberships: 498,
        roles: 522,
        discord_members: 700,
        guild: GuildId(
            574867950796800001,
        ),
        mapped_roles: {
            DiscordRoleId(
                574870467379200001,
            ),
            DiscordRoleId(
                574870719037440002,
            ),
        },
    }
    "#);
    let organizations = app::organization::list(&db.reeve, &db.caller())
        .await
        .unwrap();
    let sizes: BTreeMap<_, _> = organizations
        .iter()
        .map(|o| (o.slug.as_str(), o.members))
        .collect();
    insta::assert_snapshot!(format!("{sizes:#?}"), @r#"
    {
        "default": 500,
        "kestrel-freight": 73,
        "northway": 266,
        "northway-depots": 159,
    }
    "#);
}

#[tokio::test]
async fn the_first_plan_has_steps_of_every_kind_and_is_not_held() {
    let db = loaded().await;
    let (made, shown) = first_plan(&db).await;
    assert!(!made.guard.is_held());
    insta::assert_snapshot!(format!("{:#?}", made.counts), @r#"
    Counts {
        people: 500,
        active: 444,
        disabled: 8,
        restore: 5,
        change: 436,
        suspend: 14,
        spared: 2,
    }
    "#);
    let mut reasons: BTreeMap<(String, String, String, String), usize> = BTreeMap::new();
    for step in shown.steps.into_iter().map(|shown| shown.step) {
        let event = step.event.unwrap_or_default();
        *reasons
            .entry((step.kind, step.eligibility, step.entitlement, event))
            .or_default() += 1;
    }
    let lines: Vec<_> = reasons
        .into_iter()
        .map(|((kind, eligibility, entitlement, event), count)| {
            format!("{count:>3} {kind}: {eligibility}, {entitlement} {event}")
                .trim_end()
                .to_owned()
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
     64 change: group, discord_role joiner
      2 change: included, discord_role joiner
      1 change: no_clause_matches, no_mapped_role
    366 change: organization, discord_role joiner
      3 change: organization, no_mapped_role
      1 restore: group, discord_role joiner
      4 restore: organization, discord_role joiner
      2 suspend: excluded, discord_role leaver
      2 suspend: no_clause_matches, discord_role leaver
      1 suspend: no_clause_matches, not_a_member leaver
      4 suspend: organization, no_mapped_role leaver
      3 suspend: organization, not_a_member leaver
      2 suspend: organization, unlinked leaver
    "#);
}

#[tokio::test]
async fn the_first_plan_tells_these_stories() {
    let db = loaded().await;
    let (_, shown) = first_plan(&db).await;
    let steps = shown
        .steps
        .iter()
        .filter(|shown| shown.step.kind != "change" || shown.step.event.is_none());
    let spared = shown.spared.iter().map(|shown| {
        let told = &shown.spared;
        format!(
            "spared {} ({}): {}, {}",
            shown.email, told.spared_by, told.eligibility, told.entitlement
        )
    });
    let stories: Vec<_> = steps
        .map(|shown| {
            let step = &shown.step;
            let strip = if step.strip.is_empty() {
                String::new()
            } else {
                format!("; strip {}", step.strip.join(" "))
            };
            format!(
                "{} {}: {}, {}{strip}",
                step.kind, shown.email, step.eligibility, step.entitlement
            )
        })
        .chain(spared)
        .collect();
    insta::assert_snapshot!(stories.join("\n"), @r#"
    restore ada.brightwell@example.com: organization, discord_role
    restore callum.drummond@example.org: group, discord_role
    restore hye-jin.seo@example.com: organization, discord_role
    restore luis.figueira@example.com: organization, discord_role
    restore samira.bakkali@example.com: organization, discord_role
    change ismail.benali@example.com: organization, no_mapped_role; strip reader
    change joy.wambui@example.com: organization, no_mapped_role; strip publisher reader
    change katya.morozova@example.org: no_clause_matches, no_mapped_role; strip hauling.member
    change viktor.hallgren@example.com: organization, no_mapped_role; strip hauling.member
    suspend anouk.visser@example.org: no_clause_matches, discord_role; strip hauling.member
    suspend carla.bentivoni@example.com: excluded, discord_role; strip hauling.member reader
    suspend dorin.vlasceanu@example.com: excluded, discord_role; strip hauling.member
    suspend emeka.obiora@example.com: organization, not_a_member; strip hauling.member publisher
    suspend hugo.bertrand@example.com: organization, not_a_member; strip hauling.member
    suspend jakub.nowicki@example.com: organization, no_mapped_role; strip hauling.member reader
    suspend lachlan.reid@example.org: no_clause_matches, discord_role; strip hauling.member
    suspend marit.haugen@example.com: organization, unlinked; strip hauling.member
    suspend nadia.ferreira@example.com: organization, no_mapped_role; strip hauling.member reader
    suspend owen.pritchett@example.com: organization, no_mapped_role; strip hauling.member
    suspend pedro.valdes@example.org: no_clause_matches, not_a_member; strip reader
    suspend pinar.dogan@example.com: organization, no_mapped_role; strip hauling.member
    suspend ravi.deshpande@example.com: organization, unlinked; strip hauling.member
    suspend siobhan.keane@example.com: organization, not_a_member; strip hauling.member
    spared ingrid.solheim@example.com (admin): organization, unlinked
    spared rafael.domingues@example.com (subadmin): organization, no_mapped_role
    "#);
}

#[tokio::test]
async fn the_disabled_are_left_alone_though_they_have_the_role_in_discord() {
    let db = loaded().await;
    let (_, shown) = first_plan(&db).await;
    for disabled in ["leon.strasser@example.com", "delphine.marechal@example.com"] {
        assert!(sample::identities_csv().contains(disabled));
        assert!(shown.steps.iter().all(|shown| shown.email != disabled));
        assert!(shown.spared.iter().all(|shown| shown.email != disabled));
    }
}

#[tokio::test]
async fn applied_once_nothing_is_left_to_do() {
    let db = loaded().await;
    let (made, _) = first_plan(&db).await;
    apply(
        &db.reeve,
        &db.caller(),
        &made.plan_id,
        Options::default().lease,
    )
    .await
    .unwrap();
    let again = plan(&db.reeve, &db.caller(), &Options::default())
        .await
        .unwrap();
    assert!(again.is_none(), "{again:?}");
}

#[tokio::test]
async fn a_second_load_touches_nothing() {
    let db = loaded().await;
    let before = (current(&db).await, first_plan(&db).await.0.plan_id);
    assert_eq!(sample::load(&db.reeve, &db.caller()).await.unwrap(), None);
    assert_eq!(
        (current(&db).await, first_plan(&db).await.0.plan_id),
        before
    );
}

#[tokio::test]
async fn an_installation_with_people_of_its_own_is_left_alone() {
    let db = TestDb::new().await;
    let lines = app::identity::file::read(Cursor::new("email\nsomebody@example.net\n")).unwrap();
    app::identity::import::import(&db.reeve, &db.caller(), lines, false, |_| ())
        .await
        .unwrap();
    assert_eq!(sample::load(&db.reeve, &db.caller()).await.unwrap(), None);
    assert_eq!(
        app::organization::list(&db.reeve, &db.caller())
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        !sample::keep_fresh(&db.reeve, &db.caller(), SignedDuration::ZERO)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_load_that_was_cut_off_is_finished_by_the_next() {
    let db = TestDb::new().await;
    for slug in ["northway", "northway-depots", "kestrel-freight"] {
        app::organization::create(&db.reeve, &db.caller(), &slug.parse().unwrap(), slug, None)
            .await
            .unwrap();
    }
    let lines = app::identity::file::read(Cursor::new(sample::identities_csv())).unwrap();
    app::identity::import::import(&db.reeve, &db.caller(), lines, false, |_| ())
        .await
        .unwrap();
    assert!(
        sample::load(&db.reeve, &db.caller())
            .await
            .unwrap()
            .is_some()
    );
    assert!(!first_plan(&db).await.0.guard.is_held());
}

#[tokio::test]
async fn kept_fresh_it_is_younger_and_otherwise_the_same() {
    let db = loaded().await;
    let (plan_id, (_, taken_at)) = (first_plan(&db).await.0.plan_id, current(&db).await);
    assert!(
        sample::keep_fresh(&db.reeve, &db.caller(), SignedDuration::ZERO)
            .await
            .unwrap()
    );
    assert!(current(&db).await.1 > taken_at);
    assert_eq!(first_plan(&db).await.0.plan_id, plan_id);
    let filter = store::audit::Filter {
        entity: Some(current(&db).await.0.to_string()),
        limit: 1,
        ..store::audit::Filter::default()
    };
    let admitted = app::audit::list(&db.reeve, &db.caller(), &filter)
        .await
        .unwrap()
        .remove(0);
    let merged = &admitted.after_json.unwrap()["merged"];
    assert_eq!(
        (&merged["added"], &merged["changed"], &merged["removed"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert!(
        sample::keep_fresh(&db.reeve, &db.caller(), SignedDuration::ZERO)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_newcomers_own_snapshot_is_not_overwritten() {
    let db = loaded().await;
    import(&db, sample::discord_members_json()).await;
    let theirs = current(&db).await;
    assert!(
        !sample::keep_fresh(&db.reeve, &db.caller(), SignedDuration::ZERO)
            .await
            .unwrap()
    );
    assert_eq!(current(&db).await, theirs);
}

#[tokio::test]
async fn where_the_guild_is_mapped_otherwise_it_is_left_alone() {
    let db = loaded().await;
    let guild = GuildId::try_from(sample::GUILD).unwrap();
    let strange: BTreeSet<_> = [DiscordRoleId::try_from(4_711).unwrap()].into();
    for roles in [strange, BTreeSet::new()] {
        app::governance::map_role(&db.reeve, &db.caller(), guild, &roles, false)
            .await
            .unwrap();
        assert!(
            !sample::keep_fresh(&db.reeve, &db.caller(), SignedDuration::ZERO)
                .await
                .unwrap()
        );
    }
}

#[tokio::test]
async fn trying_the_other_mode_shows_some_differences_and_is_not_held() {
    let db = loaded().await;
    let effect = app::governance::set_mode(&db.reeve, &db.caller(), Mode::Portal, true)
        .await
        .unwrap();
    let (before, after) = (effect.before.unwrap(), effect.after.unwrap());
    assert!(!after.guard.is_held());
    insta::assert_snapshot!(
        format!("{} suspensions, now {}", before.counts.suspend, after.counts.suspend),
        @"14 suspensions, now 38"
    );
}
