//! The supervisor against real PostgreSQL binaries of this machine. Every test has a data directory
//! of its own in the temporary folder, and stops and removes what it started, also when it fails.

#![cfg(test)] // the lints know helpers of tests by this

mod crash;
mod find;
mod life;
mod lock;
mod refusal;
mod socket;
mod support;
