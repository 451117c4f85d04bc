//! Two runners of one plan: at once, and one after the other has been left for dead.

use std::process::{Child, Stdio};

use sqlx::{Connection, Executor, PgConnection};

use crate::program::Answer;
use crate::scratch::{signal, state, wait_until};
use crate::thousands::{FIRST_BATCH, Original, Place, STEPS};

fn start(place: &Place) -> Child {
    let mut command = place.apply();
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn end(child: Child) -> Answer {
    child.wait_with_output().unwrap().into()
}

#[tokio::test]
async fn of_two_runners_at_once_each_step_is_applied_once() {
    let original = Original::make().await;
    let (expected, _) = original.undisturbed().await;
    let copy = original.copy().await;
    let place = &copy.place;
    // The first is in the middle of its second batch when the second comes.
    let barrier = place.barrier(STEPS).await;
    let first = start(place);
    place.wait_for_waiting(1).await;
    // Whoever comes earlier is told at once that somebody is at it.
    place.wait_for_lease_to_run_out().await;
    let second = start(place);
    place.wait_for_waiting(2).await;
    barrier.close().await.unwrap();
    let answers = [end(first), end(second)];
    let mut applied = 0;
    for answer in &answers {
        match answer.code {
            0 => applied += answer.json()["applied"].as_u64().unwrap(),
            _ => answer.failed_saying(&["is at it", "try again later"]),
        }
    }
    assert_eq!(applied, u64::try_from(STEPS).unwrap(), "{answers:?}");
    assert_eq!(place.end().await, expected);
    copy.drop().await;
}

/// Lets the third change of the lease, with which a runner begins its second batch, wait until the
/// connection is closed; it holds no lock while it waits.
async fn pause_before_the_second_batch(place: &Place) -> PgConnection {
    let mut connection = place.connect().await;
    let pause = "
        create sequence lease_changes;
        create function pause() returns trigger language plpgsql security definer as $$
        begin
          if nextval('lease_changes') = 3 then
            perform pg_advisory_xact_lock_shared(42);
          end if;
          return null;
        end $$;
        create trigger pause before update on lease for each statement execute function pause();
        select pg_advisory_lock(42)";
    connection.execute(pause).await.unwrap();
    connection
}

#[tokio::test]
async fn a_runner_stopped_beyond_its_lease_changes_nothing_when_it_goes_on() {
    let original = Original::make().await;
    let (expected, _) = original.undisturbed().await;
    let copy = original.copy().await;
    let place = &copy.place;
    let pause = pause_before_the_second_batch(place).await;
    let first = start(place);
    place.wait_for_waiting(1).await;
    assert_eq!(place.progress().await, ("planned".to_owned(), FIRST_BATCH));
    stand_still(&first);
    let second = place.finish();
    assert_eq!(second.json()["applied"], STEPS - FIRST_BATCH);
    assert_eq!(place.end().await, expected);
    pause.close().await.unwrap();
    signal(first.id(), "CONT");
    end(first).failed_saying(&["another runner took over", "without changing anything more"]);
    assert_eq!(place.end().await, expected, "nothing was written late");
    copy.drop().await;
}

#[tokio::test]
async fn a_runner_stopped_within_a_batch_keeps_its_locks_for_half_a_minute_at_most() {
    let original = Original::make().await;
    let (expected, _) = original.undisturbed().await;
    let copy = original.copy().await;
    let place = &copy.place;
    let barrier = place.barrier(STEPS).await;
    let first = start(place);
    place.wait_for_waiting(1).await;
    stand_still(&first);
    barrier.close().await.unwrap();
    // The database ends the idle transaction of the first, and then the second gets the lease.
    let second = place.finish();
    assert_eq!(second.json()["applied"], STEPS - FIRST_BATCH);
    assert_eq!(place.end().await, expected);
    signal(first.id(), "CONT");
    let first = end(first);
    assert_eq!((first.code, first.out.as_str()), (1, ""), "{first:?}");
    assert_eq!(place.end().await, expected, "nothing was written late");
    copy.drop().await;
}

fn stand_still(child: &Child) {
    signal(child.id(), "STOP");
    wait_until("it stands still", || state(child.id()) == Some('T'));
}
