//! Joiners, movers and leavers as they were recorded.

use app::jml::{Filter, Happened, list};
use domain::governance::jml::Event;
use jiff::SignedDuration;
use testkit::World;

use crate::watch::words;

fn any() -> Filter {
    Filter {
        event: None,
        identity: None,
        since: None,
        before: None,
        limit: 100,
    }
}

/// Ada and Bob join; then Bob loses the role and is put out, and Carl is excluded by name.
async fn world() -> World {
    let world = World::discord_leading().await;
    for (name, id) in [("ada", 1), ("bob", 2), ("carl", 3)] {
        world.person(name).linked(id).mapped_role().build().await;
    }
    world.scan_aged(SignedDuration::from_secs(3_000)).await;
    world.reconcile().await;
    world.discord(2, &[]);
    world.scan_aged(SignedDuration::from_secs(1_000)).await;
    world
        .policy("everyone = true\nexclude = ['carl@example.test']")
        .await;
    world.reconcile().await;
    world
}

async fn of(world: &World, name: &str, event: Event) -> Happened {
    let filter = Filter {
        event: Some(event),
        identity: Some(format!("{name}@example.test")),
        ..any()
    };
    let mut found = list(world.reeve(), &world.caller(), &filter)
        .await
        .unwrap()
        .events;
    assert_eq!(found.len(), 1, "{name} {event:?}");
    found.remove(0)
}

#[tokio::test]
async fn a_joiner_a_mover_and_a_leaver_are_listed_as_such() {
    let world = world().await;
    let listed = list(world.reeve(), &world.caller(), &any()).await.unwrap();
    assert_eq!(listed.totals.as_ref().unwrap().counts["joiner"], 3);
    assert_eq!(listed.totals.as_ref().unwrap().counts["leaver"], 2);
    assert_eq!(listed.events.len(), 5);
    assert!(
        listed
            .events
            .is_sorted_by(|a, b| a.recorded_at >= b.recorded_at),
        "newest first"
    );
    world.discord(2, &[testkit::world::MAPPED_ROLE]);
    world.scan().await;
    world.reconcile().await;
    let bob = of(&world, "bob", Event::Mover).await;
    assert_eq!(
        (bob.status_before.as_deref(), bob.status.as_deref()),
        (Some("suspended"), Some("active"))
    );
    let ada = of(&world, "ada", Event::Joiner).await;
    assert_eq!(ada.entitlement.as_deref(), Some("discord_role"));
}

#[tokio::test]
async fn a_leavers_access_is_timed_from_the_observation_that_showed_it() {
    let world = world().await;
    let bob = of(&world, "bob", Event::Leaver).await;
    let denied = bob.seen_to_denied_seconds.unwrap();
    let suspended = bob.seen_to_suspended_seconds.unwrap();
    assert!((1_000.0..1_100.0).contains(&denied), "{denied}");
    assert!(suspended >= denied && suspended < 1_100.0, "{suspended}");
    assert!(bob.observed_at < bob.effective_at && bob.effective_at <= Some(bob.recorded_at));
    let carl = of(&world, "carl", Event::Leaver).await;
    assert_eq!(
        carl.observed_at, None,
        "the policy put him out, nobody saw anything"
    );
    assert_eq!(
        (carl.seen_to_denied_seconds, carl.seen_to_suspended_seconds),
        (None, None)
    );
    let leaving = list(
        world.reeve(),
        &world.caller(),
        &Filter { limit: 1, ..any() },
    )
    .await
    .unwrap()
    .totals
    .unwrap()
    .leaving;
    assert_eq!(
        (
            leaving.seen_to_denied.count,
            leaving.seen_to_suspended.count
        ),
        (1, 1)
    );
    for spread in [leaving.seen_to_denied, leaving.seen_to_suspended] {
        assert_eq!((spread.min, spread.max), (spread.median, spread.median));
    }
    assert!((leaving.seen_to_denied.median.unwrap() - denied).abs() < 0.01);
}

#[tokio::test]
async fn events_are_narrowed_by_time_and_nobody_unknown_is_asked_for() {
    let world = world().await;
    let last = list(world.reeve(), &world.caller(), &any())
        .await
        .unwrap()
        .events[0]
        .recorded_at;
    let recent = list(
        world.reeve(),
        &world.caller(),
        &Filter {
            since: Some(last),
            ..any()
        },
    )
    .await
    .unwrap();
    assert_eq!(
        (
            recent.events.len(),
            recent.totals.as_ref().unwrap().counts["joiner"]
        ),
        (2, 0)
    );
    let joiners = list(
        world.reeve(),
        &world.caller(),
        &Filter {
            event: Some(Event::Joiner),
            ..any()
        },
    )
    .await
    .unwrap();
    assert_eq!(
        joiners
            .totals
            .as_ref()
            .unwrap()
            .leaving
            .seen_to_denied
            .count,
        0,
        "joiners do not leave"
    );
    let unknown = Filter {
        identity: Some("nobody@example.test".to_owned()),
        ..any()
    };
    assert_eq!(
        words(list(world.reeve(), &world.caller(), &unknown).await),
        "there is no identity `nobody@example.test`"
    );
}
