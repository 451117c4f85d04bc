//! The testkit itself: its worlds are what they say.

use jiff::SignedDuration;
use testkit::World;

#[tokio::test]
async fn a_world_plans_applies_and_is_audited() {
    let world = World::discord_leading().await;
    let ada = world.person("ada").linked(1).mapped_role().build().await;
    let bob = world
        .person("bob")
        .linked(2)
        .in_guild()
        .role("reader")
        .build()
        .await;
    world.scan().await;
    let run = world.reconcile().await;
    assert_eq!(run.applied.unwrap().applied, 2, "ada joins, bob leaves");
    assert_eq!(world.status_of(ada).await, "active");
    assert_eq!(world.status_of(bob).await, "suspended");
    assert!(world.roles_of(bob).await.is_empty());
    assert_eq!(world.audit("entitlement.reconcile").await.len(), 2);
    let raw = world.audit("sql.insert").await;
    assert!(
        raw.iter().all(|row| row.entity_type != "app_user"),
        "scenes are no raw SQL"
    );
}

#[tokio::test]
async fn many_people_are_made_at_once_and_snapshots_age_without_waiting() {
    let world = World::discord_leading().await;
    let people = world.people(500).await;
    world.scan().await;
    world.reconcile().await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    let held = world.plan().await.unwrap();
    assert!(held.guard.is_held());
    assert_eq!(i64::try_from(held.counts.suspend).unwrap(), people.count);
}

#[tokio::test]
async fn databases_of_tests_that_were_killed_are_swept_and_those_in_use_are_not() {
    let mine = testkit::TestDb::new().await;
    let server = testkit::cluster::server().await;
    let mut postgres = server.superuser("postgres").connect().await;
    let left = format!("reeve_test_left_{}", std::process::id());
    let create = sqlx::AssertSqlSafe(format!("create database {left}"));
    sqlx::query(create).execute(&mut postgres).await.unwrap();
    testkit::template::tidy(&server).await;
    let there: Vec<String> =
        sqlx::query_scalar("select datname::text from pg_database where datname in ($1, $2)")
            .bind(&left)
            .bind(&mine.name)
            .fetch_all(&mut postgres)
            .await
            .unwrap();
    assert_eq!(there.concat(), mine.name);
}
