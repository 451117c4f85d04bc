//! What a run writes into the audit log.

use std::collections::BTreeMap;

use app::reconcile::plan::Options;
use domain::actor::SYSTEM_USER;
use store::audit::Row;
use testkit::World;
use testkit::world::{MAPPED_ROLE, OTHER_ROLE};

use crate::sql::{count, rows};
use crate::watch::audit_of;

/// One to be restored, one to be suspended, one who lost only a role's ground, one who joins.
async fn world() -> World {
    let world = World::discord_leading().await;
    world
        .person("back")
        .status("suspended")
        .linked(1)
        .mapped_role()
        .build()
        .await;
    world
        .person("out")
        .linked(2)
        .in_guild()
        .role("reader")
        .build()
        .await;
    world
        .person("late")
        .status("suspended")
        .role("publisher")
        .build()
        .await;
    world.person("new").linked(3).mapped_role().build().await;
    world.scan().await;
    world
}

/// The row about a person.
async fn about<'a>(world: &World, rows: &'a [Row], name: &str) -> &'a Row {
    let user = app::identity::find(
        world.reeve(),
        &world.caller(),
        &format!("{name}@example.test"),
    )
    .await
    .unwrap();
    let mut found = rows.iter().filter(|row| row.entity_pk == user.to_string());
    let row = found.next().expect("there is a row");
    assert!(found.next().is_none(), "and only one about {name}");
    assert_eq!(row.target_user_id, Some(user.0));
    row
}

#[tokio::test]
async fn every_change_of_a_run_is_one_audit_row_with_before_and_after() {
    let world = world().await;
    let raw = count(&world, "audit_log where action like 'sql.%'").await;
    let assignments: BTreeMap<String, String> = rows(
        &world,
        "select r.name, u.assignment_id::text from user_roles u join role r using (role_id)",
    )
    .await
    .into_iter()
    .collect();
    let caller = world.caller();
    let run = app::reconcile::run(world.reeve(), &caller, &Options::default())
        .await
        .unwrap();
    let plan = run.plan.unwrap().plan_id;
    let found = audit_of(&world, &caller).await;
    assert_eq!(found.len(), 4, "one a changed person: {found:?}");
    for row in &found {
        assert_eq!(row.action, "entitlement.reconcile");
        assert_eq!(
            (row.entity_type.as_str(), row.outcome.as_str()),
            ("app_user", "success")
        );
        assert_eq!(
            (row.actor_user_id, row.source.as_str()),
            (Some(SYSTEM_USER.0), "command_line")
        );
        assert!(row.revision.is_some());
        assert_eq!(row.after_json.as_ref().unwrap()["plan_id"], plan.as_str());
    }
    for (name, before, after, taken) in [
        ("back", "suspended", "active", None),
        ("out", "active", "suspended", Some("reader")),
        ("late", "suspended", "suspended", Some("publisher")),
        ("new", "active", "active", None),
    ] {
        let row = about(&world, &found, name).await;
        assert_eq!(
            row.before_json.as_ref().unwrap()["status"],
            before,
            "{name}"
        );
        let image = row.after_json.as_ref().unwrap();
        assert_eq!(image["status"], after, "{name}");
        let taken: Vec<_> = taken
            .into_iter()
            .map(|role| assignments[role].as_str())
            .collect();
        assert_eq!(image["roles_removed"], serde_json::json!(taken), "{name}");
        assert_eq!(image["session_revoked_at"].is_string(), name == "out");
    }
    assert_eq!(
        count(&world, "audit_log where action like 'sql.%'").await,
        raw,
        "no raw SQL"
    );
}

#[tokio::test]
async fn an_audit_row_of_a_run_holds_the_decision_its_reason_and_its_time() {
    let world = world().await;
    let (caller, before) = (world.caller(), world.now().await);
    app::reconcile::run(world.reeve(), &caller, &Options::default())
        .await
        .unwrap();
    let after = world.now().await;
    let found = audit_of(&world, &caller).await;
    let row = about(&world, &found, "out").await;
    assert_eq!(row.reason.as_deref(), Some("everyone, no_mapped_role"));
    let image = row.after_json.as_ref().unwrap();
    assert_eq!(
        (&image["in_scope"], &image["entitled"]),
        (&true.into(), &false.into())
    );
    assert_eq!(image["eligibility"], "everyone");
    assert_eq!(image["entitlement"], "no_mapped_role");
    assert!(before <= row.created_at && row.created_at <= after);
    let row = about(&world, &found, "back").await;
    assert_eq!(row.reason.as_deref(), Some("everyone, discord_role"));
    let text = serde_json::to_string(&found).unwrap();
    assert!(!text.contains("example.test"), "no row holds an address");
}

#[tokio::test]
async fn joining_leaving_and_coming_back_are_recorded() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.discord(9, &[MAPPED_ROLE]);
    let mut events = Vec::new();
    for roles in [[MAPPED_ROLE], [OTHER_ROLE], [MAPPED_ROLE]] {
        world.discord(1, &roles);
        world.scan().await;
        let caller = world.caller();
        app::reconcile::run(world.reeve(), &caller, &Options::default())
            .await
            .unwrap();
        let found = audit_of(&world, &caller).await;
        let image = about(&world, &found, "ada")
            .await
            .after_json
            .clone()
            .unwrap();
        events.push((image["event"].clone(), image["entitled"].clone()));
    }
    let expect = |event: &str, entitled: bool| (event.into(), entitled.into());
    assert_eq!(
        events,
        [
            expect("joiner", true),
            expect("leaver", false),
            expect("mover", true)
        ]
    );
}

/// A change of scope that moves somebody without costing them anything new.
#[tokio::test]
async fn a_mover_is_recorded_without_a_change_of_status() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.discord(9, &[MAPPED_ROLE]);
    world.scan().await;
    world.reconcile().await;
    world.policy("email_domains = ['elsewhere.test']").await;
    world.reconcile().await;
    world.discord(1, &[OTHER_ROLE]);
    world.scan().await;
    let caller = world.caller();
    app::reconcile::run(world.reeve(), &caller, &Options::default())
        .await
        .unwrap();
    let found = audit_of(&world, &caller).await;
    let row = about(&world, &found, "ada").await;
    let (before, after) = (
        row.before_json.as_ref().unwrap(),
        row.after_json.as_ref().unwrap(),
    );
    assert_eq!(
        (&before["status"], &after["status"]),
        (&"suspended".into(), &"suspended".into())
    );
    assert_eq!(after["event"], "mover");
}
