//! The guard: what it holds, what passes all the same, and how a person lets the rest through.

use app::Caller;
use app::governance::Number;
use domain::actor::{Actor, SYSTEM_USER};
use domain::reconcile::guard::{Exceeded, Guard};
use jiff::SignedDuration;
use testkit::World;

use super::{apply, approve, state};
use crate::sql::{count, value};
use crate::watch::{audit_of, words};

const SEVEN_HOURS: SignedDuration = SignedDuration::from_hours(7);

/// 30 entitled people whose last observation is too old by now, and one who is to be restored.
async fn stale_world() -> World {
    let world = World::discord_leading().await;
    world.people(30).await;
    world.scan().await;
    world.reconcile().await;
    world
        .person("back")
        .status("suspended")
        .exempt(24)
        .build()
        .await;
    world.age_snapshots(SEVEN_HOURS).await;
    world
}

async fn suspended(world: &World) -> i64 {
    count(world, "app_user where status = 'suspended'").await
}

async fn set(world: &World, number: Number, to: u32) {
    app::governance::set_number(world.reeve(), &world.caller(), number, to, false)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stale_snapshot_suspends_nobody_while_the_guard_holds_and_the_rest_is_applied() {
    let world = stale_world().await;
    let run = world.reconcile().await;
    let plan = run.plan.unwrap();
    assert_eq!(
        plan.guard,
        Guard::Held {
            suspensions: 30,
            of: 30,
            exceeded: Exceeded::Share
        }
    );
    let reasons: Vec<(String, i64)> = crate::sql::rows(
        &world,
        "select entitlement, count(*) from plan_step where kind = 'suspend' group by 1",
    )
    .await;
    assert_eq!(reasons, [("snapshot_stale".to_owned(), 30)]);
    let applied = run.applied.unwrap();
    assert_eq!((applied.applied, applied.held), (1, 30));
    assert_eq!(
        (applied.restored, applied.suspended, applied.changed),
        (1, 0, 0)
    );
    assert_eq!(applied.approval, None);
    assert_eq!(
        suspended(&world).await,
        0,
        "the exempt one is back, nobody is out"
    );
    assert_eq!(count(&world, "stripped_assignment").await, 0);
    assert_eq!(state(&world, &plan.plan_id).await, "held");
}

#[tokio::test]
async fn an_approved_plan_suspends() {
    let world = stale_world().await;
    let plan = world.reconcile().await.plan.unwrap().plan_id;
    let caller = world.caller();
    let approved = app::reconcile::approve(world.reeve(), &caller, &plan[..12]).await;
    assert_eq!(approved.unwrap(), plan);
    let rows = audit_of(&world, &caller).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].action.as_str(), &rows[0].entity_pk),
        ("plan.approve", &plan)
    );
    assert_eq!(
        rows[0].after_json.as_ref().unwrap()["counts"]["suspend"],
        30
    );
    let applied = apply(&world, &plan).await.unwrap();
    assert_eq!((applied.applied, applied.held), (30, 0));
    assert_eq!(
        (applied.restored, applied.suspended, applied.changed),
        (0, 30, 0)
    );
    let approval = applied.approval.expect("it says who let them through");
    assert_eq!((approval.by, approval.email), (SYSTEM_USER, None));
    assert_eq!(suspended(&world).await, 30);
    assert_eq!(count(&world, "stripped_assignment").await, 30);
    assert_eq!(state(&world, &plan).await, "applied");
    let roles = count(
        &world,
        "user_roles r join app_user u using (user_id) where u.email ~ '^p'",
    );
    assert_eq!(roles.await, 0);
}

#[tokio::test]
async fn a_run_that_applies_an_approved_plan_says_who_approved_it() {
    let world = stale_world().await;
    let boss = world.person("boss").role("admin").build().await;
    let held = world.plan().await.unwrap().plan_id;
    let boss = Caller::new(Actor::Person { user_id: boss });
    let before = world.now().await;
    app::reconcile::approve(world.reeve(), &boss, &held)
        .await
        .unwrap();
    let run = world.reconcile().await;
    assert_eq!(
        run.plan.unwrap().plan_id,
        held,
        "the same inputs, the same plan"
    );
    let applied = run.applied.unwrap();
    assert_eq!((applied.suspended, applied.held), (30, 0));
    let approval = applied.approval.unwrap();
    assert_eq!(approval.by, boss.actor.user_id());
    assert_eq!(approval.email.as_deref(), Some("boss@example.test"));
    assert!(approval.at >= before);
}

#[tokio::test]
async fn only_a_held_plan_can_be_approved_and_only_once() {
    let world = stale_world().await;
    let held = world.plan().await.unwrap().plan_id;
    approve(&world, &held).await.unwrap();
    let again = words(approve(&world, &held).await);
    let unread = words(app::reconcile::approve(world.reeve(), &world.caller(), "latest").await);
    assert!(unread.contains("by its id"), "{unread}");
    assert!(again.contains("is approved, not held"), "{again}");
    let unknown = words(approve(&world, &"0".repeat(64)).await);
    assert!(unknown.contains("no plan"), "{unknown}");
}

#[tokio::test]
async fn a_held_plan_is_replaced_by_the_next_one() {
    let world = stale_world().await;
    let first = world.plan().await.unwrap().plan_id;
    world.person("newcomer").build().await;
    let second = world.plan().await.unwrap().plan_id;
    assert_ne!(first, second);
    assert_eq!(state(&world, &first).await, "superseded");
    assert_eq!(state(&world, &second).await, "held");
    let refused = words(approve(&world, &first).await);
    assert!(refused.contains("superseded"), "{refused}");
    let refused = words(apply(&world, &first).await);
    assert!(refused.contains("another plan took its place"), "{refused}");
    assert_eq!(suspended(&world).await, 1, "only who was before");
}

#[tokio::test]
async fn a_fresh_look_that_finds_nothing_to_do_ends_a_held_plan() {
    let world = stale_world().await;
    let held = world.reconcile().await.plan.unwrap().plan_id;
    world.scan().await;
    assert!(world.reconcile().await.plan.is_none());
    assert_eq!(state(&world, &held).await, "superseded");
}

/// The same outage a second time is the same plan again, since nothing else has changed.
#[tokio::test]
async fn a_plan_that_was_replaced_is_held_again_when_its_cause_comes_back() {
    let world = stale_world().await;
    world.reconcile().await;
    world.scan().await;
    world.reconcile().await;
    world.age_snapshots(SEVEN_HOURS).await;
    let first = world.reconcile().await.plan.unwrap().plan_id;
    world.scan().await;
    assert!(world.reconcile().await.plan.is_none());
    world.age_snapshots(SEVEN_HOURS).await;
    let run = world.reconcile().await;
    assert_eq!(run.plan.as_ref().unwrap().plan_id, first, "the same plan");
    assert_eq!(run.applied.unwrap().held, 30);
    assert_eq!(state(&world, &first).await, "held");
    approve(&world, &first).await.unwrap();
    apply(&world, &first).await.unwrap();
    assert_eq!(suspended(&world).await, 30);
}

/// What a person approved is one outage, not the next one as well.
#[tokio::test]
async fn an_approval_ends_with_its_cause() {
    let world = stale_world().await;
    world.reconcile().await;
    let plan = world.plan().await.unwrap().plan_id;
    approve(&world, &plan).await.unwrap();
    world.scan().await;
    assert!(world.reconcile().await.plan.is_none(), "the cause is gone");
    world.age_snapshots(SEVEN_HOURS).await;
    let run = world.reconcile().await;
    assert_eq!(
        run.plan.unwrap().plan_id,
        plan,
        "it comes back as the same plan"
    );
    assert_eq!(run.applied.unwrap().held, 30, "and is held again");
    assert_eq!(suspended(&world).await, 0);
}

/// Planning again, as the schedule does, takes no approval away while the inputs are the same.
#[tokio::test]
async fn an_approval_outlives_a_newer_plan_from_the_same_inputs() {
    let world = stale_world().await;
    world.reconcile().await;
    let approved = world.plan().await.unwrap().plan_id;
    approve(&world, &approved).await.unwrap();
    world.person("newcomer").build().await;
    let newer = world.plan().await.unwrap().plan_id;
    assert_ne!(newer, approved);
    let applied = apply(&world, &approved).await.unwrap();
    assert_eq!((applied.applied, applied.held), (30, 0));
}

#[tokio::test]
async fn a_limit_that_is_raised_lets_the_same_plan_through() {
    let world = stale_world().await;
    world.reconcile().await;
    assert!(world.plan().await.unwrap().guard.is_held());
    set(&world, Number::GuardSharePercent, 100).await;
    let run = world.reconcile().await;
    assert_eq!(run.plan.unwrap().guard, Guard::Clear);
    let applied = run.applied.unwrap();
    assert_eq!((applied.applied, applied.held), (30, 0));
}

#[tokio::test]
async fn a_limit_that_is_lowered_holds_the_same_plan_too() {
    let world = World::discord_leading().await;
    world.people(30).await;
    world.scan().await;
    world.reconcile().await;
    for discord_id in 1_000_001..=1_000_004 {
        world.discord_leaves(discord_id);
    }
    world.scan().await;
    let clear = world.plan().await.unwrap();
    assert_eq!((clear.guard, clear.counts.suspend), (Guard::Clear, 4));
    set(&world, Number::GuardFew, 0).await;
    set(&world, Number::GuardSharePercent, 1).await;
    let run = world.reconcile().await;
    assert_eq!(run.plan.unwrap().plan_id, clear.plan_id, "the same plan");
    assert_eq!(run.applied.unwrap().held, 4);
    assert_eq!(suspended(&world).await, 0);
}

#[tokio::test]
async fn more_suspensions_than_the_count_allows_are_held_whatever_their_share() {
    let world = World::discord_leading().await;
    world.people(60).await;
    world.scan().await;
    world.reconcile().await;
    set(&world, Number::GuardCount, 2).await;
    for discord_id in 1_000_001..=1_000_003 {
        world.discord_leaves(discord_id);
    }
    world.scan().await;
    let run = world.reconcile().await;
    let verdict: String = value(
        &world,
        "select guard ->> 'exceeded' from reconcile_plan where state = 'held'",
    )
    .await;
    assert_eq!(verdict, "count");
    assert_eq!(run.applied.unwrap().held, 3);
    assert_eq!(suspended(&world).await, 0);
}

#[tokio::test]
async fn a_few_suspensions_pass_though_they_are_everybody() {
    let world = World::discord_leading().await;
    world.people(5).await;
    world.scan().await;
    world.age_snapshots(SEVEN_HOURS).await;
    let run = world.reconcile().await;
    assert_eq!(run.plan.unwrap().guard, Guard::Clear);
    assert_eq!(suspended(&world).await, 5);
}
