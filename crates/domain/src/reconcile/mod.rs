//! Reconcile: observe, plan, guard, apply.
//!
//! Everything is decided here, purely: which observation may count ([`snapshot`]), what would
//! change and why ([`plan`]), what can be given back ([`restore`]), and whether the plan is held
//! ([`guard`]). `app::reconcile` loads the facts and `store::reconcile` applies the result; neither
//! decides anything.

pub mod digest;
pub mod fingerprint;
pub mod guard;
pub mod plan;
pub mod restore;
pub mod snapshot;
