//! The rules, each held against a naive oracle that is written here from the text of the policy and
//! the runbook and shares no code with the crate.
//!
//! The modules mirror `src/`. Three more stand beside them: [`plain`] is a person and an
//! installation as plain yes and no, with the policy's sentences as functions; [`world`] answers
//! decisions from such a person; [`population`] applies plans to many of them in memory.
//!
//! `REEVE_SOAK=1` runs every property 50 000 times instead of 256, `REEVE_CASES=N` so many times.

#[cfg(test)]
mod access;
mod credential;
mod flags;
#[cfg(test)]
mod governance;
#[cfg(test)]
mod health;
#[cfg(test)]
mod id;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod population;
#[cfg(test)]
mod quota;
#[cfg(test)]
mod reconcile;
#[cfg(test)]
mod review;
#[cfg(test)]
mod status_map;
#[cfg(test)]
mod tenancy;
#[cfg(test)]
mod time;
#[cfg(test)]
mod world;

/// How often a property is tried.
#[cfg(test)]
fn cases() -> proptest::test_runner::Config {
    let soak = std::env::var_os("REEVE_SOAK").is_some();
    let asked = std::env::var("REEVE_CASES").ok();
    let asked = asked.and_then(|cases| cases.parse().ok());
    proptest::test_runner::Config {
        cases: asked.unwrap_or(if soak { 50_000 } else { 256 }),
        // A failure prints its smallest input, which then becomes a test with a name; the seeds
        // themselves are not kept.
        failure_persistence: None,
        ..proptest::test_runner::Config::default()
    }
}
