//! Whole operations at full size, measured against a floor in the same run.
//!
//! `cargo run --release -p bench -- reconcile|import|api [PEOPLE]`. Prints plain lines for
//! `docs/benchmarks.md`. Not part of the tests: nothing here passes or fails. What is measured runs
//! on a private PostgreSQL with durable settings, in a temporary folder.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that can't be made stops"
)]

mod api;
mod floor;
mod import;
mod reconcile;
mod server;
mod world;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let people = arguments
        .next()
        .map_or(1_000_000, |count| count.parse().expect("a number"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        match what.as_str() {
            "reconcile" => reconcile::measure(people).await,
            "api" => api::measure(people).await,
            "import" => import::measure(people).await,
            _ => eprintln!("usage: bench reconcile|import|api [PEOPLE]"),
        }
    });
}

/// Minimum, median and maximum of some measurements.
fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let at = |i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    format!(
        "{:.2} / {:.2} / {:.2}",
        at(0),
        at(values.len() / 2),
        at(values.len().saturating_sub(1))
    )
}

/// The most memory that this process has held, in MiB (Linux).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes / 1024)
}
