//! PostgreSQL: the migrations and every SQL statement, one file an aggregate.
//!
//! One function holds one readable statement. No rule lives here: what these functions load,
//! `domain` judges, and what `app` hands them, they write. The only way to a transaction is
//! [`scope`], which sets the database role and the caller's context.
//!
//! Neighbours: `app` calls this crate; `embedded` runs the server, if Reeve runs its own.

pub mod assignment;
pub mod audit;
pub mod bootstrap;
pub mod connect;
mod copy;
pub mod error;
pub mod facts;
pub mod governance;
pub mod id;
pub mod identity;
pub mod jml;
pub mod migrate;
pub mod organization;
pub mod reconcile;
pub mod role;
pub mod scope;
pub mod snapshot;
pub mod status_map;

pub use connect::Database;
pub use error::StoreError;
pub use scope::Tx;
