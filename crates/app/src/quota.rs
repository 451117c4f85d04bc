//! Quotas: how many of something one person may have (U-42). The one place that enforces them.

use domain::access::permission::{QUOTAS_MANAGE, QUOTAS_READ};
use domain::audit::Action;
use domain::id::UserId;
use domain::quota::{Exceeded, HIGHEST, Quota, may_have_one_more};
use serde::Serialize;
use serde_json::json;
use store::audit::Entry;
use store::{Tx, quota as sql};
use utoipa::ToSchema;

use crate::identity::{named_id, person};
use crate::{Caller, Error, Reeve, lifecycle, permit};

/// One quota of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = UserQuota)]
pub struct Shown {
    pub quota: Quota,
    pub used: u32,
    pub limit: u32,
    /// Whether the limit is the usual one, and not their own.
    pub usual: bool,
}

/// Every quota of somebody.
pub async fn list(reeve: &Reeve, caller: &Caller, who: &str) -> Result<Vec<Shown>, Error> {
    let mut tx = permit::look(reeve, caller, "list quotas", QUOTAS_READ).await?;
    let user_id = person(&mut tx, who).await?;
    let shown = of(&mut tx, user_id).await?;
    tx.rollback().await?;
    Ok(shown)
}

/// Every quota of somebody, within a transaction.
pub(crate) async fn of(tx: &mut Tx, user_id: UserId) -> Result<Vec<Shown>, Error> {
    let mut shown = Vec::new();
    for quota in Quota::ALL {
        shown.push(one(tx, user_id, quota).await?);
    }
    Ok(shown)
}

async fn one(tx: &mut Tx, user_id: UserId, quota: Quota) -> Result<Shown, Error> {
    let own = sql::own_limit(tx, user_id, quota).await?;
    Ok(Shown {
        quota,
        used: sql::used(tx, user_id, quota).await?,
        limit: own.unwrap_or(quota.usual()),
        usual: own.is_none(),
    })
}

/// Whether somebody may have one more. Nobody else adds one for them before this transaction ends.
pub(crate) async fn one_more(
    tx: &mut Tx,
    user_id: UserId,
    quota: Quota,
) -> Result<Result<(), Exceeded>, Error> {
    sql::lock(tx, user_id).await?;
    let Shown { used, limit, .. } = one(tx, user_id, quota).await?;
    Ok(may_have_one_more(quota, used, limit))
}

/// Gives somebody a limit of their own, or with `None` the usual one again. What they have already
/// stays, also above it.
pub async fn set(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    quota: Quota,
    limit: Option<u32>,
) -> Result<Shown, Error> {
    if limit.is_some_and(|limit| limit > HIGHEST) {
        return Err(Error::invalid("limit", format!("expected 0 to {HIGHEST}")));
    }
    let action = match limit {
        Some(_) => Action::QuotaSet,
        None => Action::QuotaClear,
    };
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, action, QUOTAS_MANAGE, about).await?;
    let user_id = lifecycle::lock(&mut tx, who).await?.user_id;
    let before = sql::own_limit(&mut tx, user_id, quota).await?;
    if before != limit {
        match limit {
            Some(limit) => sql::set(&mut tx, user_id, quota, limit).await?,
            None => sql::clear(&mut tx, user_id, quota).await?,
        }
        let entry = Entry {
            target: Some(user_id),
            before: Some(json!({ "quota": quota, "limit": before })),
            after: Some(json!({ "quota": quota, "limit": limit })),
            ..caller.entry(
                action,
                "user_quota",
                format!("{user_id}/{}", quota.as_str()),
            )
        };
        store::audit::record(&mut tx, &entry).await?;
    }
    let shown = one(&mut tx, user_id, quota).await?;
    tx.commit().await?;
    Ok(shown)
}
