//! The SQL that applies a plan: set-based, a batch of steps a transaction.
//!
//! Nothing is decided here. Each statement takes the steps of the batch from `plan_step`, less those
//! whose person has moved on since the plan. Nobody is locked beforehand: [`set_standing`] writes
//! only who still has the plan's version, which both finds those who moved and keeps the others.

use domain::audit::Action;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Tx;

/// The steps `after < seq <= through` of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    pub plan_no: i64,
    pub plan_id: &'a str,
    /// The clock by which the plan judged everybody.
    pub judged_at: Timestamp,
    pub after: i32,
    pub through: i32,
}

/// The break-glass allowlist as it is now. It is no fact in the database, so that nobody's version
/// tells that it changed since the plan.
#[derive(Clone, Debug, Default)]
pub struct Allowlist {
    pub user_ids: Vec<Uuid>,
    /// In lower case.
    pub emails: Vec<String>,
}

/// Notes as skipped the steps of the batch that would take something from somebody on the
/// allowlist, and raises those people's version: a plan made when they are off the list again is
/// then another one, and not this one already applied. Comes before [`set_standing`]; returns how many those are.
pub async fn skip_listed(
    tx: &mut Tx,
    batch: Batch<'_>,
    allowlist: &Allowlist,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "with listed as (
           select s.plan_no, s.seq, s.user_id
             from plan_step s join app_user u using (user_id)
            where s.plan_no = $1 and s.seq > $2 and s.seq <= $3
              and (s.kind = 'suspend' or s.strip <> '{}')
              and (u.user_id = any ($4) or lower(u.email) = any ($5))),
         moved as (update app_user set version = version where user_id in (select user_id from listed))
         insert into plan_skip (plan_no, seq, reason)
         select plan_no, seq, 'on the break-glass list since the plan' from listed",
        batch.plan_no,
        batch.after,
        batch.through,
        &allowlist.user_ids,
        &allowlist.emails
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Notes as skipped the steps of the batch about whom a hold, an exemption or an assignment began or
/// ended by the clock since the plan, where nothing else changed: it is in nobody's version. Raises
/// it, for the reason of [`skip_listed`]. Comes before [`set_standing`]; returns how many those are.
pub async fn skip_turned(tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "with turned as (
           select user_id from hold
            where ended_at is null
              and (starts_at > $4 and starts_at <= now() or ends_at > $4 and ends_at <= now())
           union select user_id from exemption
            where ended_at is null
              and (starts_at > $4 and starts_at <= now() or ends_at > $4 and ends_at <= now())
           union select user_id from user_roles
            where tenant_id is null and valid_from > $4 and valid_from <= now()
           union select user_id from user_roles
            where tenant_id is null and valid_until > $4 and valid_until <= now()),
         steps as (
           select s.plan_no, s.seq, s.user_id
             from plan_step s join turned using (user_id) join app_user u using (user_id)
            where s.plan_no = $1 and s.seq > $2 and s.seq <= $3 and u.version = s.version),
         moved as (update app_user set version = version where user_id in (select user_id from steps))
         insert into plan_skip (plan_no, seq, reason)
         select plan_no, seq, 'a hold, an exemption or a role began or ended since the plan' from steps
         on conflict do nothing",
        batch.plan_no,
        batch.after,
        batch.through,
        batch.judged_at.to_sqlx() as jiff_sqlx::Timestamp
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Notes as skipped the steps of the batch that would give back a role that is gone or is not kept any
/// more, which is in nobody's version. Comes before [`set_standing`]; returns how many those are.
pub async fn skip_gone(tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "insert into plan_skip (plan_no, seq, reason)
         select distinct s.plan_no, s.seq, 'a role to give back is gone since the plan'
           from plan_step s cross join unnest(s.restore) wanted (assignment_id)
           left join stripped_assignment a using (assignment_id)
          where s.plan_no = $1 and s.seq > $2 and s.seq <= $3 and s.kind = 'restore'
            and not exists (select from role r where r.role_id = a.role_id)
         on conflict do nothing",
        batch.plan_no,
        batch.after,
        batch.through
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Sets status, reason, sessions and recorded standing of the batch's people, of those whose version
/// is still the plan's and who are not skipped. Returns how many those are. What it has written is
/// locked until the transaction ends, and [`note_moved`] tells the others by it.
///
/// A step without an event is no news of the standing: whoever never joined can still join.
pub async fn set_standing(tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update app_user u
            set status = case s.kind when 'restore' then 'active' when 'suspend' then 'suspended' else u.status end,
                status_reason = case s.kind when 'change' then u.status_reason
                                else 'reconcile: ' || s.eligibility || ', ' || s.entitlement end,
                session_revoked_at = case s.kind when 'suspend' then now() else u.session_revoked_at end,
                reconciled_in_scope = case when s.event is null then u.reconciled_in_scope else s.in_scope end,
                reconciled_entitled = case when s.event is null then u.reconciled_entitled else s.entitled end
           from plan_step s
          where s.plan_no = $1 and s.seq > $2 and s.seq <= $3
            and u.user_id = s.user_id and u.version = s.version
            and not exists (select from plan_skip k where k.plan_no = s.plan_no and k.seq = s.seq)",
        batch.plan_no,
        batch.after,
        batch.through
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Notes as skipped the steps of the batch whose person [`set_standing`] did not write, because they
/// had changed since the plan. To be called if fewer are written and
/// skipped than the batch has.
pub async fn note_moved(tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "insert into plan_skip (plan_no, seq, reason)
         select s.plan_no, s.seq, 'changed since the plan'
           from plan_step s join app_user u using (user_id)
          where s.plan_no = $1 and s.seq > $2 and s.seq <= $3
            and u.xmin <> pg_current_xact_id()::xid
         on conflict do nothing",
        batch.plan_no,
        batch.after,
        batch.through
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Takes the portal roles of the batch's steps, and remembers them.
pub async fn strip_roles(tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "with taken as (
           delete from user_roles r using (
             select unnest(s.strip) as assignment_id from plan_step s
              where s.plan_no = $1 and s.seq > $2 and s.seq <= $3
                and not exists (select from plan_skip k where k.plan_no = s.plan_no and k.seq = s.seq)) s
            where r.assignment_id = s.assignment_id
           returning r.*)
         insert into stripped_assignment (assignment_id, user_id, tenant_id, project_id, role_id,
                source, granted_by, valid_from, valid_until, plan_id)
         select assignment_id, user_id, tenant_id, project_id, role_id, source, granted_by,
                valid_from, valid_until, $4 from taken",
        batch.plan_no,
        batch.after,
        batch.through,
        batch.plan_id
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Gives back what the batch's steps restore, as it was. One that was given again meanwhile by the
/// same source stays as it is.
pub async fn restore_roles(tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "with kept as (
           delete from stripped_assignment a using (
             select unnest(s.restore) as assignment_id from plan_step s
              where s.plan_no = $1 and s.seq > $2 and s.seq <= $3
                and not exists (select from plan_skip k where k.plan_no = s.plan_no and k.seq = s.seq)) s
            where a.assignment_id = s.assignment_id
           returning a.*)
         insert into user_roles (assignment_id, user_id, tenant_id, project_id, role_id, source,
                granted_by, valid_from, valid_until)
         select assignment_id, user_id, tenant_id, project_id, role_id, source, granted_by,
                valid_from, valid_until from kept
         on conflict on constraint user_roles_once do nothing",
        batch.plan_no,
        batch.after,
        batch.through
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Forgets what the batch's restores named as lost: the plan and the audit log have it, and the next
/// restore must not name it again.
pub async fn forget_lost(tx: &mut Tx, batch: Batch<'_>) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from stripped_assignment a using (
           select (l ->> 0)::uuid as assignment_id
             from plan_step s cross join jsonb_array_elements(s.lost) l
            where s.plan_no = $1 and s.seq > $2 and s.seq <= $3 and s.kind = 'restore'
              and not exists (select from plan_skip k where k.plan_no = s.plan_no and k.seq = s.seq)) s
          where a.assignment_id = s.assignment_id",
        batch.plan_no,
        batch.after,
        batch.through
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Writes the audit row of each step of the batch.
pub async fn audit(
    tx: &mut Tx,
    batch: Batch<'_>,
    actor: domain::id::UserId,
    source: &str,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "insert into audit_log (action, entity_type, entity_pk, actor_user_id, target_user_id, source,
                reason, before_json, after_json, revision, correlation_id)
         select $4, 'app_user', s.user_id::text, $5, s.user_id, $6,
                s.eligibility || ', ' || s.entitlement,
                jsonb_build_object('status', s.status),
                jsonb_build_object(
                  'status', case s.kind when 'restore' then 'active' when 'suspend' then 'suspended' else s.status end,
                  'in_scope', s.in_scope, 'entitled', s.entitled,
                  'eligibility', s.eligibility, 'entitlement', s.entitlement, 'event', s.event,
                  'roles_removed', to_jsonb(s.strip), 'roles_restored', to_jsonb(s.restore),
                  'session_revoked_at', case s.kind when 'suspend' then now() end,
                  'exempted', s.exempted, 'plan_id', $7::text),
                (select current_revision()), current_setting('app.correlation_id')
           from plan_step s
          where s.plan_no = $1 and s.seq > $2 and s.seq <= $3
            and not exists (select from plan_skip k where k.plan_no = s.plan_no and k.seq = s.seq)",
        batch.plan_no,
        batch.after,
        batch.through,
        Action::EntitlementReconcile.as_str(),
        actor.0,
        source,
        batch.plan_id
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// How many steps of the batch were applied (not skipped), by kind.
pub async fn applied(tx: &mut Tx, batch: Batch<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"select s.kind, count(*) as "count!" from plan_step s
            where s.plan_no = $1 and s.seq > $2 and s.seq <= $3
              and not exists (select from plan_skip k where k.plan_no = s.plan_no and k.seq = s.seq)
            group by s.kind"#,
        batch.plan_no,
        batch.after,
        batch.through
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.count)).collect())
}

/// Notes how far the plan is applied.
pub async fn advance(
    tx: &mut Tx,
    batch: Batch<'_>,
    finished: Option<Timestamp>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update reconcile_plan
            set applied_through = $2,
                applied_at = coalesce($3, applied_at),
                state = case when $3::timestamptz is null then state else 'applied' end
          where plan_no = $1",
        batch.plan_no,
        batch.through,
        finished.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
