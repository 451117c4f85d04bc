//! Which people of the map are looked at, and from where on.

use domain::governance::drift::Drift;
use domain::governance::outcome::PolicyOutcome;
use domain::id::UserId;
use domain::identity::Status;
use domain::status_map::{Badge, State};
use uuid::Uuid;

use crate::Error;

/// Each given field narrows the map.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    pub eligible: Option<bool>,
    pub entitled: Option<bool>,
    pub access: Option<bool>,
    pub outcome: Option<PolicyOutcome>,
    pub compliance: Option<Badge>,
    pub drift: Option<WhichDrift>,
    /// Part of an e-mail address or a name, in any case.
    pub search: Option<String>,
    /// At most so many people a page.
    pub limit: u32,
    /// Where a page ended, as it said itself.
    pub cursor: Option<String>,
}

/// Which drifts are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichDrift {
    Any,
    Only(Drift),
}

impl Filter {
    /// How many people a page has.
    pub(super) fn limit(&self) -> Result<usize, Error> {
        /// More on one page serves nobody, and all of them get names.
        const MOST: u32 = 10_000;
        if (1..=MOST).contains(&self.limit) {
            Ok(usize::try_from(self.limit).unwrap_or(usize::MAX))
        } else {
            Err(Error::invalid("limit", format!("expected 1 to {MOST}")))
        }
    }

    /// After whom the page begins.
    pub(super) fn after(&self) -> Result<Option<UserId>, Error> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let id = Uuid::try_parse(cursor).ok();
        let id = id.ok_or_else(|| {
            Error::invalid("cursor", "expected what an earlier page gave as its next")
        })?;
        Ok(Some(UserId(id)))
    }

    pub(super) fn matches(&self, state: &State) -> bool {
        fn is<T: PartialEq>(wanted: Option<T>, found: T) -> bool {
            wanted.is_none_or(|wanted| wanted == found)
        }
        is(self.status, state.status)
            && is(self.eligible, state.eligibility.in_scope())
            && is(self.entitled, state.entitlement.entitled())
            && is(self.access, state.access.granted())
            && is(self.outcome, state.outcome)
            && is(self.compliance, state.compliance.badge())
            && match self.drift {
                None => true,
                Some(WhichDrift::Any) => !state.drifts.is_empty(),
                Some(WhichDrift::Only(drift)) => state.drifts.contains(&drift),
            }
    }
}

/// The cursor of a page that ends with this person; opaque to whoever gets it.
pub(super) fn cursor(last: UserId) -> String {
    last.0.simple().to_string()
}
