//! Creating projects.

use app::project::{create, list};
use domain::tenancy::organization::Slug;

use crate::role::{ADA, inside, world};
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
    let place = inside("north", "rail");
    let given = app::role::assign(world.reeve(), &tina, ADA, "project_member", &place).await;
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
