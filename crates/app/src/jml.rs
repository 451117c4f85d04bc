//! Joiners, movers and leavers as reconcile recorded them (P-08 to P-10), and how long access
//! outlived what an observation showed.

use std::collections::BTreeMap;

use domain::access::permission::GOVERNANCE_READ;
use domain::governance::entitlement::Entitlement;
use domain::governance::jml::Event;
use domain::id::UserId;
use jiff::Timestamp;
use serde::Serialize;
use store::jml::{self as sql, Recorded, Spread};
use store::page::{Cursor, cut};
use store::{Tx, identity};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Caller, Error, Reeve, permit};

/// What to show; each given field narrows it.
#[derive(Clone, Debug)]
pub struct Filter {
    pub event: Option<Event>,
    /// Id or e-mail address.
    pub identity: Option<String>,
    pub since: Option<Timestamp>,
    /// Where the page before ended.
    pub before: Option<Cursor<Uuid>>,
    /// At most so many events, newest first.
    pub limit: u32,
}

/// The events that match, and with the first page what is counted over all of them, also those beyond the
/// limit: that reads as far back as `since` says.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = JmlEvents)]
pub struct Events {
    #[serde(flatten)]
    pub totals: Option<Totals>,
    pub events: Vec<Happened>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// What is counted over all events that match.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = JmlTotals)]
pub struct Totals {
    pub counts: BTreeMap<String, i64>,
    pub leaving: Leaving,
}

/// Leavers whose leaving an observation showed: how long until access was gone.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = JmlLeaving)]
pub struct Leaving {
    /// Until decisions denied: the observation was admitted.
    pub seen_to_denied: Seconds,
    /// Until the identity was suspended, of those who were active.
    pub seen_to_suspended: Seconds,
}

/// Some durations.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Seconds {
    pub count: i64,
    pub min: Option<f64>,
    pub median: Option<f64>,
    pub max: Option<f64>,
}

/// One event.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = JmlRecorded)]
pub struct Happened {
    pub user_id: UserId,
    pub email: Option<String>,
    pub event: String,
    pub recorded_at: Timestamp,
    pub status_before: Option<String>,
    pub status: Option<String>,
    pub eligibility: Option<String>,
    pub entitlement: Option<String>,
    pub plan_id: Option<String>,
    /// When the observation that showed it was taken; `None` if something else brought it about.
    pub observed_at: Option<Timestamp>,
    /// From when on decisions went by that observation.
    pub effective_at: Option<Timestamp>,
    /// For leavers: how long access outlived what was seen.
    pub seen_to_denied_seconds: Option<f64>,
    pub seen_to_suspended_seconds: Option<f64>,
}

/// Lists events, newest first.
pub async fn list(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<Events, Error> {
    if filter.limit < 1 {
        return Err(Error::invalid("limit", "must be at least 1"));
    }
    let mut tx = permit::look(
        reeve,
        caller,
        "list joiners, movers and leavers",
        GOVERNANCE_READ,
    )
    .await?;
    let user_id = match &filter.identity {
        Some(name) => match identity::find(&mut tx, name).await? {
            Some((user_id, _)) => Some(user_id),
            None => {
                return Err(Error::NotFound {
                    what: "identity",
                    name: name.clone(),
                });
            }
        },
        None => None,
    };
    let wanted = sql::Filter {
        event: filter.event.map(Event::as_str),
        user_id,
        since: filter.since,
        before: filter.before.clone(),
        limit: i64::from(filter.limit) + 1,
    };
    let events = sql::list(&mut tx, &wanted).await?;
    let totals = match filter.before {
        None => Some(totals(&mut tx, &wanted).await?),
        Some(_) => None,
    };
    tx.rollback().await?;
    let (events, next) = cut(events, filter.limit.into(), |event| Cursor {
        at: event.recorded_at,
        key: event.audit_id,
    });
    Ok(Events {
        next: next.map(|next| next.to_string()),
        totals,
        events: events.into_iter().map(Happened::from).collect(),
    })
}

async fn totals(tx: &mut Tx, wanted: &sql::Filter) -> Result<Totals, Error> {
    let by_sight: Vec<String> = Entitlement::codes_by_sight().map(str::to_owned).collect();
    let (denied, suspended) = sql::leaving(tx, wanted, &by_sight).await?;
    let mut counts: BTreeMap<String, i64> = Event::ALL.map(|e| (e.as_str().to_owned(), 0)).into();
    counts.extend(sql::count(tx, wanted).await?);
    Ok(Totals {
        counts,
        leaving: Leaving {
            seen_to_denied: denied.into(),
            seen_to_suspended: suspended.into(),
        },
    })
}

impl From<Spread> for Seconds {
    fn from(spread: Spread) -> Self {
        let Spread {
            count,
            min,
            median,
            max,
        } = spread;
        Self {
            count,
            min,
            median,
            max,
        }
    }
}

impl From<Recorded> for Happened {
    fn from(row: Recorded) -> Self {
        let by_sight = row.in_scope == Some(true)
            && row
                .entitlement
                .as_deref()
                .and_then(Entitlement::from_code)
                .is_some_and(Entitlement::by_sight);
        let observed_at = row.taken_at.filter(|_| by_sight);
        let effective_at = row.admitted_at.filter(|_| by_sight);
        let leaves = row.event == Event::Leaver.as_str();
        let was_suspended = (row.status_before.as_deref(), row.status.as_deref())
            == (Some("active"), Some("suspended"));
        let since_seen = |at: Option<Timestamp>| {
            let at = at.filter(|_| leaves)?;
            Some(at.duration_since(observed_at?).as_secs_f64())
        };
        Self {
            user_id: UserId(row.user_id),
            email: row.email,
            event: row.event,
            recorded_at: row.recorded_at,
            seen_to_denied_seconds: since_seen(effective_at),
            seen_to_suspended_seconds: since_seen(was_suspended.then_some(row.recorded_at)),
            status_before: row.status_before,
            status: row.status,
            eligibility: row.eligibility,
            entitlement: row.entitlement,
            plan_id: row.plan_id,
            observed_at,
            effective_at,
        }
    }
}
