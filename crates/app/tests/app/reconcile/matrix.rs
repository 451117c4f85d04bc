//! The four cells of the decision matrix, enforced in the database, in both modes.

use app::role::{self, Place};
use domain::governance::mode::Mode;
use domain::id::{OrganizationId, UserId};
use testkit::World;

use crate::sql::{rows, value};
use crate::watch::{account, clock, kept};

/// Everybody of the organization `inside` is in scope.
async fn world(mode: Mode) -> (World, OrganizationId) {
    let world = match mode {
        Mode::Discord => World::discord_leading().await,
        Mode::Portal => World::portal_leading().await,
    };
    let inside = world.organization("inside").await;
    world.policy("organizations = ['inside']").await;
    (world, inside)
}

/// Somebody of one cell, who also has a portal role, a tenant role and a project role.
async fn somebody(mode: Mode, in_scope: bool, entitled: bool) -> (World, UserId) {
    let (world, inside) = world(mode).await;
    let elsewhere = world.organization("elsewhere").await;
    let project = world.project(elsewhere, "road").await;
    let mut person = world
        .person("ada")
        .linked(1)
        .role("reader")
        .role_in("tenant_member", elsewhere)
        .role_at("project_viewer", elsewhere, project);
    if in_scope {
        person = person.member_of(inside);
    }
    person = match (mode, entitled) {
        (Mode::Discord, true) => person.mapped_role(),
        (Mode::Portal, true) => person.in_guild().role("hauling.member"),
        (_, false) => person.in_guild(),
    };
    let ada = person.build().await;
    // Somebody has the mapped role, or no observation would be admitted.
    world.discord(99, &[testkit::world::MAPPED_ROLE]);
    world.scan().await;
    (world, ada)
}

const BOTH: [Mode; 2] = [Mode::Discord, Mode::Portal];

#[tokio::test]
async fn in_scope_and_entitled_becomes_active() {
    for mode in BOTH {
        let (world, ada) = somebody(mode, true, true).await;
        crate::sql::scene(
            &world,
            "update app_user set status = 'suspended', session_revoked_at = now() where email like 'ada@%'",
        )
        .await;
        let (roles, before) = (world.roles_of(ada).await, account(&world, ada).await);
        let run = world.reconcile().await;
        assert_eq!(run.plan.unwrap().counts.restore, 1, "{mode:?}");
        let after = account(&world, ada).await;
        assert_eq!(after.status, "active", "{mode:?}");
        assert_eq!(
            world.roles_of(ada).await,
            roles,
            "{mode:?}: nothing was taken"
        );
        assert_eq!(after.epoch, before.epoch, "old sessions stay refused");
        assert_eq!((after.in_scope, after.entitled), (Some(true), Some(true)));
    }
}

/// Runs, and shows that the person lost status, portal roles and sessions, and nothing else.
async fn is_suspended(mode: Mode, in_scope: bool, entitled: bool) {
    let (world, ada) = somebody(mode, in_scope, entitled).await;
    let before = clock(&world).await;
    let belongs = memberships(&world, ada).await;
    let run = world.reconcile().await;
    let plan = run.plan.unwrap();
    assert_eq!(plan.counts.suspend, 1);
    let after = account(&world, ada).await;
    assert_eq!(after.status, "suspended", "{mode:?}");
    assert!(after.revoked_at.unwrap() >= before, "sessions are revoked");
    assert!(after.epoch >= before, "what was issued before is refused");
    assert_eq!(
        world.roles_of(ada).await,
        ["project_viewer", "tenant_member"],
        "{mode:?}: roles of tenants and projects stay"
    );
    let mut stripped = vec!["reader"];
    if mode == Mode::Portal && entitled {
        stripped.insert(0, "hauling.member");
    }
    assert_eq!(kept(&world, ada).await, stripped, "{mode:?}: remembered");
    let by: String = value(&world, "select distinct plan_id from stripped_assignment").await;
    assert_eq!(by, plan.plan_id, "with the plan that took them");
    assert_eq!(memberships(&world, ada).await, belongs);
}

async fn memberships(world: &World, user: UserId) -> Vec<(String, String)> {
    rows(
        world,
        format!(
            "select o.slug, m.status from membership m join organization o on o.id = m.organization_id
              where m.user_id = '{user}' order by 1"
        ),
    )
    .await
}

#[tokio::test]
async fn in_scope_but_not_entitled_is_suspended_stripped_and_signed_out() {
    for mode in BOTH {
        is_suspended(mode, true, false).await;
    }
}

#[tokio::test]
async fn entitled_but_not_in_scope_is_suspended_stripped_and_signed_out() {
    for mode in BOTH {
        is_suspended(mode, false, true).await;
    }
}

#[tokio::test]
async fn neither_in_scope_nor_entitled_is_suspended_stripped_and_signed_out() {
    for mode in BOTH {
        is_suspended(mode, false, false).await;
    }
}

/// What a suspended person got since is taken too, and their standing sessions are not theirs again.
#[tokio::test]
async fn whoever_is_out_of_scope_or_not_entitled_loses_status_and_portal_roles() {
    let (world, ada) = somebody(Mode::Discord, false, false).await;
    world.reconcile().await;
    let (caller, platform) = (world.caller(), Place::default());
    let given = role::assign(
        world.reeve(),
        &caller,
        "ada@example.test",
        "publisher",
        &platform,
    );
    assert!(given.await.unwrap());
    let run = world.reconcile().await;
    assert_eq!(run.plan.unwrap().counts.change, 1);
    assert_eq!(kept(&world, ada).await, ["publisher", "reader"]);
    assert_eq!(
        world.roles_of(ada).await,
        ["project_viewer", "tenant_member"]
    );
    assert_eq!(world.status_of(ada).await, "suspended");
}

#[tokio::test]
async fn the_disabled_are_never_touched() {
    for mode in BOTH {
        let (world, inside) = world(mode).await;
        let yes = world
            .person("yes")
            .status("disabled")
            .member_of(inside)
            .linked(1)
            .mapped_role()
            .role("hauling.member")
            .build()
            .await;
        let no = world
            .person("no")
            .status("disabled")
            .role("reader")
            .build()
            .await;
        world.scan().await;
        let before = (account(&world, yes).await, account(&world, no).await);
        assert!(world.reconcile().await.plan.is_none(), "{mode:?}");
        assert_eq!(
            (account(&world, yes).await, account(&world, no).await),
            before
        );
        assert_eq!(world.roles_of(no).await, ["reader"]);
    }
}

#[tokio::test]
async fn each_run_reads_the_governance_mode_afresh() {
    let world = World::discord_leading().await;
    let by_discord = world.person("ada").linked(1).mapped_role().build().await;
    let by_portal = world
        .person("bob")
        .linked(2)
        .in_guild()
        .role("hauling.member")
        .build()
        .await;
    world.scan().await;
    world.reconcile().await;
    let standing = async || {
        (
            world.status_of(by_discord).await,
            world.status_of(by_portal).await,
        )
    };
    let expect = |ada: &str, bob: &str| (ada.to_owned(), bob.to_owned());
    assert_eq!(standing().await, expect("active", "suspended"));
    world.mode(Mode::Portal).await;
    world.reconcile().await;
    assert_eq!(standing().await, expect("suspended", "active"));
    world.mode(Mode::Discord).await;
    world.reconcile().await;
    assert_eq!(standing().await, expect("active", "suspended"));
}

#[tokio::test]
async fn in_portal_leading_mode_an_assignment_of_hauling_member_entitles() {
    let world = World::portal_leading().await;
    let ada = world.person("ada").role("hauling.member").build().await;
    let bob = world.person("bob").role("reader").build().await;
    world.reconcile().await;
    assert_eq!(world.status_of(ada).await, "active");
    assert_eq!(world.status_of(bob).await, "suspended");
}

/// One name: the mapping's row, the portal role, the permission it carries.
#[tokio::test]
async fn hauling_member_is_one_name_for_mapping_entitlement_and_portal_role() {
    let world = World::discord_leading().await;
    let mapped: String = value(&world, "select entitlement from entitlement_mapping").await;
    let role: (String, bool, String) = rows(
        &world,
        "select r.name, r.portal, p.permission from role r join role_permission p using (role_id)
          where r.name = 'hauling.member'",
    )
    .await
    .remove(0);
    assert_eq!(mapped, "hauling.member");
    assert_eq!(role, (mapped.clone(), true, mapped.clone()));
    let permission = domain::access::permission::HAULING_MEMBER;
    assert_eq!(permission.name(), mapped);
}
