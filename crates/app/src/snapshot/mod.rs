//! Observations of Discord: reading them, and making them current.

pub mod file;
pub mod import;

pub use import::{Import, import};
