//! The one place where ids are made.

use uuid::Uuid;

/// A new id, version 7, so that indexes grow at one end.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
