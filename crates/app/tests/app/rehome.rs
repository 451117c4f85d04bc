//! Moving people from one organization to another (I-26).

use app::rehome::{Wanted, approve, cancel, list, request};
use app::tenancy::{set_rehome_approval, set_strict};
use app::{Caller, Error};
use domain::actor::Actor;
use domain::id::UserId;
use domain::tenancy::rehome::{RehomeDenied, State};
use store::rehome::Filter;
use testkit::World;

use crate::role::ADA;
use crate::sql::{count, rows};
use crate::watch::{Census, audit_of, words};

/// Ada is `tenant_member` of `north`; Una and Vic own `north` and `south`.
async fn world() -> (World, UserId, Caller, Caller) {
    let world = World::empty().await;
    let north = world.organization("north").await;
    let south = world.organization("south").await;
    let road = world.project(north, "road").await;
    let ada = world
        .person("ada")
        .role_in("tenant_member", north)
        .role_at("project_member", north, road)
        .build()
        .await;
    let mut owners = Vec::new();
    for name in ["una", "vic"] {
        let owner = world
            .person(name)
            .role_in("tenant_owner", north)
            .role_in("tenant_owner", south);
        let user_id = owner.build().await;
        owners.push(Caller::new(Actor::Person { user_id }));
    }
    let vic = owners.pop().unwrap();
    (world, ada, owners.pop().unwrap(), vic)
}

fn wanted(role: Option<&str>) -> Wanted {
    Wanted {
        identity: ADA.to_owned(),
        from: "north".parse().unwrap(),
        to: "south".parse().unwrap(),
        role: role.map(str::to_owned),
        reason: "moved with her team".to_owned(),
    }
}

async fn belongs(world: &World, user_id: UserId) -> Vec<String> {
    let found: Vec<(String,)> = rows(
        world,
        format!(
            "select o.slug from membership m join organization o on o.id = m.organization_id
              where m.user_id = '{user_id}' and m.status = 'active' and not o.is_default order by 1"
        ),
    )
    .await;
    found.into_iter().map(|(slug,)| slug).collect()
}

#[tokio::test]
async fn a_move_waits_for_somebody_elses_approval_and_is_then_one_audited_step() {
    let (world, ada, una, vic) = world().await;
    let reeve = world.reeve();
    let asked = request(reeve, &una, &wanted(Some("tenant_viewer")))
        .await
        .unwrap();
    assert_eq!(asked.state, State::Requested);
    let loses: Vec<_> = asked.loses.iter().map(|lost| lost.role.as_str()).collect();
    assert_eq!(loses, ["tenant_member", "project_member"]);
    assert_eq!(belongs(&world, ada).await, ["north"], "nothing has moved");
    let una = Caller::new(una.actor.clone());
    let refused = approve(reeve, &una, asked.rehome_id).await;
    assert!(
        matches!(refused, Err(Error::RehomeDenied(RehomeDenied::OwnRequest))),
        "{refused:?}"
    );
    let row = audit_of(&world, &una).await.remove(0);
    assert_eq!(
        (row.action.as_str(), row.outcome.as_str()),
        ("rehome.move", "denied")
    );
    let done = approve(reeve, &vic, asked.rehome_id).await.unwrap();
    assert_eq!(
        (done.state, done.decided_by),
        (State::Done, Some(vic.actor.user_id()))
    );
    assert_eq!(belongs(&world, ada).await, ["south"]);
    assert_eq!(world.roles_of(ada).await, ["tenant_viewer"]);
    let found = audit_of(&world, &vic).await;
    assert_eq!(found.len(), 1, "one step, one row: {found:?}");
    let row = &found[0];
    assert_eq!(row.action, "rehome.move");
    assert_eq!(row.target_user_id, Some(ada.0));
    let (before, after) = (
        row.before_json.as_ref().unwrap(),
        row.after_json.as_ref().unwrap(),
    );
    assert_eq!(before["assignments"].as_array().unwrap().len(), 2);
    assert_eq!(after["assignments"][0]["role"], "tenant_viewer");
    let again = approve(reeve, &vic, asked.rehome_id).await;
    assert!(
        matches!(
            again,
            Err(Error::RehomeDenied(RehomeDenied::Decided(State::Done)))
        ),
        "{again:?}"
    );
}

#[tokio::test]
async fn without_approval_a_move_is_done_at_once_also_in_strict_mode() {
    let (world, ada, ..) = world().await;
    let reeve = world.reeve();
    set_rehome_approval(reeve, &world.caller(), false)
        .await
        .unwrap();
    // The owners belong to both, which strict mode does not allow.
    crate::sql::scene(
        &world,
        "delete from membership m using organization o where o.id = m.organization_id and o.slug = 'south'
            and m.user_id = (select user_id from app_user where email = 'una@example.test');
         delete from membership m using organization o where o.id = m.organization_id and o.slug = 'north'
            and m.user_id = (select user_id from app_user where email = 'vic@example.test')",
    )
    .await;
    set_strict(reeve, &world.caller(), true).await.unwrap();
    let caller = world.caller();
    let done = request(reeve, &caller, &wanted(None)).await.unwrap();
    assert_eq!(done.state, State::Done);
    assert_eq!(belongs(&world, ada).await, ["south"]);
    assert_eq!(
        count(
            &world,
            &format!("membership where user_id = '{ada}' and exclusive")
        )
        .await,
        1
    );
    assert_eq!(audit_of(&world, &caller).await.len(), 1);
}

#[tokio::test]
async fn the_last_owner_is_not_moved_away() {
    let (world, ..) = world().await;
    let reeve = world.reeve();
    set_rehome_approval(reeve, &world.caller(), false)
        .await
        .unwrap();
    app::role::revoke(
        reeve,
        &world.caller(),
        "vic@example.test",
        "tenant_owner",
        &crate::role::at("north"),
    )
    .await
    .unwrap();
    let una = Wanted {
        identity: "una@example.test".to_owned(),
        ..wanted(None)
    };
    let before = Census::of(&world).await;
    let said = words(request(reeve, &world.caller(), &una).await);
    assert!(said.contains("last owner"), "{said}");
    before.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn a_move_needs_the_right_in_both_organizations_and_hides_the_one_without() {
    let (world, ..) = world().await;
    let north = app::organization::get(world.reeve(), &world.caller(), &"north".parse().unwrap())
        .await
        .unwrap()
        .id;
    let tina = world
        .person("tina")
        .role_in("tenant_admin", north)
        .build()
        .await;
    let tina = Caller::new(Actor::Person { user_id: tina });
    let refused = request(world.reeve(), &tina, &wanted(None)).await;
    assert!(
        matches!(&refused, Err(Error::Refused(refusal)) if refusal.hides()),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_move_that_waits_is_cancelled_once_and_another_may_be_asked_for() {
    let (world, _, una, vic) = world().await;
    let reeve = world.reeve();
    let asked = request(reeve, &una, &wanted(None)).await.unwrap();
    let twice = request(reeve, &vic, &wanted(None)).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    let done = cancel(reeve, &vic, asked.rehome_id).await.unwrap();
    assert_eq!(done.state, State::Cancelled);
    let late = approve(reeve, &vic, asked.rehome_id).await;
    assert!(matches!(late, Err(Error::RehomeDenied(_))), "{late:?}");
    request(reeve, &una, &wanted(None)).await.unwrap();
    let filter = Filter {
        state: Some(State::Requested),
        limit: 10,
        ..Filter::default()
    };
    let page = list(reeve, &una, Some(&"south".parse().unwrap()), filter)
        .await
        .unwrap();
    assert_eq!(page.rehomes.len(), 1);
}

#[tokio::test]
async fn nobody_is_moved_to_where_they_are_nor_to_or_from_the_default_organization() {
    let (world, ..) = world().await;
    for (to, why) in [
        ("north", RehomeDenied::SamePlace),
        ("default", RehomeDenied::ToDefault),
    ] {
        let wanted = Wanted {
            to: to.parse().unwrap(),
            ..wanted(None)
        };
        let refused = request(world.reeve(), &world.caller(), &wanted).await;
        assert!(
            matches!(&refused, Err(Error::RehomeDenied(denied)) if *denied == why),
            "{to}: {refused:?}"
        );
    }
    let away = Wanted {
        from: "default".parse().unwrap(),
        to: "south".parse().unwrap(),
        ..wanted(None)
    };
    let refused = request(world.reeve(), &world.caller(), &away).await;
    assert!(
        matches!(refused, Err(Error::RehomeDenied(RehomeDenied::FromDefault))),
        "{refused:?}"
    );
}
