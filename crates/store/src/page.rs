//! Where a page of a list ends: the instant and the key of its last row, as one opaque text.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// The end of a page, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor<K> {
    pub at: Timestamp,
    pub key: K,
}

/// Why a text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected what an earlier page gave as its next")]
pub struct NotACursor;

impl<K: fmt::Display> fmt::Display for Cursor<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_microsecond(), self.key)
    }
}

impl<K: FromStr> FromStr for Cursor<K> {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (at, key) = text.split_once('.').ok_or(NotACursor)?;
        let at = at.parse().map_err(|_| NotACursor)?;
        Ok(Self {
            at: Timestamp::from_microsecond(at).map_err(|_| NotACursor)?,
            key: key.parse().map_err(|_| NotACursor)?,
        })
    }
}

/// Cuts what was read, one row more than a page has, to the page, and says where it ends if more
/// comes after it.
pub fn cut<T, K>(
    mut rows: Vec<T>,
    limit: i64,
    end: impl Fn(&T) -> Cursor<K>,
) -> (Vec<T>, Option<Cursor<K>>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return (rows, None);
    }
    rows.truncate(limit);
    let next = rows.last().map(end);
    (rows, next)
}
