//! Stored plans.

use std::fmt::Display;

use domain::id::UserId;
use domain::reconcile::guard::Guard;
use domain::reconcile::plan::{Counts, Plan, PlanId, Spared, Step};
use domain::reconcile::state::State;
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::copy::Rows;
use crate::error::StoreError;
use crate::page::Cursor;
use crate::scope::Tx;

/// What stands in the header of a plan beside the plan itself.
#[derive(Clone, Debug)]
pub struct Header<'a> {
    pub mode: &'a str,
    /// The clock by which everybody was judged.
    pub judged_at: Timestamp,
    pub max_age: SignedDuration,
    pub max_age_for_this_run: bool,
    pub snapshots: Value,
    pub made_by: &'a str,
    pub correlation_id: Option<&'a str>,
}

/// A stored plan's header.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanStored)]
pub struct Stored {
    /// By which the rows of its steps name it.
    #[serde(skip)]
    pub plan_no: i64,
    pub plan_id: String,
    #[serde(skip)]
    pub fingerprint: String,
    pub state: State,
    pub mode: String,
    #[serde(skip)]
    pub judged_at: Timestamp,
    pub max_age_seconds: i64,
    pub max_age_for_this_run: bool,
    pub snapshots: Value,
    pub counts: Counts,
    pub guard: Guard,
    pub made_by: String,
    pub created_at: Timestamp,
    pub approved_at: Option<Timestamp>,
    pub approved_by: Option<Uuid>,
    pub applied_through: i32,
    pub applied_at: Option<Timestamp>,
}

/// A stored step.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanStoredStep)]
pub struct StoredStep {
    pub seq: i32,
    pub user_id: Uuid,
    pub kind: String,
    pub eligibility: String,
    pub entitlement: String,
    pub in_scope: bool,
    pub entitled: bool,
    pub exempted: bool,
    pub event: Option<String>,
    /// Names of the roles that are taken and given back.
    pub strip: Vec<String>,
    pub restore: Vec<String>,
    pub lost: Option<Value>,
    /// Why it was passed over when applied.
    pub skipped: Option<String>,
}

/// Somebody a stored plan spares.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanStoredSpared)]
pub struct StoredSpared {
    pub user_id: Uuid,
    pub spared_by: String,
    pub eligibility: String,
    pub entitlement: String,
}

/// Lets one plan be stored at a time, until this transaction ends: of two made at once, the later
/// replaces the earlier.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('reconcile_plan'))")
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Marks other plans as superseded, since a new look has been taken: one that is held, and one that
/// is approved but from other inputs. An approval holds as long as the inputs do, no longer: the
/// next outage may look the same and is another one.
pub async fn supersede(tx: &mut Tx, by: &Plan<'_>) -> Result<(), StoreError> {
    sqlx::query!(
        "update reconcile_plan set state = 'superseded'
          where plan_id <> $1
            and (state = 'held' or (state = 'approved' and fingerprint <> $2))",
        by.id.0,
        by.fingerprint.as_str()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Stores a plan with its steps. One that is already there stays as it is, approval included,
/// unless it was superseded since or is judged otherwise now (the guard's limits and the age for one
/// run are no part of its id): then its header is written anew. Returns whether anything was written.
pub async fn store(tx: &mut Tx, plan: &Plan<'_>, header: &Header<'_>) -> Result<bool, StoreError> {
    let written = sqlx::query!(
        r#"insert into reconcile_plan as there (plan_id, fingerprint, mode, judged_at, max_age_seconds,
                max_age_for_this_run, snapshots, counts, guard, state, made_by, correlation_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (plan_id) do update
            set judged_at = excluded.judged_at, max_age_seconds = excluded.max_age_seconds,
                max_age_for_this_run = excluded.max_age_for_this_run,
                snapshots = excluded.snapshots, counts = excluded.counts, guard = excluded.guard,
                state = excluded.state, approved_at = null, approved_by = null,
                made_by = excluded.made_by, correlation_id = excluded.correlation_id,
                created_at = now()
          where there.state = 'superseded'
             or (there.state in ('planned', 'held')
                 and (there.state, there.max_age_seconds, there.max_age_for_this_run)
                     <> (excluded.state, excluded.max_age_seconds, excluded.max_age_for_this_run))
         returning plan_no, xmax = 0 as "inserted!""#,
        plan.id.0,
        plan.fingerprint.as_str(),
        header.mode,
        header.judged_at.to_sqlx() as jiff_sqlx::Timestamp,
        header.max_age.as_secs(),
        header.max_age_for_this_run,
        header.snapshots,
        json(&plan.id, "counts", &plan.counts)?,
        json(&plan.id, "guard", &plan.guard)?,
        State::begin(plan.guard).as_str(),
        header.made_by,
        header.correlation_id,
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = written else {
        return Ok(false);
    };
    // The steps are the id's; who is spared is not.
    if !row.inserted {
        forget_spared(tx, row.plan_no).await?;
    }
    if row.inserted || !has_steps(tx, row.plan_no).await? {
        store_steps(tx, row.plan_no, plan).await?;
    }
    store_spared(tx, row.plan_no, plan).await?;
    Ok(true)
}

/// Whether [`prune`] has left the plan its steps.
async fn has_steps(tx: &mut Tx, plan_no: i64) -> Result<bool, StoreError> {
    let there = sqlx::query_scalar!(
        r#"select exists (select from plan_step where plan_no = $1) as "there!""#,
        plan_no
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(there)
}

async fn forget_spared(tx: &mut Tx, plan_no: i64) -> Result<(), StoreError> {
    sqlx::query!("delete from plan_spared where plan_no = $1", plan_no)
        .execute(tx.connection())
        .await?;
    Ok(())
}

fn json(plan: &PlanId, column: &'static str, value: &impl Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(value)
        .map_err(|problem| StoreError::corrupt("reconcile_plan", column, &plan.0, problem))
}

async fn store_steps(tx: &mut Tx, plan_no: i64, plan: &Plan<'_>) -> Result<(), StoreError> {
    let mut copy = tx
        .connection()
        .copy_in_raw(
            "copy plan_step (plan_no, seq, user_id, version, status, kind, eligibility, entitlement,
                             in_scope, entitled, exempted, event, strip, restore, lost)
             from stdin (format binary)",
        )
        .await?;
    let mut rows = Rows::new();
    for (seq, step) in (1..).zip(&plan.steps) {
        write_step(&mut rows, plan_no, seq, step);
        if let Some(chunk) = rows.full() {
            copy.send(chunk).await?;
        }
    }
    copy.send(rows.finish()).await?;
    copy.finish().await?;
    Ok(())
}

fn write_step(rows: &mut Rows, plan_no: i64, seq: i32, step: &Step<'_>) {
    rows.row(15);
    rows.bigint(plan_no);
    rows.integer(seq);
    rows.uuid(step.user_id.0);
    rows.bigint(step.version);
    rows.text(step.status.as_str());
    rows.text(step.kind.as_str());
    rows.text(step.eligibility.code());
    rows.text(step.entitlement.code());
    rows.boolean(step.eligibility.in_scope());
    rows.boolean(step.entitlement.entitled());
    rows.boolean(step.exempted);
    match step.event {
        Some(event) => rows.text(event.as_str()),
        None => rows.null(),
    }
    rows.uuids(step.strip.iter().map(|id| id.0));
    rows.uuids(step.restore().map(|id| id.0));
    let lost: Vec<_> = step
        .stripped
        .iter()
        .filter_map(|s| {
            s.restorable
                .err()
                .map(|why| (s.assignment_id.0, why.as_str()))
        })
        .collect();
    if lost.is_empty() {
        rows.null();
    } else {
        rows.jsonb(&serde_json::json!(lost));
    }
}

async fn store_spared(tx: &mut Tx, plan_no: i64, plan: &Plan<'_>) -> Result<(), StoreError> {
    let mut copy = tx
        .connection()
        .copy_in_raw(
            "copy plan_spared (plan_no, user_id, spared_by, eligibility, entitlement)
             from stdin (format binary)",
        )
        .await?;
    let mut rows = Rows::new();
    for Spared {
        user_id,
        by,
        eligibility,
        entitlement,
    } in &plan.spared
    {
        rows.row(5);
        rows.bigint(plan_no);
        rows.uuid(user_id.0);
        rows.text(by.as_str());
        rows.text(eligibility.code());
        rows.text(entitlement.code());
        if let Some(chunk) = rows.full() {
            copy.send(chunk).await?;
        }
    }
    copy.send(rows.finish()).await?;
    copy.finish().await?;
    Ok(())
}

/// Plans whose id begins so, newest first; an empty beginning means all. At most `limit`.
pub async fn list(
    tx: &mut Tx,
    id_prefix: &str,
    before: Option<&Cursor<i64>>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let rows = sqlx::query!(
        r#"select plan_no, plan_id, fingerprint, state, mode, judged_at, max_age_seconds,
                  max_age_for_this_run, snapshots, counts, guard, made_by, created_at, approved_at, approved_by, applied_through,
                  applied_at
             from reconcile_plan
            where starts_with(plan_id, $1)
              and ($3::timestamptz is null or (created_at, plan_no) < ($3, $4))
            order by created_at desc, plan_no desc limit $2"#,
        id_prefix,
        limit,
        before.map(|end| end.at.to_sqlx()) as Option<jiff_sqlx::Timestamp>,
        before.map(|end| end.key)
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let corrupt = |column, problem: &dyn Display| {
                StoreError::corrupt("reconcile_plan", column, &row.plan_id, problem)
            };
            Ok(Stored {
                plan_no: row.plan_no,
                fingerprint: row.fingerprint,
                state: row.state.parse().map_err(|e| corrupt("state", &e))?,
                mode: row.mode,
                judged_at: row.judged_at.to_jiff(),
                max_age_seconds: row.max_age_seconds,
                max_age_for_this_run: row.max_age_for_this_run,
                snapshots: row.snapshots,
                counts: serde_json::from_value(row.counts).map_err(|e| corrupt("counts", &e))?,
                guard: serde_json::from_value(row.guard).map_err(|e| corrupt("guard", &e))?,
                made_by: row.made_by,
                created_at: row.created_at.to_jiff(),
                approved_at: row.approved_at.map(jiff_sqlx::Timestamp::to_jiff),
                approved_by: row.approved_by,
                applied_through: row.applied_through,
                applied_at: row.applied_at.map(jiff_sqlx::Timestamp::to_jiff),
                plan_id: row.plan_id,
            })
        })
        .collect()
}

/// The steps of a plan that change a status or roles, in order, at most `limit`; with `all` also
/// those that only record an event.
pub async fn steps(
    tx: &mut Tx,
    plan_no: i64,
    all: bool,
    limit: i64,
) -> Result<Vec<StoredStep>, StoreError> {
    let rows = sqlx::query_as!(
        StoredStep,
        r#"select s.seq, s.user_id, s.kind, s.eligibility, s.entitlement, s.in_scope, s.entitled,
                  s.exempted, s.event, s.lost, k.reason as "skipped?",
                  array(select r.name
                          from (select assignment_id, role_id from user_roles
                                union all select assignment_id, role_id from stripped_assignment) a
                          join role r using (role_id)
                         where a.assignment_id = any (s.strip) order by r.name) as "strip!",
                  array(select r.name
                          from (select assignment_id, role_id from user_roles
                                union all select assignment_id, role_id from stripped_assignment) a
                          join role r using (role_id)
                         where a.assignment_id = any (s.restore) order by r.name) as "restore!"
             from plan_step s left join plan_skip k using (plan_no, seq)
            where s.plan_no = $1 and ($2 or s.kind <> 'change' or s.strip <> '{}')
            order by s.seq limit $3"#,
        plan_no,
        all,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows)
}

/// How many steps of a plan only record an event, by event.
pub async fn recorded(tx: &mut Tx, plan_no: i64) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"select event as "event!", count(*) as "count!" from plan_step
            where plan_no = $1 and kind = 'change' and strip = '{}' group by event order by event"#,
        plan_no
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.event, row.count)).collect())
}

/// Whom a plan spares, at most `limit`.
pub async fn spared(
    tx: &mut Tx,
    plan_no: i64,
    limit: i64,
) -> Result<Vec<StoredSpared>, StoreError> {
    let rows = sqlx::query_as!(
        StoredSpared,
        "select user_id, spared_by, eligibility, entitlement from plan_spared
          where plan_no = $1 order by spared_by, user_id limit $2",
        plan_no,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows)
}

/// Approves a held plan. `false` if it is not held (any more).
pub async fn approve(tx: &mut Tx, plan_no: i64, by: UserId) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update reconcile_plan set state = 'approved', approved_at = now(), approved_by = $2
          where plan_no = $1 and state = 'held'",
        plan_no,
        by.0
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Plans whose steps [`prune`] keeps however old they are: what an operator who comes back to a quiet
/// installation would page through.
const KEEP_NEWEST: i64 = 100;

/// Lets the steps of old plans go: those older than so many days that are not among the newest
/// hundred either, and wait for nobody's approval. One that was never applied is superseded by the
/// time that has passed. What a plan was made from and counted stays, which the history of leavers
/// reads. Returns how many steps went. Take [`lock`] first, or a superseded plan may just be stored
/// anew.
pub async fn prune(tx: &mut Tx, keep_days: i32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "with old as (
           update reconcile_plan set state = case state when 'planned' then 'superseded' else state end
            where state in ('planned', 'applied', 'superseded')
              and created_at < now() - make_interval(days => $1)
              and plan_no not in (select plan_no from reconcile_plan order by created_at desc limit $2)
              and exists (select from plan_step s where s.plan_no = reconcile_plan.plan_no)
           returning plan_no),
         spared as (delete from plan_spared where plan_no in (select plan_no from old)),
         skipped as (delete from plan_skip where plan_no in (select plan_no from old))
         delete from plan_step where plan_no in (select plan_no from old)",
        keep_days,
        KEEP_NEWEST
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
