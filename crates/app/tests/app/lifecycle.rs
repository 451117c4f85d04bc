//! Moving a status by hand, restoring at once, and erasing a person.

use app::lifecycle::{disable, enable, erase, restore, suspend};
use app::role::Place;
use domain::identity::Status;
use domain::time::End;
use jiff::SignedDuration;
use testkit::World;

use crate::sql::{count, rows, scene};
use crate::watch::{Census, account, audit_of, clock, words};

const ADA: &str = "ada@example.test";

#[tokio::test]
async fn suspending_and_disabling_take_access_at_once_and_enabling_gives_back_the_status_before() {
    let world = World::empty().await;
    let ada = world.person("ada").role("reader").build().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let start = clock(&world).await;
    let moved = suspend(reeve, &caller, ADA, "lost phone").await.unwrap();
    assert_eq!(
        (moved.before, moved.after),
        (Status::Active, Status::Suspended)
    );
    let out = account(&world, ada).await;
    assert!(
        out.epoch > start && out.revoked_at > Some(start),
        "sessions are refused"
    );
    assert_eq!(out.status_reason.as_deref(), Some("lost phone"));
    assert_eq!(world.roles_of(ada).await, ["reader"], "roles stay");
    disable(reeve, &caller, ADA, "left").await.unwrap();
    let back = enable(reeve, &caller, ADA, "came back").await.unwrap();
    assert_eq!(
        back.after,
        Status::Suspended,
        "the status before the disable"
    );
    let refused = words(enable(reeve, &caller, ADA, "again").await);
    assert!(refused.contains("not disabled"), "{refused}");
}

#[tokio::test]
async fn nobody_suspends_an_administrator_by_hand_and_the_denial_is_recorded() {
    let world = World::empty().await;
    let boss = world.person("boss").role("admin").build().await;
    let caller = world.caller();
    let refused = words(suspend(world.reeve(), &caller, "boss@example.test", "why").await);
    assert!(refused.contains("disable them instead"), "{refused}");
    assert_eq!(world.status_of(boss).await, "active");
    let recorded = audit_of(&world, &caller).await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(
        (recorded[0].action.as_str(), recorded[0].outcome.as_str()),
        ("identity.suspend", "denied")
    );
    let disabled = disable(world.reeve(), &caller, "boss@example.test", "why")
        .await
        .unwrap();
    let warned = disabled
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect::<String>();
    assert!(
        warned.contains("nobody active is platform admin now"),
        "{warned}"
    );
    assert_eq!(world.status_of(boss).await, "disabled");
}

/// A suspension in its place would be reconcile's to undo (D3).
#[tokio::test]
async fn suspending_somebody_disabled_is_refused_and_reconcile_does_not_let_them_in() {
    let world = World::discord_leading().await;
    let emeka = world.person("emeka").linked(1).mapped_role().build().await;
    world.scan().await;
    let (reeve, caller, who) = (world.reeve(), world.caller(), emeka.to_string());
    disable(reeve, &caller, &who, "left").await.unwrap();
    let refused = words(suspend(reeve, &caller, &who, "to be sure").await);
    assert!(refused.contains("enable them first"), "{refused}");
    world.reconcile().await;
    assert_eq!(world.status_of(emeka).await, "disabled");
}

#[tokio::test]
async fn the_system_itself_and_nobody_can_not_be_moved() {
    let world = World::empty().await;
    for who in ["system@reeve.invalid", "nobody@example.test"] {
        let refused = words(enable(world.reeve(), &world.caller(), who, "why").await);
        assert_eq!(refused, format!("there is no identity `{who}`"));
    }
}

/// Ada, whom reconcile has suspended and stripped of `reader` and `publisher`.
async fn stripped() -> World {
    let world = World::discord_leading().await;
    world.person("boss").linked(1).mapped_role().build().await;
    world
        .person("ada")
        .role("reader")
        .role("publisher")
        .build()
        .await;
    world.scan().await;
    world.reconcile().await;
    assert_eq!(count(&world, "stripped_assignment").await, 2);
    world
}

#[tokio::test]
async fn a_restore_gives_back_what_it_can_says_what_it_can_not_and_keeps_reconcile_away() {
    let world = stripped().await;
    scene(
        &world,
        "update stripped_assignment set stripped_at = now() - interval '31 days'
          where role_id = (select role_id from role where name = 'publisher')",
    )
    .await;
    let restored = restore(world.reeve(), &world.caller(), ADA, None, "needed today")
        .await
        .unwrap();
    let ada = restored.moved.user_id;
    assert_eq!(
        (restored.moved.before, restored.moved.after),
        (Status::Suspended, Status::Active)
    );
    let names = |roles: &[app::lifecycle::RoleKept]| {
        roles
            .iter()
            .map(|kept| kept.role.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&restored.given_back), ["reader"]);
    assert_eq!(names(&restored.lost), ["publisher"]);
    assert!(
        restored.lost[0]
            .why_not
            .as_ref()
            .unwrap()
            .contains("too long ago")
    );
    assert!(restored.sign_in_again, "the sessions stay revoked");
    assert_eq!(world.roles_of(ada).await, ["reader"]);
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active", "the hold lasts a day");
    scene(
        &world,
        "update hold set starts_at = now() - interval '2 days', ends_at = now()",
    )
    .await;
    world.reconcile().await;
    assert_eq!(
        world.status_of(ada).await,
        "suspended",
        "and then the rules hold again"
    );
}

#[tokio::test]
async fn whoever_is_disabled_is_enabled_first_and_a_wrong_hold_restores_nothing() {
    let world = stripped().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let too_long = End::After(SignedDuration::from_hours(24 * 40));
    let before = Census::of(&world).await;
    let refused = words(restore(reeve, &caller, ADA, Some(too_long), "why").await);
    assert!(refused.contains("at most 31 days"), "{refused}");
    before.assert_nothing_written(&world).await;
    disable(reeve, &caller, ADA, "left").await.unwrap();
    let refused = words(restore(reeve, &caller, ADA, None, "why").await);
    assert!(refused.contains("enable them first"), "{refused}");
}

#[tokio::test]
async fn an_erased_person_is_nowhere_by_name_but_their_changes_stay() {
    let world = World::empty().await;
    let north = world.organization("north").await;
    let ada = world
        .person("ada")
        .linked(7)
        .groups(&["drivers"])
        .role("reader")
        .role_in("tenant_member", north)
        .hold(5)
        .build()
        .await;
    scene(
        &world,
        "update hold set reason = 'Ada is on leave';
         insert into identity_activity select user_id, now() from app_user where email = 'ada@example.test'",
    )
    .await;
    let caller = world.caller();
    let wrong = words(erase(world.reeve(), &caller, ADA, "eve@example.test", "asked").await);
    assert!(wrong.starts_with("confirm: "), "{wrong}");
    let erased = erase(world.reeve(), &caller, ADA, "ADA@example.test", "asked")
        .await
        .unwrap();
    assert_eq!(
        (erased.links, erased.assignments, erased.memberships),
        (1, 2, 1)
    );
    let found: Vec<(String, Option<String>, String, String)> = rows(
        &world,
        format!(
            "select email, display_name, status, claims::text from app_user where user_id = '{ada}'"
        ),
    )
    .await;
    let (email, name, status, claims) = &found[0];
    assert_eq!(*email, format!("erased-{ada}@erased.invalid"));
    assert_eq!(
        (name, status.as_str(), claims.as_str()),
        (&None, "disabled", "{}")
    );
    for gone in ["identity_link", "user_roles", "identity_activity"] {
        let left = format!("{gone} where user_id = '{ada}'");
        assert_eq!(count(&world, &left).await, 0, "{gone}");
    }
    let named = "hold where reason like '%Ada%'";
    assert_eq!(count(&world, named).await, 0);
    let log = format!(
        "audit_log where target_user_id = '{ada}' and (before_json::text || after_json::text) ilike '%ada@%'"
    );
    assert_eq!(count(&world, &log).await, 0);
    let row = &audit_of(&world, &caller).await[0];
    assert_eq!(
        (row.action.as_str(), row.reason.as_deref()),
        ("identity.erase", Some("asked"))
    );
}

#[tokio::test]
async fn whoever_was_erased_is_given_nothing_any_more() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    let (reeve, caller, who) = (world.reeve(), world.caller(), ada.to_string());
    erase(reeve, &caller, ADA, ADA, "asked").await.unwrap();
    let day = End::After(SignedDuration::from_hours(24));
    let discord = app::link::New {
        discord_id: "80351110224678912".to_owned(),
    };
    let refusals = [
        words(enable(reeve, &caller, &who, "why").await),
        words(restore(reeve, &caller, &who, None, "why").await),
        words(app::hold::add(reeve, &caller, &who, day, "why").await),
        words(app::exemption::add(reeve, &caller, &who, day, None, "why").await),
        words(app::link::link(reeve, &caller, &who, &discord).await),
        words(app::role::assign(reeve, &caller, &who, "reader", &Place::default()).await),
    ];
    for refused in refusals {
        assert!(refused.contains("they were erased"), "{refused}");
    }
    assert_eq!(world.status_of(ada).await, "disabled");
    assert_eq!(count(&world, "user_roles").await, 0);
}

#[tokio::test]
async fn a_restore_names_what_is_lost_once() {
    let world = stripped().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    scene(
        &world,
        "update stripped_assignment set stripped_at = now() - interval '31 days'",
    )
    .await;
    let lost = async || {
        let restored = restore(reeve, &caller, ADA, None, "needed today").await;
        restored.unwrap().lost.len()
    };
    assert_eq!((lost().await, lost().await), (2, 0));
}

#[tokio::test]
async fn the_last_owner_is_not_erased() {
    let world = World::empty().await;
    let north = world.organization("north").await;
    world
        .person("ada")
        .role_in("tenant_owner", north)
        .build()
        .await;
    let before = Census::of(&world).await;
    let refused = words(erase(world.reeve(), &world.caller(), ADA, ADA, "asked").await);
    assert!(
        refused.contains("give the role to somebody else first"),
        "{refused}"
    );
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn a_disabled_administrator_is_enabled_whatever_they_were_before() {
    let world = World::empty().await;
    for (name, before) in [("was-suspended", "'suspended'"), ("imported-so", "null")] {
        let boss = world.person(name).role("admin").build().await;
        scene(
            &world,
            format!("update app_user set status = 'disabled' where user_id = '{boss}'"),
        )
        .await;
        scene(
            &world,
            format!(
                "update app_user set status_before_disabled = {before} where user_id = '{boss}'"
            ),
        )
        .await;
        let who = boss.to_string();
        let moved = enable(world.reeve(), &world.caller(), &who, "back")
            .await
            .unwrap();
        assert_eq!(moved.after, Status::Active, "{name}");
    }
}

#[tokio::test]
async fn nobody_on_the_break_glass_list_is_suspended_by_hand() {
    let world = World::empty().await;
    world.person("ada").build().await;
    world.reeve().live.set(app::live::Settings {
        break_glass: domain::governance::privileged::BreakGlass::parse("", ADA),
        ..app::live::Settings::default()
    });
    let refused = words(suspend(world.reeve(), &world.caller(), ADA, "why").await);
    assert!(refused.contains("disable them instead"), "{refused}");
}
