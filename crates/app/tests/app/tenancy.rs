//! Strict mode: one organization beside the default one, whoever asks and however many ask at once (I-20,
//! I-24).

use app::membership::{NewMember, add, add_many};
use app::role::{Place, assign};
use app::tenancy::{set_strict, show};
use app::{Caller, Error};
use testkit::World;

use crate::role::{ADA, at};
use crate::sql::{count, operator, scene};
use crate::watch::{Census, audit_of, words};

/// Rounds of each race.
const ROUNDS: usize = 20;

async fn strict() -> World {
    let world = World::empty().await;
    world.organization("north").await;
    world.organization("south").await;
    world.person("ada").build().await;
    assert!(
        set_strict(world.reeve(), &world.caller(), true)
            .await
            .unwrap()
    );
    world
}

#[tokio::test]
async fn strict_mode_does_not_begin_while_somebody_belongs_to_two_and_names_them() {
    let world = World::empty().await;
    let north = world.organization("north").await;
    let south = world.organization("south").await;
    world
        .person("ada")
        .member_of(north)
        .member_of(south)
        .build()
        .await;
    world.person("bob").member_of(north).build().await;
    let before = Census::of(&world).await;
    let refused = set_strict(world.reeve(), &world.caller(), true).await;
    assert_eq!(
        words(refused),
        "1 people belong to several organizations: ada@example.test (north, south)"
    );
    before.assert_nothing_written(&world).await;
    scene(
        &world,
        "update membership set status = 'ended' where organization_id = (select id from organization where slug = 'south')",
    )
    .await;
    let caller = world.caller();
    assert!(set_strict(world.reeve(), &caller, true).await.unwrap());
    assert!(
        !set_strict(world.reeve(), &world.caller(), true)
            .await
            .unwrap()
    );
    assert!(
        show(world.reeve(), &world.caller())
            .await
            .unwrap()
            .strict_membership
    );
    assert_eq!(
        count(&world, "membership where exclusive").await,
        2,
        "of two people, the default organization left out"
    );
    let row = audit_of(&world, &caller).await.remove(0);
    assert_eq!(row.action, "governance.set_strict_membership");
    assert!(
        set_strict(world.reeve(), &world.caller(), false)
            .await
            .unwrap()
    );
    assert_eq!(count(&world, "membership where exclusive").await, 0);
    add(
        world.reeve(),
        &world.caller(),
        &"south".parse().unwrap(),
        ADA,
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_second_organization_is_a_conflict_by_every_path_and_on_record() {
    let world = strict().await;
    let (reeve, north, south) = (
        world.reeve(),
        "north".parse().unwrap(),
        "south".parse().unwrap(),
    );
    add(reeve, &world.caller(), &north, ADA).await.unwrap();
    let conflict = |done: Result<(), Error>| matches!(done, Err(Error::CrossTenant(_)));
    let caller = world.caller();
    assert!(conflict(add(reeve, &caller, &south, ADA).await.map(drop)));
    let row = audit_of(&world, &caller).await.remove(0);
    assert_eq!(
        (row.action.as_str(), row.outcome.as_str()),
        ("membership.add", "denied")
    );
    let by_role = assign(reeve, &world.caller(), ADA, "tenant_member", &at("south")).await;
    assert!(conflict(by_role.map(drop)));
    let new = |who: &str| NewMember {
        identity: who.to_owned(),
        role: None,
    };
    let people = [new(ADA), new("new@example.test")];
    let mut each = add_many(reeve, &world.caller(), &south, &people)
        .await
        .unwrap();
    assert!(each.pop().unwrap().is_ok(), "the other one is not touched");
    assert!(conflict(each.pop().unwrap().map(drop)));
    let file = "email,organizations\nada@example.test,south\nbob@example.test,north;south\neve@example.test,south;default\n";
    let lines = app::identity::file::read(file.as_bytes()).unwrap();
    let done = app::identity::import::import(reeve, &world.caller(), lines, false, |_| {})
        .await
        .unwrap();
    let wrong: Vec<_> = done.errors.iter().map(|error| error.line).collect();
    assert_eq!(wrong, [2, 3], "{:?}", done.errors);
    let sql = "insert into membership (organization_id, user_id)
               select o.id, u.user_id from organization o, app_user u
                where o.slug = 'south' and u.email = 'ada@example.test'";
    let mut connection = world.db.operator().await;
    let refused = sqlx::query(sql).execute(&mut connection).await.unwrap_err();
    assert!(
        refused.to_string().contains("membership_exclusive"),
        "{refused}"
    );
}

#[tokio::test]
async fn whoever_leaves_may_go_elsewhere_and_platform_roles_are_nobodys_organization() {
    let world = strict().await;
    let (reeve, north, south) = (
        world.reeve(),
        "north".parse().unwrap(),
        "south".parse().unwrap(),
    );
    add(reeve, &world.caller(), &north, ADA).await.unwrap();
    assign(reeve, &world.caller(), ADA, "reader", &Place::default())
        .await
        .unwrap();
    app::membership::end(reeve, &world.caller(), &north, ADA)
        .await
        .unwrap();
    assert!(add(reeve, &world.caller(), &south, ADA).await.unwrap());
    assert!(!add(reeve, &world.caller(), &south, ADA).await.unwrap());
    operator(
        &world,
        "update membership set status = 'ended' where not organization_id = (select id from organization where is_default)",
    )
    .await;
    assert!(add(reeve, &world.caller(), &north, ADA).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_tenants_at_once_one_gets_the_person_and_the_others_the_same_conflict() {
    let world = World::empty().await;
    let mut slugs = Vec::new();
    for i in 0..50 {
        world.organization(&format!("t{i}")).await;
        slugs.push(format!("t{i}").parse().unwrap());
    }
    set_strict(world.reeve(), &world.caller(), true)
        .await
        .unwrap();
    for round in 0..ROUNDS {
        let who = world.person(&format!("p{round}")).build().await.to_string();
        let mut racing = tokio::task::JoinSet::new();
        for slug in slugs.clone() {
            let (reeve, caller, who) = (world.reeve().clone(), world.caller(), who.clone());
            racing.spawn(async move { add(&reeve, &caller, &slug, &who).await });
        }
        let (mut got, mut conflicts) = (0, 0);
        for done in racing.join_all().await {
            match done {
                Ok(true) => got += 1,
                Err(Error::CrossTenant(_)) => conflicts += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((got, conflicts), (1, 49), "round {round}");
        let belongs =
            format!("membership where exclusive and status = 'active' and user_id = '{who}'");
        assert_eq!(count(&world, &belongs).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn switching_strict_mode_on_while_people_join_leaves_nobody_in_two() {
    let world = World::empty().await;
    let north = world.organization("north").await;
    world.organization("south").await;
    for round in 0..ROUNDS {
        let person = world.person(&format!("p{round}")).member_of(north);
        let who = person.build().await.to_string();
        let (reeve, caller, name) = (world.reeve().clone(), world.caller(), who.clone());
        let joining =
            tokio::spawn(
                async move { add(&reeve, &caller, &"south".parse().unwrap(), &name).await },
            );
        let (reeve, caller) = (world.reeve().clone(), world.caller());
        let switching = tokio::spawn(async move { set_strict(&reeve, &caller, true).await });
        let (joined, switched) = (joining.await.unwrap(), switching.await.unwrap());
        match (&joined, &switched) {
            (Ok(true), Err(Error::StrictViolations { total: 1, .. }))
            | (Err(Error::CrossTenant(_)), Ok(true)) => {}
            other => panic!("round {round}: {other:?}"),
        }
        set_strict(world.reeve(), &world.caller(), false)
            .await
            .unwrap();
        scene(
            &world,
            format!("update membership set status = 'ended' where user_id = '{who}'"),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_owners_who_are_removed_at_once_from_both_sides_one_stays() {
    let world = World::empty().await;
    for round in 0..ROUNDS {
        let slug = format!("o{round}");
        let tenant = world.organization(&slug).await;
        let mut owners = Vec::new();
        for side in ["a", "b"] {
            let owner = world.person(&format!("{side}{round}"));
            owners.push(owner.role_in("tenant_owner", tenant).build().await);
        }
        let mut racing = tokio::task::JoinSet::new();
        for (me, other) in [(owners[0], owners[1]), (owners[1], owners[0])] {
            let reeve = world.reeve().clone();
            let caller = Caller::new(domain::actor::Actor::Person { user_id: me });
            let slug = slug.parse().unwrap();
            racing.spawn(async move {
                app::membership::end(&reeve, &caller, &slug, &other.to_string()).await
            });
        }
        let done = racing.join_all().await;
        let gone = done
            .iter()
            .filter(|done| matches!(done, Ok(Some(1))))
            .count();
        assert_eq!(gone, 1, "round {round}: {done:?}");
        let left = format!("user_roles where tenant_id = '{tenant}'");
        assert_eq!(count(&world, &left).await, 1, "round {round}");
    }
}
