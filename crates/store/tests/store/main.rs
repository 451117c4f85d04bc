//! What the database itself promises, shown against a real PostgreSQL: the modules are named after
//! the sources they show, or after what no single one of them could show (`schema`, `feed`).
//!
//! Most of it is true for whoever writes, so most tests write raw SQL, in the role whose rights and
//! duties they are about.
#![expect(
    clippy::unwrap_used,
    reason = "the steps of a test are functions, which stop where it does"
)]

mod assignment;
mod audit;
mod facts;
mod feed;
mod identity;
mod lease;
mod migrate;
mod organization;
mod partition;
mod role;
mod runbook;
mod schema;
mod scope;
mod set_back;
mod sql;
