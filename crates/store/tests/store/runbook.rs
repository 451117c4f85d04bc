//! The reconcile runbook's SQL, as printed, typed by an operator.

use serde_json::Value;
use testkit::World;

use crate::sql::{refusal, rows, run, value};

const VERIFICATION: &str = "  SELECT action, entity_pk, after_json, created_at
    FROM audit_log
   WHERE action = 'entitlement.reconcile'
   ORDER BY created_at DESC
   LIMIT 50;";

const MONITORING: &str = "  SELECT action, entity_pk, after_json, created_at
    FROM audit_log
   WHERE action = 'entitlement.admin_selfheal'
   ORDER BY created_at DESC
   LIMIT 50;";

type Row = (String, String, Option<Value>, jiff_sqlx::Timestamp);

#[tokio::test]
async fn the_runbooks_verification_query_runs_as_the_operator_and_shows_the_changes() {
    let world = World::discord_leading().await;
    world.person("ada").linked(1).mapped_role().build().await;
    let bob = world
        .person("bob")
        .linked(2)
        .in_guild()
        .role("reader")
        .build()
        .await;
    world.scan().await;
    world.reconcile().await;
    let mut operator = world.db.operator().await;
    let shown: Vec<Row> = rows(&mut operator, VERIFICATION).await;
    assert_eq!(shown.len(), 2);
    let (_, _, after, _) = shown
        .iter()
        .find(|(_, pk, ..)| *pk == bob.to_string())
        .unwrap();
    assert_eq!(after.as_ref().unwrap()["status"], "suspended");
    assert_eq!(rows::<Row>(&mut operator, MONITORING).await.len(), 0);
}

#[tokio::test]
async fn somebody_restored_by_hand_is_active_at_once_and_reconcile_leaves_them_alone() {
    let world = World::discord_leading().await;
    let bob = world
        .person("bob")
        .linked(2)
        .in_guild()
        .role("reader")
        .build()
        .await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    world.reconcile().await;
    assert_eq!(world.status_of(bob).await, "suspended");
    let mut operator = world.db.operator().await;
    run(
        &mut operator,
        format!("UPDATE app_user SET status = 'active' WHERE user_id = '{bob}'"),
    )
    .await;
    let assign = format!(
        "INSERT INTO user_roles (user_id, role_id) SELECT '{bob}', role_id FROM role WHERE name = 'reader'"
    );
    run(&mut operator, assign).await;
    world.reconcile().await;
    assert_eq!(world.status_of(bob).await, "active");
    assert_eq!(world.roles_of(bob).await, ["reader"]);
    let revoked =
        format!("select session_epoch > '1970-01-01' from app_user where user_id = '{bob}'");
    assert!(
        value::<bool>(&mut operator, revoked).await,
        "old sessions stay revoked"
    );
}

#[tokio::test]
async fn the_callers_context_can_be_shown_and_reset_on_an_operators_connection() {
    let world = World::empty().await;
    let mut operator = world.db.operator().await;
    assert_eq!(value::<String>(&mut operator, "SHOW app.user_id").await, "");
    run(&mut operator, "SET app.user_id = 'somebody'").await;
    let setting: String = value(&mut operator, "SELECT current_setting('app.user_id', true)").await;
    assert_eq!(setting, "somebody");
    run(&mut operator, "RESET app.user_id").await;
    assert_eq!(value::<String>(&mut operator, "SHOW app.user_id").await, "");
}

#[tokio::test]
async fn audit_rows_can_be_added_but_never_changed_or_deleted() {
    let world = World::empty().await;
    world.organization("acme").await;
    let db = &world.db;
    let app = crate::sql::acting(db, "reeve_app", &[]).await;
    let system = crate::sql::operating(db).await;
    for mut connection in [app, system, db.operator().await, db.superuser().await] {
        for sql in [
            "update audit_log set reason = 'forged'",
            "delete from audit_log",
            "truncate audit_log",
        ] {
            let refused = refusal(&mut connection, sql).await;
            assert!(refused.starts_with("42501: "), "{sql}: {refused}");
        }
    }
    let insert = "insert into audit_log (action, entity_type, entity_pk, source) values ('a', 'b', 'c', 'd')";
    let refused = refusal(&mut db.operator().await, insert).await;
    assert!(refused.starts_with("42501: "), "{refused}");
    let partitions = "select oid::regclass::text from pg_class where relispartition and relname like 'audit_log_%'
                         and relkind = 'r'";
    for partition in crate::sql::column(&mut db.superuser().await, partitions).await {
        for mut connection in [crate::sql::operating(db).await, db.operator().await] {
            let refused = refusal(&mut connection, format!("delete from {partition}")).await;
            assert!(refused.starts_with("42501: "), "{partition}: {refused}");
        }
    }
}
