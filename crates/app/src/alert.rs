//! Alerts: what was found that needs a person, raised once and closed when its cause is gone.

use domain::access::permission::GOVERNANCE_READ;
use domain::health::{Check, Finding, Severity};
use serde::Serialize;
use store::Tx;
use store::alert::{self, Alert};
use store::page::{Cursor, cut};
use store::scope::Context;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::some;
use crate::{Caller, Error, Reeve, permit};

/// What becomes an alert. Of the entries of a break-glass list each process knows only its own, so
/// that two would take turns in raising and closing them; `reeve doctor` and `break-glass show` name
/// those that match nobody.
pub fn alerting() -> Vec<Check> {
    let all = Check::ALL.iter().copied();
    all.filter(|check| *check != Check::BreakGlassEntry)
        .collect()
}

/// What changed among the alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub opened: usize,
    pub closed: usize,
}

/// Brings the alerts of these checks in line with what is found now. An alert that is opened or
/// closed is logged, once; one that lasts is not.
pub async fn sync(reeve: &Reeve, checks: &[Check]) -> Result<Changes, Error> {
    let tx = begin(reeve).await?;
    let found = crate::health::findings(reeve).await?;
    bring(tx, checks, found).await
}

/// [`sync`] of the held plan alone, which looks at nothing else.
pub(crate) async fn sync_held(reeve: &Reeve) -> Result<Changes, Error> {
    let tx = begin(reeve).await?;
    let found = crate::health::held_finding(reeve).await?;
    bring(tx, &[Check::HeldPlan], vec![found]).await
}

/// Of two at once, the second looks after the first has written, and finds nothing new.
async fn begin(reeve: &Reeve) -> Result<Tx, Error> {
    let context = Context::default();
    let why = "bring alerts up to date";
    let mut tx = reeve.database.system(why, &context).await?;
    alert::lock(&mut tx).await?;
    Ok(tx)
}

async fn bring(mut tx: Tx, checks: &[Check], found: Vec<Finding>) -> Result<Changes, Error> {
    let found: Vec<Finding> = found
        .into_iter()
        .filter(|finding| finding.severity > Severity::Ok && checks.contains(&finding.check))
        .collect();
    let kinds: Vec<_> = checks
        .iter()
        .map(|check| check.as_str().to_owned())
        .collect();
    let still: Vec<_> = found
        .iter()
        .map(|finding| format!("{}/{}", finding.check.as_str(), finding.subject))
        .collect();
    let mut opened = Vec::new();
    for finding in &found {
        if alert::raise(&mut tx, finding).await? {
            opened.push(finding);
        }
    }
    let closed = alert::close_others(&mut tx, &kinds, &still).await?;
    tx.commit().await?;
    for finding in &opened {
        let (alert, remedy) = (finding.check.as_str(), &finding.remedy);
        match finding.severity {
            Severity::Error => tracing::error!(alert, remedy, "{}", finding.text),
            Severity::Ok | Severity::Warning => tracing::warn!(alert, remedy, "{}", finding.text),
        }
    }
    for (alert, summary) in &closed {
        tracing::info!(alert, "no longer: {summary}");
    }
    Ok(Changes {
        opened: opened.len(),
        closed: closed.len(),
    })
}

/// Open alerts, newest first; with `all` also those that are closed.
pub async fn list(
    reeve: &Reeve,
    caller: &Caller,
    all: bool,
    limit: i64,
) -> Result<Vec<Alert>, Error> {
    Ok(page(reeve, caller, all, None, limit).await?.alerts)
}

/// A page of alerts, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AlertPage)]
pub struct Page {
    pub alerts: Vec<Alert>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// [`list`] from the end of a page on, with where it ends.
pub async fn page(
    reeve: &Reeve,
    caller: &Caller,
    all: bool,
    before: Option<&Cursor<Uuid>>,
    limit: i64,
) -> Result<Page, Error> {
    let limit = some(limit)?;
    let mut tx = permit::look(reeve, caller, "list alerts", GOVERNANCE_READ).await?;
    let alerts = alert::list(&mut tx, all, before, limit.saturating_add(1)).await?;
    tx.rollback().await?;
    let (alerts, next) = cut(alerts, limit, |alert| Cursor {
        at: alert.opened_at,
        key: alert.alert_id,
    });
    Ok(Page {
        alerts,
        next: next.map(|next| next.to_string()),
    })
}
