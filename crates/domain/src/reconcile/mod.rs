//! Reconcile: observe, plan, guard, apply.
//!
//! Everything is decided here, purely: which observation may count ([`snapshot`]), what would
//! change and why ([`plan`]), what can be given back ([`restore`]), whether the plan is held
//! ([`guard`]), and how far a stored one may be applied ([`state`]). `app::reconcile` loads the facts and `store::reconcile` applies the result; neither
//! decides anything.

pub mod digest;
pub mod fingerprint;
pub mod guard;
pub mod plan;
pub mod restore;
pub mod snapshot;
pub mod state;
