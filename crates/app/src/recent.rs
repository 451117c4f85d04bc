//! Credentials that were good a moment ago, so that a client's next requests ask the database nothing.
//!
//! What is kept is what the database said, never what was decided of it: status and epoch are judged at each
//! use, by the settings of then. Nothing is kept of whoever was refused. An entry ends when it is
//! [`FRESH`] old, so a revocation reaches every server within a second, whoever makes it and however; when
//! the credential itself ends; and at once when this server changes anything.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use store::identity::Owner;
use store::{session, token};

/// How long an entry counts, from before the database was asked. Under a second by what a request may
/// take to be looked at.
const FRESH: Duration = Duration::from_millis(900);

/// Most credentials of a kind that are kept.
const MOST: usize = 10_000;

/// Whom an access token of the identity provider is about.
#[derive(Clone, Debug)]
pub(crate) struct Vouched {
    pub(crate) owner: Owner,
    pub(crate) email_proven: bool,
    pub(crate) issued_at: Timestamp,
}

/// What is kept, by the credential's hash.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    pub(crate) tokens: Kept<token::Shown>,
    pub(crate) sessions: Kept<session::Shown>,
    pub(crate) access_tokens: Kept<Vouched>,
}

impl Recent {
    pub(crate) fn clear(&self) {
        self.tokens.entries().clear();
        self.sessions.entries().clear();
        self.access_tokens.entries().clear();
    }
}

/// The moment before the database is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    at: Instant,
    /// How many changes this server had made.
    changes: u64,
}

impl Moment {
    pub(crate) fn now(reeve: &crate::Reeve) -> Self {
        Self {
            at: Instant::now(),
            changes: reeve.database.changes(),
        }
    }
}

#[derive(Debug)]
struct Entry<T> {
    until: Instant,
    changes: u64,
    said: T,
}

/// Credentials of one kind.
#[derive(Debug)]
pub(crate) struct Kept<T>(Mutex<HashMap<[u8; 32], Entry<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<T: Clone> Kept<T> {
    fn entries(&self) -> MutexGuard<'_, HashMap<[u8; 32], Entry<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was said of a credential, if that still counts.
    pub(crate) fn get(&self, hash: [u8; 32], now: Moment) -> Option<T> {
        let entries = self.entries();
        let entry = entries.get(&hash)?;
        (now.at < entry.until && now.changes == entry.changes).then(|| entry.said.clone())
    }

    /// Keeps what was said of a credential that ends in `left` seconds, asked for after `asked`.
    pub(crate) fn put(&self, hash: [u8; 32], asked: Moment, left: f64, said: T) {
        let left = Duration::try_from_secs_f64(left).unwrap_or_default();
        let entry = Entry {
            until: asked.at + FRESH.min(left),
            changes: asked.changes,
            said,
        };
        let mut entries = self.entries();
        if entries.len() >= MOST {
            entries.retain(|_, entry| asked.at < entry.until);
            if entries.len() >= MOST {
                entries.clear();
            }
        }
        entries.insert(hash, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(start: Instant, millis: u64, changes: u64) -> Moment {
        Moment {
            at: start + Duration::from_millis(millis),
            changes,
        }
    }

    #[test]
    fn an_entry_counts_for_less_than_a_second_and_never_beyond_the_credentials_own_end() {
        let (kept, start) = (Kept::default(), Instant::now());
        let at = |millis| moment(start, millis, 0);
        kept.put([1; 32], at(0), 3600.0, "long");
        kept.put([2; 32], at(0), 0.2, "short");
        kept.put([3; 32], at(0), -1.0, "over");
        kept.put([4; 32], at(0), f64::NAN, "never");
        assert_eq!(kept.get([1; 32], at(899)), Some("long"));
        assert_eq!(kept.get([1; 32], at(900)), None);
        assert_eq!(kept.get([2; 32], at(199)), Some("short"));
        assert_eq!(kept.get([2; 32], at(200)), None);
        assert_eq!(kept.get([3; 32], at(0)), None);
        assert_eq!(kept.get([4; 32], at(0)), None);
        assert_eq!(kept.get([5; 32], at(0)), None);
    }

    #[test]
    fn whatever_this_server_changes_ends_every_entry_also_one_that_was_asked_for_before() {
        let (kept, start) = (Kept::default(), Instant::now());
        kept.put([1; 32], moment(start, 0, 7), 3600.0, ());
        assert!(kept.get([1; 32], moment(start, 1, 7)).is_some());
        assert!(kept.get([1; 32], moment(start, 1, 8)).is_none());
    }

    #[test]
    fn no_more_than_so_many_are_kept() {
        let (kept, start) = (Kept::default(), Instant::now());
        for number in 0..(3 * MOST as u64) {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_be_bytes());
            kept.put(hash, moment(start, number / 1000, 0), 3600.0, ());
            assert!(kept.entries().len() <= MOST);
        }
    }
}
