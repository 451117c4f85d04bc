//! The person's account: address, links, overrides and lifecycle.

mod email;
mod lifecycle;
mod link;
mod mapping;
mod overrides;
