//! Reviews as operations: reminders, and what is reviewed beside tables (U-80, P-23).

use app::review::{Begun, New, begin, decide, export, remind, show};
use app::{Caller, Error};
use domain::actor::Actor;
use domain::identity::mapping::Mapping;
use domain::review::{Subject, Verdict};
use jiff::ToSpan;
use store::review::Item;
use testkit::World;

use crate::sql::{force, rows};
use crate::watch::{Census, words};

async fn campaign(world: &World, subject: Subject, reviewers: &[&str]) -> Begun {
    let new = New {
        name: "Q4".to_owned(),
        subject,
        organization: None,
        due_at: world.now().await + (24 * 30).hours(),
        reviewers: reviewers
            .iter()
            .map(|name| format!("{name}@example.test"))
            .collect(),
    };
    begin(world.reeve(), &world.caller(), &new).await.unwrap()
}

/// Lets the open campaigns be due so long from now; negative: ago.
async fn due_in(world: &World, hours: i64) {
    let sql = format!("update review_campaign set due_at = now() + interval '{hours} hours'");
    force(world, &sql).await;
}

async fn pass(world: &World) -> usize {
    let caller = Caller::new(Actor::Job { name: "pass" });
    remind(world.reeve(), &caller).await.unwrap()
}

/// Who was reminded at which stage of how many grants.
async fn reminded(world: &World) -> Vec<(String, String, i64)> {
    let sql = "select u.display_name, r.stage, r.undecided
                 from review_reminder r join app_user u using (user_id) order by r.reminded_at, 1";
    rows(world, sql.to_owned()).await
}

#[tokio::test]
async fn reviewers_with_open_grants_are_reminded_once_a_stage_and_nobody_else_is() {
    let world = World::empty().await;
    // Three grants; of hers Rita can't decide one, and Otto's only one is his own.
    world.person("rita").role("auditor").build().await;
    world.person("max").role("reader").build().await;
    world.person("gone").status("disabled").build().await;
    let begun = campaign(&world, Subject::Assignments, &["rita", "gone"]).await;
    assert_eq!(pass(&world).await, 0, "a month before");
    let mut expected = Vec::new();
    for (hours, stage) in [
        (160, "week"),
        (20, "day"),
        (-1, "due"),
        (-24 * 8, "overdue"),
    ] {
        due_in(&world, hours).await;
        assert_eq!(pass(&world).await, 1, "{stage}");
        let before = Census::of(&world).await;
        assert_eq!(pass(&world).await, 0, "{stage}, again");
        before.assert_nothing_written(&world).await;
        expected.push(("rita".to_owned(), stage.to_owned(), 1));
    }
    assert_eq!(reminded(&world).await, expected);
    let rows = world.audit("review.remind").await;
    assert_eq!(rows.len(), 4);
    assert!(
        rows.iter()
            .all(|row| row.entity_pk == begun.campaign_id.to_string())
    );
}

#[tokio::test]
async fn who_has_nothing_left_to_decide_is_not_reminded() {
    let world = World::empty().await;
    world.person("rita").role("auditor").build().await;
    world.person("max").role("reader").build().await;
    let begun = campaign(&world, Subject::Assignments, &["rita"]).await;
    let max = item(&world, &begun, |item| {
        item.role.as_deref() == Some("reader")
    })
    .await;
    let caller = world.caller();
    decide(world.reeve(), &caller, max.item_id, Verdict::Keep, "ok")
        .await
        .unwrap();
    due_in(&world, 1).await;
    assert_eq!(pass(&world).await, 0, "her own grant is for somebody else");
}

#[tokio::test]
async fn twenty_passes_at_once_remind_each_reviewer_once() {
    let world = World::empty().await;
    world.person("max").role("reader").build().await;
    world.person("rita").build().await;
    world.person("otto").build().await;
    campaign(&world, Subject::Assignments, &["rita", "otto"]).await;
    due_in(&world, 1).await;
    let mut passes = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let reeve = world.reeve().clone();
        let caller = Caller::new(Actor::Job { name: "pass" });
        passes.spawn(async move { remind(&reeve, &caller).await.unwrap() });
    }
    let sums = passes.join_all().await;
    assert_eq!(sums.into_iter().sum::<usize>(), 2);
    assert_eq!(reminded(&world).await.len(), 2);
}

async fn items(world: &World, begun: &Begun) -> Vec<Item> {
    show(
        world.reeve(),
        &world.caller(),
        begun.campaign_id,
        false,
        None,
        100,
    )
    .await
    .unwrap()
    .items
}

async fn item(world: &World, begun: &Begun, which: impl Fn(&Item) -> bool) -> Item {
    let all = items(world, begun).await;
    all.into_iter().find(which).unwrap()
}

fn set_mapping(world: &World, map: &str, defaults: &str) {
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.mapping = Mapping::parse(map, defaults).unwrap();
    world.reeve().live.set(settings);
}

#[tokio::test]
async fn every_mapping_is_reviewed_a_discord_role_is_taken_and_a_group_when_the_settings_lost_it() {
    let world = World::discord_leading().await;
    world.organization("north").await;
    world.person("rita").build().await;
    set_mapping(&world, "ops=auditor,ops=tenant_viewer@north", "reader");
    let begun = campaign(&world, Subject::Mappings, &["rita"]).await;
    let all = items(&world, &begun).await;
    let mut shown: Vec<_> = all
        .iter()
        .map(|item| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            [
                text(&item.source),
                text(&item.role),
                text(&item.organization),
            ]
            .join(" ")
        })
        .collect();
    shown.sort_unstable();
    let expected = [
        "default reader ",
        "discord:700/710 hauling.member ",
        "group:ops auditor ",
        "group:ops tenant_viewer north",
    ];
    assert_eq!(shown, expected);
    let csv = export(world.reeve(), &world.caller(), begun.campaign_id)
        .await
        .unwrap();
    assert_eq!(csv.lines().count(), 5, "{csv}");
    let revoke = async |source: &str| {
        let found = item(&world, &begun, |item| {
            item.source.as_deref() == Some(source)
        })
        .await;
        let caller = world.caller();
        decide(world.reeve(), &caller, found.item_id, Verdict::Revoke, "no").await
    };
    assert!(revoke("discord:700/710").await.unwrap().taken);
    let governance = app::governance::show(world.reeve(), &world.caller())
        .await
        .unwrap();
    assert!(governance.governance.mapping.0.is_empty());
    let still = words(revoke("default").await);
    assert!(still.contains("OIDC_GROUP_ROLE_DEFAULTS"), "{still}");
    set_mapping(&world, "ops=auditor,ops=tenant_viewer@north", "");
    assert!(!revoke("default").await.unwrap().taken);
}

#[tokio::test]
async fn mappings_are_not_reviewed_by_a_process_that_is_set_otherwise_than_the_servers() {
    let world = World::empty().await;
    world.person("rita").build().await;
    let node = domain::health::condition::Node {
        version: "1".to_owned(),
        settings_hash: "another".to_owned(),
        break_glass_entries: 0,
    };
    app::job::hear(world.reeve(), uuid::Uuid::nil(), &node)
        .await
        .unwrap();
    let new = New {
        name: "Q4".to_owned(),
        subject: Subject::Mappings,
        organization: None,
        due_at: world.now().await + 24.hours(),
        reviewers: vec!["rita@example.test".to_owned()],
    };
    let refused = begin(world.reeve(), &world.caller(), &new).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}
