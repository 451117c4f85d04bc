//! Migrations: from nothing, again, side by side, and never backwards.

use store::migrate::{self, Schema};
use testkit::database::EmptyDb;

use crate::sql::{run, value};

/// How many rows the whole database has been given, by the counters of the feed and the audit log.
const WRITTEN: &str =
    "select (select count(*) from change_feed) + (select count(*) from audit_log)";

#[tokio::test]
async fn an_empty_database_is_brought_up_to_date_and_a_second_run_changes_nothing() {
    let empty = EmptyDb::new().await;
    let options = empty.bootstrap().await;
    let all = migrate::migrations().count();
    let behind = Schema::Behind {
        applied: 0,
        pending: all,
    };
    assert_eq!(migrate::check(&options).await.unwrap(), behind);
    migrate::run(&options).await.unwrap();
    assert_eq!(migrate::check(&options).await.unwrap(), Schema::Current);
    let mut superuser = empty.server.superuser(&empty.name).connect().await;
    let written: i64 = value(&mut superuser, WRITTEN).await;
    migrate::run(&options).await.unwrap();
    assert_eq!(value::<i64>(&mut superuser, WRITTEN).await, written);
    empty.bootstrap().await;
    assert_eq!(
        value::<i64>(&mut superuser, WRITTEN).await,
        written,
        "nor does a second bootstrap"
    );
    drop(superuser);
    empty.drop().await;
}

#[tokio::test]
async fn runners_at_once_wait_for_each_other() {
    let empty = EmptyDb::new().await;
    let options = empty.bootstrap().await;
    let (a, b, c) = tokio::join!(
        migrate::run(&options),
        migrate::run(&options),
        migrate::run(&options)
    );
    a.unwrap();
    b.unwrap();
    c.unwrap();
    let mut superuser = empty.server.superuser(&empty.name).connect().await;
    // When nothing is left to migrate, they are as close to each other as they can be.
    for _ in 0..5 {
        let (a, b, c) = tokio::join!(
            migrate::run(&options),
            migrate::run(&options),
            migrate::run(&options)
        );
        a.unwrap();
        b.unwrap();
        c.unwrap();
    }
    let roles: i64 = value(&mut superuser, "select count(*) from role").await;
    assert_eq!(
        usize::try_from(roles).unwrap(),
        domain::access::role::BUILT_IN.len()
    );
    drop(superuser);
    empty.drop().await;
}

#[tokio::test]
async fn a_schema_newer_than_the_binary_is_refused() {
    let db = testkit::TestDb::new().await;
    let options = db.owner_options();
    run(
        &mut db.superuser().await,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'from the future', true, '\\x00', 1)",
    )
    .await;
    assert_eq!(migrate::check(&options).await.unwrap(), Schema::Newer);
    let refused = migrate::run(&options).await.unwrap_err().to_string();
    assert!(refused.contains("newer Reeve"), "{refused}");
}

#[tokio::test]
async fn a_schema_that_lacks_migrations_says_how_many() {
    let db = testkit::TestDb::new().await;
    let last =
        "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)";
    run(&mut db.superuser().await, last).await;
    let applied = migrate::migrations().count() - 1;
    let schema = migrate::check(&db.owner_options()).await.unwrap();
    assert_eq!(
        schema,
        Schema::Behind {
            applied,
            pending: 1
        }
    );
}

#[tokio::test]
async fn installations_of_one_cluster_make_their_roles_one_after_the_other() {
    let [one, other] = [EmptyDb::new().await, EmptyDb::new().await];
    for _ in 0..20 {
        tokio::join!(one.bootstrap(), other.bootstrap());
    }
    one.drop().await;
    other.drop().await;
}
