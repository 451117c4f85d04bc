//! Whether a person should have access: eligibility, entitlement, and what follows from the two.
//!
//! The policy's words are kept: **eligibility** is being in scope of `access.login`,
//! **entitlement** is the authoritative source's yes or no, **effective access** is what is granted
//! at run time and is always computed, never stored. [`assess`] puts the first two together; the
//! [`matrix`], the [`outcome`] and the [`drift`] are read off its result. Decisions, plans and the
//! status map all go through it.

pub mod assess;
pub mod drift;
pub mod eligibility;
pub mod entitlement;
pub mod exemption;
pub mod freshness;
pub mod heal;
pub mod jml;
pub mod matrix;
pub mod mode;
pub mod outcome;
mod policy_text;
pub mod privileged;
