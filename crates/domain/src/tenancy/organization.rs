//! Organizations: slugs, and the default one that every identity belongs to (U-40, U-44).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The organization that legacy and new identities belong to; it can't be deleted.
pub const DEFAULT_SLUG: &str = "default";
/// Its name.
pub const DEFAULT_NAME: &str = "Default organization";

/// 1 to 63 characters of `a-z`, `0-9` and `-`, neither beginning nor ending with `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Why a text is no [`Slug`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a slug: expected 1 to 63 characters of a-z, 0-9 and -, \
     neither beginning nor ending with -"
)]
pub struct NotASlug(pub String);

/// Why a text that is a [`Slug`] is nothing's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("slug: it looks like an id, and wherever a slug is named an id may stand")]
pub struct LooksLikeAnId;

impl Slug {
    /// The slug as a new name: not one that an id could be.
    pub fn as_new_name(&self) -> Result<&Self, LooksLikeAnId> {
        match self.as_id() {
            Some(_) => Err(LooksLikeAnId),
            None => Ok(self),
        }
    }

    /// The id that stands in the slug's place, if it is one.
    pub fn as_id(&self) -> Option<Uuid> {
        self.0.parse().ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = NotASlug;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let sound = (1..=63).contains(&text.len())
            && text.bytes().all(plain)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotASlug(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = NotASlug;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
