//! The audit log by months: a month that began without its partition gets it, with its rows.

use testkit::TestDb;

use crate::sql::{NO_RIGHT, acting, column, refusal, run, value};

const MAINTAIN: &str = "select maintain_audit_partitions()";
const LATE: &str = "select count(*) from audit_log_default";
/// Every row, as it is.
const ROWS: &str = "select to_jsonb(a)::text from audit_log a order by audit_id";

/// An audit row of so many months from now.
fn row(months: i32) -> String {
    format!(
        "insert into audit_log (action, entity_type, entity_pk, source, created_at)
         values ('test', 'month', '{months}', 'test', now() + interval '{months} months')"
    )
}

/// Where the row of that month lies.
fn place(months: i32) -> String {
    format!("select tableoid::regclass::text from audit_log where entity_pk = '{months}'")
}

/// What that month's partition is called.
fn name(months: i32) -> String {
    format!(
        "select 'audit_log_' || to_char((now() + interval '{months} months') at time zone 'utc', 'YYYY_MM')"
    )
}

/// Nobody has made partitions for a while: two months are over without one, another is to come.
async fn neglected() -> TestDb {
    let db = TestDb::new().await;
    let mut superuser = db.superuser().await;
    let next: String = value(&mut superuser, name(1)).await;
    run(&mut superuser, format!("drop table {next}")).await;
    for months in [-3, -2, 1] {
        run(&mut superuser, row(months)).await;
    }
    assert_eq!(value::<i64>(&mut superuser, LATE).await, 3);
    db
}

#[tokio::test]
async fn rows_of_months_without_a_partition_move_into_one_as_they_are() {
    let db = neglected().await;
    let mut superuser = db.superuser().await;
    let before = column(&mut superuser, ROWS).await;
    let mut system = acting(&db, "reeve_system", &[]).await;
    run(&mut system, MAINTAIN).await;
    assert_eq!(value::<i64>(&mut superuser, LATE).await, 0);
    for months in [-3, -2, 1] {
        let expected: String = value(&mut superuser, name(months)).await;
        let lies_in: String = value(&mut superuser, place(months)).await;
        assert_eq!(lies_in, expected);
    }
    assert_eq!(column(&mut superuser, ROWS).await, before);
    // A late month is kept as long as others, and found as others.
    run(&mut system, MAINTAIN).await;
    assert_eq!(column(&mut superuser, ROWS).await, before);
    run(&mut system, "select maintain_audit_partitions(2)").await;
    let left = "select entity_pk from audit_log where action = 'test' order by 1";
    assert_eq!(column(&mut superuser, left).await, ["-2", "1"]);
}

#[tokio::test]
async fn what_is_being_written_when_a_late_partition_is_made_moves_too() {
    let db = neglected().await;
    let mut writer = db.superuser().await;
    run(&mut writer, "begin").await;
    run(&mut writer, row(1).replace("'1'", "'late'")).await;
    let mut system = acting(&db, "reeve_system", &[]).await;
    let maintaining = tokio::spawn(async move { run(&mut system, MAINTAIN).await });
    let waiting = "select count(*) from pg_locks
                    where not granted and database = (select oid from pg_database where datname = current_database())";
    let mut superuser = db.superuser().await;
    while value::<i64>(&mut superuser, waiting).await == 0 {
        assert!(!maintaining.is_finished(), "it waits for the writer");
    }
    run(&mut writer, "commit").await;
    maintaining.await.unwrap();
    assert_eq!(value::<i64>(&mut superuser, LATE).await, 0);
    let late = "select tableoid::regclass::text from audit_log where entity_pk = 'late'";
    let expected: String = value(&mut superuser, name(1)).await;
    assert_eq!(value::<String>(&mut superuser, late).await, expected);
}

#[tokio::test]
async fn a_late_partition_is_append_only_like_the_others() {
    let db = neglected().await;
    run(&mut acting(&db, "reeve_system", &[]).await, MAINTAIN).await;
    let partition: String = value(&mut db.superuser().await, name(-2)).await;
    for mut connection in [
        db.operator().await,
        acting(&db, "reeve_system", &[]).await,
        acting(&db, "reeve_app", &[]).await,
    ] {
        for table in [partition.as_str(), "audit_log_default", "audit_log"] {
            for sql in [
                format!("delete from {table}"),
                format!("update {table} set action = 'other'"),
                format!("truncate {table}"),
            ] {
                let refused = refusal(&mut connection, &sql).await;
                assert!(refused.starts_with(NO_RIGHT), "{sql}: {refused}");
            }
        }
    }
}
