//! The server as its clients meet it, without a socket: requests go through the real router to a real
//! database.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod client;
mod document;
mod errors;
mod mapping;
mod me;
mod provisioning;
mod sessions;
mod sign_in;
mod users;
