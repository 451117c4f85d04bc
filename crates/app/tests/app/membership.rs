//! Beginning and ending memberships.

use app::membership::{Added, NewMember, add, add_many, end, list};
use app::role::assign;
use app::{Caller, Error, Reeve};
use domain::access::ceiling::GrantDenied;
use domain::actor::Actor;
use domain::governance::privileged::BreakGlass;
use domain::id::OrganizationId;
use domain::tenancy::membership::EndDenied;
use domain::tenancy::organization::Slug;
use testkit::World;
use tokio::task::JoinSet;

use crate::role::{ADA, at, inside, world};
use crate::sql::{count, operator};
use crate::watch::{Census, audit_of, words};

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

async fn emails(world: &World, organization: &str) -> Vec<String> {
    let members = list(world.reeve(), &world.caller(), &slug(organization), 100)
        .await
        .unwrap();
    members.into_iter().map(|member| member.email).collect()
}

#[tokio::test]
async fn a_membership_is_added_once_and_ended_once_each_with_its_row() {
    let (world, ada, _, north) = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    assert!(add(reeve, &caller, &slug("north"), ADA).await.unwrap());
    assert_eq!(emails(&world, "north").await, [ADA, "tina@example.test"]);
    let before = Census::of(&world).await;
    assert!(!add(reeve, &caller, &slug("north"), ADA).await.unwrap());
    before.assert_nothing_written(&world).await;
    assert_eq!(
        end(reeve, &caller, &slug("north"), ADA).await.unwrap(),
        Some(0)
    );
    assert_eq!(emails(&world, "north").await, ["tina@example.test"]);
    let before = Census::of(&world).await;
    assert_eq!(
        end(reeve, &caller, &slug("north"), ADA).await.unwrap(),
        None
    );
    before.assert_nothing_written(&world).await;
    let found = audit_of(&world, &caller).await;
    let actions: Vec<_> = found.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["membership.add", "membership.end"]);
    for row in &found {
        assert_eq!(row.entity_pk, format!("{north}/{ada}"));
        assert_eq!(
            (row.target_user_id, row.tenant_id),
            (Some(ada.0), Some(north.0))
        );
    }
}

#[tokio::test]
async fn the_end_takes_every_role_inside_and_names_them() {
    let (world, ada, ..) = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    for (role, place) in [
        ("tenant_viewer", at("north")),
        ("project_member", inside("north", "road")),
        ("tenant_viewer", at("south")),
    ] {
        assign(reeve, &world.caller(), ADA, role, &place)
            .await
            .unwrap();
    }
    assert_eq!(
        end(reeve, &caller, &slug("north"), ADA).await.unwrap(),
        Some(2)
    );
    assert_eq!(world.roles_of(ada).await, ["tenant_viewer"], "of south");
    let row = audit_of(&world, &caller).await.remove(0);
    let taken = row.before_json.unwrap()["assignments"].clone();
    let roles: Vec<_> = taken
        .as_array()
        .unwrap()
        .iter()
        .map(|taken| {
            assert_eq!(taken["assignment_ids"].as_array().unwrap().len(), 1);
            taken["role"].as_str().unwrap()
        })
        .collect();
    assert_eq!(roles, ["tenant_viewer", "project_member"]);
}

/// Refused, with nothing changed but the row that says so.
async fn is_denied(
    world: &World,
    caller: &Caller,
    organization: &str,
    why: fn(&EndDenied) -> bool,
) {
    let caller = Caller::new(caller.actor.clone());
    let roles = count(world, "user_roles").await;
    let refused = end(world.reeve(), &caller, &slug(organization), ADA).await;
    assert!(
        matches!(&refused, Err(Error::EndDenied(denied)) if why(denied)),
        "{refused:?}"
    );
    assert_eq!(count(world, "user_roles").await, roles);
    assert!(emails(world, organization).await.contains(&ADA.to_owned()));
    let found = audit_of(world, &caller).await;
    let rows: Vec<_> = found
        .iter()
        .map(|row| (row.action.as_str(), row.outcome.as_str()))
        .collect();
    assert_eq!(rows, [("membership.end", "denied")]);
    assert!(found[0].reason.is_some());
}

#[tokio::test]
async fn nobody_ends_a_membership_whose_roles_they_could_not_take() {
    let (world, ada, tina, _) = world().await;
    let operator = world.caller();
    for (role, place) in [
        ("tenant_owner", at("north")),
        ("project_owner", inside("north", "road")),
    ] {
        assign(
            world.reeve(),
            &operator,
            "tina@example.test",
            "tenant_viewer",
            &at("north"),
        )
        .await
        .unwrap();
        assign(world.reeve(), &operator, ADA, role, &place)
            .await
            .unwrap();
        is_denied(&world, &tina, "north", |denied| {
            matches!(
                denied,
                EndDenied::TakesRole {
                    denied: GrantDenied::AboveCeiling { .. },
                    ..
                }
            )
        })
        .await;
        // Somebody else owns it meanwhile, so that the operator can take the role again.
        world
            .person(role)
            .role_in("tenant_owner", tenant(&world, "north").await)
            .build()
            .await;
        app::role::revoke(world.reeve(), &operator, ADA, role, &place)
            .await
            .unwrap();
    }
    assign(world.reeve(), &operator, ADA, "tenant_admin", &at("north"))
        .await
        .unwrap();
    assert_eq!(
        end(world.reeve(), &tina, &slug("north"), ADA)
            .await
            .unwrap(),
        Some(1)
    );
    assert!(world.roles_of(ada).await.is_empty());
}

async fn tenant(world: &World, organization: &str) -> OrganizationId {
    let all = app::organization::list(world.reeve(), &world.caller())
        .await
        .unwrap();
    all.into_iter().find(|o| o.slug == organization).unwrap().id
}

#[tokio::test]
async fn adding_and_ending_ask_for_the_right_in_that_organization() {
    let (world, _, tina, _) = world().await;
    add(world.reeve(), &world.caller(), &slug("south"), ADA)
        .await
        .unwrap();
    let refused = end(world.reeve(), &tina, &slug("south"), ADA).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let tina = Caller::new(tina.actor.clone());
    let refused = add(world.reeve(), &tina, &slug("south"), "tina@example.test").await;
    assert_eq!(
        words(refused),
        "this needs the permission `memberships:manage`: no active membership of the organization"
    );
    let row = audit_of(&world, &tina).await.remove(0);
    assert_eq!(
        (row.action.as_str(), row.outcome.as_str()),
        ("membership.add", "denied")
    );
    assert!(
        add(world.reeve(), &tina, &slug("north"), ADA)
            .await
            .unwrap(),
        "her own"
    );
}

#[tokio::test]
async fn a_membership_of_the_default_organization_does_not_end() {
    let (world, ..) = world().await;
    let boss = world.person("boss").role("admin").build().await;
    for actor in [Actor::Operator, Actor::Person { user_id: boss }] {
        is_denied(&world, &Caller::new(actor), "default", |denied| {
            *denied == EndDenied::Default
        })
        .await;
    }
    let said = words(end(world.reeve(), &world.caller(), &slug("default"), ADA).await);
    assert!(
        said.ends_with("to shut somebody out, suspend or disable them"),
        "{said}"
    );
}

#[tokio::test]
async fn the_last_owners_membership_does_not_end() {
    let (world, ..) = world().await;
    assign(
        world.reeve(),
        &world.caller(),
        ADA,
        "tenant_owner",
        &at("north"),
    )
    .await
    .unwrap();
    let before = Census::of(&world).await;
    let said = words(end(world.reeve(), &world.caller(), &slug("north"), ADA).await);
    assert!(
        said.ends_with("give the role to somebody else first"),
        "{said}"
    );
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn an_organization_or_person_that_does_not_exist_is_named() {
    let (world, ..) = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    for (organization, who, said) in [
        ("west", ADA, "there is no organization `west`"),
        ("north", "no@one.test", "there is no identity `no@one.test`"),
    ] {
        let organization = slug(organization);
        assert_eq!(words(add(reeve, &caller, &organization, who).await), said);
        assert_eq!(words(end(reeve, &caller, &organization, who).await), said);
    }
}

async fn bring_in(reeve: &Reeve, by: &Caller, email: &str) -> Result<Added, Error> {
    let new = NewMember {
        identity: email.to_owned(),
        role: None,
    };
    let mut each = add_many(reeve, by, &slug("north"), &[new]).await?;
    each.remove(0)
}

#[tokio::test]
async fn an_address_of_the_break_glass_list_is_brought_in_by_administrators_alone() {
    let (world, _, tina, _) = world().await;
    let live = &world.reeve().live;
    let mut settings = live.get().as_ref().clone();
    settings.break_glass = BreakGlass::parse("", "root@example.test");
    live.set(settings);
    let refused = bring_in(world.reeve(), &tina, "Root@example.test").await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let said = words(refused);
    assert!(!said.contains("glass") && !said.contains("role"), "{said}");
    assert_eq!(count(&world, "app_user where email like 'root%'").await, 0);
    let row = audit_of(&world, &tina).await.remove(0);
    assert_eq!((&*row.action, &*row.outcome), ("identity.create", "denied"));
    let boss = world.person("boss").role("admin").build().await;
    let boss = Caller::new(Actor::Person { user_id: boss });
    let added = bring_in(world.reeve(), &boss, "root@example.test")
        .await
        .unwrap();
    assert!(added.member);
}

#[tokio::test]
async fn an_organizations_own_people_bring_in_no_more_than_the_limit_however_many_try_at_once() {
    let (world, _, tina, _) = world().await;
    operator(&world, "update tenancy_setting set newcomers_limit = 3").await;
    let mut racing = JoinSet::new();
    for i in 0..6 {
        let (reeve, tina) = (world.reeve().clone(), tina.clone());
        racing.spawn(async move { bring_in(&reeve, &tina, &format!("new{i}@example.test")).await });
    }
    let done = racing.join_all().await;
    let (ok, refused): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
    assert_eq!((ok.len(), refused.len()), (3, 3));
    for one in refused {
        assert!(matches!(one, Err(Error::NoMoreNewcomers(_))), "{one:?}");
    }
    // Who is there already is no newcomer, and an end makes no room.
    bring_in(world.reeve(), &tina, ADA).await.unwrap();
    let first = ok.into_iter().next().unwrap().unwrap().user_id.to_string();
    end(world.reeve(), &tina, &slug("north"), &first)
        .await
        .unwrap();
    let again = bring_in(world.reeve(), &tina, "more@example.test").await;
    assert!(matches!(again, Err(Error::NoMoreNewcomers(_))), "{again:?}");
    // The limit is the organization's, not the installation's.
    bring_in(world.reeve(), &world.caller(), "more@example.test")
        .await
        .unwrap();
}

#[tokio::test]
async fn whoever_is_brought_into_the_default_organization_exists_afterwards() {
    let (world, ..) = world().await;
    let new = NewMember {
        identity: "new@example.test".to_owned(),
        role: None,
    };
    let default = slug("default");
    let each = add_many(world.reeve(), &world.caller(), &default, &[new]).await;
    each.unwrap().remove(0).unwrap();
    assert_eq!(count(&world, "app_user where email like 'new@%'").await, 1);
}
