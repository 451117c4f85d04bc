//! Alerts: raised once, whoever finds the cause how often, and closed when it is gone.

use app::live::Settings;
use domain::governance::privileged::BreakGlass;
use domain::health::Check;
use jiff::SignedDuration;
use testkit::World;

use crate::sql::{count, scene};

async fn open(world: &World, kind: Check) -> Vec<String> {
    let alerts = app::alert::list(world.reeve(), &world.caller(), false, 100)
        .await
        .unwrap();
    let alerts = alerts
        .into_iter()
        .filter(|alert| alert.kind == kind.as_str());
    alerts
        .map(|alert| format!("{} {}", alert.summary, alert.remedy))
        .collect()
}

async fn sync(world: &World) -> app::alert::Changes {
    app::alert::sync(world.reeve(), &app::alert::alerting())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_held_plan_alerts_once_with_cause_and_command_until_nothing_is_held() {
    let world = World::discord_leading().await;
    world.people(30).await;
    world.scan().await;
    world.reconcile().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    for _ in 0..3 {
        world.reconcile().await;
        // Somebody changes, so that each plan is another one: the cause is the same.
        scene(
            &world,
            "update app_user set version = version where email = 'p1@example.test'",
        )
        .await;
    }
    let alerts = open(&world, Check::HeldPlan).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let plan = world.plan().await.unwrap().plan_id;
    let alert = &open(&world, Check::HeldPlan).await[0];
    assert!(alert.contains("30 of 30 people"), "{alert}");
    assert!(alert.contains("a snapshot is missing or stale"), "{alert}");
    let command = format!("reeve reconcile approve {}", &plan[..12]);
    assert!(alert.contains(&command), "{alert}");
    world.scan().await;
    world.reconcile().await;
    assert_eq!(open(&world, Check::HeldPlan).await, [""; 0]);
    let all = format!("alert where kind = '{}'", Check::HeldPlan.as_str());
    assert_eq!(
        count(&world, &all).await,
        1,
        "it was one alert all the time"
    );
}

#[tokio::test]
async fn approving_closes_the_alert() {
    let world = World::discord_leading().await;
    world.people(30).await;
    world.scan().await;
    world.reconcile().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    let plan = world.plan().await.unwrap().plan_id;
    assert_eq!(open(&world, Check::HeldPlan).await.len(), 1);
    app::reconcile::approve(world.reeve(), &world.caller(), &plan)
        .await
        .unwrap();
    assert_eq!(open(&world, Check::HeldPlan).await, [""; 0]);
}

#[tokio::test]
async fn finding_the_same_again_writes_nothing() {
    let world = World::empty().await;
    assert!(sync(&world).await.opened > 0, "nothing is set up here");
    let census = crate::watch::Census::of(&world).await;
    assert_eq!(sync(&world).await, app::alert::Changes::default());
    census.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn break_glass_is_a_standing_alert_as_long_as_the_list_is_set() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let break_glass = BreakGlass::parse("", "ada@example.test eve@example.test");
    world.reeve().live.set(Settings {
        break_glass,
        ..Settings::default()
    });
    sync(&world).await;
    assert_eq!(open(&world, Check::BreakGlass).await.len(), 1);
    let useless = app::health::findings(world.reeve()).await.unwrap();
    let useless: Vec<_> = useless
        .iter()
        .filter(|f| f.check == Check::BreakGlassEntry)
        .collect();
    assert!(
        useless.len() == 1 && useless[0].text.contains("eve@example.test"),
        "{useless:?}"
    );
    assert_eq!(
        open(&world, Check::BreakGlassEntry).await,
        [""; 0],
        "that is this process's own"
    );
    world.reeve().live.set(Settings::default());
    sync(&world).await;
    assert_eq!(open(&world, Check::BreakGlass).await, [""; 0]);
}

#[tokio::test]
async fn two_who_find_the_same_at_once_raise_it_once() {
    let world = World::empty().await;
    let (a, b) = tokio::join!(sync(&world), sync(&world));
    let kinds = count(&world, "(select distinct kind, subject from alert) each").await;
    assert_eq!(count(&world, "alert").await, kinds);
    assert_eq!(i64::try_from(a.opened + b.opened).unwrap(), kinds);
}

/// There a stale snapshot suspends nobody (D9).
#[tokio::test]
async fn a_plan_that_a_narrower_policy_made_is_not_blamed_on_a_missing_snapshot() {
    let world = World::portal_leading().await;
    world.people(30).await;
    scene(
        &world,
        "insert into role_permission select role_id, 'hauling.member' from role where name = 'reader'",
    )
    .await;
    world.reconcile().await;
    world.policy("email_domains = ['inside.test']").await;
    world.reconcile().await;
    let alert = open(&world, Check::HeldPlan).await.remove(0);
    assert!(
        alert.contains("30 of 30 people; policy, mapping or roles changed"),
        "{alert}"
    );
    assert!(!alert.contains("missing or stale"), "{alert}");
}

#[tokio::test]
async fn a_stale_snapshot_is_found_also_while_the_policy_is_missing() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    crate::sql::force(&world, "delete from access_policy").await;
    sync(&world).await;
    let found = open(&world, Check::Snapshot).await;
    assert!(
        found.len() == 1 && found[0].contains("stale since"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_break_glass_list_in_which_nothing_can_be_read_is_off() {
    let world = World::empty().await;
    world.reeve().live.set(Settings {
        break_glass: BreakGlass::parse("ada", "ada"),
        ..Settings::default()
    });
    let found = app::health::findings(world.reeve()).await.unwrap();
    let of = |check| found.iter().filter(move |found| found.check == check);
    assert!(of(Check::BreakGlass).all(|found| found.text == "break-glass is off"));
    assert_eq!(of(Check::BreakGlassEntry).count(), 2, "and both are named");
}
