//! Many at once who each need a second connection: none of them waits for another for ever.

use app::status_map::{Filter, look};
use app::{Caller, Error};
use domain::actor::Actor;
use testkit::World;
use tokio::task::JoinSet;

/// More than the pool of a test has connections, several times.
const CROWD: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn as_many_as_are_refused_at_once_are_answered_and_on_record() {
    let world = World::empty().await;
    let nobody = world.person("nobody").build().await;
    let mut crowd = JoinSet::new();
    for number in 0..CROWD {
        let reeve = world.reeve().clone();
        crowd.spawn(async move {
            let caller = Caller::new(Actor::Person { user_id: nobody });
            let new = app::identity::New {
                email: format!("new{number}@example.test"),
                display_name: None,
            };
            app::identity::create(&reeve, &caller, &new).await
        });
    }
    for answer in crowd.join_all().await {
        assert!(matches!(answer, Err(Error::Refused(_))), "{answer:?}");
    }
    let rows = world.audit("identity.create").await;
    let denied = rows.iter().filter(|row| row.outcome == "denied");
    assert_eq!(denied.count(), CROWD);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn as_many_as_look_at_everybody_at_once_all_see_them_and_plans_are_made_meanwhile() {
    let world = World::discord_leading().await;
    world.people(30).await;
    world.scan().await;
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        let (reeve, caller) = (world.reeve().clone(), world.caller());
        crowd.spawn(async move {
            let filter = Filter {
                limit: 10,
                ..Filter::default()
            };
            look(&reeve, &caller, &filter).await.map(|_| ())
        });
        let (reeve, caller) = (world.reeve().clone(), world.caller());
        crowd.spawn(async move {
            let options = app::reconcile::plan::Options::default();
            app::reconcile::plan::plan(&reeve, &caller, &options)
                .await
                .map(|_| ())
        });
    }
    for answer in crowd.join_all().await {
        answer.unwrap();
    }
}
