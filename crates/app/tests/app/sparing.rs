//! Holds and exemptions: what they do while they last, that the clock ends them, and who looks at
//! them again.

use app::{exemption, hold};
use domain::id::UserId;
use domain::time::End;
use jiff::{SignedDuration, Timestamp};
use store::exemption::Filter;
use testkit::World;

use crate::sql::{count, scene};
use crate::watch::{Census, words};

const HOUR: End = End::After(SignedDuration::from_hours(1));
const ADA: &str = "ada@example.test";

/// Ada, active though nothing entitles her: the next run suspends her unless something spares her.
async fn world() -> (World, UserId) {
    let world = World::discord_leading().await;
    world.person("boss").linked(1).mapped_role().build().await;
    let ada = world.person("ada").role("reader").build().await;
    world.scan().await;
    (world, ada)
}

async fn planned(world: &World) -> u64 {
    world.plan().await.map_or(0, |plan| plan.counts.suspend)
}

#[tokio::test]
async fn a_hold_leaves_status_and_roles_alone_until_the_instant_it_ends() {
    let (world, ada) = world().await;
    assert_eq!(planned(&world).await, 1);
    let (hold, ends_at) = hold::add(world.reeve(), &world.caller(), ADA, HOUR, "on leave")
        .await
        .unwrap();
    assert_eq!(planned(&world).await, 0);
    let listed = hold::list(world.reeve(), &world.caller(), Some(ADA), false, None, 10)
        .await
        .unwrap();
    assert_eq!((listed[0].hold_id, listed[0].ends_at), (hold, ends_at));
    assert!(listed[0].in_force);
    // Nobody marks it: the clock alone ends it.
    scene(
        &world,
        "update hold set starts_at = now() - interval '2 hours', ends_at = now()",
    )
    .await;
    assert_eq!(planned(&world).await, 1);
    let listed = hold::list(world.reeve(), &world.caller(), Some(ADA), true, None, 10)
        .await
        .unwrap();
    assert!(!listed[0].in_force && listed[0].ended_at.is_none());
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "suspended");
}

#[tokio::test]
async fn a_hold_grants_nothing_and_an_exemption_does() {
    let (world, ada) = world().await;
    scene(
        &world,
        "update app_user set status = 'suspended' where email = 'ada@example.test'",
    )
    .await;
    hold::add(world.reeve(), &world.caller(), ADA, HOUR, "why")
        .await
        .unwrap();
    assert_eq!(world.plan().await.map_or(0, |plan| plan.counts.restore), 0);
    scene(&world, "delete from hold").await;
    exemption::add(world.reeve(), &world.caller(), ADA, HOUR, None, "why")
        .await
        .unwrap();
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active");
}

#[tokio::test]
async fn an_exemption_ends_at_its_instant_and_when_a_person_ends_it() {
    let (world, _) = world().await;
    let (first, _) = exemption::add(world.reeve(), &world.caller(), ADA, HOUR, None, "why")
        .await
        .unwrap();
    assert_eq!(planned(&world).await, 0);
    exemption::end(world.reeve(), &world.caller(), first, None)
        .await
        .unwrap();
    assert_eq!(planned(&world).await, 1);
    let again = exemption::end(world.reeve(), &world.caller(), first, None).await;
    assert_eq!(
        words(again),
        format!("there is no exemption in force `{first}`")
    );
    exemption::add(world.reeve(), &world.caller(), ADA, HOUR, None, "why")
        .await
        .unwrap();
    assert_eq!(planned(&world).await, 0);
    scene(
        &world,
        "update exemption set starts_at = now() - interval '2 hours', ends_at = now() where ended_at is null",
    )
    .await;
    assert_eq!(planned(&world).await, 1);
}

#[tokio::test]
async fn whoever_ends_one_of_several_holds_is_told_until_when_the_others_last() {
    let (world, _) = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let (first, _) = hold::add(reeve, &caller, ADA, HOUR, "a").await.unwrap();
    let two = End::After(SignedDuration::from_hours(2));
    let (second, until) = hold::add(reeve, &caller, ADA, two, "b").await.unwrap();
    let ended = hold::end(reeve, &caller, first, None).await.unwrap();
    assert_eq!(ended.held_until, Some(until));
    let ended = hold::end(reeve, &caller, second, None).await.unwrap();
    assert_eq!(ended.held_until, None);
}

#[tokio::test]
async fn what_the_clock_ended_is_recorded_once() {
    let (world, _) = world().await;
    hold::add(world.reeve(), &world.caller(), ADA, HOUR, "why")
        .await
        .unwrap();
    exemption::add(world.reeve(), &world.caller(), ADA, HOUR, None, "why")
        .await
        .unwrap();
    let expire = async || {
        app::expiry::expire(world.reeve(), &world.caller())
            .await
            .unwrap()
    };
    assert_eq!(
        expire().await,
        app::expiry::Expired::default(),
        "both still last"
    );
    scene(
        &world,
        "update hold set starts_at = now() - interval '2 hours', ends_at = now();
         update exemption set starts_at = now() - interval '2 hours', ends_at = now()",
    )
    .await;
    let ended = expire().await;
    assert_eq!(
        (ended.holds, ended.exemptions, ended.assignments),
        (1, 1, 0)
    );
    let census = Census::of(&world).await;
    expire().await;
    census.assert_nothing_written(&world).await;
    assert_eq!(
        count(
            &world,
            "hold where end_reason = 'expired' and ended_at = ends_at"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn an_assignment_whose_time_is_over_goes_but_an_owners_stays_for_the_alert() {
    let world = World::empty().await;
    let north = world.organization("north").await;
    world
        .person("ada")
        .role("reader")
        .role_in("tenant_owner", north)
        .build()
        .await;
    world
        .person("eve")
        .role_in("tenant_member", north)
        .build()
        .await;
    scene(
        &world,
        "update user_roles set valid_from = now() - interval '2 hours', valid_until = now()
          where role_id in (select role_id from role where name in ('reader', 'tenant_member'))",
    )
    .await;
    crate::sql::force(
        &world,
        "set session_replication_role = replica;
         update user_roles set valid_from = now() - interval '2 hours', valid_until = now()",
    )
    .await;
    let ended = app::expiry::expire(world.reeve(), &world.caller())
        .await
        .unwrap();
    assert_eq!(ended.assignments, 2);
    assert_eq!(
        count(&world, "user_roles").await,
        1,
        "the owner's, without effect"
    );
    let findings = app::health::findings(world.reeve()).await.unwrap();
    let owners = findings
        .iter()
        .find(|finding| finding.subject == "north")
        .unwrap();
    assert!(
        owners
            .text
            .contains("no owner of organization north is active"),
        "{owners:?}"
    );
}

#[tokio::test]
async fn an_exemption_is_listed_as_due_until_somebody_reviews_it() {
    let (world, _) = world().await;
    let (id, _) = exemption::add(world.reeve(), &world.caller(), ADA, HOUR, None, "why")
        .await
        .unwrap();
    let due = Filter {
        due: true,
        limit: 10,
        ..Filter::default()
    };
    assert!(
        exemption::list(world.reeve(), &world.caller(), &due)
            .await
            .unwrap()
            .is_empty()
    );
    scene(&world, "update exemption set review_at = now()").await;
    let listed = exemption::list(world.reeve(), &world.caller(), &due)
        .await
        .unwrap();
    assert_eq!((listed.len(), listed[0].exemption_id), (1, id));
    let next = exemption::review(world.reeve(), &world.caller(), id, None, "still needed")
        .await
        .unwrap();
    assert_eq!(
        next, listed[0].ends_at,
        "a review is never due after the end"
    );
    assert!(
        exemption::list(world.reeve(), &world.caller(), &due)
            .await
            .unwrap()
            .is_empty()
    );
    let all = Filter {
        limit: 10,
        ..Filter::default()
    };
    let listed = exemption::list(world.reeve(), &world.caller(), &all)
        .await
        .unwrap();
    assert_eq!(listed[0].review_note.as_deref(), Some("still needed"));
}

#[tokio::test]
async fn what_can_not_be_granted_is_an_error_that_names_field_and_remedy_and_changes_nothing() {
    let (world, _) = world().await;
    let now = world.now().await;
    let days = |days: i64| End::After(SignedDuration::from_hours(24 * days));
    let past = End::At(now - SignedDuration::from_secs(1));
    let before = Census::of(&world).await;
    let (reeve, caller) = (world.reeve(), world.caller());
    for (until, why, said) in [
        (past, "why", "until: "),
        (days(32), "why", "at most 31 days"),
        (End::At(Timestamp::MAX), "why", "until: "),
        (HOUR, "  ", "reason: say why"),
        (HOUR, &"x".repeat(501), "reason: say why"),
    ] {
        let refused = words(hold::add(reeve, &caller, ADA, until, why).await);
        assert!(refused.contains(said), "{refused}");
    }
    for (until, review, said) in [
        (past, None, "until: "),
        (days(367), None, "at most 366 days"),
        (
            days(300),
            Some(now + SignedDuration::from_hours(24 * 93)),
            "review_at: ",
        ),
        (HOUR, Some(now), "review_at: "),
    ] {
        let refused = words(exemption::add(reeve, &caller, ADA, until, review, "why").await);
        assert!(refused.contains(said), "{refused}");
    }
    let nobody = words(hold::add(reeve, &caller, "nobody", HOUR, "why").await);
    assert_eq!(nobody, "there is no identity `nobody`");
    before.assert_nothing_written(&world).await;
}

/// Nothing is rewritten here: the database's own clock passes the end.
#[tokio::test]
async fn a_hold_and_an_exemption_end_on_the_second_they_should() {
    let (world, _) = world().await;
    let soon = End::After(SignedDuration::from_secs(3));
    let (_, hold_ends) = hold::add(world.reeve(), &world.caller(), ADA, soon, "why")
        .await
        .unwrap();
    let (_, exemption_ends) =
        exemption::add(world.reeve(), &world.caller(), ADA, soon, None, "why")
            .await
            .unwrap();
    let ends = hold_ends.max(exemption_ends);
    let (mut spared, mut planned_in_time) = (0, false);
    while !planned_in_time {
        let before = world.now().await;
        let suspends = planned(&world).await;
        if world.now().await < hold_ends.min(exemption_ends) {
            assert_eq!(suspends, 0, "both last");
            spared += 1;
        } else if before >= ends {
            assert_eq!(suspends, 1, "both are over");
            planned_in_time = true;
        }
    }
    assert!(spared > 0, "it was looked at before the end");
}
