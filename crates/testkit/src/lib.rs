//! What tests with a database stand on: a throwaway PostgreSQL, a database of their own each, and a
//! world of people built in five lines. A dev-dependency, in no binary.
//!
//! - [`cluster`]: one server for all test processes, which stays up between them.
//! - [`template`]: the migrated database that every test's is a copy of, made by the product's own
//!   bootstrap and migrations.
//! - [`TestDb`]: a test's own database, and every way into it: as Reeve, as an operator, as the
//!   superuser. Dropped with the test.
//! - [`World`]: rules, a Discord guild and people, through real SQL and real operations.
//! - [`collector::Collector`]: takes traces over real HTTP on loopback.
//! - [`oidc::Issuer`]: an identity provider over real HTTP on loopback.
//! - [`authenticator::Authenticator`]: an authenticator with a passkey, in software.
//!
//! ```no_run
//! # async fn example() {
//! use testkit::World;
//!
//! let world = World::discord_leading().await;
//! let ada = world.person("ada").linked(1).mapped_role().build().await;
//! world.scan().await;
//! world.reconcile().await;
//! assert_eq!(world.status_of(ada).await, "active");
//! # }
//! ```
//! Nothing here sleeps and nothing here reads a clock of its own: a snapshot is old because it is
//! imported with a time in the past, counted from the database's clock.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't set up its world stops"
)]

pub mod authenticator;
pub mod cluster;
pub mod collector;
pub mod database;
pub mod oidc;
pub mod person;
pub mod template;
pub mod world;

pub use database::TestDb;
pub use person::{People, Person};
pub use world::World;
