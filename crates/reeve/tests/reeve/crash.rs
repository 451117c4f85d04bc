//! Death in the middle of an apply: the next one finishes to the same end, row by row.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::process::Stdio;
use std::time::Duration;

use embedded::DataDir;
use sqlx::Connection;
use store::connect::socket_options;

use crate::program::installation;
use crate::scratch::{Scratch, lives, signal, wait_until};
use crate::thousands::{FIRST_BATCH, Original, Place, STEPS};

/// A sequence of numbers that looks random and is the same for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    /// From `REEVE_SEED`, to repeat a round that failed, or from the system.
    fn new() -> Self {
        let given = std::env::var("REEVE_SEED").ok();
        let seed = given.map(|seed| seed.parse().unwrap());
        let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        eprintln!("REEVE_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, limit: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit.as_micros()).unwrap().max(1);
        Duration::from_micros(mixed % limit)
    }
}

#[tokio::test]
async fn an_apply_killed_at_random_moments_ends_as_if_nothing_had_happened() {
    let rounds = if std::env::var_os("REEVE_SOAK").is_some() {
        50
    } else {
        5
    };
    let mut dice = Dice::new();
    let original = Original::make().await;
    let (expected, took) = original.undisturbed().await;
    for round in 1..=rounds {
        let copy = original.copy().await;
        let place = &copy.place;
        let mut child = place
            .apply()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The moment is what is being tried, nothing waits for it to have passed.
        let moment = dice.below(took);
        tokio::time::sleep(moment).await;
        drop(child.kill());
        let status = child.wait().unwrap();
        let (_, through) = place.progress().await;
        eprintln!("round {round}: killed after {moment:?} ({status}), seen {through} steps");
        place.finish();
        assert_eq!(place.end().await, expected, "round {round}");
        copy.drop().await;
    }
}

#[tokio::test]
async fn an_apply_killed_within_a_batch_leaves_nothing_of_it_and_the_next_goes_on_there() {
    let original = Original::make().await;
    let (expected, _) = original.undisturbed().await;
    let copy = original.copy().await;
    let place = &copy.place;
    let barrier = place.barrier(STEPS).await;
    let mut child = place.apply().stdout(Stdio::null()).spawn().unwrap();
    place.wait_for_waiting(1).await;
    signal(child.id(), "KILL");
    assert_eq!(child.wait().unwrap().code(), None);
    barrier.close().await.unwrap();
    assert_eq!(place.progress().await, ("planned".to_owned(), FIRST_BATCH));
    let audited =
        "select count(*) from audit_log a join plan_step s on a.entity_pk = s.user_id::text
                    join reconcile_plan p using (plan_no)
                    where a.after_json->>'plan_id' = $1 and p.plan_id = $1 and s.seq > $2";
    let audited: i64 = sqlx::query_scalar(audited)
        .bind(&place.plan_id)
        .bind(FIRST_BATCH)
        .fetch_one(&mut place.connect().await)
        .await
        .unwrap();
    assert_eq!(audited, 0);
    let finished = place.finish();
    assert_eq!(finished.json()["applied"], STEPS - FIRST_BATCH);
    assert_eq!(place.end().await, expected);
    copy.drop().await;
}

/// The original's content in the private PostgreSQL of a served data directory.
fn restore(original: &Original, scratch: &Scratch, program: crate::program::Program) -> Place {
    let dir = DataDir::open_existing(&scratch.path).unwrap().unwrap();
    let password = dir.secret("superuser").unwrap();
    let at = |database| {
        let superuser = embedded::SUPERUSER;
        socket_options(&dir.socket_dir(), 5432, superuser, &password, database)
    };
    let dump = scratch.file("dump.sql", &original.dump());
    let psql = |database: &str, arguments: &[&str]| {
        use secrecy::ExposeSecret;
        let done = testkit::cluster::program("psql")
            .env("PGPASSWORD", password.expose_secret())
            .env("PGHOST", dir.socket_dir())
            .env("PGUSER", embedded::SUPERUSER)
            .args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", database])
            .args(arguments)
            .stdout(Stdio::null())
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    let (drop, create) = (
        "drop database reeve with (force)",
        "create database reeve template template0",
    );
    psql("postgres", &["-c", drop, "-c", create]);
    psql("reeve", &["-f", &dump]);
    fs::remove_file(dump).unwrap();
    Place {
        superuser: at("reeve"),
        program,
        plan_id: original.plan_id.clone(),
    }
}

#[tokio::test]
async fn an_apply_whose_database_dies_is_finished_after_it_came_back() {
    let original = Original::make().await;
    let (expected, _) = original.undisturbed().await;
    let (scratch, program) = installation();
    let serving = program.serve();
    let place = restore(&original, &scratch, program);
    let barrier = place.barrier(STEPS).await;
    let apply = place
        .apply()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let apply = apply.unwrap();
    place.wait_for_waiting(1).await;
    let dead = scratch.postmaster().unwrap();
    signal(dead, "KILL");
    let failed: crate::program::Answer = apply.wait_with_output().unwrap().into();
    failed.failed_saying(&["the database is not available"]);
    drop(barrier);
    wait_until("another PostgreSQL runs", || {
        !lives(dead) && scratch.postmaster() != Some(dead) && scratch.database_runs()
    });
    assert_eq!(place.progress().await, ("planned".to_owned(), FIRST_BATCH));
    let finished = place.finish();
    assert_eq!(finished.json()["applied"], STEPS - FIRST_BATCH);
    assert_eq!(place.end().await, expected);
    assert_eq!(serving.stop("INT").code, 0);
}
