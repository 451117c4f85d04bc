//! The outside, against a real provider on loopback.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod guard;
mod hostile;
mod provider;
