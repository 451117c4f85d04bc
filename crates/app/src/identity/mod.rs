//! Identities: bringing them in.

pub mod file;
pub mod import;
mod write;
