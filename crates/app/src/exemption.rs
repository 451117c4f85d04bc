//! Exemptions: granting, listing, reviewing and ending them (D10, P-22, P-23).

use domain::access::permission::{EXEMPTIONS_MANAGE, EXEMPTIONS_READ};
use domain::audit::Action;
use domain::governance::exemption::{may_exempt, reason, review_at};
use domain::id::UserId;
use domain::time::End;
use jiff::Timestamp;
use serde_json::json;
use store::audit::Entry;
use store::exemption::{self, Exemption, Filter};
use uuid::Uuid;

use crate::identity::{named_id, person, some};
use crate::{Caller, Error, Reeve, lifecycle, permit};

/// Exempts somebody from eligibility and entitlement, until an instant at most a year away. It is due
/// for review when asked, or after a quarter. Returns its id and its end.
pub async fn add(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    until: End,
    review: Option<Timestamp>,
    why: &str,
) -> Result<(Uuid, Timestamp), Error> {
    let action = Action::ExemptionAdd;
    let why = reason(why)?;
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, EXEMPTIONS_MANAGE, about).await?;
    let user_id = person(&mut tx, who).await?;
    lifecycle::not_erased(&mut tx, user_id).await?;
    let now = tx.now().await?;
    let until = until.instant(now);
    may_exempt(now, until)?;
    let review = review_at(now, until, review)?;
    let by = caller.actor.user_id();
    let exemption_id = exemption::add(&mut tx, user_id, until, review, why, by).await?;
    let entry = Entry {
        target: Some(user_id),
        after: Some(json!({ "user_id": user_id, "ends_at": until, "review_at": review })),
        ..caller.entry(action, "exemption", exemption_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok((exemption_id, until))
}

/// Exemptions, those that are due for review first.
pub async fn list(
    reeve: &Reeve,
    caller: &Caller,
    filter: &Filter,
) -> Result<Vec<Exemption>, Error> {
    some(filter.limit)?;
    let mut tx = permit::look(reeve, caller, "list exemptions", EXEMPTIONS_READ).await?;
    let found = exemption::list(&mut tx, filter).await?;
    tx.rollback().await?;
    Ok(found)
}

/// Records that somebody looked at an exemption and keeps it, and when it is due again.
pub async fn review(
    reeve: &Reeve,
    caller: &Caller,
    exemption_id: Uuid,
    next: Option<Timestamp>,
    note: &str,
) -> Result<Timestamp, Error> {
    let action = Action::ExemptionReview;
    let note = reason(note)?;
    let mut tx = permit::change(reeve, caller, action, EXEMPTIONS_MANAGE, None).await?;
    let (about, ends_at) = exemption::lock(&mut tx, exemption_id)
        .await?
        .ok_or_else(|| Error::not_found("exemption in force", exemption_id))?;
    let next = review_at(tx.now().await?, ends_at, next)?;
    let by = caller.actor.user_id();
    exemption::review(&mut tx, exemption_id, by, next, note).await?;
    let entry = Entry {
        target: Some(about),
        after: Some(json!({ "user_id": about, "review_at": next })),
        ..caller.entry(action, "exemption", exemption_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(next)
}

/// Ends an exemption before its time; governance holds for the person again at once.
pub async fn end(
    reeve: &Reeve,
    caller: &Caller,
    exemption_id: Uuid,
    why: Option<&str>,
) -> Result<UserId, Error> {
    let action = Action::ExemptionEnd;
    let why = why.map(reason).transpose()?;
    let mut tx = permit::change(reeve, caller, action, EXEMPTIONS_MANAGE, None).await?;
    let (about, ends_at) = exemption::lock(&mut tx, exemption_id)
        .await?
        .ok_or_else(|| Error::not_found("exemption in force", exemption_id))?;
    exemption::end(&mut tx, exemption_id, caller.actor.user_id(), why).await?;
    let entry = Entry {
        target: Some(about),
        before: Some(json!({ "user_id": about, "ends_at": ends_at })),
        ..caller.entry(action, "exemption", exemption_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(about)
}
