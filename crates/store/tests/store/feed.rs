//! The change feed: one row a changed row, in the transaction that changed it.

use sqlx::Connection;
use testkit::{TestDb, World};

use crate::sql::{operating, rows, run, value};

#[tokio::test]
async fn a_changed_row_is_one_row_of_the_feed_with_the_writers_transaction() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    let mut writer = world.db.superuser().await;
    let mut tx = writer.begin().await.unwrap();
    run(
        &mut tx,
        "update app_user set status = 'suspended' where email = 'ada@example.test'",
    )
    .await;
    run(
        &mut tx,
        "insert into project (tenant_id, slug, name) select id, 'a', 'a' from organization",
    )
    .await;
    run(&mut tx, "update project set slug = 'b'").await;
    run(&mut tx, "delete from project").await;
    let fed: Vec<(String, String, bool, bool)> = rows(
        &mut tx,
        format!(
            "select table_name, op, image is not null, key = '{ada}'
               from change_feed where xid = pg_current_xact_id() order by seq"
        ),
    )
    .await;
    let row = |table: &str, op: &str, image, key| (table.to_owned(), op.to_owned(), image, key);
    assert_eq!(
        fed,
        [
            row("app_user", "update", true, true),
            row("project", "insert", true, false),
            row("project", "update", true, false),
            row("project", "delete", false, false),
        ]
    );
    let (status, email): (Option<String>, bool) = rows(
        &mut tx,
        "select image ->> 'status', image ? 'email' from change_feed
          where xid = pg_current_xact_id() order by seq limit 1",
    )
    .await
    .remove(0);
    assert_eq!(status.as_deref(), Some("suspended"));
    assert!(!email, "addresses stay out of the feed");
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn a_statement_that_changes_nothing_is_neither_fed_nor_audited() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    world
        .person("ada")
        .role_in("tenant_owner", acme)
        .linked(1)
        .hold(1)
        .build()
        .await;
    let count = "select (select count(*) from change_feed) + (select count(*) from audit_log)";
    let mut operator = world.db.operator().await;
    let before: i64 = value(&mut world.db.superuser().await, count).await;
    for sql in [
        "update app_user set status = status, email = email",
        "update identity_link set external_id = external_id",
        "update organization set slug = slug",
        "update membership set status = status",
        "update user_roles set valid_until = valid_until",
        "update hold set reason = reason",
        "update governance_setting set guard_few = guard_few",
        "delete from hold where false",
        "insert into hold (user_id, reason, source, ends_at) select user_id, 'x', 'x', now() from app_user where false",
    ] {
        run(&mut operator, sql).await;
        let after: i64 = value(&mut world.db.superuser().await, count).await;
        assert_eq!(after, before, "{sql}");
    }
}

#[tokio::test]
async fn more_than_ten_thousand_members_at_once_are_one_reload() {
    let db = TestDb::new().await;
    let mut system = operating(&db).await;
    let mut fed = async |sql: &str| -> Vec<(String, i64)> {
        run(&mut system, sql).await;
        rows(
            &mut system,
            "with fed as (delete from change_feed where table_name = 'discord_member' returning op)
             select op, count(*) from fed group by op",
        )
        .await
    };
    let reload = [("reload".to_owned(), 1)];
    let insert = "insert into discord_member select 1, i, '{5}' from generate_series(1, 10000) i";
    assert_eq!(fed(insert).await, [("insert".to_owned(), 10_000)]);
    assert_eq!(
        fed("delete from discord_member").await,
        [("delete".to_owned(), 10_000)]
    );
    let insert = "insert into discord_member select 1, i, '{5}' from generate_series(1, 10001) i";
    assert_eq!(fed(insert).await, reload);
    assert_eq!(fed("update discord_member set roles = roles").await, []);
    assert_eq!(fed("update discord_member set roles = '{6}'").await, reload);
    assert_eq!(fed("delete from discord_member").await, reload);
}

#[tokio::test]
async fn a_revision_names_the_life_of_the_database_and_the_writers_transaction() {
    let db = TestDb::new().await;
    let mut system = operating(&db).await;
    let mut tx = system.begin().await.unwrap();
    let (revision, wanted): (String, String) = rows(
        &mut tx,
        "select current_revision(), epoch || '-' || pg_current_xact_id()::text from feed_epoch",
    )
    .await
    .remove(0);
    assert_eq!(revision, wanted);
    tx.rollback().await.unwrap();
}
