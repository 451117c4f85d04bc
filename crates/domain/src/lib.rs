//! Every rule of Reeve, pure: no I/O, no clock, no randomness, no async.
//!
//! Read this page first; it is the vocabulary, one sentence a concept.
//!
//! - An **identity** ([`identity`]) is a person's portal account. It is never deleted; its
//!   [`identity::Status`] is `active`, `suspended` or `disabled`.
//! - A **link** binds an external account (Discord, an OpenID subject) to an identity by its
//!   immutable id.
//! - An **organization** ([`tenancy`]) is a tenant; a **project** is a scope inside one; a
//!   **membership** is an identity's standing there.
//! - A **role** ([`access::role`]) is a named set of **permissions** ([`access::permission`]) at
//!   one scope: platform, tenant or project. An **assignment** gives it to an identity.
//! - The **ceiling** ([`access::ceiling`]) is the highest role an actor may grant or revoke; every
//!   path that gives or takes a role asks [`access::ceiling::can_grant`].
//! - **Eligibility** ([`governance::eligibility`]): is this person in scope of `access.login`?
//! - **Entitlement** ([`governance::entitlement`]): does the authoritative source of the
//!   [`governance::mode::Mode`] say yes?
//! - A **snapshot** ([`reconcile::snapshot`]) is a complete observation of a Discord guild; its age
//!   ([`governance::freshness`]) decides whether it still counts.
//! - The **matrix** ([`governance::matrix`]) turns eligibility and entitlement into a status; the
//!   **policy outcome** ([`governance::outcome`]) names the four cells for people to read.
//! - **Drift** ([`governance::drift`]) is where what should be and what is disagree.
//! - The **status map** ([`status_map`]) is all of this for one person, for people to look at, with
//!   their **compliance** in one word.
//! - A **credential** ([`credential`]) is what a caller shows: a session, a token.
//! - A **quota** ([`quota`]) is how many of something one person may have.
//! - A **plan** ([`reconcile::plan`]) is everything reconcile would change, each step with its
//!   reason; the **guard** ([`reconcile::guard`]) holds a plan that would suspend too many.
//! - A **decision** ([`access::decide`]) is allow or deny with ordered reasons. It is the only
//!   judge; a **remedy** ([`access::remedy`]) is what would turn a "no" of it.
//!
//! Neighbours: `store` loads the facts these rules read and writes what they decide; `app` brings
//! the two together. Nothing here calls either.

#![warn(clippy::wildcard_enum_match_arm)]

pub mod access;
pub mod actor;
pub mod audit;
pub mod credential;
pub mod flags;
pub mod governance;
pub mod health;
pub mod id;
pub mod identity;
pub mod quota;
pub mod reconcile;
pub mod review;
pub mod status_map;
pub mod tenancy;
pub mod time;
