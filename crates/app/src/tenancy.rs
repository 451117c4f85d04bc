//! What is set for all organizations: strict mode (D25) and the approval of moves.

use domain::access::permission::{GOVERNANCE_MANAGE, GOVERNANCE_READ};
use domain::audit::Action;
use serde_json::json;
use store::tenancy::{self, Setting};

use crate::{Caller, Error, Reeve, permit, record_change};

/// How many of those who stand against strict mode are named.
const MOST_NAMED: i64 = 20;

/// What is set.
pub async fn show(reeve: &Reeve, caller: &Caller) -> Result<Setting, Error> {
    let mut tx = permit::look(reeve, caller, "show tenancy", GOVERNANCE_READ).await?;
    let setting = tenancy::load(&mut tx).await?;
    tx.rollback().await?;
    Ok(setting)
}

/// Switches strict mode. It begins only if nobody belongs to several organizations, the default one
/// aside; otherwise the error names them. `false` if it was so already.
pub async fn set_strict(reeve: &Reeve, caller: &Caller, on: bool) -> Result<bool, Error> {
    let action = Action::GovernanceSetStrict;
    let mut tx = permit::change(reeve, caller, action, GOVERNANCE_MANAGE, None).await?;
    tenancy::lock(&mut tx).await?;
    let was = tenancy::load(&mut tx).await?.strict_membership;
    if was == on {
        tx.rollback().await?;
        return Ok(false);
    }
    if on {
        let (total, first) = tenancy::violations(&mut tx, MOST_NAMED).await?;
        if total > 0 {
            return Err(Error::StrictViolations { total, first });
        }
    }
    tenancy::set_strict(&mut tx, on).await?;
    let (was, is) = (
        json!({ "strict_membership": was }),
        json!({ "strict_membership": on }),
    );
    let entity = ("tenancy_setting", "only".to_owned());
    record_change(&mut tx, caller, action, entity, was, is).await?;
    tx.commit().await?;
    Ok(true)
}

/// Sets whether a move to another organization waits for somebody else's approval. `false` if it was
/// so already.
pub async fn set_rehome_approval(reeve: &Reeve, caller: &Caller, on: bool) -> Result<bool, Error> {
    let action = Action::GovernanceSetRehomeApproval;
    let mut tx = permit::change(reeve, caller, action, GOVERNANCE_MANAGE, None).await?;
    tenancy::lock(&mut tx).await?;
    let was = tenancy::load(&mut tx).await?.rehome_needs_approval;
    if was == on {
        tx.rollback().await?;
        return Ok(false);
    }
    tenancy::set_rehome_approval(&mut tx, on).await?;
    let (was, is) = (
        json!({ "rehome_needs_approval": was }),
        json!({ "rehome_needs_approval": on }),
    );
    let entity = ("tenancy_setting", "only".to_owned());
    record_change(&mut tx, caller, action, entity, was, is).await?;
    tx.commit().await?;
    Ok(true)
}
