//! Holds: telling automation to leave somebody's status and assignments alone for a while (D10).

use domain::access::permission::{EXEMPTIONS_MANAGE, EXEMPTIONS_READ};
use domain::audit::Action;
use domain::governance::exemption::{may_hold, reason};
use domain::id::UserId;
use domain::time::End;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use store::Tx;
use store::audit::Entry;
use store::hold::{self, Hold};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::{named_id, person, some};
use crate::{Caller, Error, Reeve, lifecycle, permit};

/// Opens a hold on somebody, until an instant at most a month away. Returns its id and its end.
pub async fn add(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    until: End,
    why: &str,
) -> Result<(Uuid, Timestamp), Error> {
    let about = named_id(who);
    let mut tx = permit::change(reeve, caller, Action::HoldAdd, EXEMPTIONS_MANAGE, about).await?;
    let user_id = person(&mut tx, who).await?;
    let opened = open(&mut tx, caller, user_id, until, why).await?;
    tx.commit().await?;
    Ok(opened)
}

/// Opens a hold within the caller's transaction, with its audit row.
pub(crate) async fn open(
    tx: &mut Tx,
    caller: &Caller,
    user_id: UserId,
    until: End,
    why: &str,
) -> Result<(Uuid, Timestamp), Error> {
    let why = reason(why)?;
    let now = tx.now().await?;
    let until = until.instant(now);
    may_hold(now, until)?;
    lifecycle::not_erased(tx, user_id).await?;
    let actor = &caller.actor;
    let hold_id = hold::add(tx, user_id, until, why, actor.source(), actor.user_id()).await?;
    let entry = Entry {
        target: Some(user_id),
        after: Some(json!({ "user_id": user_id, "ends_at": until })),
        ..caller.entry(Action::HoldAdd, "hold", hold_id.to_string())
    };
    store::audit::record(tx, &entry).await?;
    Ok((hold_id, until))
}

/// The holds in force and to come, of one person or of everybody; with `all` also those that ended.
/// A page begins after the hold `after`.
pub async fn list(
    reeve: &Reeve,
    caller: &Caller,
    who: Option<&str>,
    all: bool,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Hold>, Error> {
    let limit = some(limit)?;
    let mut tx = permit::look(reeve, caller, "list holds", EXEMPTIONS_READ).await?;
    let user_id = match who {
        Some(who) => Some(person(&mut tx, who).await?),
        None => None,
    };
    let holds = hold::list(&mut tx, user_id, all, after, limit).await?;
    tx.rollback().await?;
    Ok(holds)
}

/// A hold that somebody ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EndedHold)]
pub struct Ended {
    /// Whom it was about.
    pub user_id: UserId,
    /// Until when other holds keep automation away from them, if there are others.
    pub held_until: Option<Timestamp>,
}

/// Ends a hold before its time; automation treats the person like anybody else from then on, if there is
/// no other.
pub async fn end(
    reeve: &Reeve,
    caller: &Caller,
    hold_id: Uuid,
    why: Option<&str>,
) -> Result<Ended, Error> {
    let action = Action::HoldEnd;
    let why = why.map(reason).transpose()?;
    let mut tx = permit::change(reeve, caller, action, EXEMPTIONS_MANAGE, None).await?;
    let about = hold::end(&mut tx, hold_id, caller.actor.user_id(), why)
        .await?
        .ok_or_else(|| Error::not_found("hold in force", hold_id))?;
    let entry = Entry {
        target: Some(about),
        before: Some(json!({ "user_id": about })),
        ..caller.entry(action, "hold", hold_id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    let held_until = hold::until(&mut tx, about).await?;
    tx.commit().await?;
    Ok(Ended {
        user_id: about,
        held_until,
    })
}
