//! The operations, each through its public function against a real PostgreSQL. Modules are named
//! after the sources they show; `sql` and `watch` are how a test looks into the database.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on stops"
)]

mod audit;
mod authority;
mod explain;
mod freshness;
mod governance;
mod identity;
mod jml;
mod organization;
mod policy;
mod reconcile;
mod role;
mod snapshot;
mod sql;
mod status_map;
mod watch;
