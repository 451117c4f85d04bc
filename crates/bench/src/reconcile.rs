//! Reconcile of a large installation, against its floors.

use std::time::Instant;

use app::Caller;
use app::reconcile::plan::Options;
use domain::actor::Actor;

use crate::server::Server;
use crate::{floor, peak_memory, spread, world};

/// Times each of the two is run.
const RUNS: usize = 3;

pub(crate) async fn measure(people: u64) {
    let server = Server::start().await;
    println!("making a world of {people} people");
    world::fill(&server.superuser("world"), people).await;
    let (mut ours, mut floors, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut plans, mut idle, mut reads, mut idle_ratios) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        server.copy("ours").await;
        let run = run(&server).await;
        server.copy("floor").await;
        let (seconds, changed) = floor::set_based(&server.superuser("floor")).await;
        println!(
            "changing {changed}: plan {:.2} s, all {:.2} s; floor {seconds:.2} s",
            run.plan, run.whole
        );
        ratios.push(run.whole / seconds);
        ours.push(run.whole);
        floors.push(seconds);
        plans.push(run.plan);
        let read = floor::read_facts(&server.superuser("ours")).await;
        idle_ratios.push(run.idle / read);
        idle.push(run.idle);
        reads.push(read);
    }
    println!("peak memory of this process: {} MiB", peak_memory());
    server.copy("script").await;
    let script = floor::per_person(&server.superuser("script"), 10_000).await;
    println!("\nmin / median / max of {RUNS} runs");
    println!("reconcile, a tenth changing, s:  {}", spread(ours));
    println!("  of it planning and storing, s: {}", spread(plans));
    println!("floor (same rows by SQL), s:     {}", spread(floors));
    println!("ratio:                           {}", spread(ratios));
    println!("nothing changing, s:             {}", spread(idle));
    println!("reading the facts by COPY, s:    {}", spread(reads));
    println!("ratio:                           {}", spread(idle_ratios));
    println!("script, three statements each:   {script:.0} people/s over 10,000");
}

struct Run {
    plan: f64,
    whole: f64,
    /// A second run, in which nothing changes.
    idle: f64,
}

async fn run(server: &Server) -> Run {
    let reeve = server.reeve("ours").await;
    let caller = Caller::new(Actor::Operator);
    let options = Options::default();
    let start = Instant::now();
    let made = app::reconcile::plan(&reeve, &caller, &options)
        .await
        .unwrap()
        .expect("changes");
    let plan = start.elapsed().as_secs_f64();
    app::reconcile::apply(&reeve, &caller, &made.plan_id, options.lease)
        .await
        .unwrap();
    let whole = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let again = app::reconcile::run(&reeve, &caller, &options)
        .await
        .unwrap();
    assert!(again.plan.is_none(), "the second run changes nothing");
    let idle = start.elapsed().as_secs_f64();
    reeve.database.close().await;
    Run { plan, whole, idle }
}
