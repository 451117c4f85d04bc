//! Who may give and take roles: what a caller may lean on, and what happens to who may not.

use app::role::{Place, assign, revoke};
use app::{Caller, Error};
use domain::access::ceiling::GrantDenied;
use domain::access::role::BUILT_IN;
use domain::actor::Actor;
use testkit::World;

use crate::role::{ADA, at, inside, world};
use crate::sql::scene;
use crate::watch::audit_of;

/// Refused both ways, with the class of the refusal, and on record as denied.
async fn is_denied(
    world: &World,
    caller: &Caller,
    role: &str,
    place: &Place,
    why: fn(&GrantDenied) -> bool,
) {
    let caller = Caller::new(caller.actor.clone());
    let given = assign(world.reeve(), &caller, ADA, role, place)
        .await
        .map(usize::from);
    let taken = revoke(world.reeve(), &caller, ADA, role, place).await;
    for refused in [given, taken] {
        assert!(
            matches!(&refused, Err(Error::Ceiling(denial)) if why(&denial.denied)),
            "{role}: {refused:?}"
        );
    }
    let found = audit_of(world, &caller).await;
    let actions: Vec<_> = found.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["role.assign", "role.revoke"], "{role}");
    for row in &found {
        assert_eq!(
            (row.outcome.as_str(), row.source.as_str()),
            ("denied", "person"),
            "{role}"
        );
        assert_eq!(row.actor_user_id, Some(caller.actor.user_id().0));
        assert!(row.reason.is_some(), "{role}");
    }
}

/// Refused both ways as whatever is not there, and on record as denied.
async fn is_hidden(world: &World, caller: &Caller, role: &str, place: &Place) {
    let caller = Caller::new(caller.actor.clone());
    let given = assign(world.reeve(), &caller, ADA, role, place)
        .await
        .map(usize::from);
    let taken = revoke(world.reeve(), &caller, ADA, role, place).await;
    for refused in [given, taken] {
        assert!(
            matches!(&refused, Err(Error::Refused(refusal)) if refusal.hides()),
            "{role}: {refused:?}"
        );
    }
    let found = audit_of(world, &caller).await;
    let rows: Vec<_> = found
        .iter()
        .map(|row| (row.action.as_str(), row.outcome.as_str()))
        .collect();
    assert_eq!(rows, [("role.assign", "denied"), ("role.revoke", "denied")]);
}

#[tokio::test]
async fn a_denial_says_the_ceiling_and_what_may_be_given_instead() {
    let (world, _, tina, _) = world().await;
    let refused = assign(world.reeve(), &tina, ADA, "tenant_owner", &at("north")).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the role `tenant_owner` has rank 80, your ceiling here is 60; you may give here: tenant_admin, \
         tenant_member, tenant_viewer"
    );
    let refused = assign(world.reeve(), &tina, ADA, "admin", &Place::default()).await;
    let said = refused.unwrap_err().to_string();
    assert!(
        said.ends_with("there is no role that you may give here"),
        "{said}"
    );
}

/// Inside an organization, its administrators know its members alone: whether somebody else exists is
/// not theirs to find out by giving roles.
#[tokio::test]
async fn whoever_may_not_look_at_everybody_gives_roles_to_members_and_learns_of_nobody_else() {
    let (world, _, tina, _) = world().await;
    for who in [ADA, "no@one.test"] {
        let refused = assign(world.reeve(), &tina, who, "tenant_member", &at("north")).await;
        let said = refused.unwrap_err().to_string();
        assert_eq!(said, format!("there is no identity `{who}`"));
    }
}

#[tokio::test]
async fn a_tenant_admin_gives_up_to_their_own_rank_and_no_further() {
    let (world, ada, tina, _) = world().await;
    let north = "north".parse().unwrap();
    app::membership::add(world.reeve(), &tina, &north, ADA)
        .await
        .unwrap();
    for (role, place) in [
        ("tenant_viewer", at("north")),
        ("tenant_member", at("north")),
        ("tenant_admin", at("north")),
        ("project_member", inside("north", "road")),
        ("project_admin", inside("north", "road")),
    ] {
        assert!(
            assign(world.reeve(), &tina, ADA, role, &place)
                .await
                .unwrap(),
            "{role}"
        );
    }
    let given = world.roles_of(ada).await;
    let above: fn(&GrantDenied) -> bool =
        |denied| matches!(denied, GrantDenied::AboveCeiling { .. });
    is_denied(&world, &tina, "tenant_owner", &at("north"), above).await;
    is_denied(
        &world,
        &tina,
        "project_owner",
        &inside("north", "road"),
        above,
    )
    .await;
    assert_eq!(world.roles_of(ada).await, given);
}

#[tokio::test]
async fn a_tenant_admin_gives_no_platform_role_and_nothing_elsewhere() {
    let (world, ada, tina, _) = world().await;
    for role in BUILT_IN.iter().filter(|role| role.portal()) {
        is_denied(&world, &tina, role.name, &Place::default(), |denied| {
            *denied == GrantDenied::PlatformAdminOnly
        })
        .await;
    }
    is_hidden(&world, &tina, "tenant_viewer", &at("south")).await;
    assert!(world.roles_of(ada).await.is_empty());
}

#[tokio::test]
async fn whoever_is_suspended_or_no_member_any_more_gives_nothing() {
    for change in [
        "update app_user set status = 'suspended' where user_id = '$'",
        "update membership set status = 'ended' where user_id = '$'",
        "update user_roles set valid_from = now() - interval '2 days', valid_until = now() where user_id = '$'",
    ] {
        let (world, _, tina, _) = world().await;
        scene(
            &world,
            change.replace('$', &tina.actor.user_id().to_string()),
        )
        .await;
        if change.contains("membership") {
            is_hidden(&world, &tina, "tenant_viewer", &at("north")).await;
            continue;
        }
        is_denied(&world, &tina, "tenant_viewer", &at("north"), |denied| {
            *denied == GrantDenied::NoGrantRight
        })
        .await;
    }
}

#[tokio::test]
async fn a_platform_admin_gives_what_they_like() {
    let (world, ada, _, _) = world().await;
    let boss = world.person("boss").role("admin").build().await;
    let boss = Caller::new(Actor::Person { user_id: boss });
    assert!(
        assign(world.reeve(), &boss, ADA, "admin", &Place::default())
            .await
            .unwrap()
    );
    assert!(
        assign(world.reeve(), &boss, ADA, "tenant_owner", &at("south"))
            .await
            .unwrap()
    );
    assert_eq!(world.roles_of(ada).await, ["admin", "tenant_owner"]);
    assert_eq!(
        audit_of(&world, &boss).await[0].actor_user_id,
        Some(boss.actor.user_id().0)
    );
}

/// Reeve's jobs give back roles, never administrative ones.
#[tokio::test]
async fn a_job_gives_no_administrative_role() {
    let (world, ada, _, _) = world().await;
    let job = Caller::new(Actor::Job {
        name: "provisioning",
    });
    let refused = assign(world.reeve(), &job, ADA, "admin", &Place::default()).await;
    assert!(
        matches!(
            refused,
            Err(Error::Ceiling(ref denial)) if denial.denied == GrantDenied::Administrative
        ),
        "{refused:?}"
    );
    assert!(
        assign(world.reeve(), &job, ADA, "reader", &Place::default())
            .await
            .unwrap()
    );
    assert_eq!(world.roles_of(ada).await, ["reader"]);
    let sources: Vec<_> = audit_of(&world, &job)
        .await
        .into_iter()
        .map(|row| row.source)
        .collect();
    assert_eq!(sources, ["provisioning", "provisioning"]);
}
