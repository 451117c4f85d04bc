//! When observations go stale, and whom that shuts out.

use app::freshness::look;
use domain::governance::freshness::Freshness;
use domain::governance::mode::Mode;
use jiff::SignedDuration;
use testkit::World;

use crate::sql::force;
use crate::watch::Census;

/// Two with access by the guild, one by an exemption, one without.
async fn world() -> World {
    let world = World::discord_leading().await;
    world
        .person("ada")
        .linked(1)
        .mapped_role()
        .role("hauling.member")
        .build()
        .await;
    world.person("bob").linked(2).mapped_role().build().await;
    world.person("dora").exempt(100).build().await;
    world.person("emil").build().await;
    world.scan_aged(SignedDuration::from_hours(2)).await;
    world
}

#[tokio::test]
async fn the_forecast_is_what_comes_to_pass_at_the_deadline() {
    let world = world().await;
    let before = Census::of(&world).await;
    let report = look(world.reeve(), &world.caller()).await.unwrap();
    before.assert_nothing_written(&world).await;
    let guild = report.guilds[0];
    assert_eq!((guild.freshness, guild.counts), (Freshness::Fresh, true));
    assert_eq!(
        guild.deadline,
        Some(guild.taken_at.unwrap() + SignedDuration::from_hours(6))
    );
    assert_eq!(report.next_deadline, guild.deadline);
    assert_eq!((report.with_access, guild.lose_access), (Some(3), Some(2)));
    world.age_snapshots(SignedDuration::from_hours(5)).await;
    let later = look(world.reeve(), &world.caller()).await.unwrap();
    assert_eq!(later.with_access, Some(1));
    assert_eq!(later.guilds[0].freshness, Freshness::Stale);
    assert_eq!(
        (later.guilds[0].deadline, later.guilds[0].lose_access),
        (None, None)
    );
    assert_eq!(later.next_deadline, None);
}

#[tokio::test]
async fn where_the_portal_leads_only_the_latest_snapshot_of_any_guild_counts() {
    let world = world().await;
    world.mode(Mode::Portal).await;
    // A guild that no mapping names, observed an hour later.
    force(
        &world,
        "insert into discord_snapshot (snapshot_id, guild_id, taken_at, members, added, changed, removed, source)
         select gen_random_uuid(), 900, taken_at + interval '1 hour', 0, 0, 0, 0, 'test' from discord_snapshot",
    )
    .await;
    let report = look(world.reeve(), &world.caller()).await.unwrap();
    let seen: Vec<_> = report
        .guilds
        .iter()
        .map(|guild| (guild.counts, guild.lose_access))
        .collect();
    assert_eq!(
        seen,
        [(false, Some(0)), (true, Some(1))],
        "Ada has the portal role"
    );
    assert_eq!(report.next_deadline, report.guilds[1].deadline);
    assert_eq!(report.with_access, Some(2));
}

#[tokio::test]
async fn without_rules_the_ages_are_shown_and_what_is_missing() {
    let world = World::empty().await;
    let report = look(world.reeve(), &world.caller()).await.unwrap();
    assert!(report.guilds.is_empty() && report.missing.is_some());
    assert_eq!((report.with_access, report.next_deadline), (None, None));
}
