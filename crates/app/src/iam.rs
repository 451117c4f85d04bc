//! The pause of bulk changes of roles and memberships (I-12): what changes many at once waits, what
//! changes one still works.

use domain::access::permission::{ROLES_MANAGE, ROLES_READ};
use domain::audit::Action;
use domain::governance::exemption::reason;
use serde_json::json;
use store::Tx;
use store::audit::Entry;
use store::tenancy::{self, Pause};

use crate::{Caller, Error, Reeve, permit};

/// Whether bulk changes are paused, since when and why.
pub async fn show(reeve: &Reeve, caller: &Caller) -> Result<Option<Pause>, Error> {
    let mut tx = permit::look(reeve, caller, "show the pause", ROLES_READ).await?;
    let setting = tenancy::load(&mut tx).await?;
    tx.rollback().await?;
    Ok(setting.paused)
}

/// Pauses bulk changes. `false` if they are paused already; the reason of that stands.
pub async fn pause(reeve: &Reeve, caller: &Caller, why: &str) -> Result<bool, Error> {
    let why = reason(why)?;
    let action = Action::IamPause;
    let mut tx = permit::change(reeve, caller, action, ROLES_MANAGE, None).await?;
    if !tenancy::pause(&mut tx, caller.actor.user_id(), why).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    record(&mut tx, caller, action, (false, true), Some(why)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Lets bulk changes through again. `false` if they were not paused.
pub async fn resume(reeve: &Reeve, caller: &Caller) -> Result<bool, Error> {
    let action = Action::IamResume;
    let mut tx = permit::change(reeve, caller, action, ROLES_MANAGE, None).await?;
    if !tenancy::resume(&mut tx).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    record(&mut tx, caller, action, (true, false), None).await?;
    tx.commit().await?;
    Ok(true)
}

async fn record(
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    (was, is): (bool, bool),
    why: Option<&str>,
) -> Result<(), Error> {
    let entry = Entry {
        reason: why.map(str::to_owned),
        before: Some(json!({ "paused": was })),
        after: Some(json!({ "paused": is })),
        ..caller.entry(action, "tenancy_setting", "only".to_owned())
    };
    Ok(store::audit::record(tx, &entry).await?)
}

/// Stops what changes many at once, while that is paused. Asked in the transaction of each part, so
/// that a pause also stops what is under way.
pub(crate) async fn may_change_many(tx: &mut Tx) -> Result<(), Error> {
    match tenancy::load(tx).await?.paused {
        None => Ok(()),
        Some(Pause { since, reason, .. }) => Err(Error::Paused { since, reason }),
    }
}
