//! The operations, each through its public function against a real PostgreSQL. Modules are named
//! after the sources they show; `sql` and `watch` are how a test looks into the database.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on stops"
)]

mod admin;
mod alert;
mod assignment;
mod audit;
mod authority;
mod ceilings;
mod crowd;
mod explain;
mod freshness;
mod governance;
mod heal;
mod iam;
mod identity;
mod jml;
mod lifecycle;
mod live;
mod membership;
mod organization;
mod over_administrators;
mod overrides;
mod policy;
mod project;
mod quota;
mod reconcile;
mod rehome;
mod review;
mod role;
mod snapshot;
mod sparing;
mod sql;
mod status_map;
mod tenancy;
mod watch;
