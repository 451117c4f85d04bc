//! Organizations, the default one above all, and memberships.

use testkit::World;
use testkit::database::EmptyDb;

use crate::sql::{column, operating, refusal, run, value};

const MEMBERS_OF_DEFAULT: &str = "select count(*) from membership m
    join organization o on o.id = m.organization_id where o.is_default and m.status = 'active'";

#[tokio::test]
async fn organization_has_the_named_columns_with_unique_slug_and_name() {
    let world = World::empty().await;
    world.organization("acme").await;
    let mut operator = world.db.operator().await;
    run(
        &mut operator,
        "select id, slug, name, description, is_default, created_at, updated_at from organization",
    )
    .await;
    let mut insert = async |slug: &str, name: &str| {
        let sql = format!("insert into organization (slug, name) values ('{slug}', '{name}')");
        refusal(&mut operator, sql).await
    };
    let taken = insert("acme", "Another").await;
    assert!(taken.contains("organization_slug"), "{taken}");
    let taken = insert("another", "acme").await;
    assert!(taken.contains("organization_name"), "{taken}");
    for malformed in ["", "Acme", "-acme", "a b"] {
        let refused = insert(malformed, "Another").await;
        assert!(refused.starts_with("23514: "), "{malformed:?}: {refused}");
    }
}

#[tokio::test]
async fn the_migration_seeds_the_default_organization_and_enrols_everyone() {
    let empty = EmptyDb::new().await;
    let options = empty.bootstrap().await;
    store::migrate::run(&options).await.unwrap();
    let mut operator = empty.server.operator(&empty.name).connect().await;
    let default = "select slug || ': ' || name from organization";
    assert_eq!(
        column(&mut operator, default).await,
        ["default: Default organization"]
    );
    let insert = "insert into app_user (email) values ('ada@example.test'), ('bob@example.test')";
    run(&mut operator, insert).await;
    assert_eq!(
        value::<i64>(&mut operator, MEMBERS_OF_DEFAULT).await,
        2,
        "the system user is nobody"
    );
    drop(operator);
    empty.drop().await;
}

#[tokio::test]
async fn the_default_organization_is_put_back_and_a_second_time_changes_nothing() {
    let world = World::empty().await;
    world.person("ada").build().await;
    world.person("bob").build().await;
    let mut operator = world.db.operator().await;
    for sql in [
        "update organization set slug = 'x', name = 'x' where is_default",
        "delete from membership where user_id = (select user_id from app_user where email like 'ada%')",
        "update membership set status = 'ended' where user_id = (select user_id from app_user where email like 'bob%')",
    ] {
        run(&mut operator, sql).await;
    }
    run(&mut operator, "select ensure_default_organization()").await;
    let default = "select slug || ': ' || name from organization where is_default";
    assert_eq!(
        column(&mut operator, default).await,
        ["default: Default organization"]
    );
    assert_eq!(value::<i64>(&mut operator, MEMBERS_OF_DEFAULT).await, 2);
    let written =
        "select (select count(*) from change_feed) + (select sum(version) from app_user)::bigint";
    let before: i64 = value(&mut operator, written).await;
    run(&mut operator, "select ensure_default_organization()").await;
    assert_eq!(value::<i64>(&mut operator, written).await, before);
}

#[tokio::test]
async fn the_default_organization_can_be_neither_deleted_nor_replaced() {
    let world = World::empty().await;
    world.organization("acme").await;
    for mut connection in [
        world.db.operator().await,
        operating(&world.db).await,
        world.db.superuser().await,
    ] {
        for sql in [
            "delete from organization where is_default",
            "update organization set is_default = false where is_default",
            "update organization set is_default = true where slug = 'acme'",
        ] {
            let refused = refusal(&mut connection, sql).await;
            assert!(refused.starts_with("23"), "{sql}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_membership_is_keyed_by_organization_and_identity_and_goes_with_either() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    let ada = world.person("ada").member_of(acme).build().await;
    let mut operator = world.db.operator().await;
    let again = format!(
        "insert into organization_membership (organization_id, user_id) values ('{acme}', '{ada}')"
    );
    let refused = refusal(&mut operator, &again).await;
    assert!(refused.contains("membership_pkey"), "{refused}");
    let cascades = "select string_agg(confrelid::regclass::text, ',' order by confrelid::regclass::text)
                      from pg_constraint where conrelid = 'membership'::regclass and contype = 'f' and confdeltype = 'c'";
    // Identities are retained, so nobody ever sees the second of them happen.
    assert_eq!(
        value::<String>(&mut operator, cascades).await,
        "app_user,organization"
    );
    run(
        &mut operator,
        format!("delete from organization where id = '{acme}'"),
    )
    .await;
    let left =
        format!("select count(*) from organization_membership where organization_id = '{acme}'");
    assert_eq!(value::<i64>(&mut operator, left).await, 0);
}

#[tokio::test]
async fn a_role_in_a_tenant_makes_a_member_and_ending_the_membership_takes_the_roles() {
    let world = World::empty().await;
    let (acme, other) = (
        world.organization("acme").await,
        world.organization("other").await,
    );
    let project = world.project(acme, "haulage").await;
    let ada = world
        .person("ada")
        .role("reader")
        .role_in("tenant_admin", acme)
        .role_at("project_member", acme, project)
        .role_in("tenant_viewer", other)
        .build()
        .await;
    let mut operator = world.db.operator().await;
    let status = format!(
        "select status from membership where user_id = '{ada}' and organization_id = '{acme}'"
    );
    assert_eq!(value::<String>(&mut operator, &status).await, "active");
    let end = format!(
        "update membership set status = 'ended' where user_id = '{ada}' and organization_id = '{acme}'"
    );
    run(&mut operator, end).await;
    assert_eq!(world.roles_of(ada).await, ["reader", "tenant_viewer"]);
    let again = format!(
        "insert into user_roles (user_id, tenant_id, role_id)
         select '{ada}', '{acme}', role_id from role where name = 'tenant_viewer'"
    );
    run(&mut operator, again).await;
    assert_eq!(
        value::<String>(&mut operator, &status).await,
        "active",
        "a role brings it back"
    );
    run(
        &mut operator,
        format!("delete from membership where user_id = '{ada}' and organization_id = '{other}'"),
    )
    .await;
    assert_eq!(world.roles_of(ada).await, ["reader", "tenant_viewer"]);
}
