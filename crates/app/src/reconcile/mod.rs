//! Reconcile: `observe -> plan -> guard -> apply`.
//!
//! [`plan`] loads everybody in one snapshot of the database, lets `domain` decide, and stores the
//! result. [`apply`] takes it from there in batches. Neither decides anything.

pub mod apply;
pub(crate) mod draft;
pub mod plan;

use domain::access::permission::PLANS_APPROVE;
use domain::audit::Action;
use jiff::SignedDuration;
use serde::Serialize;

use crate::{Caller, Error, Reeve, permit, record_change};

pub use apply::{Applied, Approval, apply};
pub use plan::{Made, list, page, plan, prune, show};

/// The lease and the operation of reconcile.
pub(crate) const LEASE: &str = "reconcile";

/// What one run did.
#[derive(Debug, Serialize)]
pub struct Run {
    /// `None` if nothing had to change.
    pub plan: Option<Made>,
    pub applied: Option<Applied>,
}

/// Plans and applies: what the runbook's job does. Held suspensions stay held.
pub async fn run(reeve: &Reeve, caller: &Caller, options: &plan::Options) -> Result<Run, Error> {
    let Some(made) = plan(reeve, caller, options).await? else {
        return Ok(Run {
            plan: None,
            applied: None,
        });
    };
    let applied = apply(reeve, caller, &made.plan_id, options.lease).await?;
    Ok(Run {
        plan: Some(made),
        applied: Some(applied),
    })
}

/// How often the schedule reconciles; or why it does not: it is switched off, governance is not set
/// up, or the source that decides has never been heard.
pub async fn cadence(reeve: &Reeve) -> Result<Result<SignedDuration, String>, Error> {
    let mut tx = reeve.database.snapshot("look at the cadence").await?;
    let governance = store::governance::load(&mut tx).await?;
    tx.rollback().await?;
    let Some(every) = governance.reconcile_every else {
        return Ok(Err(
            "switched off (`reeve governance set reconcile-every-seconds`)".to_owned(),
        ));
    };
    Ok(match governance.rules(None) {
        Err(missing) => Err(missing.to_string()),
        Ok(rules) if !rules.ever_observed() => {
            Err("no mapped guild has been observed yet".to_owned())
        }
        Ok(_) => Ok(every),
    })
}

/// Approves a held plan, given whole or by the beginning of its id.
pub async fn approve(reeve: &Reeve, caller: &Caller, id: &str) -> Result<String, Error> {
    let action = Action::PlanApprove;
    let mut tx = permit::change(reeve, caller, action, PLANS_APPROVE, None).await?;
    if id == "latest" {
        let problem = "an approval names the plan that was read, by its id";
        return Err(Error::invalid("plan", problem));
    }
    let stored = plan::find(&mut tx, id).await?;
    if !store::reconcile::plan::approve(&mut tx, stored.plan_no, caller.actor.user_id()).await? {
        return Err(Error::Conflict(format!(
            "plan {} is {}, not held: there is nothing to approve",
            plan::short(&stored.plan_id),
            stored.state
        )));
    }
    let (was, is) = (
        serde_json::json!({ "state": "held" }),
        serde_json::json!({
            "state": "approved", "counts": stored.counts, "guard": stored.guard,
        }),
    );
    let entity = ("reconcile_plan", stored.plan_id.clone());
    record_change(&mut tx, caller, action, entity, was, is).await?;
    tx.commit().await?;
    plan::announce(reeve).await;
    Ok(stored.plan_id)
}
