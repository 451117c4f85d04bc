//! What an operation that succeeded still has to say.

use std::fmt;

use domain::id::GuildId;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// Something that is allowed and is seldom meant; serialized as its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Roles of a guild are mapped of which no snapshot was ever imported.
    NeverObserved { guild: GuildId },
    /// A snapshot was imported of a guild that no mapping names.
    NotMapped { guild: GuildId },
    /// A snapshot was imported that is older than the age limit.
    StaleAlready { taken_at: Timestamp },
    /// Nobody active is platform admin any more.
    NoAdmin,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverObserved { guild } => write!(
                f,
                "there is no snapshot of guild {guild} yet, so its roles entitle nobody: check the id, or \
                 import one with `reeve snapshot import`"
            ),
            Self::NotMapped { guild } => write!(
                f,
                "no role of guild {guild} is mapped, so this snapshot entitles nobody: check the id, or map \
                 a role with `reeve governance map-role`"
            ),
            Self::StaleAlready { taken_at } => write!(
                f,
                "taken at {taken_at}, it is older than a snapshot may be and entitles nobody; see `reeve \
                 freshness`"
            ),
            Self::NoAdmin => f.write_str(
                "nobody active is platform admin now: give somebody the role with `reeve role assign EMAIL \
                 admin`, or enable this person again",
            ),
        }
    }
}

impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
