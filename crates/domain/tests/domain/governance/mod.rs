//! Whether a person should have access: each rule of the policy against its own sentence.

mod assess;
mod drift;
mod eligibility;
mod entitlement;
mod exemption;
mod freshness;
mod golden;
mod heal;
mod jml;
mod matrix;
mod mode;
mod policy_document;
mod privileged;
