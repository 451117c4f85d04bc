//! Projects: creating, changing, moving, deleting.

use app::project::{Changes, create, delete, get, list, relocate, update};
use app::{Caller, Error, role::assign};
use domain::actor::Actor;
use domain::id::OrganizationId;
use domain::tenancy::organization::Slug;

use sqlx::Executor;

use crate::role::{ADA, inside, world};
use crate::sql::value;
use crate::watch::{Census, audit_of, words};

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_project_is_created_by_whoever_manages_the_organization() {
    let (world, _, tina, north) = world().await;
    let id = create(
        world.reeve(),
        &tina,
        &slug("north"),
        &slug("rail"),
        " Rail ",
    )
    .await
    .unwrap();
    let row = audit_of(&world, &tina).await.remove(0);
    assert_eq!(
        (row.action.as_str(), row.entity_pk),
        ("project.create", id.to_string())
    );
    assert_eq!((row.tenant_id, row.project_id), (Some(north.0), Some(id.0)));
    assert!(
        !row.after_json.unwrap().to_string().contains("Rail"),
        "names stay out"
    );
    let listed = list(world.reeve(), &world.caller(), Some(&slug("north")))
        .await
        .unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|p| (p.slug.as_str(), p.name.as_str()))
        .collect();
    assert_eq!(listed, [("rail", "Rail"), ("road", "road")]);
    assert!(
        list(world.reeve(), &world.caller(), Some(&slug("south")))
            .await
            .unwrap()
            .is_empty()
    );
    app::membership::add(world.reeve(), &tina, &slug("north"), ADA)
        .await
        .unwrap();
    let place = inside("north", "rail");
    let given = assign(world.reeve(), &tina, ADA, "project_member", &place).await;
    assert!(given.unwrap());
}

#[tokio::test]
async fn a_project_of_an_organization_one_does_not_manage_is_denied_on_record() {
    let (world, _, tina, _) = world().await;
    let refused = create(world.reeve(), &tina, &slug("south"), &slug("rail"), "Rail").await;
    assert_eq!(
        words(refused),
        "this needs the permission `projects:manage`: no active membership of the organization"
    );
    let found = audit_of(&world, &tina).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].action.as_str(), found[0].outcome.as_str()),
        ("project.create", "denied")
    );
    assert!(
        list(world.reeve(), &world.caller(), Some(&slug("south")))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_taken_slug_a_bad_name_and_a_missing_organization_are_said() {
    let (world, ..) = world().await;
    let before = Census::of(&world).await;
    for (organization, name, said) in [
        (
            "north",
            "Road",
            "slug: another project of `north` is called `road`",
        ),
        ("north", " ", "name: expected 1 to 200 characters"),
        ("west", "Road", "there is no organization `west`"),
    ] {
        let (organization, road) = (slug(organization), slug("road"));
        let tried = create(world.reeve(), &world.caller(), &organization, &road, name).await;
        assert_eq!(words(tried), said);
    }
    before.assert_nothing_written(&world).await;
    let south = create(
        world.reeve(),
        &world.caller(),
        &slug("south"),
        &slug("road"),
        "Road",
    )
    .await;
    assert!(south.is_ok(), "a slug is unique in its organization only");
}

#[tokio::test]
async fn a_project_is_renamed_once_and_the_row_says_which_fields() {
    let (world, _, tina, _) = world().await;
    let changes = Changes {
        slug: Some(slug("lane")),
        name: Some("Lane".to_owned()),
    };
    let (reeve, north) = (world.reeve(), slug("north"));
    let after = update(reeve, &tina, &north, &slug("road"), &changes)
        .await
        .unwrap();
    assert_eq!((after.slug.as_str(), after.name.as_str()), ("lane", "Lane"));
    let row = audit_of(&world, &tina).await.remove(0);
    let image = row.after_json.unwrap();
    assert_eq!(image["changed"], serde_json::json!(["slug", "name"]));
    let before = Census::of(&world).await;
    update(reeve, &tina, &north, &slug("lane"), &changes)
        .await
        .unwrap();
    before.assert_nothing_written(&world).await;
    let by_id = slug(&after.id.to_string());
    let found = get(reeve, &tina, &north, &by_id).await.unwrap();
    assert_eq!(found.slug, "lane");
    let id_as_slug = Changes {
        slug: Some(by_id),
        name: None,
    };
    let refused = update(reeve, &tina, &north, &slug("lane"), &id_as_slug).await;
    assert!(words(refused).starts_with("slug: it looks like an id"));
}

#[tokio::test]
async fn a_project_moves_with_the_roles_of_those_who_belong_there_and_the_others_end() {
    let (world, ada, ..) = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    for who in [ADA, "tina@example.test"] {
        assign(
            reeve,
            &world.caller(),
            who,
            "project_member",
            &inside("north", "road"),
        )
        .await
        .unwrap();
    }
    app::membership::add(reeve, &world.caller(), &slug("south"), ADA)
        .await
        .unwrap();
    let moved = relocate(
        reeve,
        &caller,
        &slug("north"),
        &slug("road"),
        &slug("south"),
    )
    .await
    .unwrap();
    assert_eq!((moved.assignments_kept, moved.assignments_lost), (1, 1));
    assert_eq!(moved.project.organization, "south");
    assert_eq!(world.roles_of(ada).await, ["project_member"]);
    let found = audit_of(&world, &caller).await;
    assert_eq!(found.len(), 1, "one row for all of it");
    let mismatch = get(reeve, &world.caller(), &slug("north"), &slug("road")).await;
    assert!(
        matches!(mismatch, Err(Error::ScopeMismatch { .. })),
        "{mismatch:?}"
    );
}

#[tokio::test]
async fn nobody_deletes_a_project_whose_roles_they_could_not_take() {
    let (world, _, tina, _) = world().await;
    let (reeve, north, road) = (world.reeve(), slug("north"), slug("road"));
    assign(
        reeve,
        &world.caller(),
        ADA,
        "project_owner",
        &inside("north", "road"),
    )
    .await
    .unwrap();
    let refused = delete(reeve, &tina, &north, &road).await;
    assert!(matches!(refused, Err(Error::Ceiling(_))), "{refused:?}");
    let row = audit_of(&world, &tina).await.remove(0);
    assert_eq!(
        (row.action.as_str(), row.outcome.as_str()),
        ("project.delete", "denied")
    );
    assert_eq!(
        delete(reeve, &world.caller(), &north, &road).await.unwrap(),
        1
    );
    assert!(
        list(reeve, &world.caller(), Some(&north))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_project_that_moves_away_while_somebody_changes_it_is_no_longer_there() {
    let (world, _, tina, _) = world().await;
    let mut mover = world.db.superuser().await;
    // Reads pass, and whoever wants the row waits: the permission was asked by then.
    mover
        .execute("begin; lock table project in exclusive mode")
        .await
        .unwrap();
    let (reeve, north, road) = (world.reeve().clone(), slug("north"), slug("road"));
    let by = tina.clone();
    let changing = tokio::spawn(async move {
        let changes = Changes {
            slug: None,
            name: Some("Mine".to_owned()),
        };
        update(&reeve, &by, &north, &road, &changes).await
    });
    let waiting = "select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'";
    while value::<i64>(&world, waiting).await == 0 {
        assert!(!changing.is_finished(), "nobody waits");
    }
    mover
        .execute(
            "update project set tenant_id = (select id from organization where slug = 'south');
             commit",
        )
        .await
        .unwrap();
    let changed = changing.await.unwrap();
    assert!(
        matches!(changed, Err(Error::NotFound { .. })),
        "{changed:?}"
    );
    let moved = get(
        world.reeve(),
        &world.caller(),
        &slug("south"),
        &slug("road"),
    )
    .await;
    assert_eq!(moved.unwrap().name, "road");
}

#[tokio::test]
async fn whoever_owns_a_project_alone_does_not_take_it_out_of_its_organization() {
    let (world, _, tina, north) = world().await;
    let south = value(&world, "select id from organization where slug = 'south'").await;
    let south = OrganizationId(south);
    let road: uuid::Uuid = value(&world, "select project_id from project").await;
    let olga = world
        .person("olga")
        .role_at("project_owner", north, road)
        .role_in("tenant_member", north)
        .role_in("tenant_owner", south);
    let olga = Caller::new(Actor::Person {
        user_id: olga.build().await,
    });
    let [from, to, road] = ["north", "south", "road"].map(slug);
    let refused = relocate(world.reeve(), &olga, &from, &road, &to).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let row = audit_of(&world, &olga).await.remove(0);
    assert_eq!((&*row.action, &*row.outcome), ("project.move", "denied"));
    // Nor does whoever administers the one that it leaves put it into another.
    let refused = relocate(world.reeve(), &tina, &from, &road, &to).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
}
