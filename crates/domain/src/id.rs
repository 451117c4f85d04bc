//! Typed ids, so that a tenant's id can't be passed where a person's is asked.
//!
//! Reeve's own ids are UUIDs (version 7, made by `store`); Discord's are snowflakes, 63-bit
//! positive numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

typed_id! {
    /// An identity (`app_user.user_id`).
    UserId,
    /// An organization, which is a tenant (`organization.id`, every `tenant_id`).
    OrganizationId,
    /// A project inside one organization.
    ProjectId,
    /// A role definition.
    RoleId,
    /// A personal access token.
    TokenId,
    /// A browser's session.
    SessionId,
    /// A passkey of somebody's.
    PasskeyId,
    /// One role given to one identity at one scope.
    AssignmentId,
    /// One admitted observation of a guild.
    SnapshotId,
}

/// One id from request to log, decision, audit row and error: 1 to 64 characters of `A-Z`, `a-z`,
/// `0-9`, `.`, `_` and `-`, so that it can stand in a header, a log line and a file name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct CorrelationId(String);

/// Why a text is no [`CorrelationId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a correlation id is 1 to 64 characters of A-Z, a-z, 0-9, '.', '_' and '-'")]
pub struct NotACorrelationId;

impl CorrelationId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for CorrelationId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl FromStr for CorrelationId {
    type Err = NotACorrelationId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let sound = (1..=64).contains(&text.len()) && text.bytes().all(plain);
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotACorrelationId)
        }
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a text that should be a Discord id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a Discord id: expected a whole number from 1 to 9223372036854775807")]
pub struct NotASnowflake(pub String);

macro_rules! snowflake {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[schema(value_type = String)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(i64);

        impl $name {
            /// The id as PostgreSQL's `bigint` holds it; always positive.
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = NotASnowflake;

            fn try_from(id: i64) -> Result<Self, Self::Error> {
                if id > 0 { Ok(Self(id)) } else { Err(NotASnowflake(id.to_string())) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotASnowflake;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl FromStr for $name {
            type Err = NotASnowflake;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // `+7` and ` 7` parse as numbers, but are not what Discord writes.
                if !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(NotASnowflake(text.to_owned()));
                }
                match text.parse() {
                    Ok(id) if id > 0 => Ok(Self(id)),
                    Ok(_) | Err(_) => Err(NotASnowflake(text.to_owned())),
                }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

snowflake! {
    /// A Discord account (`user.id`), the only thing that matches a link to a snapshot member.
    DiscordId,
    /// A Discord guild ("server").
    GuildId,
    /// A role inside a guild.
    DiscordRoleId,
}
