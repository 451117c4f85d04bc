//! The facts of one person mean what the facts of everybody mean.

use domain::governance::privileged::BreakGlass;
use jiff::SignedDuration;
use store::facts::one::{self, One};
use store::facts::{Lens, People};
use testkit::World;

use crate::sql::run;

/// What only SQL writes: overrides, an ended membership, and times far off or out of force.
const BY_SQL: [&str; 4] = [
    "update app_user set claims = '{\"role_overrides\": {\"preserved\": [\"Reader\"]}}'
      where display_name = 'kept'",
    "update membership set status = 'ended'
      where user_id = (select user_id from app_user where display_name = 'ended')
        and organization_id = (select id from organization where slug = 'hauling')",
    "insert into user_roles (user_id, role_id, source, valid_from, valid_until)
     select u.user_id, r.role_id, v.source, v.valid_from::timestamptz, v.valid_until::timestamptz
       from app_user u cross join role r cross join (values
         ('always', '1970-01-01', '2999-01-01'), ('past', '2020-01-01', '2020-01-02'),
         ('future', '2100-01-01', null)) v (source, valid_from, valid_until)
      where u.display_name in ('plain', 'odd') and r.name in ('subadmin', 'hauling.member')
        and (v.source <> 'always' or u.display_name = 'odd')",
    "insert into hold (user_id, reason, source, starts_at, ends_at, ended_at)
     select u.user_id, 'test', 'test', now() - interval '2 hours', v.ends_at::timestamptz, v.ended_at
       from app_user u
       join (values ('member', '2999-01-01', now()), ('ended', '2999-01-01', null),
                    ('odd', '2100-01-01', null)) v (name, ends_at, ended_at)
         on v.name = u.display_name",
];

/// People of every kind.
async fn world() -> World {
    let world = World::discord_leading().await;
    let hauling = world.organization("hauling").await;
    let depots = world.organization("depots").await;
    world
        .policy("organizations = ['hauling']\nemail_domains = ['In.Example']\ngroups = ['Drivers']")
        .await;
    let member = |name| world.person(name).member_of(hauling);
    let ruled = |name, role| world.person(name).role(role);
    let everybody = [
        world.person("plain"),
        member("member").linked(1).mapped_role(),
        world
            .person("elsewhere")
            .role_in("tenant_admin", depots)
            .linked(2)
            .in_guild(),
        world
            .person("grouped")
            .groups(&["office", " drivers "])
            .linked(3)
            .discord_roles(&[]),
        world.person("domain").email("x@IN.example").linked(4),
        world.person("odd").email("a@in.example@out.example"),
        ruled("admin", "admin").role("hauling.member"),
        ruled("both", "subadmin").role("admin").hold(1),
        world
            .person("gone")
            .status("disabled")
            .linked(5)
            .mapped_role(),
        ruled("exempt", "reader").status("suspended").exempt(5),
        ruled("kept", "reader").role("hauling.member"),
        ruled("taken", "hauling.member").role("reader").linked(6),
        world.person("listed"),
        member("ended"),
    ];
    for person in everybody {
        person.build().await;
    }
    world.scan_aged(SignedDuration::from_secs(60)).await;
    world.reconcile().await;
    let mut scene = world.scene().await;
    for sql in BY_SQL {
        run(&mut scene, sql).await;
    }
    world
}

#[tokio::test]
async fn one_person_loaded_alone_is_the_same_as_among_everybody() {
    let world = world().await;
    let list = BreakGlass::parse("", "LISTED@example.test");
    let mut tx = world.reeve().database.snapshot("test").await.unwrap();
    let governance = store::governance::load(&mut tx).await.unwrap();
    let roles = store::role::load(&mut tx).await.unwrap();
    let rules = governance.rules(None).unwrap();
    let now = tx.now().await.unwrap();
    let lens = Lens {
        rules: &rules,
        roles: &roles,
        break_glass: &list,
        restore_window: governance.restore_window,
        now,
    };
    let everybody = People::load(&mut tx, None, &lens).await.unwrap();
    let lens = one::Lens {
        governance: &governance,
        roles: &roles,
        break_glass: &list,
        now,
    };
    let (mut compared, mut distinct) = (0, std::collections::BTreeSet::new());
    for person in everybody.iter() {
        let alone = One::load(&mut tx, &lens, person.user_id, None)
            .await
            .unwrap()
            .unwrap();
        let email = &alone.account.email;
        assert_eq!(
            format!("{:?}", alone.person()),
            format!("{person:?}"),
            "{email}"
        );
        assert_eq!(
            format!(
                "{:?}",
                domain::access::facts::Facts::evidence(&alone, person.user_id, now)
            ),
            format!("{:?}", person.evidence),
            "{email}"
        );
        compared += 1;
        distinct.insert(format!("{:?}", person.evidence));
    }
    assert_eq!(compared, 14);
    assert!(
        distinct.len() >= 9,
        "the world is varied: {}",
        distinct.len()
    );
    let nobody = One::load(&mut tx, &lens, store::id::new_id().into(), None)
        .await
        .unwrap();
    assert!(nobody.is_none());
}
