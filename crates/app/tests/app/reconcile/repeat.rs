//! Running again: nothing is written, nobody is deleted.

use domain::governance::mode::Mode;
use jiff::SignedDuration;
use testkit::World;

use crate::sql::{rows, scene};
use crate::watch::Census;

/// Somebody of every kind that reconcile tells apart.
async fn everybody(mode: Mode) -> World {
    let world = match mode {
        Mode::Discord => World::discord_leading().await,
        Mode::Portal => World::portal_leading().await,
    };
    let person = |name| world.person(name).role("reader");
    person("entitled").linked(1).mapped_role().build().await;
    person("back")
        .status("suspended")
        .linked(2)
        .mapped_role()
        .build()
        .await;
    person("member").linked(3).in_guild().build().await;
    person("stranger").linked(4).build().await;
    person("unlinked").build().await;
    person("portal").role("hauling.member").build().await;
    person("disabled").status("disabled").build().await;
    person("held").hold(24).build().await;
    person("exempt").exempt(24).build().await;
    person("exempt-suspended")
        .status("suspended")
        .exempt(24)
        .build()
        .await;
    person("admin").role("admin").build().await;
    person("subadmin").role("subadmin").build().await;
    world.scan().await;
    world
}

async fn ids(world: &World) -> Vec<(String,)> {
    rows(world, "select user_id::text from app_user order by 1").await
}

#[tokio::test]
async fn a_second_run_with_unchanged_input_changes_nothing() {
    for mode in [Mode::Discord, Mode::Portal] {
        let world = everybody(mode).await;
        let first = world.reconcile().await;
        assert!(first.applied.unwrap().applied > 3, "{mode:?}");
        let before = Census::of(&world).await;
        let second = world.reconcile().await;
        assert!(
            second.plan.is_none() && second.applied.is_none(),
            "{mode:?}"
        );
        before.assert_nothing_written(&world).await;
    }
}

/// Only the lease changes hands, which is no fact.
#[tokio::test]
async fn running_again_while_suspensions_are_held_changes_nothing() {
    let world = World::discord_leading().await;
    world.people(30).await;
    world
        .person("back")
        .status("suspended")
        .exempt(1)
        .build()
        .await;
    world.scan().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    let first = world.reconcile().await.applied.unwrap();
    assert_eq!((first.applied, first.held), (1, 30));
    // The restore is done; the plan that is left is another one, and held as well.
    world.reconcile().await;
    let before = Census::of(&world).await;
    let again = world.reconcile().await;
    let (plan, applied) = (again.plan.unwrap(), again.applied.unwrap());
    assert!(!plan.new);
    assert_eq!((applied.applied, applied.held), (0, 30));
    assert_eq!(before.written_since(&world).await, ["lease"]);
}

#[tokio::test]
async fn reconcile_never_deletes_an_identity() {
    let world = everybody(Mode::Discord).await;
    let before = ids(&world).await;
    world.reconcile().await;
    world
        .policy("organizations = ['default']\nexclude = ['entitled@example.test']")
        .await;
    world.discord_leaves(2);
    world.discord(5, &[testkit::world::MAPPED_ROLE]);
    world.scan().await;
    world.reconcile().await;
    scene(
        &world,
        "update hold set ended_at = now(); update exemption set ended_at = now()",
    )
    .await;
    world.mode(Mode::Portal).await;
    world.reconcile().await;
    assert_eq!(ids(&world).await, before);
}
