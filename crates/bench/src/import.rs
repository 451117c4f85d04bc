//! Importing a snapshot from NDJSON: reading and staging, then admission of a few differences.

use std::io::Write;
use std::time::Instant;

use app::Caller;
use app::snapshot::Import;
use domain::actor::Actor;
use domain::id::GuildId;
use domain::reconcile::snapshot::Expectation;

use crate::server::Server;
use crate::{peak_memory, spread};

const RUNS: i64 = 5;

pub(crate) async fn measure(members: u64) {
    let server = Server::start().await;
    let reeve = server.reeve("world").await;
    let caller = Caller::new(Actor::Operator);
    let path = std::env::temp_dir().join(format!("reeve-bench-{}.ndjson", std::process::id()));
    let (mut staging, mut whole) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        write_members(&path, members, run);
        let what = Import {
            sha256: None,
            guild: GuildId::try_from(1).unwrap(),
            taken_at: app::governance::show(&reeve, &caller).await.unwrap().now,
            expectation: Expectation {
                members: Some(members),
                ..Expectation::default()
            },
        };
        let file = std::fs::File::open(&path).unwrap();
        let start = Instant::now();
        let mut staged = 0.0;
        let imported = app::snapshot::import(&reeve, &caller, what, file, |_| {
            staged = start.elapsed().as_secs_f64();
        })
        .await
        .unwrap();
        let seconds = start.elapsed().as_secs_f64();
        println!("{imported:?}: staged in {staged:.2} s, all in {seconds:.2} s");
        // The first writes everybody; the others a hundredth, as a scan on a normal day.
        if run > 0 {
            let count = f64::from(u32::try_from(members).unwrap());
            staging.push(count / staged);
            whole.push(count / seconds);
        }
    }
    std::fs::remove_file(&path).unwrap();
    println!("\nmin / median / max of {RUNS} runs, members a second");
    println!("reading NDJSON into staging: {}", spread(staging));
    println!("the whole import:            {}", spread(whole));
    println!("peak memory of this process: {} MiB", peak_memory());
}

/// Members as Discord writes them, shortened; each run gives another hundredth another role.
fn write_members(path: &std::path::Path, members: u64, run: i64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for i in 0..members {
        let other = i % 100 == u64::try_from(run).unwrap();
        let role = if other {
            900_000_000_000_000_009_u64
        } else {
            900_000_000_000_000_007
        };
        writeln!(
            file,
            r#"{{"user":{{"id":"{}","username":"person{i}","discriminator":"0"}},"nick":null,"roles":["900000000000000005","{role}"],"joined_at":"2024-01-01T00:00:00Z"}}"#,
            100_000_000_000_000_000 + i
        )
        .unwrap();
    }
    file.flush().unwrap();
}
