//! Reconcile: admission, planning, what can be given back, and the guard before mass change.

mod digest;
mod fingerprint;
mod guard;
mod plan;
mod plan_promises;
mod restore;
mod snapshot;
mod state;
