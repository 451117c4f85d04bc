//! A person's portal account: its lifecycle, its name in the outside world, and the overrides that
//! an operator put on its roles. What it may do is decided in [`crate::access`].

pub mod email;
pub mod lifecycle;
pub mod link;
pub mod mapping;
pub mod overrides;

pub use email::Email;
pub use lifecycle::Status;
pub use overrides::RoleOverrides;
