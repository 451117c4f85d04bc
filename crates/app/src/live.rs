//! Settings that may change while Reeve runs, and the handle by which everybody sees the change.
//!
//! Who reads them from environment and files is no concern of this module; the binary does, and
//! calls [`Live::set`]. An operation calls [`Live::get`] once and works with that value to its end,
//! so that it never decides half by the old settings and half by the new ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use connect::oidc::{self, Failure, Pace, Provider, Said};
use domain::flags::Flags;
use domain::governance::privileged::BreakGlass;
use domain::identity::mapping::Mapping;
use domain::reconcile::digest::Sha256;
use jiff::Timestamp;

use crate::public::{PublicUrl, TrustedProxies};
use crate::rate::Rates;
use crate::recent::Recent;

/// What is live: re-read without a restart. The default is that nothing is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whom `ADMIN_BREAKGLASS_*` lists.
    pub break_glass: BreakGlass,
    /// The switches of user management.
    pub flags: Flags,
    /// Which groups give which roles (U-11, U-12).
    pub mapping: Mapping,
    /// The identity provider, if one is trusted.
    pub oidc: Option<oidc::Settings>,
    /// Where browsers find this installation.
    pub public_url: PublicUrl,
    pub trusted_proxies: TrustedProxies,
    pub rates: Rates,
    /// A hash of the whole configuration that this belongs to; nodes publish it, to be compared
    /// (D23).
    pub hash: String,
}

/// The one place of the live settings. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Live(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    settings: RwLock<Arc<Settings>>,
    /// What is known of the provider of these settings.
    provider: Mutex<Option<Provider>>,
    /// Access tokens whose person was provisioned already, by their hash; until when that counts.
    seen: Mutex<HashMap<[u8; 32], Instant>>,
    recent: Recent,
    /// The database's clock, and when it was read.
    clock: Mutex<Option<(Instant, Timestamp)>>,
}

/// The database's clock is read anew after this, and goes on by ours in between.
const CLOCK_AGE: Duration = Duration::from_secs(10);

/// Most tokens that are remembered. One that is forgotten is provisioned again, which changes nothing.
const MOST_SEEN: usize = 10_000;

/// After this the person of a token is looked at again, and the provider's userinfo asked.
const SEEN_FOR: Duration = Duration::from_secs(900);

/// The same where the provider could not be asked.
const SEEN_INCOMPLETE_FOR: Duration = Duration::from_secs(30);

impl Live {
    pub fn new(settings: Settings) -> Self {
        let live = Self::default();
        live.set(settings);
        live
    }

    /// The settings as they are now; they stay as they are for whoever holds them.
    pub fn get(&self) -> Arc<Settings> {
        // A whole value is put in its place, so a panic elsewhere can't have left half of one.
        let settings = self.0.settings.read();
        Arc::clone(&settings.unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other settings in place, for all clones and whole.
    pub fn set(&self, settings: Settings) {
        let mut place = self
            .0
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *place = Arc::new(settings);
        // Another mapping may give other roles.
        self.seen().clear();
        self.0.recent.clear();
    }

    /// Credentials that were good a moment ago.
    pub(crate) fn recent(&self) -> &Recent {
        &self.0.recent
    }

    /// The time of the database, as far as it is known here.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        let clock = *self.0.clock.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, time) = clock.filter(|(at, _)| at.elapsed() < CLOCK_AGE)?;
        time.checked_add(at.elapsed()).ok()
    }

    /// Notes what the database's clock said after `asked`.
    pub(crate) fn note_time(&self, asked: Instant, time: Timestamp) {
        let mut clock = self.0.clock.lock().unwrap_or_else(PoisonError::into_inner);
        *clock = Some((asked, time));
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<[u8; 32], Instant>> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the person of an access token was provisioned not long ago.
    pub(crate) fn has_seen(&self, token: &str) -> bool {
        let until = self
            .seen()
            .get(&Sha256::of(token.as_bytes()).bytes())
            .copied();
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Notes that the person of an access token was provisioned.
    pub(crate) fn see(&self, token: &str, said: Said) {
        let mut seen = self.seen();
        if seen.len() >= MOST_SEEN {
            seen.clear();
        }
        let period = match said {
            Said::All | Said::NotByThisToken => SEEN_FOR,
            Said::NotNow => SEEN_INCOMPLETE_FOR,
        };
        seen.insert(
            Sha256::of(token.as_bytes()).bytes(),
            Instant::now() + period,
        );
    }

    /// The provider that the settings name, with what is known of it so far; `None` if they name none.
    pub(crate) fn provider(&self) -> Result<Option<Provider>, Failure> {
        let Some(settings) = self.get().oidc.clone() else {
            return Ok(None);
        };
        let mut known = self
            .0
            .provider
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(provider) = known.as_ref().filter(|of| *of.settings() == settings) {
            return Ok(Some(provider.clone()));
        }
        let provider = Provider::new(settings, Pace::default())?;
        *known = Some(provider.clone());
        Ok(Some(provider))
    }
}
