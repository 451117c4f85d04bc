//! Settings that may change while Reeve runs, and the handle by which everybody sees the change.
//!
//! Who reads them from environment and files is no concern of this module; the binary does, and
//! calls [`Live::set`]. An operation calls [`Live::get`] once and works with that value to its end,
//! so that it never decides half by the old settings and half by the new ones.

use std::sync::{Arc, PoisonError, RwLock};

use domain::flags::Flags;
use domain::governance::privileged::BreakGlass;

/// What is live: re-read without a restart. The default is that nothing is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whom `ADMIN_BREAKGLASS_*` lists.
    pub break_glass: BreakGlass,
    /// The switches of user management.
    pub flags: Flags,
    /// A hash of the whole configuration that this belongs to; nodes publish it, to be compared
    /// (D23).
    pub hash: String,
}

/// The one place of the live settings. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Live(Arc<RwLock<Arc<Settings>>>);

impl Live {
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(settings))))
    }

    /// The settings as they are now; they stay as they are for whoever holds them.
    pub fn get(&self) -> Arc<Settings> {
        // A whole value is put in its place, so a panic elsewhere can't have left half of one.
        let settings = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&settings)
    }

    /// Puts other settings in place, for all clones and whole.
    pub fn set(&self, settings: Settings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}
