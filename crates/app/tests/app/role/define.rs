//! Defining roles (what ranks and permissions reach is in `ceilings`).

use app::role::define::{NewRole, RoleChanges, create, delete, update};
use app::role::{assign, list, list_at, show};
use app::{Caller, Error};
use domain::access::definition::DefineDenied;
use domain::access::role::ScopeKind;
use domain::actor::Actor;
use domain::tenancy::organization::Slug;
use testkit::World;

use super::{ADA, at, world};
use crate::watch::{Census, audit_of, words};

fn north() -> Slug {
    "north".parse().unwrap()
}

fn new(name: &str, permissions: &[&str]) -> NewRole {
    NewRole {
        name: name.to_owned(),
        scope: ScopeKind::Tenant,
        rank: 10,
        permissions: permissions.iter().map(ToString::to_string).collect(),
        description: Some("writes".to_owned()),
    }
}

async fn owner(world: &World) -> Caller {
    let north = app::organization::get(world.reeve(), &world.caller(), &north()).await;
    let una = world
        .person("una")
        .role_in("tenant_owner", north.unwrap().id);
    let user_id = una.build().await;
    Caller::new(Actor::Person { user_id })
}

#[tokio::test]
async fn an_own_role_is_defined_given_and_seen_in_its_organization_alone() {
    let (world, ..) = world().await;
    let una = owner(&world).await;
    let reeve = world.reeve();
    let made = create(
        reeve,
        &una,
        Some(&north()),
        &new("scribe", &["projects:read"]),
    )
    .await
    .unwrap();
    assert_eq!((made.rank, made.built_in), (10, false));
    let row = audit_of(&world, &una).await.remove(0);
    assert_eq!(row.action, "role.create");
    assert_eq!(row.after_json.unwrap()["permissions"][0], "projects:read");
    let found = show(reeve, &una, Some(&north()), "scribe").await.unwrap();
    assert_eq!(found.grantable, Some(true));
    assert!(
        assign(reeve, &world.caller(), ADA, "scribe", &at("north"))
            .await
            .unwrap()
    );
    let elsewhere = assign(reeve, &world.caller(), ADA, "scribe", &at("south")).await;
    assert_eq!(words(elsewhere), "there is no tenant role `scribe`");
    let own = |roles: Vec<app::role::Listed>| roles.iter().any(|role| role.name == "scribe");
    assert!(own(list(reeve, &world.caller()).await.unwrap()));
    assert!(
        !own(list(reeve, &una).await.unwrap()),
        "hers is named with the organization"
    );
    assert!(!own(list_at(reeve, &world.caller(), &at("south"))
        .await
        .unwrap()));
    let refused = delete(reeve, &una, Some(&north()), "scribe").await;
    assert!(words(refused).contains("given 1 times"));
}

#[tokio::test]
async fn the_list_says_which_roles_the_caller_may_give_there() {
    let (world, _, tina, _) = world().await;
    let roles = list_at(world.reeve(), &tina, &at("north")).await.unwrap();
    let mut may: Vec<_> = roles
        .iter()
        .filter(|role| role.grantable == Some(true))
        .map(|role| role.name.as_str())
        .collect();
    may.sort_unstable();
    assert_eq!(may, ["tenant_admin", "tenant_member", "tenant_viewer"]);
}

#[tokio::test]
async fn a_role_never_grows_beyond_whoever_changes_it() {
    let (world, ..) = world().await;
    let (una, reeve) = (owner(&world).await, world.reeve());
    create(reeve, &una, Some(&north()), &new("scribe", &[]))
        .await
        .unwrap();
    let rank = |rank| RoleChanges {
        rank: Some(rank),
        ..RoleChanges::default()
    };
    let more = RoleChanges {
        permissions: Some(vec!["plans:approve".to_owned()]),
        ..RoleChanges::default()
    };
    for changes in [rank(81), more] {
        let refused = update(reeve, &una, Some(&north()), "scribe", &changes).await;
        assert!(matches!(refused, Err(Error::Ceiling(_))), "{refused:?}");
    }
    let denied = world.audit("role.update").await;
    assert!(denied.len() == 2 && denied.iter().all(|row| row.outcome == "denied"));
    update(reeve, &una, Some(&north()), "scribe", &rank(80))
        .await
        .unwrap();
    let again = Census::of(&world).await;
    update(reeve, &una, Some(&north()), "scribe", &rank(80))
        .await
        .unwrap();
    again.assert_nothing_written(&world).await;
    let outgrown = RoleChanges {
        permissions: Some(vec!["plans:approve".to_owned()]),
        ..RoleChanges::default()
    };
    update(reeve, &world.caller(), Some(&north()), "scribe", &outgrown)
        .await
        .unwrap();
    let refused = delete(reeve, &una, Some(&north()), "scribe").await;
    assert!(
        matches!(refused, Err(Error::Ceiling(_))),
        "she could not take it: {refused:?}"
    );
}

#[tokio::test]
async fn built_in_roles_never_change_and_their_names_are_no_one_elses() {
    let (world, ..) = world().await;
    let reeve = world.reeve();
    let rank = RoleChanges {
        rank: Some(1),
        ..RoleChanges::default()
    };
    for (owner, name) in [
        (Some(north()), "tenant_owner"),
        (None, "reader"),
        (None, "admin"),
    ] {
        for refused in [
            update(reeve, &world.caller(), owner.as_ref(), name, &rank)
                .await
                .map(drop),
            delete(reeve, &world.caller(), owner.as_ref(), name).await,
        ] {
            assert!(
                matches!(
                    refused,
                    Err(Error::DefineDenied(DefineDenied::BuiltIn { .. }))
                ),
                "{name}: {refused:?}"
            );
        }
    }
    let refused = create(
        reeve,
        &world.caller(),
        Some(&north()),
        &new("tenant_owner", &[]),
    )
    .await;
    assert!(
        matches!(
            refused,
            Err(Error::DefineDenied(DefineDenied::Reserved { .. }))
        ),
        "{refused:?}"
    );
    let unknown = create(
        reeve,
        &world.caller(),
        Some(&north()),
        &new("x", &["project:read"]),
    )
    .await;
    let said = words(unknown);
    assert!(
        said.starts_with(
            "permissions: there is no permission `project:read`; like it: projects:read"
        ),
        "{said}"
    );
}

#[tokio::test]
async fn platform_roles_are_defined_by_admins_and_are_portal_roles() {
    let (world, ..) = world().await;
    let (una, reeve) = (owner(&world).await, world.reeve());
    let curator = NewRole {
        scope: ScopeKind::Platform,
        ..new("curator", &["bookmarks:read"])
    };
    let refused = create(reeve, &una, None, &curator).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let inside = create(reeve, &una, Some(&north()), &curator).await;
    assert!(matches!(
        inside,
        Err(Error::DefineDenied(DefineDenied::PlatformScope))
    ));
    let boss = world.person("boss").role("admin").build().await;
    let boss = Caller::new(Actor::Person { user_id: boss });
    let made = create(reeve, &boss, None, &curator).await.unwrap();
    assert!(made.portal && !made.built_in);
    delete(reeve, &boss, None, "curator").await.unwrap();
}
