//! Reconcile's storage: plans, the SQL that applies them, and the lease that keeps two runners
//! apart. What a plan holds is decided in `domain::reconcile`.

pub mod apply;
pub mod lease;
pub mod plan;
