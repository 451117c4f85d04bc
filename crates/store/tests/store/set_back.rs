//! A clock of the database's machine that was a day ahead and is right again: nothing that was noted
//! meanwhile holds anything up.

use domain::governance::privileged::BreakGlass;
use domain::health::condition::Node;
use jiff::SignedDuration;
use store::reconcile::lease;
use store::scope::Context;
use store::{Tx, job, node};
use testkit::World;

use crate::sql::run;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn begin(world: &World) -> Tx {
    let database = &world.reeve().database;
    database.system("test", &Context::default()).await.unwrap()
}

async fn a_day_ahead(world: &World, update: &str) {
    let update = format!("update {update} + interval '1 day'");
    run(&mut world.db.superuser().await, &update).await;
}

#[tokio::test]
async fn a_job_that_was_started_in_the_time_to_come_is_due() {
    let world = World::empty().await;
    let mut tx = begin(&world).await;
    assert!(job::claim(&mut tx, "prune", HOUR).await.unwrap());
    assert!(!job::claim(&mut tx, "prune", HOUR).await.unwrap());
    tx.commit().await.unwrap();
    a_day_ahead(&world, "job set started_at = started_at").await;
    let mut tx = begin(&world).await;
    assert!(job::claim(&mut tx, "prune", HOUR).await.unwrap());
    assert!(!job::claim(&mut tx, "prune", HOUR).await.unwrap(), "once");
}

#[tokio::test]
async fn a_lease_that_would_last_longer_than_any_is_taken_over() {
    let world = World::empty().await;
    let mut tx = begin(&world).await;
    let long = SignedDuration::from_hours(48);
    let dead = lease::take(&mut tx, "reconcile", "dead", long)
        .await
        .unwrap();
    assert_eq!(dead.as_ref().unwrap().ttl, lease::LONGEST);
    let refused = lease::take(&mut tx, "reconcile", "heir", HOUR)
        .await
        .unwrap();
    assert!(
        refused.is_err(),
        "it lasts an hour, and nobody else's ends it"
    );
    tx.commit().await.unwrap();
    a_day_ahead(&world, "lease set expires_at = expires_at").await;
    let mut tx = begin(&world).await;
    let heir = lease::take(&mut tx, "reconcile", "heir", HOUR)
        .await
        .unwrap();
    assert!(heir.is_ok());
    assert!(!lease::renew(&mut tx, &dead.unwrap()).await.unwrap());
}

#[tokio::test]
async fn a_server_heard_in_the_time_to_come_is_gone_until_it_is_heard_again() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    let list = BreakGlass::parse(&ada.to_string(), "");
    let (alive, dead) = (store::id::new_id(), store::id::new_id());
    let described = Node {
        version: "1".to_owned(),
        settings_hash: "a".to_owned(),
        break_glass_entries: 1,
    };
    let mut tx = begin(&world).await;
    for node_id in [alive, dead] {
        node::hear(&mut tx, node_id, &described, &list)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    a_day_ahead(&world, "node set heard_at = heard_at").await;
    let mut tx = begin(&world).await;
    assert_eq!(node::living(&mut tx).await.unwrap(), []);
    assert_eq!(
        node::listed(&mut tx).await.unwrap(),
        [],
        "it spares nobody any more"
    );
    node::hear(&mut tx, alive, &described, &list).await.unwrap();
    assert_eq!(node::living(&mut tx).await.unwrap(), [described]);
    assert_eq!(node::listed(&mut tx).await.unwrap(), [ada]);
}
