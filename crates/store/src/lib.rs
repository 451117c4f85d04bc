//! PostgreSQL: the migrations and every SQL statement, one file an aggregate.
//!
//! One function holds one readable statement. No rule lives here: what these functions load,
//! `domain` judges, and what `app` hands them, they write. The only way to a transaction is
//! [`scope`], which sets the database role and the caller's context.
//!
//! Neighbours: `app` calls this crate; `embedded` runs the server, if Reeve runs its own.

pub mod alert;
pub mod assignment;
pub mod audit;
pub mod bootstrap;
pub mod connect;
mod copy;
pub mod decision;
pub mod error;
pub mod evidence;
pub mod exemption;
pub mod facts;
pub mod feed;
pub mod governance;
pub mod heal;
pub mod health;
pub mod hold;
pub mod id;
pub mod idempotency;
pub mod identity;
pub mod jml;
pub mod job;
pub mod lifecycle;
pub mod log;
pub mod membership;
pub mod migrate;
pub mod node;
pub mod organization;
pub mod outcome;
pub mod overrides;
pub mod page;
pub mod passkey;
pub mod person;
pub mod project;
pub mod provision;
pub mod quota;
pub mod reconcile;
pub mod rehome;
pub mod request;
pub mod review;
pub mod rights;
pub mod role;
pub mod scope;
pub mod session;
pub mod snapshot;
pub mod status_map;
pub mod tenancy;
pub mod timeline;
pub mod token;

pub use connect::Database;
pub use error::StoreError;
pub use scope::Tx;
