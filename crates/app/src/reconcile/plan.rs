//! Making plans, and looking at stored ones.

use std::collections::BTreeMap;

use domain::access::permission::{PLANS_MANAGE, PLANS_READ};
use domain::audit::Action;
use domain::governance::eligibility::Eligibility;
use domain::governance::entitlement::Entitlement;
use domain::reconcile::guard::Guard;
use domain::reconcile::plan::Counts;
use jiff::SignedDuration;
use serde::Serialize;
use store::page::{Cursor, cut};
use store::reconcile::plan::{self as stored, Header, Stored, StoredSpared, StoredStep};
use store::scope::Context;
use store::{Tx, identity};
use utoipa::ToSchema;

use super::draft::Draft;
use crate::{Caller, Error, Reeve, everybody, permit};

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Replaces the stored snapshot age for this run alone.
    pub max_age: Option<SignedDuration>,
    /// How long a runner may be silent before another takes over.
    pub lease: SignedDuration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_age: None,
            lease: SignedDuration::from_secs(30),
        }
    }
}

/// A plan that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanMade)]
pub struct Made {
    pub plan_id: String,
    /// Whether it was not stored before, or stands anew: it had been superseded, or is judged by
    /// other limits now.
    pub new: bool,
    pub counts: Counts,
    pub guard: Guard,
}

/// A stored plan with its steps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanShown)]
pub struct Shown {
    #[serde(flatten)]
    pub plan: Stored,
    pub steps: Vec<ShownStep>,
    /// How many steps only record an event, by event; they are among `steps` only if asked for.
    pub recorded: BTreeMap<String, i64>,
    pub spared: Vec<ShownSpared>,
}

/// A step, with whom it is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanStep)]
pub struct ShownStep {
    pub email: String,
    /// Why, in words.
    pub reason: String,
    #[serde(flatten)]
    pub step: StoredStep,
}

/// Somebody spared, with whom it is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanSpared)]
pub struct ShownSpared {
    pub email: String,
    /// The true answers, in words.
    pub reason: String,
    #[serde(flatten)]
    pub spared: StoredSpared,
}

/// How many hexadecimal digits of a plan's id are shown and asked for.
const SHORT: usize = 12;

/// The beginning of a plan's id, enough to name it.
pub fn short(plan_id: &str) -> &str {
    plan_id.get(..SHORT).unwrap_or(plan_id)
}

/// Plans for everybody and stores the plan; `None` if nothing has to change.
pub async fn plan(
    reeve: &Reeve,
    caller: &Caller,
    options: &Options,
) -> Result<Option<Made>, Error> {
    let _turn = everybody::turn().await;
    let mut tx = permit::look(reeve, caller, "plan reconcile", PLANS_MANAGE).await?;
    let spared = crate::break_glass::spared(reeve, &mut tx).await?;
    let governance = store::governance::load(&mut tx).await?;
    let beside = reeve.database.two_beside(&mut tx, "plan reconcile").await?;
    let draft = Draft::load(&mut tx, Some(beside), &spared, governance, options.max_age).await?;
    tx.rollback().await?;
    let plan = draft.plan();
    let context = caller.context(Action::EntitlementReconcile);
    let mut tx = reeve.database.system("store plan", &context).await?;
    stored::lock(&mut tx).await?;
    stored::supersede(&mut tx, &plan).await?;
    if plan.is_empty() {
        tx.commit().await?;
        announce(reeve).await;
        return Ok(None);
    }
    let header = Header {
        mode: draft.inputs.rules.mode.as_str(),
        judged_at: draft.inputs.now,
        max_age: draft.inputs.rules.max_age,
        max_age_for_this_run: options
            .max_age
            .is_some_and(|age| age != draft.inputs.governance.max_age),
        snapshots: draft.inputs.snapshots(),
        made_by: caller.actor.source(),
        correlation_id: Some(caller.correlation_id.as_str()),
    };
    let new = stored::store(&mut tx, &plan, &header).await?;
    tx.commit().await?;
    announce(reeve).await;
    Ok(Some(Made {
        plan_id: plan.id.0,
        new,
        counts: plan.counts,
        guard: plan.guard,
    }))
}

/// Raises or closes the alert of held plans. It belongs to the cause: a plan that takes the place of
/// one that was held already raises none. What is stored stands even if this fails; the next pass of
/// the jobs tries again.
pub(super) async fn announce(reeve: &Reeve) {
    if let Err(error) = crate::alert::sync_held(reeve).await {
        tracing::warn!(%error, "the alert of held plans could not be brought up to date");
    }
}

/// A page of plans, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanPage)]
pub struct Page {
    pub plans: Vec<Stored>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// The stored plans, newest first.
pub async fn list(reeve: &Reeve, caller: &Caller, limit: i64) -> Result<Vec<Stored>, Error> {
    Ok(page(reeve, caller, None, limit).await?.plans)
}

/// The stored plans after the end of a page, newest first.
pub async fn page(
    reeve: &Reeve,
    caller: &Caller,
    before: Option<&Cursor<i64>>,
    limit: i64,
) -> Result<Page, Error> {
    let mut tx = permit::look(reeve, caller, "list plans", PLANS_READ).await?;
    let plans = stored::list(&mut tx, "", before, limit.saturating_add(1)).await?;
    tx.rollback().await?;
    let (plans, next) = cut(plans, limit, |plan| Cursor {
        at: plan.created_at,
        key: plan.plan_no,
    });
    Ok(Page {
        plans,
        next: next.map(|next| next.to_string()),
    })
}

/// A stored plan, given by the beginning of its id or as `latest`, with at most `limit` steps; with
/// `all` also the steps that only record an event.
pub async fn show(
    reeve: &Reeve,
    caller: &Caller,
    id: &str,
    all: bool,
    limit: i64,
) -> Result<Shown, Error> {
    let mut tx = permit::look(reeve, caller, "show plan", PLANS_READ).await?;
    let plan = find(&mut tx, id).await?;
    let steps = stored::steps(&mut tx, plan.plan_no, all, limit).await?;
    let recorded = stored::recorded(&mut tx, plan.plan_no)
        .await?
        .into_iter()
        .collect();
    let spared = stored::spared(&mut tx, plan.plan_no, limit).await?;
    let ids: Vec<_> = steps
        .iter()
        .map(|step| step.user_id)
        .chain(spared.iter().map(|spared| spared.user_id))
        .collect();
    let emails: std::collections::HashMap<_, _> = identity::emails(&mut tx, &ids)
        .await?
        .into_iter()
        .map(|(user_id, email)| (user_id.0, email))
        .collect();
    tx.rollback().await?;
    let email = |id| emails.get(&id).cloned().unwrap_or_default();
    Ok(Shown {
        plan,
        recorded,
        steps: steps
            .into_iter()
            .map(|step| ShownStep {
                email: email(step.user_id),
                reason: reason(&step.eligibility, &step.entitlement),
                step,
            })
            .collect(),
        spared: spared
            .into_iter()
            .map(|spared| ShownSpared {
                email: email(spared.user_id),
                reason: reason(&spared.eligibility, &spared.entitlement),
                spared,
            })
            .collect(),
    })
}

/// Lets the steps of plans go that are so many days old (at least one), but for the newest hundred. What
/// they did stays in the audit log. Returns how many steps.
pub async fn prune(reeve: &Reeve, keep_days: u16) -> Result<u64, Error> {
    if keep_days == 0 {
        let problem = "the steps of a plan are kept for at least a day";
        return Err(Error::invalid("days", problem));
    }
    let context = Context::default();
    let mut tx = reeve.database.system("prune plans", &context).await?;
    stored::lock(&mut tx).await?;
    let pruned = stored::prune(&mut tx, keep_days.into()).await?;
    tx.commit().await?;
    Ok(pruned)
}

/// Two stored answers in words; a code of a newer version stands as it is.
fn reason(eligibility: &str, entitlement: &str) -> String {
    let in_scope = Eligibility::from_code(eligibility).map_or(eligibility, |e| e.describe());
    let entitled = Entitlement::from_code(entitlement).map_or(entitlement, |e| e.describe());
    format!("{in_scope}, {entitled}")
}

/// The one plan whose id begins so; `latest` is the newest.
pub(super) async fn find(tx: &mut Tx, id: &str) -> Result<Stored, Error> {
    let hexadecimal = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let prefix = match id {
        "latest" => String::new(),
        _ if hexadecimal && id.len() >= 4 => id.to_ascii_lowercase(),
        _ => {
            let problem = "expected `latest`, or at least 4 hexadecimal digits of a plan's id";
            return Err(Error::invalid("plan", problem));
        }
    };
    let mut found = stored::list(tx, &prefix, None, 2).await?;
    match (found.len(), id) {
        (0, _) => Err(Error::NotFound {
            what: "plan",
            name: id.to_owned(),
        }),
        (1, _) | (_, "latest") => Ok(found.swap_remove(0)),
        _ => Err(Error::invalid(
            "plan",
            format!("`{id}` begins more than one plan's id"),
        )),
    }
}
