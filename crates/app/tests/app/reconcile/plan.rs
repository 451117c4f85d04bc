//! Plans: what is stored, what is not, and what makes two plans the same.

use app::Error;
use app::reconcile::plan::Options;
use domain::governance::assess::RulesMissing;
use domain::governance::mode::Mode;
use jiff::SignedDuration;
use testkit::World;

use super::{apply, approve};
use crate::sql::{count, force, rows, scene, value};
use crate::watch::{Census, account, words};

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// Options with an age for this run alone.
fn max_age(age: SignedDuration) -> Options {
    Options {
        max_age: Some(age),
        ..Options::default()
    }
}

/// Ada stays, Bob is to be suspended.
async fn world() -> World {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world
        .person("bob")
        .linked(2)
        .in_guild()
        .role("reader")
        .build()
        .await;
    world.scan().await;
    world
}

#[tokio::test]
async fn the_same_facts_give_the_same_plan() {
    let world = world().await;
    let first = world.plan().await.unwrap();
    let stored = Census::of(&world).await;
    let second = world.plan().await.unwrap();
    assert_eq!(first.plan_id, second.plan_id);
    assert!(first.new && !second.new);
    stored.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn a_newer_snapshot_that_saw_the_same_leaves_a_plan_as_it_is() {
    let world = World::discord_leading().await;
    world.people(30).await;
    world.scan().await;
    world.reconcile().await;
    for discord_id in 1_000_001..=1_000_010 {
        world.discord(discord_id, &[]);
    }
    world.scan().await;
    let plan = world.plan().await.unwrap();
    approve(&world, &plan.plan_id).await.unwrap();
    // A role that nothing is mapped to is no difference.
    world.discord(
        1_000_030,
        &[testkit::world::MAPPED_ROLE, testkit::world::OTHER_ROLE],
    );
    world.scan().await;
    assert_eq!(world.plan().await.unwrap().plan_id, plan.plan_id);
    let applied = apply(&world, &plan.plan_id).await.unwrap();
    assert_eq!(
        (applied.applied, applied.held),
        (10, 0),
        "the approval still holds"
    );
}

#[tokio::test]
async fn an_empty_plan_is_not_stored() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    world.reconcile().await;
    let plans = count(&world, "reconcile_plan").await;
    assert!(world.plan().await.is_none());
    assert_eq!(count(&world, "reconcile_plan").await, plans);
}

#[tokio::test]
async fn planning_changes_nobody() {
    let world = world().await;
    let people = "select user_id::text, xmin::text from app_user order by 1";
    let before: Vec<(String, String)> = rows(&world, people).await;
    let feed = count(&world, "change_feed").await;
    world.plan().await.unwrap();
    let after: Vec<(String, String)> = rows(&world, people).await;
    assert_eq!(after, before);
    assert_eq!(count(&world, "change_feed").await, feed);
    assert_eq!(
        count(&world, "audit_log where action = 'entitlement.reconcile'").await,
        0
    );
}

#[tokio::test]
async fn linked_unlinked_and_unmatched_people_are_each_planned_with_a_reason_of_their_own() {
    let world = world().await;
    world.person("unlinked").build().await;
    world.person("stranger").linked(3).build().await;
    world.plan().await.unwrap();
    let shown = app::reconcile::show(world.reeve(), &world.caller(), "latest", true, 10)
        .await
        .unwrap();
    let mut reasons: Vec<_> = shown
        .steps
        .iter()
        .map(|step| {
            (
                step.email.as_str(),
                step.step.kind.as_str(),
                step.reason.as_str(),
            )
        })
        .collect();
    reasons.sort_unstable();
    let scope = |why: &str| format!("in scope (everyone), {why}");
    let words = [
        scope("entitled by Discord role"),
        scope("not entitled: no mapped Discord role"),
        scope("not entitled: not a member of the guild"),
        scope("not entitled: no Discord account linked"),
    ];
    assert_eq!(
        reasons,
        [
            ("ada@example.test", "change", words[0].as_str()),
            ("bob@example.test", "suspend", words[1].as_str()),
            ("stranger@example.test", "suspend", words[2].as_str()),
            ("unlinked@example.test", "suspend", words[3].as_str()),
        ]
    );
}

#[tokio::test]
async fn the_age_limit_is_six_hours_and_one_run_may_override_it() {
    let world = World::discord_leading().await;
    let ada = world.person("ada").linked(1).mapped_role().build().await;
    world
        .scan_aged(hours(6) - SignedDuration::from_secs(60))
        .await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active", "just below six hours");
    world.age_snapshots(SignedDuration::from_secs(61)).await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let longer = app::reconcile::run(reeve, &caller, &max_age(hours(8)))
        .await
        .unwrap();
    assert!(longer.plan.is_none(), "fresh enough for this run");
    let run = world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "suspended", "not for the next");
    let plans = app::reconcile::list(reeve, &world.caller(), 1)
        .await
        .unwrap();
    assert_eq!(plans[0].plan_id, run.plan.unwrap().plan_id);
    assert_eq!(
        (plans[0].max_age_seconds, plans[0].max_age_for_this_run),
        (21_600, false)
    );

    let run = app::reconcile::run(reeve, &caller, &max_age(hours(8)))
        .await
        .unwrap();
    assert_eq!(
        run.applied.unwrap().applied,
        1,
        "applying goes by the plan's own limit"
    );
    assert_eq!(world.status_of(ada).await, "active");
    let plans = app::reconcile::list(reeve, &world.caller(), 1)
        .await
        .unwrap();
    assert_eq!(
        (plans[0].max_age_seconds, plans[0].max_age_for_this_run),
        (28_800, true)
    );
    let overview = app::governance::show(reeve, &world.caller()).await.unwrap();
    assert_eq!(
        overview.governance.max_age,
        hours(6),
        "the setting is as it was"
    );
}

#[tokio::test]
async fn a_shorter_age_for_one_run_suspends_by_it() {
    let world = World::discord_leading().await;
    let ada = world.person("ada").linked(1).mapped_role().build().await;
    world.scan_aged(hours(2)).await;
    world.reconcile().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    app::reconcile::run(reeve, &caller, &max_age(hours(1)))
        .await
        .unwrap();
    assert_eq!(world.status_of(ada).await, "suspended");
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active");
}

/// Refused by name, with nothing written at all.
async fn is_refused(world: &World, missing: RulesMissing) {
    let before = Census::of(world).await;
    let (caller, options) = (world.caller(), Options::default());
    let run = app::reconcile::run(world.reeve(), &caller, &options).await;
    assert!(
        matches!(run, Err(Error::RulesMissing(found)) if found == missing),
        "{run:?}"
    );
    before.assert_nothing_written(world).await;
}

#[tokio::test]
async fn reconcile_without_a_role_mapping_is_an_error_and_suspends_nobody() {
    let world = world().await;
    scene(&world, "delete from entitlement_mapping").await;
    is_refused(&world, RulesMissing::Mapping).await;
    world.mode(Mode::Portal).await;
    assert!(
        world.plan().await.is_some(),
        "where the portal leads, no mapping is needed"
    );
}

#[tokio::test]
async fn reconcile_without_a_mode_or_a_policy_is_an_error_and_changes_nothing() {
    let world = World::empty().await;
    world.person("ada").role("reader").build().await;
    is_refused(&world, RulesMissing::Mode).await;
    world.mode(Mode::Portal).await;
    is_refused(&world, RulesMissing::Policy).await;
    world.policy("everyone = true").await;
    world.mode(Mode::Discord).await;
    is_refused(&world, RulesMissing::Mapping).await;
}

#[tokio::test]
async fn a_plan_is_named_by_the_beginning_of_its_id() {
    let world = world().await;
    let plan = world.plan().await.unwrap().plan_id;
    let show = async |id: &str| {
        let shown = app::reconcile::show(world.reeve(), &world.caller(), id, true, 10).await;
        shown.map(|shown| shown.plan.plan_id)
    };
    for name in ["latest", &plan, &plan[..4], &plan[..12].to_uppercase()] {
        assert_eq!(show(name).await.unwrap(), plan, "{name}");
    }
    for name in ["", &plan[..3], "100%_", &format!("{plan}0")] {
        let refused = words(show(name).await);
        assert!(
            refused.contains("at least 4 hexadecimal digits"),
            "{name}: {refused}"
        );
    }
    let other = if plan.starts_with("0000") {
        "1111"
    } else {
        "0000"
    };
    assert!(words(show(other).await).contains("no plan"));
    // A second plan whose id begins alike.
    let twin = format!("{}{}", &plan[..4], "f".repeat(60));
    scene(
        &world,
        format!(
            "insert into reconcile_plan (plan_id, fingerprint, mode, judged_at, max_age_seconds, max_age_for_this_run, snapshots,
                counts, guard, made_by)
             select '{twin}', fingerprint, mode, judged_at, max_age_seconds, max_age_for_this_run, snapshots,
                counts, guard, made_by from reconcile_plan"
        ),
    )
    .await;
    assert!(words(show(&plan[..4]).await).contains("more than one plan"));
}

#[tokio::test]
async fn a_stored_plan_that_makes_no_sense_is_an_error_that_names_the_place() {
    let world = world().await;
    let plan = world.plan().await.unwrap().plan_id;
    force(
        &world,
        "alter table reconcile_plan drop constraint reconcile_plan_state_check",
    )
    .await;
    for (column, nonsense) in [
        ("state", "'done'"),
        ("counts", r#"'{"people": 2}'"#),
        ("guard", r#"'{"verdict": "maybe"}'"#),
    ] {
        let set = format!("update reconcile_plan set {column} = ");
        let was: String = value(&world, format!("select {column}::text from reconcile_plan")).await;
        force(&world, format!("{set} {nonsense}")).await;
        let refused = words(apply(&world, &plan).await);
        let place = format!("table reconcile_plan, column {column}, row {plan}: ");
        assert!(refused.contains(&place), "{refused}");
        force(&world, format!("{set} '{was}'")).await;
    }
    assert_eq!(apply(&world, &plan).await.unwrap().applied, 2);
}

#[tokio::test]
async fn identity_status_and_entitlement_are_stored_and_shown_apart() {
    let world = world().await;
    // Active though not entitled, by a hold; suspended though entitled, by a hold.
    let active = world.person("carl").hold(1).build().await;
    let out = world
        .person("dora")
        .status("suspended")
        .linked(1_000)
        .mapped_role();
    let out = out.hold(1).build().await;
    world.scan().await;
    world.reconcile().await;
    assert_eq!(account(&world, active).await.status, "active");
    assert_eq!(account(&world, out).await.status, "suspended");
    let shown = app::reconcile::show(world.reeve(), &world.caller(), "latest", true, 10)
        .await
        .unwrap();
    let entitlement = |email: &str| {
        let found = shown.spared.iter().find(|spared| spared.email == email);
        found.unwrap().spared.entitlement.clone()
    };
    assert_eq!(entitlement("carl@example.test"), "unlinked");
    assert_eq!(entitlement("dora@example.test"), "discord_role");
}
