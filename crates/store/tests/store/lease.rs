//! The lease: one runner at a time, and a late one is fenced off.

use std::time::Duration;

use jiff::SignedDuration;
use store::reconcile::lease::{self, Lease};
use store::scope::Context;
use store::{Database, Tx};
use testkit::TestDb;

use crate::sql::{run, value};

const TTL: SignedDuration = SignedDuration::from_secs(30);

async fn begin(database: &Database) -> Tx {
    database.system("test", &Context::default()).await.unwrap()
}

/// Takes the lease, or says who has it.
async fn take(database: &Database, holder: &str) -> Result<Lease, String> {
    let mut tx = begin(database).await;
    let taken = lease::take(&mut tx, "reconcile", holder, TTL)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    taken.map_err(|other| other.holder)
}

async fn renew(database: &Database, lease: &Lease) -> bool {
    let mut tx = begin(database).await;
    let renewed = lease::renew(&mut tx, lease).await.unwrap();
    tx.commit().await.unwrap();
    renewed
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_is_given_back() {
    let db = TestDb::new().await;
    let database = &db.reeve.database;
    let first = take(database, "first").await.unwrap();
    assert_eq!(take(database, "second").await, Err("first".to_owned()));
    assert!(renew(database, &first).await);
    let mut tx = begin(database).await;
    lease::release(&mut tx, &first).await.unwrap();
    tx.commit().await.unwrap();
    let second = take(database, "second").await.unwrap();
    assert!(second.epoch > first.epoch);
}

#[tokio::test]
async fn whoever_lets_a_lease_run_out_is_fenced_off() {
    let db = TestDb::new().await;
    let database = &db.reeve.database;
    let late = take(database, "late").await.unwrap();
    run(
        &mut db.superuser().await,
        "update lease set expires_at = now() - interval '1 second'",
    )
    .await;
    let heir = take(database, "heir").await.unwrap();
    assert!(!renew(database, &late).await, "the late one is told");
    let mut tx = begin(database).await;
    lease::release(&mut tx, &late).await.unwrap();
    tx.commit().await.unwrap();
    assert!(
        renew(database, &heir).await,
        "and takes nothing from its heir"
    );
    let holder: String = value(&mut db.superuser().await, "select holder from lease").await;
    assert_eq!(holder, "heir");
}

#[tokio::test]
async fn of_two_who_take_a_lease_at_once_one_gets_it() {
    let db = TestDb::new().await;
    let database = &db.reeve.database;
    let (a, b) = tokio::join!(take(database, "a"), take(database, "b"));
    assert!(a.is_ok() != b.is_ok(), "{a:?} and {b:?}");
}

#[tokio::test]
async fn a_renewed_lease_is_not_taken_before_the_renewing_transaction_ends() {
    let db = TestDb::new().await;
    let database = &db.reeve.database;
    let first = take(database, "first").await.unwrap();
    let mut working = begin(database).await;
    assert!(lease::renew(&mut working, &first).await.unwrap());
    let mut other = db.superuser().await;
    run(&mut other, "set lock_timeout = '100ms'").await;
    let refused = crate::sql::refusal(&mut other, "update lease set epoch = epoch + 1").await;
    assert!(refused.starts_with("55P03: "), "{refused}");
    working.commit().await.unwrap();
    run(&mut other, "update lease set epoch = epoch + 1").await;
}

/// Its lease is out, and so is its transaction: the next one need not wait for locks of somebody who
/// stopped in the middle.
#[tokio::test]
async fn a_runner_that_stops_in_the_middle_loses_its_transaction_with_its_lease() {
    let db = TestDb::new().await;
    let database = &db.reeve.database;
    let ttl = SignedDuration::from_millis(200);
    let mut tx = begin(database).await;
    let taken = lease::take(&mut tx, "reconcile", "stopped", ttl).await;
    tx.commit().await.unwrap();
    let mut stopped = begin(database).await;
    assert!(
        lease::renew(&mut stopped, &taken.unwrap().unwrap())
            .await
            .unwrap()
    );
    // Far less than what any other transaction may be idle for.
    let heir = async { while take(database, "heir").await.is_err() {} };
    let heir = tokio::time::timeout(Duration::from_secs(15), heir);
    heir.await.expect("it does not wait long");
    assert!(stopped.commit().await.is_err());
}
