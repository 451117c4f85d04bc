//! Role overrides as operations (U-39, U-47, U-48).

use app::overrides::{How, Shown, Wanted, clear, set, show};
use app::role::define::{self, NewRole};
use app::{Caller, Error};
use domain::access::role::ScopeKind;
use domain::actor::Actor;
use domain::id::UserId;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use testkit::World;
use testkit::world::MAPPED_ROLE;

use crate::sql::{force, value};
use crate::watch::{audit_of, words};

const ADA: &str = "ada@example.test";

fn preserve(names: &[&str]) -> Wanted {
    Wanted {
        preserved: Some(names.iter().map(ToString::to_string).collect()),
        ..Wanted::default()
    }
}

fn suppress(names: &[&str]) -> Wanted {
    Wanted {
        suppressed: Some(names.iter().map(ToString::to_string).collect()),
        ..Wanted::default()
    }
}

async fn put(world: &World, wanted: &Wanted, how: How) -> Result<Shown, Error> {
    set(world.reeve(), &world.caller(), ADA, wanted, how).await
}

async fn claims(world: &World, ada: UserId) -> Value {
    value(
        world,
        format!("select claims from app_user where user_id = '{ada}'"),
    )
    .await
}

#[tokio::test]
async fn overrides_are_kept_in_the_claims_beside_the_groups_and_leave_no_key_behind_when_cleared() {
    let world = World::empty().await;
    let ada = world.person("ada").groups(&["drivers"]).build().await;
    let wanted = Wanted {
        enabled: Some(true),
        suppressed: Some(vec!["Publisher".to_owned()]),
        ..preserve(&[" Reader", "READER ", "reader"])
    };
    put(&world, &wanted, How::Replace).await.unwrap();
    let stored = claims(&world, ada).await;
    let expected = serde_json::json!({
        "enabled": true, "preserved": ["reader"], "suppressed": ["publisher"],
    });
    assert_eq!(stored["role_overrides"], expected);
    assert_eq!(stored["groups"][0], "drivers");
    assert!(clear(world.reeve(), &world.caller(), ADA).await.unwrap());
    let stored = claims(&world, ada).await;
    assert_eq!(stored, serde_json::json!({ "groups": ["drivers"] }));
    assert!(!clear(world.reeve(), &world.caller(), ADA).await.unwrap());
}

#[tokio::test]
async fn setting_or_changing_everything_to_nothing_removes_the_claim_and_is_recorded_as_a_clear() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    for (nothing, how) in [
        (Wanted::default(), How::Replace),
        (preserve(&[]), How::Merge),
    ] {
        put(&world, &preserve(&["reader"]), How::Replace)
            .await
            .unwrap();
        let caller = world.caller();
        set(world.reeve(), &caller, ADA, &nothing, how)
            .await
            .unwrap();
        assert_eq!(claims(&world, ada).await, serde_json::json!({}));
        let rows = audit_of(&world, &caller).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].action, "overrides.clear");
        assert!(rows[0].after_json.is_none());
        let before = rows[0].before_json.as_ref().unwrap();
        assert_eq!(before["preserved"][0], "reader");
    }
}

#[tokio::test]
async fn what_a_change_does_not_name_stays_and_what_a_setting_does_not_name_is_gone() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let reason = Some(Some("on leave".to_owned()));
    let first = Wanted {
        enabled: Some(true),
        reason,
        ..preserve(&["reader"])
    };
    put(&world, &first, How::Replace).await.unwrap();
    let merged = put(&world, &suppress(&["publisher"]), How::Merge)
        .await
        .unwrap()
        .overrides;
    assert!(merged.enabled && merged.preserves("reader") && merged.suppresses("publisher"));
    assert_eq!(merged.reason.as_deref(), Some("on leave"));
    let without_reason = Wanted {
        reason: Some(None),
        ..Wanted::default()
    };
    let merged = put(&world, &without_reason, How::Merge)
        .await
        .unwrap()
        .overrides;
    assert!(merged.reason.is_none() && merged.enabled);
    let set = put(&world, &suppress(&["publisher"]), How::Replace)
        .await
        .unwrap()
        .overrides;
    assert!(!set.enabled && !set.preserves("reader") && set.suppresses("publisher"));
}

#[tokio::test]
async fn unknown_names_contradictions_and_ends_in_the_past_are_refused_with_their_field() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let refused = words(put(&world, &preserve(&["reader", "raeder"]), How::Merge).await);
    assert!(
        refused.starts_with("preserved: there is no role `raeder`"),
        "{refused}"
    );
    let refused = words(put(&world, &suppress(&["x"]), How::Replace).await);
    assert!(
        refused.starts_with("suppressed: there is no role `x`"),
        "{refused}"
    );
    let both = Wanted {
        suppressed: Some(vec!["READER".to_owned()]),
        ..preserve(&["reader"])
    };
    let refused = words(put(&world, &both, How::Replace).await);
    assert!(
        refused.starts_with("suppressed: `reader` is preserved too"),
        "{refused}"
    );
    let past = Wanted {
        expires_at: Some(Some(Timestamp::UNIX_EPOCH)),
        ..preserve(&["reader"])
    };
    let refused = words(put(&world, &past, How::Replace).await);
    assert!(refused.starts_with("expires_at: "), "{refused}");
    let shown = show(world.reeve(), &world.caller(), ADA).await.unwrap();
    assert!(shown.overrides.is_empty() && !shown.in_force);
}

#[tokio::test]
async fn a_preserved_role_outlives_suspension_until_the_overrides_end() {
    let world = World::discord_leading().await;
    let ada = world.person("ada").role("reader").build().await;
    let wanted = Wanted {
        ends_after: Some(SignedDuration::from_hours(1)),
        ..preserve(&["reader"])
    };
    let set = put(&world, &wanted, How::Replace).await.unwrap();
    assert!(set.in_force);
    world.discord(9, &[MAPPED_ROLE]);
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "suspended");
    assert_eq!(world.roles_of(ada).await, ["reader"]);
    assert!(world.reconcile().await.plan.is_none());
    force(
        &world,
        "set session_replication_role = replica;
         update app_user set claims = jsonb_set(claims, '{role_overrides,expires_at}', '\"2020-01-01T00:00:00Z\"')
          where claims ? 'role_overrides'",
    )
    .await;
    let shown = show(world.reeve(), &world.caller(), ADA).await.unwrap();
    assert!(!shown.in_force && shown.overrides.preserves("reader"));
    world.reconcile().await;
    assert!(world.roles_of(ada).await.is_empty());
}

/// What is over does not come back because something else is changed.
#[tokio::test]
async fn changing_overrides_that_are_over_begins_with_nothing() {
    let world = World::empty().await;
    world.person("ada").build().await;
    put(&world, &preserve(&["reader"]), How::Replace)
        .await
        .unwrap();
    force(
        &world,
        "update app_user set claims = jsonb_set(claims, '{role_overrides,expires_at}', '\"2020-01-01T00:00:00Z\"')
          where claims ? 'role_overrides'",
    )
    .await;
    let changed = put(&world, &suppress(&["publisher"]), How::Merge)
        .await
        .unwrap();
    assert!(changed.in_force && !changed.overrides.preserves("reader"));
    assert_eq!(changed.overrides.expires_at, None);
}

#[tokio::test]
async fn keeping_a_role_or_keeping_it_away_is_for_platform_admins() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let new = NewRole {
        name: "helpdesk".to_owned(),
        scope: ScopeKind::Platform,
        rank: 0,
        permissions: vec!["overrides:manage".to_owned()],
        description: None,
    };
    define::create(world.reeve(), &world.caller(), None, &new)
        .await
        .unwrap();
    let bob = world.person("bob").role("helpdesk").build().await;
    let boss = world.person("boss").role("admin").build().await;
    let bob = Caller::new(Actor::Person { user_id: bob });
    // Also to pause all taking, which keeps every role that groups gave.
    let pause = Wanted {
        enabled: Some(true),
        ..Wanted::default()
    };
    for wanted in [
        pause,
        preserve(&["admin"]),
        suppress(&["reader"]),
        preserve(&["tenant_owner"]),
    ] {
        let bob = Caller::new(bob.actor.clone());
        let refused = set(world.reeve(), &bob, ADA, &wanted, How::Merge).await;
        assert!(matches!(refused, Err(Error::GrantDenied(_))), "{refused:?}");
        let rows = audit_of(&world, &bob).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (&*rows[0].action, &*rows[0].outcome),
            ("overrides.set", "denied")
        );
    }
    let boss = Caller::new(Actor::Person { user_id: boss });
    set(world.reeve(), &boss, ADA, &preserve(&["admin"]), How::Merge)
        .await
        .unwrap();
    let refused = clear(world.reeve(), &bob, ADA).await;
    assert!(
        matches!(refused, Err(Error::GrantDenied(_))),
        "taking it away is the same"
    );
    let shown = show(world.reeve(), &world.caller(), ADA).await.unwrap();
    assert!(shown.overrides.preserves("admin"));
}
