//! Applying a plan: batch by batch, fenced, resumable.
//!
//! Each batch is one transaction: renew the lease, see that the inputs are still the plan's, skip
//! who moved, write status, roles and audit rows, note how far it went. A crash loses at most the
//! batch under way; the next apply goes on after the last one.

use domain::access::permission::PLANS_MANAGE;
use domain::actor::SYSTEM_USER;
use domain::audit::Action;
use domain::id::UserId;
use domain::reconcile::fingerprint::Fingerprint;
use domain::reconcile::plan::Kind;
use domain::reconcile::state::Extent;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::governance::{self, Governance};
use store::reconcile::apply::{self as sql, Allowlist, Batch};
use store::reconcile::lease::{self, Holder, Lease};
use store::reconcile::plan::Stored;
use store::role::{self, Roles};
use store::scope::Context;
use store::{StoreError, Tx};
use utoipa::ToSchema;

use super::LEASE;
use super::draft::Inputs;
use super::plan::{find, short};
use crate::{Caller, Error, Reeve, permit};

/// Steps a transaction. Large enough that the statements' cost outweighs the round trips, small
/// enough that a batch is done in well under a second and people are locked no longer.
const BATCH: i32 = 5_000;

/// What applying did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PlanApplied)]
pub struct Applied {
    pub plan_id: String,
    /// Who had approved the plan, if it was held before.
    pub approval: Option<Approval>,
    /// Steps applied by this call; of each kind below.
    pub applied: u64,
    pub restored: u64,
    pub suspended: u64,
    pub changed: u64,
    /// Steps passed over because the person had changed since the plan.
    pub skipped: u64,
    /// Suspensions that wait for an approval.
    pub held: u64,
}

/// Who let the suspensions of a plan through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PlanApproval)]
pub struct Approval {
    pub by: UserId,
    /// `None` for an operator at the command line.
    pub email: Option<String>,
    pub at: Timestamp,
}

/// Applies a stored plan, or what the guard lets through of it.
pub async fn apply(
    reeve: &Reeve,
    caller: &Caller,
    id: &str,
    lease_for: SignedDuration,
) -> Result<Applied, Error> {
    let context = caller.context(Action::EntitlementReconcile);
    permit::change(
        reeve,
        caller,
        Action::EntitlementReconcile,
        PLANS_MANAGE,
        None,
    )
    .await?
    .rollback()
    .await?;
    let lease = take_lease(reeve, &context, caller, lease_for).await?;
    let result = Run {
        reeve,
        caller,
        context: &context,
        lease: &lease,
    }
    .apply(id)
    .await;
    if !matches!(result, Err(Error::LeaseLost)) {
        let mut tx = reeve.database.system("release lease", &context).await?;
        lease::release(&mut tx, &lease).await?;
        tx.commit().await?;
    }
    result
}

async fn take_lease(
    reeve: &Reeve,
    context: &Context,
    caller: &Caller,
    lease_for: SignedDuration,
) -> Result<Lease, Error> {
    let holder = format!("{} {}", caller.actor.source(), caller.correlation_id);
    let mut tx = reeve.database.system("take lease", context).await?;
    let taken = lease::take(&mut tx, LEASE, &holder, lease_for).await?;
    tx.commit().await?;
    taken.map_err(|Holder { holder, expires_at }| Error::Busy {
        holder,
        until: expires_at,
    })
}

/// One call of [`apply`], with what does not change during it.
struct Run<'a> {
    reeve: &'a Reeve,
    caller: &'a Caller,
    context: &'a Context,
    lease: &'a Lease,
}

/// How far a batch brought the plan.
enum Progress {
    Done(Applied),
    More,
}

impl Run<'_> {
    async fn apply(&self, id: &str) -> Result<Applied, Error> {
        let mut total = Applied::default();
        // The inputs at the last full look; while they are the same there is nothing to hash.
        let mut seen: Option<(Governance, Roles)> = None;
        loop {
            match self.batch(id, &mut total, &mut seen).await? {
                Progress::Done(applied) => {
                    metrics::counter!("reeve_reconcile_steps_total", "outcome" => "applied")
                        .increment(applied.applied);
                    metrics::counter!("reeve_reconcile_steps_total", "outcome" => "skipped")
                        .increment(applied.skipped);
                    return Ok(applied);
                }
                Progress::More => {}
            }
        }
    }

    /// One batch: one transaction.
    async fn batch(
        &self,
        id: &str,
        total: &mut Applied,
        seen: &mut Option<(Governance, Roles)>,
    ) -> Result<Progress, Error> {
        let mut tx = self
            .reeve
            .database
            .system("apply plan", self.context)
            .await?;
        if !lease::renew(&mut tx, self.lease).await? {
            return Err(Error::LeaseLost);
        }
        let plan = find(&mut tx, id).await?;
        let Extent { steps, held } = extent(&plan)?;
        let end = i32::try_from(steps).unwrap_or(i32::MAX);
        total.plan_id.clone_from(&plan.plan_id);
        total.held = held;
        if total.approval.is_none() {
            total.approval = approval(&mut tx, &plan).await?;
        }
        if plan.applied_through >= end {
            return Ok(Progress::Done(total.clone()));
        }
        let through = end.min(plan.applied_through.saturating_add(BATCH));
        let batch = Batch {
            plan_no: plan.plan_no,
            plan_id: &plan.plan_id,
            judged_at: plan.judged_at,
            after: plan.applied_through,
            through,
        };
        // To look at a million members takes as long as to write a batch, so both are done at once;
        // what was written is given up if the inputs are no longer the plan's.
        let (checked, written) = tokio::join!(self.check(&plan, seen), self.write(&mut tx, batch));
        checked?;
        let skipped = written?;
        let finished = if through == end && held == 0 {
            Some(tx.now().await?)
        } else {
            None
        };
        let kinds = sql::applied(&mut tx, batch).await?;
        let steps = u64::try_from(through - plan.applied_through).unwrap_or(0);
        has_all(&plan, steps, skipped, &kinds)?;
        sql::advance(&mut tx, batch, finished).await?;
        tx.commit().await?;
        total.count(&kinds);
        total.applied += steps - skipped;
        total.skipped += skipped;
        tracing::info!(
            plan = short(&plan.plan_id),
            through,
            of = end,
            skipped,
            "batch applied"
        );
        Ok(if through == end {
            Progress::Done(total.clone())
        } else {
            Progress::More
        })
    }

    /// Sees that the inputs are still the plan's, in a transaction of its own.
    async fn check(
        &self,
        plan: &Stored,
        seen: &mut Option<(Governance, Roles)>,
    ) -> Result<(), Error> {
        let mut tx = self.reeve.database.snapshot("check plan").await?;
        unchanged(&mut tx, plan, seen).await?;
        Ok(tx.rollback().await?)
    }

    /// The batch's changes, in the order in which they lean on each other. Returns how many steps
    /// were skipped.
    async fn write(&self, tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
        let steps = u64::try_from(batch.through - batch.after).unwrap_or(0);
        let mut skipped = self.skip(tx, batch).await?;
        let written = sql::set_standing(tx, batch).await?;
        if written + skipped < steps {
            skipped += sql::note_moved(tx, batch).await?;
        }
        sql::strip_roles(tx, batch).await?;
        sql::restore_roles(tx, batch).await?;
        sql::forget_lost(tx, batch).await?;
        let actor = &self.caller.actor;
        sql::audit(tx, batch, actor.user_id(), actor.source()).await?;
        Ok(skipped)
    }

    /// What the version of a person does not tell.
    async fn skip(&self, tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
        // Read anew for each batch: whoever is put on the list while a long plan applies is spared.
        let list = crate::break_glass::spared(self.reeve, tx).await?;
        let mut skipped = 0;
        if !list.is_empty() {
            let allowlist = Allowlist {
                user_ids: list.user_ids().map(|user_id| user_id.0).collect(),
                emails: list.emails().map(ToString::to_string).collect(),
            };
            skipped += sql::skip_listed(tx, batch, &allowlist).await?;
        }
        skipped += sql::skip_turned(tx, batch).await?;
        Ok(skipped + sql::skip_gone(tx, batch).await?)
    }
}

impl Applied {
    /// Adds the applied steps of a batch, by kind.
    fn count(&mut self, kinds: &[(String, i64)]) {
        for (kind, count) in kinds {
            let of_kind = match Kind::ALL.into_iter().find(|known| known.as_str() == kind) {
                Some(Kind::Restore) => &mut self.restored,
                Some(Kind::Suspend) => &mut self.suspended,
                Some(Kind::Change) | None => &mut self.changed,
            };
            *of_kind += u64::try_from(*count).unwrap_or(0);
        }
    }
}

async fn approval(tx: &mut Tx, plan: &Stored) -> Result<Option<Approval>, StoreError> {
    let (Some(at), Some(by)) = (plan.approved_at, plan.approved_by) else {
        return Ok(None);
    };
    let found = if by == SYSTEM_USER.0 {
        None
    } else {
        store::identity::emails(tx, &[by]).await?.pop()
    };
    Ok(Some(Approval {
        by: UserId(by),
        email: found.map(|(_, email)| email),
        at,
    }))
}

/// A plan that has lost steps must not count as applied.
fn has_all(plan: &Stored, steps: u64, skipped: u64, kinds: &[(String, i64)]) -> Result<(), Error> {
    let applied: i64 = kinds.iter().map(|(_, count)| count).sum();
    if u64::try_from(applied).unwrap_or(0) + skipped == steps {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "plan {} has lost steps; make a new one with `reeve reconcile plan`",
        short(&plan.plan_id)
    )))
}

/// How far a plan may be applied.
fn extent(plan: &Stored) -> Result<Extent, Error> {
    plan.state.extent(&plan.counts).ok_or_else(|| {
        Error::Conflict(format!(
            "plan {} is {}: another plan took its place; see `reeve reconcile list`",
            short(&plan.plan_id),
            plan.state
        ))
    })
}

/// Refuses if mode, policy, mapping, roles or observation are no longer what the plan was made from.
async fn unchanged(
    tx: &mut Tx,
    plan: &Stored,
    seen: &mut Option<(Governance, Roles)>,
) -> Result<(), Error> {
    let overtaken = || Error::Overtaken {
        plan: short(&plan.plan_id).to_owned(),
    };
    let governance = governance::load(tx).await?;
    let max_age = plan
        .max_age_for_this_run
        .then(|| SignedDuration::from_secs(plan.max_age_seconds));
    if let Some((before, roles)) = seen
        && *before == governance
        && *roles == role::load(tx).await?
        && still_as_fresh(tx, plan, &governance, max_age).await?
    {
        return Ok(());
    }
    let inputs = Inputs::load(tx, governance, max_age).await?;
    if inputs.fingerprint() != Fingerprint::stored(plan.fingerprint.clone()) {
        return Err(overtaken());
    }
    *seen = Some((inputs.governance, inputs.roles));
    Ok(())
}

/// Whether the clock still says of each observation what it said when the plan was made.
async fn still_as_fresh(
    tx: &mut Tx,
    plan: &Stored,
    governance: &Governance,
    max_age: Option<SignedDuration>,
) -> Result<bool, Error> {
    let rules = governance.rules(max_age)?;
    let now = tx.now().await?;
    let then: Vec<_> = plan
        .snapshots
        .as_array()
        .into_iter()
        .flatten()
        .map(|snapshot| snapshot.get("freshness").cloned())
        .collect();
    let is: Vec<_> = rules
        .guild_freshness(now)
        .map(|(_, freshness)| serde_json::to_value(freshness).ok())
        .collect();
    Ok(then == is)
}
