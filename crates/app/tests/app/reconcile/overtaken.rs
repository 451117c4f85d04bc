//! A plan and what happens before it is applied: changed inputs refuse it, changed people are
//! skipped.

use std::collections::BTreeSet;

use app::Error;
use app::governance::Number;
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, UserId};
use jiff::SignedDuration;
use testkit::World;
use testkit::world::{MAPPED_ROLE, OTHER_ROLE, guild};

use super::{apply, approve};
use crate::sql::scene;
use crate::watch::{Census, account};

/// A plan that suspends ten of thirty, held and approved.
async fn approved() -> (World, String) {
    let world = World::discord_leading().await;
    world.people(30).await;
    world.scan().await;
    world.reconcile().await;
    for discord_id in 1_000_001..=1_000_010 {
        world.discord(discord_id, &[OTHER_ROLE]);
    }
    world.scan().await;
    let plan = world.plan().await.unwrap().plan_id;
    approve(&world, &plan).await.unwrap();
    (world, plan)
}

/// Refused, with nothing written but who had the lease last.
async fn is_refused(world: &World, plan: &str) {
    let before = Census::of(world).await;
    let refused = apply(world, plan).await;
    assert!(
        matches!(&refused, Err(Error::Overtaken { plan: named }) if plan.starts_with(named)),
        "{refused:?}"
    );
    assert_eq!(before.written_since(world).await, ["lease"]);
}

#[tokio::test]
async fn a_plan_overtaken_by_a_newer_snapshot_is_refused() {
    let (world, plan) = approved().await;
    world.discord(1_000_001, &[MAPPED_ROLE]);
    world.scan().await;
    is_refused(&world, &plan).await;
}

/// Not even in those whom it still names: who is suspended is decided whole.
#[tokio::test]
async fn a_plan_overtaken_by_a_snapshot_about_others_is_refused_too() {
    let (world, plan) = approved().await;
    world.discord(5, &[MAPPED_ROLE]);
    world.scan().await;
    is_refused(&world, &plan).await;
}

#[tokio::test]
async fn a_plan_overtaken_by_another_mode_is_refused() {
    let (world, plan) = approved().await;
    world.mode(Mode::Portal).await;
    is_refused(&world, &plan).await;
}

#[tokio::test]
async fn a_plan_overtaken_by_another_policy_is_refused() {
    let (world, plan) = approved().await;
    world
        .policy("everyone = true\nexclude = ['p30@example.test']")
        .await;
    is_refused(&world, &plan).await;
}

#[tokio::test]
async fn a_plan_overtaken_by_another_mapping_is_refused() {
    let (world, plan) = approved().await;
    let roles = [MAPPED_ROLE, 711].map(|role| DiscordRoleId::try_from(role).unwrap());
    let roles = BTreeSet::from(roles);
    let (reeve, caller) = (world.reeve(), world.caller());
    let mapped = app::governance::map_role(reeve, &caller, guild(), &roles, false);
    assert!(mapped.await.unwrap().changed);
    is_refused(&world, &plan).await;
}

#[tokio::test]
async fn a_plan_overtaken_by_the_clock_is_refused() {
    let (world, plan) = approved().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    is_refused(&world, &plan).await;
}

#[tokio::test]
async fn a_plan_overtaken_by_an_age_limit_that_makes_its_snapshot_stale_is_refused() {
    let (world, plan) = approved().await;
    world.age_snapshots(SignedDuration::from_mins(5)).await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let number = Number::SnapshotMaxAgeSeconds;
    let set = app::governance::set_number(reeve, &caller, number, 60, false);
    assert!(set.await.unwrap().changed);
    is_refused(&world, &plan).await;
}

/// Thirty people are entitled by a role of the installation's own, which lost the right for a while.
#[tokio::test]
async fn a_plan_overtaken_by_a_role_that_entitles_again_is_refused() {
    let world = World::portal_leading().await;
    let right = "select role_id, 'hauling.member' from role where name = 'reader'";
    scene(&world, format!("insert into role_permission {right}")).await;
    world.people(30).await;
    world.reconcile().await;
    scene(
        &world,
        "delete from role_permission p using role r
          where r.role_id = p.role_id and r.name = 'reader' and p.permission = 'hauling.member'",
    )
    .await;
    let plan = world.plan().await.unwrap();
    assert_eq!(plan.counts.suspend, 30);
    approve(&world, &plan.plan_id).await.unwrap();
    scene(&world, format!("insert into role_permission {right}")).await;
    is_refused(&world, &plan.plan_id).await;
}

/// What a role permits besides is no reason to approve a plan again.
#[tokio::test]
async fn a_plan_is_not_overtaken_by_what_else_a_role_permits() {
    let (world, plan) = approved().await;
    scene(
        &world,
        "insert into role_permission select role_id, 'roles:grant' from role where name = 'reader';
         insert into role (name, scope, portal) values ('courier', 'platform', true)",
    )
    .await;
    assert_eq!(apply(&world, &plan).await.unwrap().applied, 10);
}

#[tokio::test]
async fn a_plan_whose_inputs_came_back_is_applied() {
    let (world, plan) = approved().await;
    world.mode(Mode::Portal).await;
    is_refused(&world, &plan).await;
    world.mode(Mode::Discord).await;
    assert_eq!(apply(&world, &plan).await.unwrap().applied, 10);
}

/// Ways in which a person (`$`) changes.
const CHANGES: [(&str, &str); 9] = [
    (
        "row",
        "update app_user set display_name = 'New' where user_id = '$'",
    ),
    (
        "disabled",
        "update app_user set status = 'disabled' where user_id = '$'",
    ),
    (
        "membership",
        "insert into membership (organization_id, user_id) select id, '$' from organization where slug = 'north'",
    ),
    (
        "ended",
        "update membership set status = 'ended' where user_id = '$'",
    ),
    (
        "role",
        "insert into user_roles (user_id, role_id) select '$', role_id from role where name = 'publisher'",
    ),
    ("lost", "delete from user_roles where user_id = '$'"),
    (
        "link",
        "insert into identity_link (user_id, provider, external_id) values ('$', 'discord', '4711')",
    ),
    (
        "hold",
        "insert into hold (user_id, reason, source, ends_at) values ('$', 'x', 'test', now() + interval '1 day')",
    ),
    (
        "exempt",
        "insert into exemption (user_id, reason, ends_at, review_at)
         values ('$', 'x', now() + interval '1 day', now() + interval '1 day')",
    ),
];

/// Each of them is to be suspended and changes in another way before that happens.
#[tokio::test]
async fn people_who_changed_since_the_plan_are_skipped_and_the_rest_is_applied() {
    let world = World::discord_leading().await;
    world.organization("north").await;
    world.discord(9, &[MAPPED_ROLE]);
    world.scan().await;
    let mut people: Vec<(UserId, &str)> = Vec::new();
    for (name, change) in CHANGES {
        people.push((world.person(name).role("reader").build().await, change));
    }
    let still = world.person("still").role("reader").build().await;
    let plan = world.plan().await.unwrap();
    assert_eq!(plan.counts.suspend, 10);
    approve(&world, &plan.plan_id).await.unwrap();
    let mut before = Vec::new();
    for (user, change) in &people {
        scene(&world, change.replace('$', &user.to_string())).await;
        before.push((account(&world, *user).await, world.roles_of(*user).await));
    }
    let applied = apply(&world, &plan.plan_id).await.unwrap();
    assert_eq!((applied.applied, applied.skipped), (1, 9));
    assert_eq!(world.status_of(still).await, "suspended");
    for ((user, change), before) in people.iter().zip(before) {
        let after = (account(&world, *user).await, world.roles_of(*user).await);
        assert_eq!(after, before, "{change}");
    }
    let shown = app::reconcile::show(world.reeve(), &world.caller(), &plan.plan_id, true, 99)
        .await
        .unwrap();
    for step in shown.steps {
        let expected = (step.email != "still@example.test").then_some("changed since the plan");
        assert_eq!(step.step.skipped.as_deref(), expected, "{}", step.email);
    }
    assert_eq!(world.audit("entitlement.reconcile").await.len(), 1);
    // The next plan takes them as they are now.
    let next = world.plan().await.unwrap();
    assert_eq!((next.counts.suspend, next.counts.spared), (6, 2));
}
