//! Several runners, late runners, and runners that fail in the middle.

use app::governance::Number;
use app::reconcile::plan::Options;
use app::reconcile::{Applied, Made};
use app::{Caller, Error, Reeve};
use domain::actor::Actor;
use jiff::SignedDuration;
use store::Database;
use store::reconcile::lease;
use store::scope::Context;
use testkit::World;
use testkit::world::MAPPED_ROLE;

use super::apply;
use crate::sql::{count, force, value};
use crate::watch::Census;

/// More than one batch of steps, and half of another.
const MANY: i64 = 7_500;
const BATCH: i64 = 5_000;

/// A plan that suspends so many people, whom the guard lets through.
async fn leavers(people: i64) -> (World, Made) {
    let world = World::discord_leading().await;
    for number in [Number::GuardCount, Number::GuardFew] {
        let (reeve, caller) = (world.reeve(), world.caller());
        app::governance::set_number(reeve, &caller, number, 1_000_000, false)
            .await
            .unwrap();
    }
    let made = world.people(people).await;
    for discord_id in made.first_discord_id..made.first_discord_id + people {
        world.discord_leaves(discord_id);
    }
    world.discord(9, &[MAPPED_ROLE]);
    world.scan().await;
    let plan = world.plan().await.unwrap();
    assert_eq!(
        (
            i64::try_from(plan.counts.suspend).unwrap(),
            plan.guard.is_held()
        ),
        (people, false)
    );
    (world, plan)
}

async fn suspended(world: &World) -> i64 {
    count(world, "app_user where status = 'suspended'").await
}

async fn audited(world: &World) -> i64 {
    count(world, "audit_log where action = 'entitlement.reconcile'").await
}

/// Everybody suspended once, recorded once, stripped once.
async fn is_applied_once(world: &World, people: i64) {
    assert_eq!(suspended(world).await, people);
    assert_eq!(audited(world).await, people);
    let people_audited =
        "(select distinct entity_pk from audit_log where action = 'entitlement.reconcile') a";
    assert_eq!(count(world, people_audited).await, people);
    assert_eq!(count(world, "stripped_assignment").await, people);
    assert_eq!(count(world, "user_roles").await, 0);
    // 1 when made, one more for link and for role, one more for the suspension.
    let versions = value::<i64>(
        world,
        "select count(distinct version) from app_user where email ~ '^p'",
    );
    assert_eq!(versions.await, 1, "nobody was written twice");
}

/// Reeve on connections of its own, as on another node.
async fn another_node(world: &World) -> Reeve {
    let options = store::connect::options(&world.db.runtime_url()).unwrap();
    let (database, _) = Database::connect(options, 4).await.unwrap();
    Reeve {
        database,
        ..world.reeve().clone()
    }
}

async fn begin(world: &World) -> store::Tx {
    let context = Context::default();
    world
        .reeve()
        .database
        .system("test", &context)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_runners_at_once_on_one_plan_take_each_step_once() {
    let (world, plan) = leavers(MANY).await;
    let mut runners = Vec::new();
    for _ in 0..2 {
        let (reeve, plan) = (another_node(&world).await, plan.plan_id.clone());
        runners.push(tokio::spawn(async move {
            let caller = Caller::new(Actor::Job { name: "reconcile" });
            let lease = Options::default().lease;
            app::reconcile::apply(&reeve, &caller, &plan, lease).await
        }));
    }
    let mut applied = 0;
    for runner in runners {
        match runner.await.unwrap() {
            Ok(done) => applied += done.applied,
            Err(Error::Busy { holder, .. }) => {
                assert!(holder.starts_with("reconcile "), "{holder}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(i64::try_from(applied).unwrap(), MANY);
    is_applied_once(&world, MANY).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whole_runs_at_once_change_everybody_once() {
    let (world, _) = leavers(200).await;
    let mut runners = Vec::new();
    for _ in 0..4 {
        let reeve = another_node(&world).await;
        runners.push(tokio::spawn(async move {
            let caller = Caller::new(Actor::Operator);
            app::reconcile::run(&reeve, &caller, &Options::default()).await
        }));
    }
    for runner in runners {
        let run = runner.await.unwrap();
        assert!(matches!(run, Ok(_) | Err(Error::Busy { .. })), "{run:?}");
    }
    is_applied_once(&world, 200).await;
}

/// Plans made at once from facts that move in between: the last stands, none fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn plans_made_at_once_leave_one_held() {
    let world = World::discord_leading().await;
    world.people(30).await;
    world.scan().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    let mut planners = Vec::new();
    for number in 0..12 {
        let reeve = another_node(&world).await;
        planners.push(tokio::spawn(async move {
            let caller = Caller::new(Actor::Operator);
            let line =
                app::identity::file::read(format!("email\nn{number}@example.test").as_bytes());
            app::identity::import::import(&reeve, &caller, line?, false, |_| {}).await?;
            app::reconcile::plan(&reeve, &caller, &Options::default()).await
        }));
    }
    for planner in planners {
        assert!(planner.await.unwrap().unwrap().unwrap().guard.is_held());
    }
    assert_eq!(
        count(&world, "reconcile_plan where state = 'held'").await,
        1
    );
}

#[tokio::test]
async fn while_somebody_has_the_lease_nobody_else_applies() {
    let (world, plan) = leavers(3).await;
    let mut tx = begin(&world).await;
    let ttl = SignedDuration::from_secs(60);
    let first = lease::take(&mut tx, "reconcile", "the other node", ttl)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    let before = Census::of(&world).await;
    let busy = apply(&world, &plan.plan_id).await;
    assert!(
        matches!(&busy, Err(Error::Busy { holder, .. }) if holder == "the other node"),
        "{busy:?}"
    );
    before.assert_nothing_written(&world).await;
    // Silent beyond its lease: the next one takes over, and it is told when it wakes.
    force(
        &world,
        "update lease set expires_at = now() - interval '1 second'",
    )
    .await;
    assert_eq!(apply(&world, &plan.plan_id).await.unwrap().applied, 3);
    let mut tx = begin(&world).await;
    assert!(!lease::renew(&mut tx, &first).await.unwrap());
}

/// The heir takes over at the very end of the first batch; the second finds out.
#[tokio::test]
async fn a_runner_whose_lease_was_taken_over_changes_nothing_more() {
    let (world, plan) = leavers(MANY).await;
    force(
        &world,
        "create function take_over() returns trigger language plpgsql security definer as $$ begin
           update lease set epoch = epoch + 1, holder = 'heir', expires_at = now() + interval '1 hour';
           return null; end $$;
         create trigger take_over after update of applied_through on reconcile_plan
           for each row execute function take_over()",
    )
    .await;
    let lost = apply(&world, &plan.plan_id).await;
    assert!(matches!(lost, Err(Error::LeaseLost)), "{lost:?}");
    assert_eq!(
        (suspended(&world).await, audited(&world).await),
        (BATCH, BATCH)
    );
    let holder: String = value(&world, "select holder from lease").await;
    assert_eq!(
        holder, "heir",
        "and it gave back nothing that is not its own"
    );
    // The heir goes on where it stopped.
    force(
        &world,
        "drop trigger take_over on reconcile_plan; update lease set expires_at = now()",
    )
    .await;
    let rest = apply(&world, &plan.plan_id).await.unwrap();
    assert_eq!(i64::try_from(rest.applied).unwrap(), MANY - BATCH);
    is_applied_once(&world, MANY).await;
}

#[tokio::test]
async fn no_change_goes_through_when_its_audit_row_is_refused() {
    let (world, plan) = leavers(3).await;
    force(
        &world,
        "create function refuse() returns trigger language plpgsql as $$ begin
           raise exception 'the log is full'; end $$;
         create trigger refuse before insert on audit_log for each row execute function refuse()",
    )
    .await;
    let before = Census::of(&world).await;
    let refused = apply(&world, &plan.plan_id).await;
    assert!(refused.unwrap_err().to_string().contains("the log is full"));
    assert_eq!(before.written_since(&world).await, ["lease"]);
    force(&world, "drop trigger refuse on audit_log").await;
    assert_eq!(
        apply(&world, &plan.plan_id).await.unwrap().applied,
        3,
        "the lease is free again"
    );
}

/// Fails in its second batch, from `plant` until `mend`.
async fn failing_in_the_second_batch() -> (World, String) {
    let (world, plan) = leavers(MANY).await;
    force(
        &world,
        "create function fail() returns trigger language plpgsql as $$ begin
           raise exception 'planted'; end $$;
         create trigger fail before update on reconcile_plan for each row
           when (new.applied_through > 5000) execute function fail()",
    )
    .await;
    let failed = apply(&world, &plan.plan_id).await;
    assert!(failed.unwrap_err().to_string().contains("planted"));
    assert_eq!(
        (suspended(&world).await, audited(&world).await),
        (BATCH, BATCH)
    );
    force(&world, "drop trigger fail on reconcile_plan").await;
    (world, plan.plan_id)
}

#[tokio::test]
async fn applying_goes_on_after_a_failure_in_the_middle() {
    let (world, plan) = failing_in_the_second_batch().await;
    let rest = apply(&world, &plan).await.unwrap();
    assert_eq!(i64::try_from(rest.applied).unwrap(), MANY - BATCH);
    is_applied_once(&world, MANY).await;
    let again = apply(&world, &plan).await.unwrap();
    let nothing = Applied {
        plan_id: plan,
        ..Applied::default()
    };
    assert_eq!(again, nothing, "and is done");
}

#[tokio::test]
async fn a_plan_overtaken_in_the_middle_is_not_finished() {
    let (world, plan) = failing_in_the_second_batch().await;
    world
        .policy("everyone = true\nexclude = ['p1@example.test']")
        .await;
    let refused = apply(&world, &plan).await;
    assert!(
        matches!(refused, Err(Error::Overtaken { .. })),
        "{refused:?}"
    );
    assert_eq!(
        (suspended(&world).await, audited(&world).await),
        (BATCH, BATCH)
    );
    world.reconcile().await;
    assert_eq!(
        suspended(&world).await,
        MANY,
        "the next run finishes by the new rules"
    );
}

/// Between two batches as well, not only at the start.
#[tokio::test]
async fn inputs_that_change_between_two_batches_stop_the_second() {
    let (world, plan) = leavers(MANY).await;
    force(
        &world,
        "create function meddle() returns trigger language plpgsql security definer as $$ begin
           update governance_setting set mode = 'portal'; return null; end $$;
         create trigger meddle after update of applied_through on reconcile_plan
           for each row execute function meddle()",
    )
    .await;
    let refused = apply(&world, &plan.plan_id).await;
    assert!(
        matches!(refused, Err(Error::Overtaken { .. })),
        "{refused:?}"
    );
    assert_eq!(
        (suspended(&world).await, audited(&world).await),
        (BATCH, BATCH)
    );
}
