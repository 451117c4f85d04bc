//! Organizations (tenants) and what holds inside them.

pub mod organization;
