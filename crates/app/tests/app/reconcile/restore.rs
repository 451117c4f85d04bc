//! What comes back with a restore, and what can't.

use app::governance::Number;
use app::role::Place;
use domain::governance::mode::Mode;
use domain::id::UserId;
use jiff::SignedDuration;
use testkit::World;
use testkit::world::MAPPED_ROLE;

use crate::sql::{force, rows, scene, value};
use crate::watch::{account, kept};

/// Ada, a reader and publisher, suspended by a stale snapshot.
async fn suspended_by_a_stale_snapshot() -> (World, UserId) {
    let world = World::discord_leading().await;
    let ada = world.person("ada").linked(1).mapped_role();
    let ada = ada.role("reader").role("publisher").build().await;
    world.scan().await;
    world.reconcile().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "suspended");
    assert!(world.roles_of(ada).await.is_empty());
    (world, ada)
}

/// Why what was stripped is not given back by the latest plan.
async fn lost(world: &World) -> Vec<String> {
    let found: Vec<(String,)> = rows(
        world,
        "select l ->> 1 from reconcile_plan p join plan_step s using (plan_no), jsonb_array_elements(s.lost) l
          where p.created_at = (select max(created_at) from reconcile_plan) order by 1",
    )
    .await;
    found.into_iter().map(|(why,)| why).collect()
}

#[tokio::test]
async fn a_fresh_snapshot_and_another_run_give_back_status_and_stripped_roles() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    let before = account(&world, ada).await;
    let ids =
        "select string_agg(assignment_id || source || valid_from, ',' order by assignment_id)";
    let stripped: String = value(&world, format!("{ids} from stripped_assignment")).await;
    world.scan().await;
    let run = world.reconcile().await;
    assert_eq!(run.plan.unwrap().counts.restore, 1);
    assert_eq!(world.status_of(ada).await, "active");
    assert_eq!(world.roles_of(ada).await, ["publisher", "reader"]);
    let restored: String = value(&world, format!("{ids} from user_roles")).await;
    assert_eq!(restored, stripped, "the same assignments, as they were");
    assert!(
        kept(&world, ada).await.is_empty(),
        "nothing is left to give"
    );
    let after = account(&world, ada).await;
    assert_eq!(
        after.epoch, before.epoch,
        "sessions from before stay refused"
    );
    assert!(world.reconcile().await.plan.is_none());
}

#[tokio::test]
async fn a_stale_snapshot_entitles_nobody_until_a_new_one_is_admitted() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    assert!(world.reconcile().await.plan.is_none(), "and stays out");
    let refused = world.snapshot(&[], SignedDuration::ZERO).await;
    assert!(refused.is_err(), "a refused snapshot is none");
    assert!(world.reconcile().await.plan.is_none());
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active");
}

#[tokio::test]
async fn roles_stripped_longer_ago_than_the_window_do_not_come_back() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    let ages = "update stripped_assignment s set stripped_at = now() - interval '30 days 1 second'
                  from role r where r.role_id = s.role_id and r.name = 'reader'";
    scene(&world, ages).await;
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active");
    assert_eq!(world.roles_of(ada).await, ["publisher"]);
    assert_eq!(lost(&world).await, ["window_closed"]);
    assert!(
        kept(&world, ada).await.is_empty(),
        "the plan has it on record, and no later restore names it again"
    );
}

#[tokio::test]
async fn what_was_lost_long_ago_does_not_come_back_when_the_window_is_made_longer() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    let ages = "update stripped_assignment s set stripped_at = now() - interval '30 days 1 second'
                  from role r where r.role_id = s.role_id and r.name = 'reader'";
    scene(&world, ages).await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let expired = app::expiry::expire(reeve, &caller).await.unwrap();
    assert_eq!(expired.kept, 1);
    assert_eq!(kept(&world, ada).await, ["publisher"]);
    let row = &world.audit("role.expire").await[0];
    assert_eq!(
        (row.entity_type.as_str(), row.target_user_id),
        ("stripped_assignment", Some(ada.0))
    );
    let number = Number::RoleRestoreDays;
    let set = app::governance::set_number(reeve, &caller, number, 365, false);
    assert!(set.await.unwrap().changed);
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.roles_of(ada).await, ["publisher"]);
}

/// Decision 0007: whoever ends an entitlement ends the kept one too.
#[tokio::test]
async fn a_stripped_role_that_is_revoked_does_not_come_back() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    world.scan().await;
    let plan = world.plan().await.unwrap().plan_id;
    let (reeve, caller, platform) = (world.reeve(), world.caller(), Place::default());
    let revoke = || app::role::revoke(reeve, &caller, "ada@example.test", "reader", &platform);
    assert_eq!(revoke().await.unwrap(), 1);
    assert_eq!(revoke().await.unwrap(), 0);
    assert_eq!(kept(&world, ada).await, ["publisher"]);
    let row = &world.audit("role.revoke").await[0];
    let before = row.before_json.as_ref().unwrap();
    assert_eq!(
        before["stripped_assignment_ids"].as_array().unwrap().len(),
        1
    );
    let applied = super::apply(&world, &plan).await.unwrap();
    assert_eq!((applied.applied, applied.skipped), (0, 1));
    world.reconcile().await;
    assert_eq!(world.roles_of(ada).await, ["publisher"]);
}

#[tokio::test]
async fn in_portal_leading_mode_a_stripped_hauling_member_that_is_revoked_entitles_no_longer() {
    let (world, bob) = suspended_out_of_scope().await;
    let (reeve, caller, platform) = (world.reeve(), world.caller(), Place::default());
    let revoked = app::role::revoke(
        reeve,
        &caller,
        "bob@example.test",
        "hauling.member",
        &platform,
    );
    assert_eq!(revoked.await.unwrap(), 1);
    world.policy("everyone = true").await;
    world.reconcile().await;
    assert_eq!(world.status_of(bob).await, "suspended");
}

#[tokio::test]
async fn a_role_that_is_gone_does_not_come_back() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    scene(
        &world,
        "insert into role (name, scope, portal) values ('courier', 'platform', true)",
    )
    .await;
    let given = format!(
        "insert into user_roles (user_id, role_id) select '{ada}', role_id from role where name = 'courier'"
    );
    scene(&world, given).await;
    world.reconcile().await;
    assert_eq!(kept(&world, ada).await, ["courier", "publisher", "reader"]);
    scene(&world, "delete from role where name = 'courier'").await;
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.roles_of(ada).await, ["publisher", "reader"]);
    assert_eq!(lost(&world).await, ["not_grantable"]);
}

/// Between plan and apply as well: the person did not change, their kept assignment's role did.
#[tokio::test]
async fn who_should_get_back_a_role_that_went_since_the_plan_waits_for_the_next() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    scene(
        &world,
        "insert into role (name, scope, portal) values ('courier', 'platform', true)",
    )
    .await;
    let given = format!(
        "insert into user_roles (user_id, role_id) select '{ada}', role_id from role where name = 'courier'"
    );
    scene(&world, given).await;
    world.reconcile().await;
    world.scan().await;
    let plan = world.plan().await.unwrap().plan_id;
    scene(&world, "delete from role where name = 'courier'").await;
    let applied = super::apply(&world, &plan).await.unwrap();
    assert_eq!((applied.applied, applied.skipped), (0, 1));
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active");
    assert_eq!(world.roles_of(ada).await, ["publisher", "reader"]);
}

/// Reconcile strips none; one may be kept all the same, from before somebody's hand made the role what
/// it is.
#[tokio::test]
async fn an_administrative_role_is_never_given_back() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    scene(
        &world,
        "update stripped_assignment set role_id = (select role_id from role where name = 'admin')
          where role_id = (select role_id from role where name = 'publisher')",
    )
    .await;
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active");
    assert_eq!(world.roles_of(ada).await, ["reader"]);
    assert_eq!(lost(&world).await, ["not_grantable"]);
}

#[tokio::test]
async fn an_assignment_whose_own_time_is_over_does_not_come_back() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    let over = "update stripped_assignment s set valid_until = now() from role r
                 where r.role_id = s.role_id and r.name = 'publisher'";
    scene(&world, over).await;
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.roles_of(ada).await, ["reader"]);
    assert_eq!(lost(&world).await, ["expired"]);
}

#[tokio::test]
async fn a_role_given_again_meanwhile_stays_as_it_is() {
    let (world, ada) = suspended_by_a_stale_snapshot().await;
    let again = format!(
        "insert into user_roles (user_id, role_id) select '{ada}', role_id from role where name = 'reader'
         returning assignment_id"
    );
    scene(&world, again).await;
    let new = format!("select assignment_id::text from user_roles where user_id = '{ada}'");
    let given: String = value(&world, &new).await;
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.roles_of(ada).await, ["publisher", "reader"]);
    let all: Vec<(String,)> = rows(&world, new).await;
    assert!(all.contains(&(given,)), "the newer one");
    assert!(kept(&world, ada).await.is_empty());
}

#[tokio::test]
async fn a_preserved_role_is_never_stripped() {
    let world = World::discord_leading().await;
    let ada = world
        .person("ada")
        .role("reader")
        .role("publisher")
        .build()
        .await;
    scene(
        &world,
        r#"update app_user set claims = '{"role_overrides": {"preserved": ["Reader"]}}' where email like 'ada@%'"#,
    )
    .await;
    world.discord(9, &[MAPPED_ROLE]);
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "suspended");
    assert_eq!(world.roles_of(ada).await, ["reader"]);
    assert!(
        world.reconcile().await.plan.is_none(),
        "and is no change that waits"
    );
}

/// Bob, outside of the policy, with `hauling.member` in Portal-leading mode, suspended for it.
async fn suspended_out_of_scope() -> (World, UserId) {
    let world = World::portal_leading().await;
    world.policy("email_domains = ['inside.test']").await;
    let bob = world.person("bob").role("hauling.member").build().await;
    world.reconcile().await;
    assert_eq!(world.status_of(bob).await, "suspended");
    assert_eq!(kept(&world, bob).await, ["hauling.member"]);
    (world, bob)
}

#[tokio::test]
async fn in_portal_leading_mode_a_stripped_hauling_member_still_entitles() {
    let (world, bob) = suspended_out_of_scope().await;
    world.policy("everyone = true").await;
    world.reconcile().await;
    assert_eq!(world.status_of(bob).await, "active");
    assert_eq!(world.roles_of(bob).await, ["hauling.member"]);
    let rows = world.audit("entitlement.reconcile").await;
    let after = rows[0].after_json.as_ref().unwrap();
    assert_eq!(after["entitlement"], "stripped_assignment");
}

#[tokio::test]
async fn a_stripped_hauling_member_entitles_no_longer_when_the_window_has_closed() {
    let (world, bob) = suspended_out_of_scope().await;
    force(
        &world,
        "update stripped_assignment set stripped_at = now() - interval '31 days'",
    )
    .await;
    world.policy("everyone = true").await;
    world.reconcile().await;
    assert_eq!(world.status_of(bob).await, "suspended");
    assert!(world.roles_of(bob).await.is_empty());
}

#[tokio::test]
async fn in_portal_leading_mode_a_stale_snapshot_denies_access_as_drift_and_suspends_nobody() {
    let world = World::portal_leading().await;
    let ada = world
        .person("ada")
        .linked(1)
        .mapped_role()
        .role("hauling.member");
    let ada = ada.build().await;
    world.scan().await;
    world.reconcile().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    assert!(world.reconcile().await.plan.is_none());
    assert_eq!(world.status_of(ada).await, "active");
    assert_eq!(world.roles_of(ada).await, ["hauling.member"]);
    // The denial and the drift are rules of `domain`; here it is the run that leaves them alone.
    let overview = app::governance::show(world.reeve(), &world.caller())
        .await
        .unwrap();
    assert_eq!(overview.governance.mode, Some(Mode::Portal));
    assert!(
        overview
            .freshness
            .iter()
            .all(|(_, freshness)| !freshness.is_fresh())
    );
}
