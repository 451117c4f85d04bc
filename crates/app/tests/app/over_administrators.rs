//! What gives power over an account is for whoever could give its roles, whatever else somebody may do.

use std::collections::BTreeSet;

use app::identity::file::read;
use app::identity::import::import;
use app::identity::{Change, New, create, edit};
use app::lifecycle::{disable, enable, erase};
use app::link::{self, link};
use app::role::define::{self, NewRole};
use app::token::{self, Wanted};
use app::{Caller, Error};
use domain::access::role::ScopeKind;
use domain::actor::Actor;
use domain::governance::privileged::BreakGlass;
use domain::id::UserId;
use testkit::World;

use crate::sql::scene;
use crate::watch::audit_of;

/// Somebody whose role on the platform administers people, and nothing else; `list` is the break-glass
/// list.
async fn helper(list: &str) -> (World, Caller) {
    let world = World::empty().await;
    let live = &world.reeve().live;
    let mut settings = live.get().as_ref().clone();
    settings.break_glass = BreakGlass::parse("", list);
    live.set(settings);
    let new = NewRole {
        name: "helpdesk".to_owned(),
        scope: ScopeKind::Platform,
        rank: 0,
        permissions: ["tokens:manage", "identities:manage"]
            .map(str::to_owned)
            .to_vec(),
        description: None,
    };
    define::create(world.reeve(), &world.caller(), None, &new)
        .await
        .unwrap();
    let bob = world.person("bob").role("helpdesk").build().await;
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
    let (world, bob) = helper("listed@example.test").await;
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
async fn power_over_an_account_is_for_whoever_could_give_everything_it_has_or_will_have() {
    let (world, bob) = helper("").await;
    let acme = world.organization("acme").await;
    // Somebody else owns it too, so that the last owner's guard stays out of it.
    let keeper = world.person("keeper").role_in("tenant_owner", acme);
    keeper.build().await;
    let owner = world.person("owner").role_in("tenant_owner", acme);
    let owner = owner.build().await;
    // All but the disabling, which takes no role and gives no power.
    assert_eq!(denied(&world, &bob, owner, "owner@example.test").await, 4);
    assert_eq!(world.status_of(owner).await, "disabled");
    // Nor is the account brought back by who could not give its roles.
    let back = enable(world.reeve(), &bob, &owner.to_string(), "why").await;
    assert!(matches!(back, Err(Error::ActDenied(_))), "{back:?}");
    // What is yet to come is as good as there; what is over is not.
    for (name, into, denies) in [
        ("coming", "user_roles (user_id, role_id, valid_from)", 4),
        (
            "kept",
            "stripped_assignment (user_id, role_id, valid_from, assignment_id, source, plan_id)",
            4,
        ),
        (
            "past",
            "user_roles (user_id, role_id, valid_from, valid_until)",
            0,
        ),
    ] {
        let somebody = world.person(name).build().await;
        let (from, more) = match name {
            "kept" => ("now()", ", gen_random_uuid(), 'sql', 'a plan'"),
            "past" => ("now() - interval '2 days'", ", now() - interval '1 day'"),
            _ => ("now() + interval '1 day'", ""),
        };
        scene(
            &world,
            format!(
                "insert into {into} select '{somebody}'::uuid, role_id, {from}{more}
                   from role where name = 'reader'"
            ),
        )
        .await;
        let email = match denies {
            0 => "mine@example.test".to_owned(),
            _ => format!("{name}@example.test"),
        };
        assert_eq!(
            denied(&world, &bob, somebody, &email).await,
            denies,
            "{name}"
        );
    }
}

#[tokio::test]
async fn who_has_no_role_is_administered_by_who_may() {
    let (world, bob) = helper("").await;
    let ada = world.person("ada").build().await;
    assert_eq!(denied(&world, &bob, ada, "mine@example.test").await, 0);
    assert_eq!(world.status_of(ada).await, "disabled");
}

#[tokio::test]
async fn nobody_takes_an_address_of_the_break_glass_list() {
    let (world, bob) = helper("listed@example.test").await;
    let change = Change {
        email: Some("Listed@Example.test".to_owned()),
        ..Change::default()
    };
    let ada = world.person("ada").build().await.to_string();
    let refused = edit(world.reeve(), &bob, &ada, &change).await;
    assert!(matches!(refused, Err(Error::ActDenied(_))), "{refused:?}");
    let boss = world.person("boss").role("admin").build().await;
    let boss = Caller::new(Actor::Person { user_id: boss });
    edit(world.reeve(), &boss, &ada, &change).await.unwrap();
}

#[tokio::test]
async fn an_import_binds_no_account_to_whom_one_could_not_act_on_nor_brings_in_a_listed_address() {
    let (world, bob) = helper("listed@example.test").await;
    let acme = world.organization("acme").await;
    let owner = world.person("owner").role_in("tenant_owner", acme);
    owner.build().await;
    world.person("ada").build().await;
    let file =
        "email,discord_id\nowner@example.test,661\nlisted@example.test,\nada@example.test,662\n";
    let lines = read(file.as_bytes()).unwrap();
    let done = import(world.reeve(), &bob, lines, false, |_| {})
        .await
        .unwrap();
    let refused: Vec<_> = done.errors.iter().map(|error| error.line).collect();
    assert_eq!((refused, done.links, done.created), (vec![2, 3], 1, 0));
    let rows = audit_of(&world, &bob).await;
    let rows = rows.iter().filter(|row| row.outcome == "denied");
    let denied: BTreeSet<_> = rows.map(|row| row.action.as_str()).collect();
    assert_eq!(denied, ["identity.create", "identity.link"].into());
}

#[tokio::test]
async fn nobody_else_makes_an_identity_with_an_address_of_the_break_glass_list() {
    let (world, bob) = helper("listed@example.test").await;
    let new = New {
        email: "LISTED@example.test".to_owned(),
        display_name: None,
    };
    let refused = create(world.reeve(), &bob, &new).await;
    assert!(matches!(refused, Err(Error::ActDenied(_))), "{refused:?}");
    let row = audit_of(&world, &bob).await.remove(0);
    assert_eq!((&*row.action, &*row.outcome), ("identity.create", "denied"));
    create(world.reeve(), &world.caller(), &new).await.unwrap();
}
