//! Organizations: creating them, and putting the default one right.

use std::collections::BTreeSet;

use app::organization::{Changes, create, delete, ensure_default, get, list, mine, page, update};
use app::role::define::{self, NewRole};
use app::{Caller, Error};
use domain::access::role::ScopeKind;
use domain::actor::Actor;
use domain::id::UserId;
use domain::identity::mapping::Mapping;
use domain::tenancy::organization::Slug;
use serde_json::json;
use store::organization::Filter;
use testkit::World;

use crate::sql::{force, rows};
use crate::watch::{Census, audit_of, words};

#[tokio::test]
async fn an_organization_is_created_and_audited_by_slug() {
    let world = World::empty().await;
    let caller = world.caller();
    let slug = "north".parse().unwrap();
    let id = create(world.reeve(), &caller, &slug, "  The North  ", Some("cold"))
        .await
        .unwrap();
    let all = list(world.reeve(), &world.caller()).await.unwrap();
    let slugs: Vec<_> = all
        .iter()
        .map(|organization| organization.slug.as_str())
        .collect();
    assert_eq!(slugs, ["default", "north"]);
    assert_eq!((all[1].id, all[1].name.as_str()), (id, "The North"));
    assert_eq!(
        (
            all[1].description.as_deref(),
            all[1].is_default,
            all[1].members
        ),
        (Some("cold"), false, 0)
    );
    let found = audit_of(&world, &caller).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].action.as_str(), found[0].entity_pk.clone()),
        ("organization.create", id.to_string())
    );
    assert!(!serde_json::to_string(&found).unwrap().contains("The North"));
}

#[tokio::test]
async fn a_slug_or_name_that_is_taken_is_refused_by_field() {
    let world = World::empty().await;
    let make = async |slug: &str, name: &str| {
        create(
            world.reeve(),
            &world.caller(),
            &slug.parse().unwrap(),
            name,
            None,
        )
        .await
    };
    make("north", "The North").await.unwrap();
    let before = Census::of(&world).await;
    let refused = make("north", "Other").await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
    assert_eq!(
        words(refused),
        "slug: another organization is called `north`"
    );
    assert_eq!(
        words(make("other", "The North").await),
        "name: another organization is named `The North`"
    );
    for name in ["", "  ", &"x".repeat(201)] {
        assert_eq!(
            words(make("other", name).await),
            "name: expected 1 to 200 characters"
        );
    }
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn the_default_organization_and_its_memberships_can_be_ensured_again_by_command() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    let bob = world.person("bob").build().await;
    let untouched = Census::of(&world).await;
    let id = ensure_default(world.reeve(), &world.caller())
        .await
        .unwrap();
    untouched.assert_nothing_written(&world).await;

    force(
        &world,
        format!(
            "update organization set slug = 'main', name = 'Main' where is_default;
             delete from membership where user_id = '{ada}';
             update membership set status = 'ended'"
        ),
    )
    .await;
    let caller = world.caller();
    assert_eq!(ensure_default(world.reeve(), &caller).await.unwrap(), id);
    let found = audit_of(&world, &caller).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].action, "organization.ensure_default");
    let enrolled = &found[0].after_json.as_ref().unwrap()["enrolled"];
    let enrolled: BTreeSet<UserId> = serde_json::from_value(enrolled.clone()).unwrap();
    assert_eq!(enrolled, BTreeSet::from([ada, bob]), "whoever it put back");
    let all = list(world.reeve(), &world.caller()).await.unwrap();
    assert_eq!(
        (all[0].slug.as_str(), all[0].name.as_str(), all[0].members),
        ("default", "Default organization", 2)
    );
    let again = Census::of(&world).await;
    assert_eq!(
        ensure_default(world.reeve(), &world.caller())
            .await
            .unwrap(),
        id
    );
    again.assert_nothing_written(&world).await;
    let systems: Vec<(String,)> = rows(
        &world,
        "select m.status from membership m join app_user u using (user_id) where u.email like 'system@%'",
    )
    .await;
    assert!(systems.is_empty(), "the system belongs nowhere");
}

#[tokio::test]
async fn more_people_than_a_row_should_name_are_counted() {
    let world = World::empty().await;
    world.people(101).await;
    for (spared, said) in [("p1@example.test", json!(100)), ("", json!(101))] {
        force(
            &world,
            format!("delete from membership m using app_user u where u.user_id = m.user_id and u.email <> '{spared}'"),
        )
        .await;
        let caller = world.caller();
        ensure_default(world.reeve(), &caller).await.unwrap();
        let row = audit_of(&world, &caller).await.remove(0);
        let enrolled = row.after_json.unwrap()["enrolled"].clone();
        let number = enrolled
            .as_array()
            .map_or(enrolled.clone(), |ids| json!(ids.len()));
        assert_eq!(number, said);
        assert_eq!(enrolled.is_array(), said == json!(100));
    }
}

#[tokio::test]
async fn a_default_name_that_another_organization_took_is_said() {
    let world = World::empty().await;
    force(
        &world,
        "update organization set slug = 'main', name = 'Main' where is_default",
    )
    .await;
    let slug = "default".parse().unwrap();
    create(world.reeve(), &world.caller(), &slug, "Squatter", None)
        .await
        .unwrap();
    let said = words(ensure_default(world.reeve(), &world.caller()).await);
    assert_eq!(said, "slug: another organization is called `default`");
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_page_of_organizations_ends_where_the_next_begins() {
    let world = World::empty().await;
    for name in ["north", "northwest", "south"] {
        world.organization(name).await;
    }
    let mut filter = Filter {
        search: Some("NORTH".to_owned()),
        limit: 1,
        ..Filter::default()
    };
    let first = page(world.reeve(), &world.caller(), &filter).await.unwrap();
    assert_eq!(first.organizations[0].slug, "north");
    filter.after = first.next;
    let second = page(world.reeve(), &world.caller(), &filter).await.unwrap();
    assert_eq!(second.organizations[0].slug, "northwest");
    assert!(second.next.is_none());
}

#[tokio::test]
async fn an_owner_changes_their_own_organization_and_learns_of_no_other() {
    let world = World::empty().await;
    let north = world.organization("north").await;
    world.organization("south").await;
    let una = world
        .person("una")
        .role_in("tenant_owner", north)
        .build()
        .await;
    let una = Caller::new(Actor::Person { user_id: una });
    let changes = Changes {
        name: Some("The North".to_owned()),
        description: Some("cold".to_owned()),
        slug: None,
    };
    let reeve = world.reeve();
    let after = update(reeve, &una, &slug("north"), &changes).await.unwrap();
    assert_eq!(
        (after.name.as_str(), after.description.as_deref()),
        ("The North", Some("cold"))
    );
    let before = Census::of(&world).await;
    update(reeve, &una, &slug("north"), &changes).await.unwrap();
    before.assert_nothing_written(&world).await;
    let refused = update(reeve, &una, &slug("south"), &changes).await;
    assert!(
        matches!(&refused, Err(Error::Refused(refusal)) if refusal.hides()),
        "{refused:?}"
    );
    let refused = delete(reeve, &una, &slug("north"), Some("north")).await;
    assert!(
        matches!(refused, Err(Error::Refused(_))),
        "that is the platform's: {refused:?}"
    );
    let own = mine(reeve, &una).await.unwrap();
    let own: Vec<_> = own
        .iter()
        .map(|one| (one.slug.as_str(), one.roles.len()))
        .collect();
    assert_eq!(own, [("default", 0), ("north", 1)]);
    let by_id = get(reeve, &una, &slug(&north.to_string())).await.unwrap();
    assert_eq!(by_id.slug, "north");
}

#[tokio::test]
async fn deleting_says_what_would_be_lost_and_then_takes_it_in_one_row() {
    let world = World::empty().await;
    let north = world.organization("north").await;
    let road = world.project(north, "road").await;
    let ada = world
        .person("ada")
        .role_in("tenant_owner", north)
        .role_at("project_member", north, road)
        .build()
        .await;
    let reeve = world.reeve();
    let before = Census::of(&world).await;
    for confirm in [None, Some("south")] {
        let said = words(delete(reeve, &world.caller(), &slug("north"), confirm).await);
        assert!(
            said.contains("1 memberships, 1 projects, 0 roles of its own and 2 assignments"),
            "{said}"
        );
    }
    let said = words(delete(reeve, &world.caller(), &slug("default"), Some("default")).await);
    assert_eq!(said, "the default organization can't be deleted");
    before.assert_nothing_written(&world).await;
    let caller = world.caller();
    delete(reeve, &caller, &slug("north"), Some("north"))
        .await
        .unwrap();
    let found = audit_of(&world, &caller).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].action, "organization.delete");
    assert!(world.roles_of(ada).await.is_empty());
    assert_eq!(
        words(get(reeve, &world.caller(), &slug("north")).await),
        "there is no organization `north`"
    );
}

#[tokio::test]
async fn the_default_organization_keeps_its_name_and_no_slug_looks_like_an_id() {
    let world = World::empty().await;
    let reeve = world.reeve();
    let renamed = Changes {
        name: Some("Main".to_owned()),
        ..Changes::default()
    };
    let refused = update(reeve, &world.caller(), &slug("default"), &renamed).await;
    assert_eq!(
        words(refused),
        "the default organization keeps its slug and name"
    );
    let id = slug("00000000-0000-7000-8000-0000000000ff");
    let refused = create(reeve, &world.caller(), &id, "x", None).await;
    assert!(words(refused).starts_with("slug: it looks like an id"));
    let mut operator = world.db.operator().await;
    let sql = "insert into organization (slug, name) values ('00000000-0000-7000-8000-0000000000ff', 'x')";
    let refused = sqlx::query(sql).execute(&mut operator).await.unwrap_err();
    assert!(refused.to_string().contains("slug_is_no_id"), "{refused}");
}

#[tokio::test]
async fn an_organization_is_deleted_by_whoever_could_take_every_role_inside() {
    let world = World::empty().await;
    let new = NewRole {
        name: "janitor".to_owned(),
        scope: ScopeKind::Platform,
        rank: 0,
        permissions: vec!["organizations:manage".to_owned()],
        description: None,
    };
    define::create(world.reeve(), &world.caller(), None, &new)
        .await
        .unwrap();
    let janitor = world.person("janitor").role("janitor").build().await;
    let janitor = Caller::new(Actor::Person { user_id: janitor });
    let acme = world.organization("acme").await;
    world.organization("empty").await;
    let viewer = world.person("viewer").role_in("tenant_viewer", acme);
    viewer.build().await;
    let [acme, empty] = ["acme", "empty"].map(|slug| slug.parse::<Slug>().unwrap());
    let refused = delete(world.reeve(), &janitor, &acme, Some("acme")).await;
    assert!(matches!(refused, Err(Error::Ceiling(_))), "{refused:?}");
    let row = audit_of(&world, &janitor).await.remove(0);
    assert_eq!(
        (&*row.action, &*row.outcome),
        ("organization.delete", "denied")
    );
    delete(world.reeve(), &janitor, &empty, Some("empty"))
        .await
        .unwrap();
    delete(world.reeve(), &world.caller(), &acme, Some("acme"))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_the_mapping_of_groups_names_is_neither_renamed_nor_deleted() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    let owner = world.person("owner").role_in("tenant_owner", acme);
    let owner = Caller::new(Actor::Person {
        user_id: owner.build().await,
    });
    let (reeve, slug) = (world.reeve(), "acme".parse::<Slug>().unwrap());
    for name in ["ops", "dev"] {
        let new = NewRole {
            name: name.to_owned(),
            scope: ScopeKind::Tenant,
            rank: 0,
            permissions: Vec::new(),
            description: None,
        };
        define::create(reeve, &owner, Some(&slug), &new)
            .await
            .unwrap();
    }
    let map = |text: &str| {
        let mut settings = reeve.live.get().as_ref().clone();
        settings.mapping = Mapping::parse(text, "").unwrap();
        reeve.live.set(settings);
    };
    let rename = Changes {
        slug: Some("other".parse().unwrap()),
        ..Changes::default()
    };
    let said = "the mapping of groups names `ops@acme`";
    map("ops=ops@acme");
    let refused = update(reeve, &owner, &slug, &rename).await;
    assert!(words(refused).starts_with(said));
    let refused = define::delete(reeve, &owner, Some(&slug), "ops").await;
    assert!(words(refused).starts_with(said));
    let refused = delete(reeve, &world.caller(), &slug, Some("acme")).await;
    assert!(words(refused).starts_with(said));
    // By its id the mapping finds the organization whatever its slug is, but not when it is gone.
    map(&format!("ops=ops@{acme}"));
    let refused = define::delete(reeve, &owner, Some(&slug), "ops").await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let refused = delete(reeve, &world.caller(), &slug, Some("acme")).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    define::delete(reeve, &owner, Some(&slug), "dev")
        .await
        .unwrap();
    update(reeve, &owner, &slug, &rename).await.unwrap();
    map("ops=tenant_admin@default");
    let other = "other".parse().unwrap();
    define::delete(reeve, &owner, Some(&other), "ops")
        .await
        .unwrap();
    delete(reeve, &world.caller(), &other, Some("other"))
        .await
        .unwrap();
}
