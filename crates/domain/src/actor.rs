//! Who asks. Every operation names its actor, and the audit row keeps it.
//!
//! What an actor may grant is not here but in [`crate::access::ceiling`].

use serde::Serialize;
use uuid::Uuid;

use crate::id::{TokenId, UserId};

/// The identity under which operators and jobs are recorded; it owns nothing and never signs in.
pub const SYSTEM_USER: UserId = UserId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));

/// Who performs an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person.
    Person { user_id: UserId },
    /// A program that shows a person's token, and may do no more than that says.
    Token { user_id: UserId, token_id: TokenId },
    /// A person on the break-glass allowlist who used it.
    BreakGlass { user_id: UserId },
    /// One of Reeve's own jobs.
    Job { name: &'static str },
    /// Someone at the command line of the server: holds the ceiling of an admin.
    Operator,
}

impl Actor {
    /// The identity that stands in the audit row; jobs and operators stand there as
    /// [`SYSTEM_USER`].
    pub fn user_id(&self) -> UserId {
        match self {
            Self::Person { user_id }
            | Self::Token { user_id, .. }
            | Self::BreakGlass { user_id } => *user_id,
            Self::Job { .. } | Self::Operator => SYSTEM_USER,
        }
    }

    /// What `audit_log.source` says: the path by which the change came.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Token { .. } => "token",
            Self::BreakGlass { .. } => "break_glass",
            Self::Job { name } => name,
            Self::Operator => "command_line",
        }
    }
}
