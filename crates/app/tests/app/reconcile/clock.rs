//! What begins or ends by the clock alone between plan and apply: no row changes, so nobody's
//! version tells, and yet the plan is wrong about them.

use domain::governance::mode::Mode;
use domain::id::UserId;
use testkit::World;
use testkit::world::MAPPED_ROLE;

use super::apply;
use crate::sql::{force, scene};
use crate::watch::account;

/// What is to come for somebody (`$`) when the plan is made, and the moment at which it comes.
type Turn = (&'static str, &'static str);

const HOLD_BEGINS: Turn = (
    "insert into hold (user_id, reason, source, starts_at, ends_at)
     values ('$', 'x', 'test', now() + interval '1 hour', now() + interval '2 hours')",
    "update hold set starts_at = now() where user_id = '$'",
);
const EXEMPTION_BEGINS: Turn = (
    "insert into exemption (user_id, reason, starts_at, ends_at, review_at)
     values ('$', 'x', now() + interval '1 hour', now() + interval '2 hours', now())",
    "update exemption set starts_at = now() where user_id = '$'",
);
const EXEMPTION_ENDS: Turn = (
    "insert into exemption (user_id, reason, starts_at, ends_at, review_at)
     values ('$', 'x', now() - interval '1 hour', now() + interval '1 hour', now())",
    "update exemption set ends_at = now() where user_id = '$'",
);
const ADMIN_BEGINS: Turn = (
    "insert into user_roles (user_id, role_id, valid_from)
     select '$', role_id, now() + interval '1 hour' from role where name = 'admin'",
    "update user_roles set valid_from = now() where user_id = '$' and valid_from > now()",
);
const SUBADMIN_BEGINS: Turn = (
    "insert into user_roles (user_id, role_id, valid_from)
     select '$', role_id, now() + interval '1 hour' from role where name = 'subadmin'",
    ADMIN_BEGINS.1,
);
const PORTAL_ROLE_BEGINS: Turn = (
    "insert into user_roles (user_id, role_id, valid_from)
     select '$', role_id, now() + interval '1 hour' from role where name = 'hauling.member'",
    ADMIN_BEGINS.1,
);
const PORTAL_ROLE_ENDS: Turn = (
    "insert into user_roles (user_id, role_id, valid_until)
     select '$', role_id, now() + interval '1 hour' from role where name = 'hauling.member'",
    "update user_roles set valid_until = now(), valid_from = now() - interval '1 hour'
      where user_id = '$' and valid_until > now()",
);

/// A world in which somebody else is suspended by any run.
async fn world(mode: Mode) -> World {
    let world = World::discord_leading().await;
    world.mode(mode).await;
    world.discord(9, &[MAPPED_ROLE]);
    world.person("leaver").build().await;
    world.scan().await;
    world
}

async fn come(world: &World, user: UserId, turn: Turn) {
    let moment = turn.1.replace('$', &user.to_string());
    force(
        world,
        format!("set session_replication_role = replica; {moment}"),
    )
    .await;
}

/// Plans, lets the moments come, applies: they are passed over, the leaver is not. The next run takes
/// them as they are then.
async fn are_skipped(world: &World, people: &[(UserId, Turn)], afterwards: &str) {
    let plan = world.plan().await.unwrap();
    let mut before = Vec::new();
    for (user, turn) in people {
        come(world, *user, *turn).await;
        before.push((account(world, *user).await, world.roles_of(*user).await));
    }
    let applied = apply(world, &plan.plan_id).await.unwrap();
    let skipped = u64::try_from(people.len()).unwrap();
    assert_eq!((applied.applied, applied.skipped), (1, skipped));
    for ((user, (_, moment)), (was, roles)) in people.iter().zip(before) {
        let is = account(world, *user).await;
        assert_eq!((&is.status, is.epoch), (&was.status, was.epoch), "{moment}");
        assert!(
            is.version > was.version,
            "{moment}: the plan is another now"
        );
        assert_eq!(world.roles_of(*user).await, roles, "{moment}");
    }
    let shown = app::reconcile::show(world.reeve(), &world.caller(), &plan.plan_id, true, 99).await;
    let reasons = shown.unwrap().steps.into_iter();
    let reasons: Vec<_> = reasons.filter_map(|step| step.step.skipped).collect();
    assert_eq!(reasons.len(), people.len());
    for reason in reasons {
        assert!(reason.contains("began or ended since the plan"), "{reason}");
    }
    world.reconcile().await;
    for (user, (_, moment)) in people {
        assert_eq!(world.status_of(*user).await, afterwards, "{moment}");
    }
}

#[tokio::test]
async fn nothing_is_taken_from_whom_a_hold_an_exemption_or_a_privilege_has_begun_to_spare() {
    let world = world(Mode::Discord).await;
    let mut people = Vec::new();
    for (name, turn) in [
        ("held", HOLD_BEGINS),
        ("exempt", EXEMPTION_BEGINS),
        ("admin", ADMIN_BEGINS),
        ("subadmin", SUBADMIN_BEGINS),
    ] {
        let user = world.person(name).role("reader").build().await;
        scene(&world, turn.0.replace('$', &user.to_string())).await;
        people.push((user, turn));
    }
    are_skipped(&world, &people, "active").await;
}

#[tokio::test]
async fn nothing_is_taken_from_whom_an_assignment_has_begun_to_entitle() {
    let world = world(Mode::Portal).await;
    let ada = world.person("ada").role("reader").build().await;
    scene(&world, PORTAL_ROLE_BEGINS.0.replace('$', &ada.to_string())).await;
    are_skipped(&world, &[(ada, PORTAL_ROLE_BEGINS)], "active").await;
}

#[tokio::test]
async fn nobody_is_restored_by_an_exemption_or_an_assignment_that_has_ended() {
    let world = world(Mode::Portal).await;
    let mut people = Vec::new();
    for (name, turn) in [("exempt", EXEMPTION_ENDS), ("entitled", PORTAL_ROLE_ENDS)] {
        let user = world.person(name).status("suspended").build().await;
        scene(&world, turn.0.replace('$', &user.to_string())).await;
        people.push((user, turn));
    }
    are_skipped(&world, &people, "suspended").await;
}

#[tokio::test]
async fn what_is_still_to_come_or_was_over_before_the_plan_skips_nobody() {
    let world = world(Mode::Discord).await;
    let to_come = world.person("to-come").role("reader").build().await;
    for turn in [HOLD_BEGINS, EXEMPTION_BEGINS, SUBADMIN_BEGINS] {
        scene(&world, turn.0.replace('$', &to_come.to_string())).await;
    }
    let over = world.person("over").role("reader").build().await;
    for turn in [EXEMPTION_ENDS, PORTAL_ROLE_ENDS] {
        scene(&world, turn.0.replace('$', &over.to_string())).await;
        come(&world, over, turn).await;
    }
    let plan = world.plan().await.unwrap();
    let applied = apply(&world, &plan.plan_id).await.unwrap();
    assert_eq!((applied.applied, applied.skipped), (3, 0));
}
