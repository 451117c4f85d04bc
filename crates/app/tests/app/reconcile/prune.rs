//! Old plans: their steps are let go some day, what waits for somebody never is.

use app::Error;
use domain::id::UserId;
use testkit::World;
use uuid::Uuid;

use super::{apply, state};
use crate::sql::{count, force, value};

const TABLES: [&str; 4] = ["reconcile_plan", "plan_step", "plan_spared", "plan_skip"];

/// So many plans like the one that was made, so many days old, each with a step, somebody spared and
/// a skip.
async fn plans(world: &World, many: i64, age: i64, state: &str) {
    force(
        world,
        format!(
            "with made as (
               insert into reconcile_plan (plan_id, fingerprint, mode, judged_at, max_age_seconds,
                      max_age_for_this_run, snapshots, counts, guard, state, made_by, created_at)
               select md5(random()::text) || md5(i::text), fingerprint, mode, judged_at, max_age_seconds,
                      false, snapshots, counts, guard, '{state}', made_by, now() - interval '{age} days'
                 from (select * from reconcile_plan order by plan_no limit 1) first,
                      generate_series(1, {many}) i
               returning plan_no),
             steps as (
               insert into plan_step
               select made.plan_no, seq, user_id, version, status, kind, eligibility, entitlement, in_scope,
                      entitled, exempted, event, strip, restore, lost
                 from made, (select * from plan_step order by plan_no limit 1) first),
             spared as (
               insert into plan_spared select plan_no, '00000000-0000-7000-8000-000000000001', '', '', '' from made)
             insert into plan_skip select plan_no, 1, '' from made"
        ),
    )
    .await;
}

/// A made plan and so many young ones.
async fn world(young: i64) -> World {
    let world = World::discord_leading().await;
    world.person("bob").role("reader").build().await;
    world.plan().await.unwrap();
    plans(&world, young, 0, "applied").await;
    world
}

async fn rows(world: &World) -> Vec<i64> {
    let mut rows = Vec::new();
    for table in TABLES {
        rows.push(count(world, table).await);
    }
    rows
}

async fn prune(world: &World, days: u16) -> Result<u64, Error> {
    app::reconcile::prune(world.reeve(), days).await
}

#[tokio::test]
async fn the_steps_of_old_plans_go_and_what_the_plans_were_made_from_stays() {
    let world = world(99).await;
    let before = rows(&world).await;
    plans(&world, 1, 31, "applied").await;
    plans(&world, 1, 400, "superseded").await;
    plans(&world, 1, 400, "planned").await;
    assert_eq!(prune(&world, 30).await.unwrap(), 3);
    let after = rows(&world).await;
    assert_eq!(after[1..], before[1..], "steps, spared and skips are gone");
    assert_eq!(after[0], before[0] + 3);
    let waiting =
        "reconcile_plan where state = 'planned' and created_at < now() - interval '1 day'";
    assert_eq!(
        count(&world, waiting).await,
        0,
        "nobody applies a plan without its steps"
    );
    let census = crate::watch::Census::of(&world).await;
    assert_eq!(prune(&world, 30).await.unwrap(), 0, "and once");
    census.assert_nothing_written(&world).await;
}

/// The same people in the same situation give the same id again.
#[tokio::test]
async fn a_plan_that_comes_back_after_its_steps_went_has_them_again() {
    let world = world(100).await;
    let bob: UserId = value::<Uuid>(
        &world,
        "select user_id from app_user where email = 'bob@example.test'",
    )
    .await
    .into();
    force(
        &world,
        "update reconcile_plan set created_at = now() - interval '31 days'
          where plan_no = (select min(plan_no) from reconcile_plan)",
    )
    .await;
    assert_eq!(prune(&world, 30).await.unwrap(), 1);
    let first = "select plan_id from reconcile_plan order by plan_no limit 1";
    let first: String = value(&world, first).await;
    let superseded = format!("reconcile_plan where plan_id = '{first}' and state = 'superseded'");
    assert_eq!(count(&world, &superseded).await, 1);
    let made = world.plan().await.unwrap();
    assert_eq!((&made.plan_id, made.new), (&first, true));
    let applied = apply(&world, &first).await.unwrap();
    assert_eq!((applied.applied, applied.suspended), (1, 1));
    assert_eq!(world.status_of(bob).await, "suspended");
}

#[tokio::test]
async fn a_plan_that_lost_its_steps_is_not_applied() {
    let world = world(0).await;
    let plan = world.plan().await.unwrap().plan_id;
    force(&world, "delete from plan_step").await;
    let refused = apply(&world, &plan).await.unwrap_err().to_string();
    assert!(refused.contains("has lost steps"), "{refused}");
    assert_eq!(state(&world, &plan).await, "planned");
}

#[tokio::test]
async fn plans_that_wait_for_a_person_stay_however_old_they_are() {
    let world = world(99).await;
    for state in ["held", "approved"] {
        plans(&world, 1, 400, state).await;
    }
    let before = rows(&world).await;
    assert_eq!(prune(&world, 1).await.unwrap(), 0);
    assert_eq!(rows(&world).await, before);
}

#[tokio::test]
async fn plans_that_are_young_or_among_the_newest_hundred_stay() {
    let world = world(98).await;
    plans(&world, 1, 400, "applied").await;
    assert_eq!(prune(&world, 30).await.unwrap(), 0, "the hundredth");
    plans(&world, 1, 29, "applied").await;
    plans(&world, 1, 0, "superseded").await;
    assert_eq!(
        prune(&world, 30).await.unwrap(),
        1,
        "the oldest, now one too many"
    );
    let oldest = "select (max(now() - created_at) < interval '30 days')
                    from reconcile_plan join plan_step using (plan_no)";
    assert!(value::<bool>(&world, oldest).await);
}

#[tokio::test]
async fn a_plan_is_kept_for_a_day_at_least() {
    let refused = prune(&world(0).await, 0).await.unwrap_err();
    assert!(refused.to_string().contains("at least a day"), "{refused}");
}
