//! The outside: what Reeve asks of other systems over the network. Knows `domain` and nothing else of
//! Reeve; decides nothing about access.
//!
//! Every request goes through [`guard`], which keeps it away from addresses that only this machine or
//! its network should reach.

pub mod guard;
pub mod oidc;
pub mod traces;
