//! What gives power over an administrator's account is for administrators, whatever else somebody may do.

use app::identity::{Change, edit};
use app::lifecycle::{disable, erase};
use app::link::{self, link};
use app::token::{self, Wanted};
use app::{Caller, Error};
use domain::actor::Actor;
use domain::governance::privileged::BreakGlass;
use domain::id::UserId;
use testkit::World;

use crate::sql::scene;
use crate::watch::audit_of;

/// Everybody active may do everything that a permission guards (U-03); `list` is the break-glass list.
async fn unenforced(list: &str) -> (World, Caller) {
    let world = World::empty().await;
    let live = &world.reeve().live;
    let mut settings = live.get().as_ref().clone();
    settings.flags.enforce = false;
    settings.break_glass = BreakGlass::parse("", list);
    live.set(settings);
    let bob = world.person("bob").build().await;
    (world, Caller::new(Actor::Person { user_id: bob }))
}

/// Each way to power over an account; says which were denied, and that each is on record.
async fn denied(world: &World, bob: &Caller, whom: UserId, email: &str) -> usize {
    let who = whom.to_string();
    let caller = Caller::new(bob.actor.clone());
    let reeve = world.reeve();
    let address = Change {
        email: Some("mine@example.test".to_owned()),
        ..Change::default()
    };
    let account = link::New {
        discord_id: "666".to_owned(),
    };
    let wanted = Wanted {
        name: "mine".to_owned(),
        ..Wanted::default()
    };
    let tries = [
        edit(reeve, &caller, &who, &address).await.map(drop),
        link(reeve, &caller, &who, &account).await.map(drop),
        token::create(reeve, &caller, &who, &wanted).await.map(drop),
        disable(reeve, &caller, &who, "why").await.map(drop),
        erase(reeve, &caller, &who, email, "why").await.map(drop),
    ];
    let acts = tries
        .iter()
        .filter(|one| matches!(one, Err(Error::ActDenied(_))));
    let acts = acts.count();
    let rows = audit_of(world, &caller).await;
    let on_record = rows.iter().filter(|row| row.outcome == "denied").count();
    assert_eq!(acts, on_record, "{tries:?}");
    acts
}

#[tokio::test]
async fn nobody_else_takes_over_an_administrators_account() {
    let (world, bob) = unenforced("listed@example.test").await;
    let boss = world.person("boss").role("admin").build().await;
    assert_eq!(denied(&world, &bob, boss, "boss@example.test").await, 5);
    let sub = world.person("sub").role("subadmin").build().await;
    assert_eq!(denied(&world, &bob, sub, "sub@example.test").await, 5);
    let listed = world.person("listed").build().await;
    assert_eq!(denied(&world, &bob, listed, "listed@example.test").await, 5);
    let coming = world.person("coming").build().await;
    scene(
        &world,
        format!(
            "insert into user_roles (user_id, role_id, valid_from)
             select '{coming}', role_id, now() + interval '1 day' from role where name = 'admin'"
        ),
    )
    .await;
    assert_eq!(denied(&world, &bob, coming, "coming@example.test").await, 5);
    assert_eq!(world.status_of(boss).await, "active");
}

#[tokio::test]
async fn who_is_no_administrator_is_administered_by_who_may() {
    let (world, bob) = unenforced("").await;
    let ada = world.person("ada").role("reader").build().await;
    assert_eq!(denied(&world, &bob, ada, "mine@example.test").await, 0);
    assert_eq!(world.status_of(ada).await, "disabled");
}

#[tokio::test]
async fn nobody_takes_an_address_of_the_break_glass_list() {
    let (world, bob) = unenforced("listed@example.test").await;
    let change = Change {
        email: Some("Listed@Example.test".to_owned()),
        ..Change::default()
    };
    let own = bob.actor.user_id().to_string();
    let refused = edit(world.reeve(), &bob, &own, &change).await;
    assert!(matches!(refused, Err(Error::ActDenied(_))), "{refused:?}");
    let boss = world.person("boss").role("admin").build().await;
    let boss = Caller::new(Actor::Person { user_id: boss });
    edit(world.reeve(), &boss, &own, &change).await.unwrap();
}
