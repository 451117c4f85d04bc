//! Who may do what: permissions, the roles that carry them, the ceiling on granting them, and the
//! decision.
//!
//! [`decide`] is the judge; [`effective`] is its answer for everybody's map, and [`remedy`] says what
//! would turn a "no" of it.
//!
//! This is the only place that says yes or no. Whether a person *should* have access is
//! [`crate::governance`]'s; a decision asks it for governed permissions.

pub mod ceiling;
pub mod decide;
pub mod definition;
pub mod effective;
pub mod facts;
pub mod over;
pub mod permission;
pub mod reason;
pub mod remedy;
pub mod role;
pub mod validity;
