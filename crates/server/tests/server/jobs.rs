//! A pass over the jobs. What each does is its operation's to show.

use app::job::Outcome;
use jiff::SignedDuration;
use server::jobs::{Every, Job, pass};
use testkit::World;

#[tokio::test]
async fn a_job_that_crashes_is_one_that_failed_and_the_next_runs() {
    let world = World::empty().await;
    let job = |name, run| Job {
        name,
        every: Every::Each(SignedDuration::from_hours(1)),
        why: "a test says so",
        run,
    };
    let jobs = [
        job("crashes", |_, _| Box::pin(async { panic!("as it should") })),
        job("works", |_, _| {
            Box::pin(async { Ok(Outcome::Done(String::new())) })
        }),
    ];
    let ran = pass(world.reeve(), &jobs).await;
    let outcomes: Vec<_> = ran.iter().map(|ran| (ran.job, ran.outcome)).collect();
    assert_eq!(outcomes, [("crashes", "failed"), ("works", "done")]);
    assert!(ran[0].detail.contains("it crashed"), "{ran:?}");
    let noted = app::job::list(world.reeve()).await.unwrap();
    assert_eq!((noted[0].name.as_str(), noted[0].failures), ("crashes", 1));
}
