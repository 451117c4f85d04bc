//! Mode, mapping and numbers: what a change means is shown, and only a real one is written.

use std::collections::BTreeSet;

use app::governance::{Number, map_role, set_mode, set_number, show};
use app::warning::Warning;
use domain::governance::assess::RulesMissing;
use domain::governance::freshness::Freshness;
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId};
use jiff::SignedDuration;
use testkit::World;
use testkit::world::{GUILD, MAPPED_ROLE, OTHER_ROLE, guild};

use crate::watch::{Census, audit_of, words};

/// Ada by Discord, Bob by the portal, Carl by both; all active and reconciled as far as they can.
async fn world() -> World {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    world
        .person("carl")
        .linked(3)
        .mapped_role()
        .role("hauling.member")
        .build()
        .await;
    world
        .person("bob")
        .linked(2)
        .in_guild()
        .hold(1)
        .role("hauling.member")
        .build()
        .await;
    world.scan().await;
    world.reconcile().await;
    crate::sql::scene(&world, "update hold set ended_at = now()").await;
    world
}

fn roles(ids: &[i64]) -> BTreeSet<DiscordRoleId> {
    ids.iter()
        .map(|id| DiscordRoleId::try_from(*id).unwrap())
        .collect()
}

#[tokio::test]
async fn a_dry_run_shows_what_a_mode_would_change_and_changes_nothing() {
    let world = world().await;
    let before = Census::of(&world).await;
    let effect = set_mode(world.reeve(), &world.caller(), Mode::Portal, true)
        .await
        .unwrap();
    before.assert_nothing_written(&world).await;
    assert!(effect.changed && effect.dry_run);
    let (was, is) = (effect.before.unwrap().counts, effect.after.unwrap().counts);
    assert_eq!(
        (was.suspend, is.suspend),
        (1, 1),
        "Bob by Discord, Ada by the portal"
    );
    assert_eq!((was.people, is.people), (3, 3));
    // The same, kept, shows the same, and the run does it.
    let kept = set_mode(world.reeve(), &world.caller(), Mode::Portal, false)
        .await
        .unwrap();
    assert_eq!(kept.after.unwrap().counts, is);
    assert_eq!(world.plan().await.unwrap().counts, is);
}

#[tokio::test]
async fn a_set_mode_is_audited_with_before_and_after() {
    let world = world().await;
    let caller = world.caller();
    set_mode(world.reeve(), &caller, Mode::Portal, false)
        .await
        .unwrap();
    let found = audit_of(&world, &caller).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].before_json.as_ref().unwrap()["mode"], "discord");
    assert_eq!(found[0].after_json.as_ref().unwrap()["mode"], "portal");
}

#[tokio::test]
async fn a_mapping_shows_what_it_would_change() {
    let world = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let before = Census::of(&world).await;
    let wider = map_role(
        reeve,
        &caller,
        guild(),
        &roles(&[MAPPED_ROLE, OTHER_ROLE]),
        true,
    )
    .await;
    assert_eq!(
        wider.unwrap().after.unwrap().counts.suspend,
        0,
        "Bob has the other role"
    );
    let none = map_role(reeve, &caller, guild(), &roles(&[]), true)
        .await
        .unwrap();
    assert_eq!(none.after, Err(RulesMissing::Mapping));
    before.assert_nothing_written(&world).await;
    map_role(reeve, &caller, guild(), &roles(&[OTHER_ROLE]), false)
        .await
        .unwrap();
    let mapping = show(reeve, &world.caller())
        .await
        .unwrap()
        .governance
        .mapping
        .0;
    assert_eq!(
        mapping[&guild()],
        roles(&[OTHER_ROLE]),
        "replaced, not added to"
    );
}

#[tokio::test]
async fn setting_what_is_set_writes_nothing() {
    let world = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let before = Census::of(&world).await;
    let mode = set_mode(reeve, &caller, Mode::Discord, false)
        .await
        .unwrap();
    let mapped = map_role(reeve, &caller, guild(), &roles(&[MAPPED_ROLE]), false)
        .await
        .unwrap();
    let number = set_number(reeve, &caller, Number::RoleRestoreDays, 30, false)
        .await
        .unwrap();
    let policy = app::policy::set(reeve, &caller, "everyone = true", false)
        .await
        .unwrap();
    for effect in [mode, mapped, number, policy] {
        assert!(!effect.changed);
        assert_eq!(effect.before, effect.after.ok());
    }
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn numbers_outside_their_range_are_refused() {
    let world = World::empty().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let before = Census::of(&world).await;
    for (number, beyond) in [
        (Number::SnapshotMaxAgeSeconds, vec![0, 31_536_001]),
        (Number::GuardSharePercent, vec![101]),
        (Number::GuardFew, vec![1_000_000_001]),
        (Number::GuardCount, vec![u32::MAX]),
        (Number::RoleRestoreDays, vec![3_651]),
        (Number::ReconcileEverySeconds, vec![1, 59, 86_401]),
        (Number::AuditRetentionMonths, vec![1_201]),
    ] {
        for value in beyond {
            let refused = words(set_number(reeve, &caller, number, value, false).await);
            assert!(
                refused.starts_with(&format!("value: {} is ", number.name())),
                "{refused}"
            );
        }
    }
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn each_number_is_kept_within_its_range_and_audited() {
    let world = World::empty().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    for (number, values) in [
        (Number::SnapshotMaxAgeSeconds, [1, 31_536_000]),
        (Number::GuardSharePercent, [0, 100]),
        (Number::GuardFew, [0, 1_000_000_000]),
        (Number::GuardCount, [0, 1_000_000_000]),
        (Number::RoleRestoreDays, [0, 3_650]),
        (Number::ReconcileEverySeconds, [0, 86_400]),
        (Number::AuditRetentionMonths, [1, 1_200]),
    ] {
        for value in values {
            let effect = set_number(reeve, &caller, number, value, false)
                .await
                .unwrap();
            assert!(effect.changed, "{} {value}", number.name());
            assert_eq!(effect.after, Err(RulesMissing::Mode));
        }
    }
    assert_eq!(audit_of(&world, &caller).await.len(), 2 * Number::ALL.len());
    let governance = show(reeve, &world.caller()).await.unwrap().governance;
    assert_eq!(governance.max_age, SignedDuration::from_secs(31_536_000));
    assert_eq!(
        governance.restore_window,
        SignedDuration::from_hours(24 * 3_650)
    );
    let limits = governance.limits;
    assert_eq!(
        (limits.share_percent, limits.few, limits.count),
        (100, 1_000_000_000, 1_000_000_000)
    );
}

#[tokio::test]
async fn at_most_sixteen_guilds_are_mapped() {
    let world = World::discord_leading().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let another = |offset: i64| GuildId::try_from(GUILD + offset).unwrap();
    for offset in 1..16 {
        map_role(reeve, &caller, another(offset), &roles(&[5]), false)
            .await
            .unwrap();
    }
    let refused = words(map_role(reeve, &caller, another(16), &roles(&[5]), false).await);
    assert_eq!(refused, "guild: at most 16 guilds can be mapped");
    let known = map_role(reeve, &caller, another(15), &roles(&[5, 6]), false)
        .await
        .unwrap();
    assert!(known.changed, "one that is mapped can still change");
    map_role(reeve, &caller, another(15), &roles(&[]), false)
        .await
        .unwrap();
    map_role(reeve, &caller, another(16), &roles(&[5]), false)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_set_and_how_fresh_it_is_can_be_seen() {
    let world = World::empty().await;
    let overview = show(world.reeve(), &world.caller()).await.unwrap();
    assert_eq!(overview.missing, Some(RulesMissing::Mode));
    assert!(overview.freshness.is_empty());
    let world = World::discord_leading().await;
    let seen = async || {
        show(world.reeve(), &world.caller())
            .await
            .unwrap()
            .freshness
    };
    assert_eq!(seen().await, [(guild(), Freshness::Missing)]);
    world.discord(1, &[MAPPED_ROLE]);
    world.scan().await;
    assert_eq!(seen().await, [(guild(), Freshness::Fresh)]);
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    assert_eq!(seen().await, [(guild(), Freshness::Stale)]);
}

#[tokio::test]
async fn a_mapping_of_a_guild_that_was_never_observed_is_warned_about() {
    let world = World::discord_leading().await;
    let role = BTreeSet::from([DiscordRoleId::try_from(MAPPED_ROLE).unwrap()]);
    let other = GuildId::try_from(4_711).unwrap();
    for (guild, roles, warned) in [
        (other, &role, true),
        (other, &BTreeSet::new(), false),
        (guild(), &role, true),
    ] {
        let effect = map_role(world.reeve(), &world.caller(), guild, roles, false)
            .await
            .unwrap();
        let warnings = if warned {
            vec![Warning::NeverObserved { guild }]
        } else {
            Vec::new()
        };
        assert_eq!(effect.warnings, warnings, "{guild}");
    }
    world.person("ada").linked(1).mapped_role().build().await;
    assert_eq!(world.scan().await.warnings, []);
    let effect = map_role(world.reeve(), &world.caller(), guild(), &role, true).await;
    assert_eq!(effect.unwrap().warnings, []);
}
