//! A field that is left out is another thing than one that is null: the first stays as it is, the second
//! is removed (RFC 7396).

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "given")]`: `None` if left out, `Some(None)` if null.
pub(crate) fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
