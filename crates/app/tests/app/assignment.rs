//! Listing assignments, and giving roles for some time.

use app::assignment::list;
use app::role::{Wanted, give, revoke};
use app::{Caller, Error};
use domain::actor::Actor;
use jiff::{SignedDuration, Timestamp};
use store::assignment::Filter;

use crate::role::{ADA, at, inside, world};
use crate::watch::{Census, words};

fn wanted(role: &str, from: Option<Timestamp>, until: Option<Timestamp>) -> Wanted {
    Wanted {
        identity: ADA.to_owned(),
        role: role.to_owned(),
        valid_from: from,
        valid_until: until,
    }
}

fn ten() -> Filter {
    Filter {
        limit: 10,
        ..Filter::default()
    }
}

#[tokio::test]
async fn a_role_is_given_for_a_time_to_come_and_listed_with_where_it_came_from() {
    let (world, ada, ..) = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    let hour = SignedDuration::from_hours(1);
    let now = world.now().await;
    let (from, until) = (now + hour, now + hour + hour);
    let one = wanted("tenant_member", Some(from), Some(until));
    let given = give(reeve, &caller, &one, &at("north")).await.unwrap();
    let page = list(reeve, &caller, &at("north"), &ten()).await.unwrap();
    let found = page
        .assignments
        .iter()
        .find(|one| one.user_id == ada)
        .unwrap();
    assert_eq!(Some(found.assignment_id), given.assignment_id);
    assert_eq!((found.valid_from, found.valid_until), (from, Some(until)));
    assert_eq!(
        (found.source.as_str(), found.in_force),
        ("command_line", false)
    );
    let again = give(reeve, &caller, &one, &at("north")).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    assert_eq!(
        revoke(reeve, &caller, ADA, "tenant_member", &at("north"))
            .await
            .unwrap(),
        1
    );
}

#[tokio::test]
async fn a_time_that_is_over_or_out_of_order_is_refused_by_field() {
    let (world, ..) = world().await;
    let hour = SignedDuration::from_hours(1);
    let now = world.now().await;
    let before = Census::of(&world).await;
    for (from, until, field) in [
        (Some(now - hour), None, "valid_from"),
        (None, Some(now - hour), "valid_until"),
        (Some(now + hour), Some(now + hour), "valid_until"),
    ] {
        let refused = give(
            world.reeve(),
            &world.caller(),
            &wanted("tenant_member", from, until),
            &at("north"),
        )
        .await;
        let said = words(refused);
        assert!(said.starts_with(field), "{said}");
    }
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn a_page_ends_where_the_next_begins_and_leaves_out_the_projects() {
    let (world, ..) = world().await;
    let (reeve, caller) = (world.reeve(), world.caller());
    for (role, place) in [
        ("tenant_member", at("north")),
        ("tenant_viewer", at("north")),
        ("project_member", inside("north", "road")),
    ] {
        give(reeve, &caller, &wanted(role, None, None), &place)
            .await
            .unwrap();
    }
    let mut seen = Vec::new();
    let mut filter = Filter {
        limit: 1,
        ..Filter::default()
    };
    loop {
        let page = list(reeve, &caller, &at("north"), &filter).await.unwrap();
        seen.extend(page.assignments.into_iter().map(|one| one.role));
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["tenant_admin", "tenant_member", "tenant_viewer"]);
    let inside = list(reeve, &caller, &inside("north", "road"), &ten())
        .await
        .unwrap();
    assert_eq!(inside.assignments.len(), 1);
}

#[tokio::test]
async fn assignments_are_shown_to_who_may_see_them_there_and_a_project_must_be_of_the_tenant() {
    let (world, ada, tina, _) = world().await;
    list(world.reeve(), &tina, &inside("north", "road"), &ten())
        .await
        .unwrap();
    let ada = Caller::new(Actor::Person { user_id: ada });
    for place in [at("north"), at("south")] {
        let refused = list(world.reeve(), &ada, &place, &ten()).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    }
    let elsewhere = inside("south", "road");
    let mismatch = list(world.reeve(), &world.caller(), &elsewhere, &ten()).await;
    assert!(
        matches!(mismatch, Err(Error::ScopeMismatch { .. })),
        "{mismatch:?}"
    );
    let hidden = list(world.reeve(), &tina, &elsewhere, &ten()).await;
    assert!(matches!(hidden, Err(Error::NotFound { .. })), "{hidden:?}");
}
