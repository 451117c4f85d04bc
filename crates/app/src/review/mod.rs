//! Reviews: beginning a campaign, deciding its grants one by one, signing it off (U-80, P-23).
//!
//! Revoking goes the way that it would go without a review, gate and audit row included, before the
//! verdict is noted: a crash between the two leaves a grant that is gone and undecided, and deciding it
//! again finds nothing left to take.

mod export;
mod population;
mod remind;

use domain::access::permission::{REVIEWS_MANAGE, REVIEWS_READ};
use domain::access::role::Scope;
use domain::actor::Actor;
use domain::audit::Action;
use domain::governance::exemption::reason;
use domain::id::{OrganizationId, UserId};
use domain::review::{
    OverridePart, Standing, Subject, Verdict, may_begin, may_decide, may_sign_off,
};
use domain::tenancy::organization::Slug;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::audit::Entry;
use store::review::{self, Campaign, Item, Locked};
use utoipa::ToSchema;
use uuid::Uuid;

pub use export::export;
pub use remind::remind;

use crate::identity::{person, some};
use crate::organization::checked_name;
use crate::{Caller, Error, Reeve, permit};

/// A campaign as it is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReview)]
pub struct New {
    /// What it is called, 1 to 200 characters.
    pub name: String,
    pub subject: Subject,
    /// Slug of the organization whose grants are looked at; left out: everybody's.
    pub organization: Option<String>,
    /// At most 92 days ahead.
    pub due_at: Timestamp,
    /// Who decides: ids or e-mail addresses.
    pub reviewers: Vec<String>,
}

/// A campaign that has begun.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = BegunReview)]
pub struct Begun {
    pub campaign_id: Uuid,
    /// How many grants there are to decide.
    pub items: u64,
}

/// A page of a campaign's grants.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReviewPage)]
pub struct Page {
    pub campaign: Campaign,
    pub items: Vec<Item>,
    /// The grant after which the next page begins, if there is one.
    pub next: Option<Uuid>,
}

/// What became of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DecidedReview)]
pub struct Decided {
    pub verdict: Verdict,
    /// Whether something was taken; a grant may have been gone before.
    pub taken: bool,
}

/// Begins a campaign over all grants that there are now.
pub async fn begin(reeve: &Reeve, caller: &Caller, new: &New) -> Result<Begun, Error> {
    let action = Action::ReviewBegin;
    let name = checked_name(&new.name)?;
    let mut tx = permit::change(reeve, caller, action, REVIEWS_MANAGE, None).await?;
    let tenant_id = match &new.organization {
        Some(slug) => {
            let slug: Slug = slug
                .parse()
                .map_err(|problem| Error::invalid("organization", problem))?;
            Some(crate::organization::find(&mut tx, &slug).await?)
        }
        None => None,
    };
    let mut reviewers = Vec::with_capacity(new.reviewers.len());
    for who in &new.reviewers {
        reviewers.push(person(&mut tx, who).await?.0);
    }
    reviewers.sort_unstable();
    reviewers.dedup();
    may_begin(tx.now().await?, new.due_at, reviewers.len())?;
    let wanted = review::New {
        name,
        subject: new.subject,
        tenant_id,
        due_at: new.due_at,
        reviewers: &reviewers,
        by: caller.actor.user_id(),
    };
    let campaign_id = review::begin(&mut tx, &wanted).await?;
    let items = populate(reeve, &mut tx, campaign_id, new.subject, tenant_id).await?;
    let entry = Entry {
        tenant_id,
        after: Some(json!({
            "subject": new.subject, "items": items, "reviewers": reviewers, "due_at": new.due_at,
        })),
        ..caller.entry(action, "review_campaign", campaign_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Begun { campaign_id, items })
}

/// Takes the population of a campaign; returns how many grants that are.
async fn populate(
    reeve: &Reeve,
    tx: &mut Tx,
    campaign_id: Uuid,
    subject: Subject,
    tenant_id: Option<OrganizationId>,
) -> Result<u64, Error> {
    let found = match subject {
        Subject::Overrides => population::of_overrides(tx, tenant_id).await?,
        Subject::Mappings => population::of_mappings(reeve, tx, tenant_id).await?,
        Subject::Assignments | Subject::Memberships | Subject::Exemptions => {
            return Ok(review::populate(tx, campaign_id, subject, tenant_id).await?);
        }
    };
    review::add(tx, campaign_id, &found).await?;
    Ok(u64::try_from(found.len()).unwrap_or(u64::MAX))
}

/// The campaigns, newest first; with `open` only those that are not signed off.
pub async fn list(
    reeve: &Reeve,
    caller: &Caller,
    open: bool,
    limit: i64,
) -> Result<Vec<Campaign>, Error> {
    let limit = some(limit)?;
    let mut tx = permit::look(reeve, caller, "list reviews", REVIEWS_READ).await?;
    let campaigns = review::list(&mut tx, None, open, limit).await?;
    tx.rollback().await?;
    Ok(campaigns)
}

/// A page of a campaign's grants after one; also for its reviewers.
pub async fn show(
    reeve: &Reeve,
    caller: &Caller,
    campaign_id: Uuid,
    undecided: bool,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Page, Error> {
    let limit = some(limit)?;
    let mut tx = reeve.database.snapshot("show review").await?;
    if is_reviewer(&mut tx, caller, campaign_id).await? {
        permit::own(reeve, caller, REVIEWS_READ)?;
    } else {
        permit::may_look(reeve, &mut tx, caller, REVIEWS_READ, Scope::Platform).await?;
    }
    let campaign = review::list(&mut tx, Some(campaign_id), false, 1)
        .await?
        .pop()
        .ok_or_else(|| Error::not_found("review", campaign_id))?;
    let ask = limit.saturating_add(1);
    let mut items = review::items(&mut tx, campaign_id, undecided, after, ask).await?;
    tx.rollback().await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > most;
    items.truncate(most);
    let next = items.last().map(|item| item.item_id).filter(|_| more);
    Ok(Page {
        campaign,
        items,
        next,
    })
}

/// Decides one grant; with [`Verdict::Revoke`] it is taken first.
pub async fn decide(
    reeve: &Reeve,
    caller: &Caller,
    item_id: Uuid,
    verdict: Verdict,
    why: &str,
) -> Result<Decided, Error> {
    let why = reason(why)?;
    let action = Action::ReviewDecide;
    let entry = caller.entry(action, "review_item", item_id.to_string());
    permit::own_change(reeve, caller, REVIEWS_MANAGE, &entry).await?;
    let item = judge(reeve, caller, item_id, verdict).await?;
    let taken = match verdict {
        Verdict::Keep => false,
        Verdict::Revoke => revoke(reeve, caller, &item, why).await?,
    };
    let context = caller.context(action);
    let mut tx = reeve.database.system(action.as_str(), &context).await?;
    // Looked at again: somebody may have signed it off meanwhile.
    let item = lock(&mut tx, item_id).await?;
    may_decide(
        standing(&mut tx, caller, &item).await?,
        caller.actor.user_id(),
        item.user_id,
    )?;
    review::decide(&mut tx, item_id, verdict, why, caller.actor.user_id()).await?;
    let entry = Entry {
        target: item.user_id,
        reason: Some(why.to_owned()),
        after: Some(json!({
            "campaign_id": item.campaign_id, "subject": item.subject, "grant": item.grant_key,
            "verdict": verdict, "taken": taken,
        })),
        ..caller.entry(action, "review_item", item_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Decided { verdict, taken })
}

/// Signs a campaign off, when everything is decided.
pub async fn sign_off(
    reeve: &Reeve,
    caller: &Caller,
    campaign_id: Uuid,
    note: &str,
) -> Result<(), Error> {
    let note = reason(note)?;
    let action = Action::ReviewSignOff;
    let entry = caller.entry(action, "review_campaign", campaign_id.to_string());
    permit::own_change(reeve, caller, REVIEWS_MANAGE, &entry).await?;
    let context = caller.context(action);
    let mut tx = reeve.database.system(action.as_str(), &context).await?;
    let reviewer = is_reviewer(&mut tx, caller, campaign_id).await?;
    if !reviewer {
        let scope = Scope::Platform;
        permit::require(reeve, &mut tx, caller, REVIEWS_MANAGE, scope, &entry).await?;
    }
    let (signed_off, undecided) = review::lock_campaign(&mut tx, campaign_id)
        .await?
        .ok_or_else(|| Error::not_found("review", campaign_id))?;
    let standing = Standing {
        signed_off,
        reviewer,
        operator: caller.actor == Actor::Operator,
    };
    if let Err(denied) = may_sign_off(standing, undecided) {
        drop(tx);
        return permit::refuse(reeve, caller, &entry, denied.into()).await;
    }
    review::sign_off(&mut tx, campaign_id, caller.actor.user_id(), note).await?;
    let entry = Entry {
        reason: Some(note.to_owned()),
        ..entry
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}

/// The grant, if the caller may decide about it. A refusal is on record.
async fn judge(
    reeve: &Reeve,
    caller: &Caller,
    item_id: Uuid,
    verdict: Verdict,
) -> Result<Locked, Error> {
    let action = Action::ReviewDecide;
    let context = caller.context(action);
    let mut tx = reeve.database.system(action.as_str(), &context).await?;
    let item = lock(&mut tx, item_id).await?;
    let standing = standing(&mut tx, caller, &item).await?;
    let denied = may_decide(standing, caller.actor.user_id(), item.user_id);
    // Nothing is kept of this look; what is taken is taken by its own operation.
    tx.rollback().await?;
    match denied {
        Ok(()) => Ok(item),
        // A campaign that is none of the caller's business looks like a missing one.
        Err(domain::review::Denied::NotAReviewer) => Err(Error::not_found("review item", item_id)),
        Err(denied) => {
            let entry = Entry {
                target: item.user_id,
                after: Some(json!({ "verdict": verdict })),
                ..caller.entry(action, "review_item", item_id.to_string())
            };
            permit::refuse(reeve, caller, &entry, denied.into()).await
        }
    }
}

async fn lock(tx: &mut Tx, item_id: Uuid) -> Result<Locked, Error> {
    review::lock(tx, item_id)
        .await?
        .ok_or_else(|| Error::not_found("review item", item_id))
}

async fn standing(tx: &mut Tx, caller: &Caller, item: &Locked) -> Result<Standing, Error> {
    Ok(Standing {
        signed_off: item.signed_off,
        reviewer: is_reviewer(tx, caller, item.campaign_id).await?,
        operator: caller.actor == Actor::Operator,
    })
}

async fn is_reviewer(tx: &mut Tx, caller: &Caller, campaign_id: Uuid) -> Result<bool, Error> {
    if caller.is_trusted() {
        return Ok(false);
    }
    Ok(review::is_reviewer(tx, campaign_id, caller.actor.user_id()).await?)
}

/// Takes the grant, the way it is taken without a review. `false` if it is gone already.
async fn revoke(reeve: &Reeve, caller: &Caller, item: &Locked, why: &str) -> Result<bool, Error> {
    match (item.subject, item.user_id) {
        (Subject::Assignments, _) => {
            let assignment_id = id(&item.grant_key)?;
            crate::role::revoke_one(reeve, caller, assignment_id.into(), why).await
        }
        (Subject::Memberships, Some(user_id)) => {
            let Some(slug) = &item.organization else {
                return Ok(false);
            };
            let slug: Slug = slug
                .parse()
                .map_err(|problem| Error::invalid("organization", problem))?;
            let who = user_id.to_string();
            Ok(crate::membership::end(reeve, caller, &slug, &who)
                .await?
                .is_some())
        }
        (Subject::Exemptions, _) => {
            match crate::exemption::end(reeve, caller, id(&item.grant_key)?, Some(why)).await {
                Ok(UserId(_)) => Ok(true),
                Err(Error::NotFound { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        }
        (Subject::Overrides, Some(user_id)) => {
            let part = OverridePart::of(&item.grant_key)
                .ok_or_else(|| Error::invalid("grant", "it is no override"))?;
            crate::overrides::take(reeve, caller, user_id, &part).await
        }
        (Subject::Mappings, _) => unmap(reeve, caller, &item.grant_key).await,
        (Subject::Memberships | Subject::Overrides, None) => Ok(false),
    }
}

/// Takes a mapping. One of groups stands in the settings, where no operation reaches: whoever runs the
/// servers takes it out, and then it is decided (decision 0059).
async fn unmap(reeve: &Reeve, caller: &Caller, key: &str) -> Result<bool, Error> {
    if let Some((guild, role)) = population::discord(key) {
        return crate::governance::unmap_role(reeve, caller, guild, role).await;
    }
    let mut tx = permit::look(reeve, caller, "look for a mapping", REVIEWS_READ).await?;
    let still = population::still_mapped(reeve, &mut tx, key).await?;
    tx.rollback().await?;
    if still {
        return Err(Error::Conflict(
            "this mapping stands in the settings of the servers: take it out of OIDC_GROUP_ROLE_MAP or \
             OIDC_GROUP_ROLE_DEFAULTS, let them read it again, and decide then"
                .to_owned(),
        ));
    }
    Ok(false)
}

fn id(text: &str) -> Result<Uuid, Error> {
    text.parse()
        .map_err(|problem| Error::invalid("grant", problem))
}
