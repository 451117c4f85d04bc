//! Organizations (tenants) and what holds inside them.

pub mod membership;
pub mod organization;
pub mod rehome;
