//! Giving and taking roles, once and on record. Who may is in `authority`.

use app::role::{Place, assign, list, revoke};
use app::{Caller, Error};
use domain::access::role::BUILT_IN;
use domain::actor::Actor;
use domain::id::{OrganizationId, UserId};
use testkit::World;

use crate::sql::{count, scene};
use crate::watch::{Census, audit_of, words};

pub(crate) fn at(organization: &str) -> Place {
    Place {
        organization: Some(organization.parse().unwrap()),
        project: None,
    }
}

pub(crate) fn inside(organization: &str, project: &str) -> Place {
    Place {
        project: Some(project.parse().unwrap()),
        ..at(organization)
    }
}

pub(crate) const ADA: &str = "ada@example.test";

/// Organizations `north` (with the project `road`) and `south`; Ada; and Tina, tenant admin of `north`.
pub(crate) async fn world() -> (World, UserId, Caller, OrganizationId) {
    let world = World::empty().await;
    let north = world.organization("north").await;
    world.organization("south").await;
    world.project(north, "road").await;
    let ada = world.person("ada").build().await;
    let tina = world
        .person("tina")
        .role_in("tenant_admin", north)
        .build()
        .await;
    (
        world,
        ada,
        Caller::new(Actor::Person { user_id: tina }),
        north,
    )
}

#[tokio::test]
async fn giving_and_taking_a_role_again_writes_nothing() {
    let (world, ada, ..) = world().await;
    let (reeve, caller, north) = (world.reeve(), world.caller(), at("north"));
    let (by_email, by_id, role) = ("ADA@example.test", ada.to_string(), "tenant_member");
    assert!(
        assign(reeve, &caller, by_email, role, &north)
            .await
            .unwrap()
    );
    assert_eq!(world.roles_of(ada).await, [role]);
    let before = Census::of(&world).await;
    assert!(!assign(reeve, &caller, &by_id, role, &north).await.unwrap());
    before.assert_nothing_written(&world).await;
    assert_eq!(
        revoke(reeve, &caller, &by_id, role, &north).await.unwrap(),
        1
    );
    assert!(world.roles_of(ada).await.is_empty());
    let before = Census::of(&world).await;
    assert_eq!(
        revoke(reeve, &caller, by_email, role, &north)
            .await
            .unwrap(),
        0
    );
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn giving_and_taking_a_role_is_one_audit_row_each() {
    let (world, ada, _, tenant) = world().await;
    let (reeve, caller, north) = (world.reeve(), world.caller(), at("north"));
    assign(reeve, &caller, ADA, "tenant_member", &north)
        .await
        .unwrap();
    revoke(reeve, &caller, ADA, "tenant_member", &north)
        .await
        .unwrap();
    let found = audit_of(&world, &caller).await;
    let actions: Vec<_> = found.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions,
        ["membership.add", "role.assign", "role.revoke"],
        "and the membership that it needed"
    );
    for row in &found {
        assert_eq!(
            (row.target_user_id, row.tenant_id),
            (Some(ada.0), Some(tenant.0))
        );
        assert_eq!(
            (row.outcome.as_str(), row.source.as_str()),
            ("success", "command_line")
        );
    }
    let (given, taken) = (
        found[1].after_json.as_ref().unwrap(),
        found[2].before_json.as_ref().unwrap(),
    );
    assert_eq!(given["role"], "tenant_member");
    assert_eq!(given, taken, "the same assignment, by its id");
    assert_eq!(given["assignment_ids"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_role_records_a_membership_only_where_it_begins_one() {
    let (world, ada, _, tenant) = world().await;
    let added = format!("audit_log where action = 'membership.add' and target_user_id = '{ada}'");
    for (role, rows) in [("tenant_viewer", 1), ("tenant_member", 1)] {
        assign(world.reeve(), &world.caller(), ADA, role, &at("north"))
            .await
            .unwrap();
        assert_eq!(count(&world, &added).await, rows, "{role}");
    }
    let row = world.audit("membership.add").await.remove(0);
    assert_eq!(row.entity_pk, format!("{tenant}/{ada}"));
    scene(
        &world,
        format!("update membership set status = 'ended' where organization_id = '{tenant}' and user_id = '{ada}'"),
    )
    .await;
    assign(
        world.reeve(),
        &world.caller(),
        ADA,
        "tenant_viewer",
        &at("north"),
    )
    .await
    .unwrap();
    assert_eq!(count(&world, &added).await, 2, "it had ended");
}

#[tokio::test]
async fn a_role_is_taken_whatever_gave_it() {
    let (world, ada, _, _) = world().await;
    let caller = world.caller();
    for source in ["sql", "oidc"] {
        scene(
            &world,
            format!("insert into user_roles (user_id, role_id, source) select '{ada}', role_id, '{source}' from role where name = 'reader'"),
        )
        .await;
    }
    assert_eq!(
        revoke(world.reeve(), &caller, ADA, "reader", &Place::default())
            .await
            .unwrap(),
        2
    );
    let found = audit_of(&world, &caller).await;
    assert_eq!(found.len(), 1, "one call, one row");
    let taken = &found[0].before_json.as_ref().unwrap()["assignment_ids"];
    assert_eq!(taken.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn roles_are_given_on_the_platform_in_a_tenant_and_in_a_project() {
    let (world, ada, _, _) = world().await;
    let caller = world.caller();
    for (role, place) in [
        ("reader", Place::default()),
        ("tenant_viewer", at("north")),
        ("project_member", inside("north", "road")),
    ] {
        assert!(
            assign(world.reeve(), &caller, ADA, role, &place)
                .await
                .unwrap(),
            "{role}"
        );
    }
    assert_eq!(
        world.roles_of(ada).await,
        ["project_member", "reader", "tenant_viewer"]
    );
    let found = audit_of(&world, &caller).await;
    let last = found.last().unwrap();
    assert!(last.action == "role.assign" && last.project_id.is_some());
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let (world, ..) = world().await;
    let (reeve, caller, platform) = (world.reeve(), world.caller(), Place::default());
    let (road, nowhere) = (inside("north", "road"), inside("south", "rail"));
    let alone = Place {
        organization: None,
        ..road.clone()
    };
    let before = Census::of(&world).await;
    for (who, role, place, said) in [
        (
            "no@one.test",
            "reader",
            &platform,
            "there is no identity `no@one.test`",
        ),
        (
            ADA,
            "emperor",
            &platform,
            "there is no platform role `emperor`",
        ),
        (
            ADA,
            "reader",
            &at("north"),
            "there is no tenant role `reader`",
        ),
        (
            ADA,
            "tenant_admin",
            &road,
            "there is no project role `tenant_admin`",
        ),
        (
            ADA,
            "tenant_admin",
            &at("west"),
            "there is no organization `west`",
        ),
        (ADA, "project_admin", &nowhere, "there is no project `rail`"),
        (
            ADA,
            "project_admin",
            &alone,
            "project: a project is named with its organization",
        ),
    ] {
        assert_eq!(words(assign(reeve, &caller, who, role, place).await), said);
        assert_eq!(words(revoke(reeve, &caller, who, role, place).await), said);
    }
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn the_last_owner_and_the_last_admin_stay_and_the_remedy_is_named() {
    let (world, ada, _, _) = world().await;
    let caller = world.caller();
    for (role, place) in [("tenant_owner", at("north")), ("admin", Place::default())] {
        assign(world.reeve(), &caller, ADA, role, &place)
            .await
            .unwrap();
        let before = Census::of(&world).await;
        let refused = revoke(world.reeve(), &caller, ADA, role, &place).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        let said = words(refused);
        assert!(
            said.contains("last") && said.ends_with("give the role to somebody else first"),
            "{said}"
        );
        before.assert_nothing_written(&world).await;
        assign(world.reeve(), &caller, "tina@example.test", role, &place)
            .await
            .unwrap();
        assert_eq!(
            revoke(world.reeve(), &caller, ADA, role, &place)
                .await
                .unwrap(),
            1
        );
    }
    assert!(world.roles_of(ada).await.is_empty());
}

#[tokio::test]
async fn every_built_in_role_is_listed_with_what_it_permits() {
    let world = World::empty().await;
    let listed = list(world.reeve(), &world.caller()).await.unwrap();
    assert_eq!(listed.len(), BUILT_IN.len());
    for role in BUILT_IN {
        let found = listed
            .iter()
            .find(|listed| listed.name == role.name)
            .expect(role.name);
        assert_eq!(
            (found.scope, found.rank, found.portal),
            (role.scope.as_str(), role.rank, role.portal())
        );
        assert_eq!(
            found.permissions.len(),
            role.permissions().iter().count(),
            "{}",
            role.name
        );
        assert!(found.built_in);
    }
    let ranks: Vec<_> = listed
        .iter()
        .filter(|role| role.scope == "tenant")
        .map(|role| role.rank)
        .collect();
    assert!(ranks.is_sorted_by(|a, b| a >= b), "{ranks:?}");
}

mod define;
