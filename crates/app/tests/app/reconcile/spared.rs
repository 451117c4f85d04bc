//! Whom a run leaves alone though the matrix would not: the privileged, the exempt, the held.

use std::collections::BTreeMap;

use app::live::Settings;
use domain::governance::privileged::BreakGlass;
use domain::id::UserId;
use testkit::World;

use crate::sql::{force, scene};
use crate::watch::{Account, account};

/// By whose address the latest plan spares whom, and why.
async fn spared(world: &World) -> BTreeMap<String, String> {
    app::reconcile::show(world.reeve(), &world.caller(), "latest", true, 100)
        .await
        .unwrap()
        .spared
        .into_iter()
        .map(|shown| (shown.email, shown.spared.spared_by))
        .collect()
}

/// A world with one person who is suspended by any run, so that there is a plan to look at.
async fn world() -> World {
    let world = World::discord_leading().await;
    world.discord(1, &[testkit::world::MAPPED_ROLE]);
    world.person("leaver").build().await;
    world.scan().await;
    world
}

/// Sets the break-glass list, as a reload of the env file does.
fn allow(world: &World, break_glass: BreakGlass) {
    world.reeve().live.set(Settings {
        break_glass,
        ..Settings::default()
    });
}

async fn is_untouched(world: &World, user: UserId, by: &str, email: &str) {
    let (before, roles) = (account(world, user).await, world.roles_of(user).await);
    world.reconcile().await;
    assert_eq!(account(world, user).await, before, "{email}");
    assert_eq!(world.roles_of(user).await, roles, "{email}");
    assert_eq!(spared(world).await.get(email).map(String::as_str), Some(by));
}

#[tokio::test]
async fn admins_and_subadmins_are_listed_and_left_alone() {
    for role in ["admin", "subadmin"] {
        let world = world().await;
        let boss = world.person("boss").role(role).role("reader").build().await;
        is_untouched(&world, boss, role, "boss@example.test").await;
    }
}

#[tokio::test]
async fn whoever_is_on_the_break_glass_list_by_id_is_left_alone() {
    let world = world().await;
    let ada = world.person("ada").role("reader").build().await;
    allow(&world, BreakGlass::parse(&ada.to_string(), ""));
    is_untouched(&world, ada, "break_glass", "ada@example.test").await;
}

#[tokio::test]
async fn whoever_is_on_the_break_glass_list_by_email_is_left_alone() {
    let world = world().await;
    let ada = world.person("ada").role("reader").build().await;
    allow(
        &world,
        BreakGlass::parse("", "nobody@example.test ADA@example.TEST"),
    );
    is_untouched(&world, ada, "break_glass", "ada@example.test").await;
}

/// The list is the environment's: it may change between plan and apply without any row changing.
#[tokio::test]
async fn whoever_came_onto_the_break_glass_list_after_the_plan_is_skipped() {
    let world = world().await;
    let ada = world.person("ada").role("reader").build().await;
    let bob = world.person("bob").role("reader").build().await;
    let made = world.plan().await.unwrap();
    assert_eq!(made.counts.suspend, 3);
    allow(
        &world,
        BreakGlass::parse(&ada.to_string(), "BOB@example.test"),
    );
    let before = account(&world, ada).await;
    let applied = crate::reconcile::apply(&world, &made.plan_id)
        .await
        .unwrap();
    assert_eq!((applied.applied, applied.skipped), (1, 2));
    // Only the version moved: off the list again, another plan is made, not this one taken as done.
    let after = account(&world, ada).await;
    assert!(after.version > before.version);
    assert_eq!(
        Account {
            version: before.version,
            ..after
        },
        before
    );
    assert_eq!(world.status_of(bob).await, "active");
    allow(&world, BreakGlass::default());
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "suspended");
}

#[tokio::test]
async fn an_exemption_keeps_somebody_active_until_it_ends() {
    let world = world().await;
    let ada = world.person("ada").role("reader").exempt(24).build().await;
    is_untouched(&world, ada, "exemption", "ada@example.test").await;
    scene(&world, "update exemption set ended_at = now()").await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "suspended");
}

#[tokio::test]
async fn an_exemption_restores_who_was_suspended() {
    let world = world().await;
    let ada = world
        .person("ada")
        .status("suspended")
        .exempt(24)
        .build()
        .await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active");
    let row = world.audit("entitlement.reconcile").await;
    let row = row.iter().find(|row| row.entity_pk == ada.to_string());
    let after = row.unwrap().after_json.as_ref().unwrap();
    assert_eq!(after["exempted"], true);
    assert_eq!(after["entitled"], false, "the truth stays the truth");
}

#[tokio::test]
async fn a_hold_leaves_status_and_roles_alone_until_it_ends() {
    let world = world().await;
    let ada = world.person("ada").role("reader").hold(24).build().await;
    is_untouched(&world, ada, "hold", "ada@example.test").await;
    force(
        &world,
        "update hold set starts_at = now() - interval '2 days', ends_at = now() - interval '1 second'",
    )
    .await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "suspended");
}

#[tokio::test]
async fn a_hold_keeps_a_suspended_person_suspended_too() {
    let world = world().await;
    let ada = world
        .person("ada")
        .status("suspended")
        .linked(1)
        .hold(24)
        .build()
        .await;
    is_untouched(&world, ada, "hold", "ada@example.test").await;
}

#[tokio::test]
async fn a_hold_or_exemption_that_has_not_begun_spares_nobody() {
    let world = world().await;
    let held = world.person("held").hold(24).build().await;
    let exempt = world.person("exempt").exempt(24).build().await;
    scene(
        &world,
        "update hold set starts_at = now() + interval '1 hour';
         update exemption set starts_at = now() + interval '1 hour'",
    )
    .await;
    world.reconcile().await;
    assert_eq!(world.status_of(held).await, "suspended");
    assert_eq!(world.status_of(exempt).await, "suspended");
}

/// The runbook's way to restore somebody at once, which the next run must not undo.
#[tokio::test]
async fn whoever_an_operator_sets_active_by_sql_is_held() {
    let world = world().await;
    let ada = world.person("ada").status("suspended").build().await;
    let sql = format!("update app_user set status = 'active' where user_id = '{ada}'");
    crate::sql::operator(&world, sql).await;
    is_untouched(&world, ada, "hold", "ada@example.test").await;
    assert_eq!(world.status_of(ada).await, "active");
}

#[tokio::test]
async fn an_admin_role_that_is_not_in_force_stays_and_holds_nobody_up() {
    let world = world().await;
    let later = world
        .person("later")
        .role("admin")
        .role("reader")
        .build()
        .await;
    force(
        &world,
        "set session_replication_role = replica;
         update user_roles set valid_from = now() + interval '1 day'
          where role_id in (select role_id from role where name = 'admin')",
    )
    .await;
    let applied = world.reconcile().await.applied.unwrap();
    assert_eq!(applied.skipped, 0);
    assert_eq!(
        world.status_of(later).await,
        "suspended",
        "not an admin yet"
    );
    assert_eq!(world.roles_of(later).await, ["admin"]);
}
