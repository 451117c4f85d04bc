//! The server as its clients meet it, without a socket: requests go through the real router to a real
//! database.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod activity;
mod audit;
mod client;
mod decisions;
mod docs;
mod document;
mod errors;
mod evidence;
mod flags;
mod generated;
mod governance;
mod jobs;
mod limits;
mod mapping;
mod matrix;
mod me;
mod members;
mod metrics;
mod once;
mod operating;
mod operations;
mod organizations;
mod passkeys;
mod plans;
mod provisioning;
mod recent;
mod rehomes;
mod reviews;
mod roles;
mod sessions;
mod sign_in;
mod tenancy;
mod users;
