//! The sample of a governed right (D21): using it needs being in scope and entitled, by a fresh
//! observation, and asks no role.

use domain::access::decide::{Request, decide};
use domain::access::permission::HAULING_USE;
use domain::access::role::Scope;
use domain::id::UserId;
use jiff::Timestamp;
use serde::Serialize;
use store::facts::one::{Lens, One};
use store::{governance, role};
use utoipa::ToSchema;

use crate::permit::{Refusal, refuse_to_show};
use crate::{Caller, Error, Reeve, break_glass};

/// What whoever may use hauling sees.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Hauling {
    pub user_id: UserId,
    /// The instant by which it was decided.
    pub as_of: Timestamp,
}

/// Lets the caller in, or says which gate does not.
pub async fn enter(reeve: &Reeve, caller: &Caller) -> Result<Hauling, Error> {
    let user_id = caller.actor.user_id();
    let mut tx = reeve.database.snapshot("use hauling").await?;
    let spared = break_glass::spared(reeve, &mut tx).await?;
    let (governance, roles) = (governance::load(&mut tx).await?, role::load(&mut tx).await?);
    let now = tx.now().await?;
    let lens = Lens {
        governance: &governance,
        roles: &roles,
        break_glass: &spared,
        now,
    };
    let one = One::load(&mut tx, &lens, user_id, None).await?;
    tx.rollback().await?;
    let one = one.ok_or_else(|| Error::not_found("identity", user_id))?;
    let request = Request {
        user_id,
        permission: HAULING_USE,
        scope: Scope::Platform,
        owner_id: None,
        credential: caller.credential,
        enforced: reeve.live.get().flags.enforce,
    };
    let decision = decide(&one, &request, now);
    match decision.denied_by().cloned() {
        None => Ok(Hauling {
            user_id,
            as_of: now,
        }),
        Some(finding) => {
            let refusal = Refusal::of(HAULING_USE, decision.findings, finding);
            Err(refuse_to_show(reeve, caller, Scope::Platform, refusal))
        }
    }
}
