//! A small supervisor of a private PostgreSQL, run from the machine's own binaries.
//!
//! It is the default database of a Reeve that was given no `DATABASE_URL`: it finds the binaries,
//! keeps a data directory, initialises, starts, adopts and stops the server in it. It is synchronous
//! (async callers wrap it in `spawn_blocking`), and knows nothing of Reeve's schema, of SQL, or of
//! how to connect; neighbours: `store` connects to what [`Cluster::connection`] names, `reeve`
//! decides when to start and stop, `testkit` keeps a throwaway cluster with it.
//!
//! A start reads:
//! ```no_run
//! # fn main() -> Result<(), embedded::Error> {
//! use embedded::{Cluster, DataDir, Durability};
//! let dir = DataDir::open(&DataDir::default_path())?;
//! let lock = dir.lock()?; // one Reeve a data directory, freed by any kind of death
//! let cluster = Cluster::prepare(&dir, Durability::Durable)?;
//! cluster.start()?; // a fresh server, or the one that a killed Reeve left behind
//! let connection = cluster.connection();
//! let password = dir.secret("superuser")?;
//! # drop((connection, password));
//! cluster.stop()?;
//! drop(lock);
//! # Ok(()) }
//! ```

mod account;
mod binaries;
mod cluster;
mod data_dir;
mod error;
mod init;
mod lock;
mod log;
mod password;
mod postmaster;
mod settings;
mod socket;
mod upgrade;

pub use binaries::{Binaries, Environment, MINIMUM_MAJOR, Version};
pub use cluster::{Cluster, Connection, Started};
pub use data_dir::{DataDir, DiskSpace};
pub use error::Error;
pub use init::SUPERUSER;
pub use lock::DataLock;
pub use settings::Durability;
