//! Assignments: a role at its own kind of scope, and the last owner, who stays.

use domain::id::{OrganizationId, UserId};
use sqlx::{Connection, PgConnection};
use testkit::World;

use crate::sql::{operating, refusal, run, value};

fn of(who: UserId) -> String {
    format!("delete from user_roles where user_id = '{who}'")
}

/// The ways in which somebody stops to hold a role, by raw SQL.
fn ways_out(who: UserId, tenant: OrganizationId) -> [String; 6] {
    let theirs = format!("where user_id = '{who}' and tenant_id = '{tenant}'");
    let membership = format!("where user_id = '{who}' and organization_id = '{tenant}'");
    [
        format!("delete from user_roles {theirs}"),
        format!("update user_roles set valid_until = now() {theirs}"),
        format!(
            "update user_roles set valid_from = now() - interval '2 days', valid_until = now() - interval '1 day' {theirs}"
        ),
        format!(
            "update user_roles set role_id = (select role_id from role where name = 'tenant_viewer') {theirs}"
        ),
        format!("update membership set status = 'ended' {membership}"),
        format!("delete from membership {membership}"),
    ]
}

#[tokio::test]
async fn the_last_owner_of_an_organization_can_not_be_taken_away() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    let ada = world
        .person("ada")
        .role_in("tenant_owner", acme)
        .build()
        .await;
    for mut connection in [world.db.operator().await, operating(&world.db).await] {
        for sql in ways_out(ada, acme) {
            let refused = refusal(&mut connection, &sql).await;
            assert!(
                refused.contains("the last owner of the organization"),
                "{sql}: {refused}"
            );
        }
    }
    assert_eq!(world.roles_of(ada).await, ["tenant_owner"]);
    world
        .person("bob")
        .role_in("tenant_owner", acme)
        .build()
        .await;
    run(&mut world.db.operator().await, of(ada)).await;
}

#[tokio::test]
async fn an_owner_whose_time_is_over_does_not_count() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    let ada = world
        .person("ada")
        .role_in("tenant_owner", acme)
        .build()
        .await;
    let bob = world
        .person("bob")
        .role_in("tenant_owner", acme)
        .build()
        .await;
    let mut operator = world.db.operator().await;
    run(
        &mut operator,
        format!(
            "update user_roles set valid_from = now() - interval '2 days', valid_until = now() - interval '1 day'
              where user_id = '{bob}'"
        ),
    )
    .await;
    let refused = refusal(&mut operator, of(ada)).await;
    assert!(refused.contains("last owner"), "{refused}");
}

#[tokio::test]
async fn the_last_admin_of_the_platform_can_not_be_taken_away() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    let ada = world.person("ada").role("admin").build().await;
    let mut operator = world.db.operator().await;
    for sql in [
        of(ada),
        format!("update user_roles set valid_until = now() where user_id = '{ada}'"),
        format!(
            "update user_roles set role_id = (select role_id from role where name = 'reader') where user_id = '{ada}'"
        ),
        "delete from user_roles".to_owned(),
    ] {
        let refused = refusal(&mut operator, &sql).await;
        assert!(
            refused.contains("the last admin of the platform"),
            "{sql}: {refused}"
        );
    }
    world
        .person("bob")
        .role_in("tenant_owner", acme)
        .role("admin")
        .build()
        .await;
    run(&mut operator, of(ada)).await;
}

#[tokio::test]
async fn an_owner_for_a_time_does_not_stand_in_for_one_without_limit() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    let ada = world
        .person("ada")
        .role_in("tenant_owner", acme)
        .build()
        .await;
    let bob = world
        .person("bob")
        .role_in("tenant_owner", acme)
        .build()
        .await;
    let mut operator = world.db.operator().await;
    let limit = |who| {
        format!(
            "update user_roles set valid_until = now() + interval '1 hour' where user_id = '{who}'"
        )
    };
    run(&mut operator, limit(bob)).await;
    for sql in [limit(ada), of(ada)] {
        let refused = refusal(&mut operator, &sql).await;
        assert!(
            refused.contains("the last owner of the organization"),
            "{sql}: {refused}"
        );
    }
}

#[tokio::test]
async fn an_organization_goes_with_its_owners() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    let project = world.project(acme, "haulage").await;
    let ada = world
        .person("ada")
        .role_in("tenant_owner", acme)
        .role_at("project_owner", acme, project)
        .build()
        .await;
    run(
        &mut world.db.operator().await,
        format!("delete from organization where id = '{acme}'"),
    )
    .await;
    assert!(world.roles_of(ada).await.is_empty());
}

/// Two transactions each take one of two; whether each went through.
async fn race(world: &World, isolation: &str, take: [String; 2]) -> [bool; 2] {
    let (mut a, mut b) = (world.db.operator().await, world.db.operator().await);
    for connection in [&mut a, &mut b] {
        let set = format!("set default_transaction_isolation = '{isolation}'");
        run(connection, set).await;
    }
    let mut first = a.begin().await.unwrap();
    let [take_a, take_b] = take;
    // The second has its snapshot before the first is done.
    let mut second = b.begin().await.unwrap();
    value::<i64>(&mut second, "select count(*) from user_roles").await;
    run(&mut first, take_a).await;
    let attempt = async {
        let done = attempt(&mut second, &take_b).await;
        if done {
            second.commit().await.is_ok()
        } else {
            false
        }
    };
    let other = async {
        // Runs while the other waits for it, or else has already been answered.
        wait_for_a_waiter(world).await;
        first.commit().await.is_ok()
    };
    let (b, a) = tokio::join!(attempt, other);
    [a, b]
}

async fn attempt(connection: &mut PgConnection, sql: &str) -> bool {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .is_ok()
}

async fn wait_for_a_waiter(world: &World) {
    let mut superuser = world.db.superuser().await;
    let waiting = "select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'";
    for _ in 0..2_000 {
        if value::<i64>(&mut superuser, waiting).await > 0 {
            return;
        }
    }
    panic!("nobody waits: the two do not see each other");
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    for isolation in ["read committed", "repeatable read"] {
        let world = World::empty().await;
        let acme = world.organization("acme").await;
        let ada = world
            .person("ada")
            .role_in("tenant_owner", acme)
            .build()
            .await;
        let bob = world
            .person("bob")
            .role_in("tenant_owner", acme)
            .build()
            .await;
        let outcome = race(&world, isolation, [of(ada), of(bob)]).await;
        assert_eq!(outcome, [true, false], "{isolation}");
        assert_eq!(world.roles_of(bob).await, ["tenant_owner"]);
    }
}

#[tokio::test]
async fn of_two_admins_who_leave_at_once_one_stays() {
    for isolation in ["read committed", "repeatable read"] {
        let world = World::empty().await;
        let ada = world.person("ada").role("admin").build().await;
        let bob = world.person("bob").role("admin").build().await;
        let expire = format!(
            "update user_roles set valid_until = clock_timestamp() where user_id = '{bob}'"
        );
        let outcome = race(&world, isolation, [of(ada), expire]).await;
        assert_eq!(outcome, [true, false], "{isolation}");
    }
}

#[tokio::test]
async fn a_role_is_given_at_its_own_kind_of_scope_only() {
    let world = World::empty().await;
    let (acme, other) = (
        world.organization("acme").await,
        world.organization("other").await,
    );
    let project = world.project(acme, "haulage").await;
    let ada = world.person("ada").build().await;
    let mut operator = world.db.operator().await;
    let own =
        format!("insert into role (name, scope, tenant_id) values ('driver', 'tenant', '{acme}')");
    run(&mut operator, own).await;
    let give = |role: &str, tenant: &str, project: &str| {
        format!(
            "insert into user_roles (user_id, tenant_id, project_id, role_id)
             select '{ada}', {tenant}, {project}, role_id from role where name = '{role}'"
        )
    };
    let [acme, other, project] =
        [acme.to_string(), other.to_string(), project.to_string()].map(|id| format!("'{id}'"));
    for (role, tenant, project) in [
        ("tenant_owner", "null", "null"),
        ("admin", &*acme, "null"),
        ("tenant_owner", &*acme, &*project),
        ("project_owner", &*acme, "null"),
        ("driver", &*other, "null"),
        ("project_owner", &*other, &*project),
    ] {
        let refused = refusal(&mut operator, give(role, tenant, project)).await;
        assert!(
            refused.starts_with("23"),
            "{role} at {tenant}, {project}: {refused}"
        );
    }
    run(&mut operator, give("driver", &acme, "null")).await;
    let again = refusal(&mut operator, give("driver", &acme, "null")).await;
    assert!(again.contains("user_roles_once"), "{again}");
}
