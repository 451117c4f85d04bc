//! Joiners, movers and leavers as reconcile recorded them: its audit rows, joined with the
//! observations that their plans were made from.

use domain::id::UserId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::error::StoreError;
use crate::page::Cursor;
use crate::scope::Tx;

/// What to show; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `joiner`, `mover` or `leaver`.
    pub event: Option<&'static str>,
    pub user_id: Option<UserId>,
    pub since: Option<Timestamp>,
    /// Where the page before ended.
    pub before: Option<Cursor<Uuid>>,
    /// At most so many rows, newest first.
    pub limit: i64,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub audit_id: Uuid,
    pub user_id: Uuid,
    pub email: Option<String>,
    pub event: String,
    pub recorded_at: Timestamp,
    pub status_before: Option<String>,
    pub status: Option<String>,
    pub eligibility: Option<String>,
    pub entitlement: Option<String>,
    pub in_scope: Option<bool>,
    pub plan_id: Option<String>,
    /// The latest observation that the plan was made from.
    pub taken_at: Option<Timestamp>,
    pub admitted_at: Option<Timestamp>,
}

/// The shortest, the middle and the longest of some durations, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    pub count: i64,
    pub min: Option<f64>,
    pub median: Option<f64>,
    pub max: Option<f64>,
}

/// The events that match, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Recorded>, StoreError> {
    let before = filter.before.as_ref();
    let rows = sqlx::query!(
        r#"select a.audit_id, a.target_user_id as "user_id!", u.email as "email?",
                  a.after_json ->> 'event' as "event!", a.created_at,
                  a.before_json ->> 'status' as status_before, a.after_json ->> 'status' as status,
                  a.after_json ->> 'eligibility' as eligibility,
                  a.after_json ->> 'entitlement' as entitlement,
                  (a.after_json ->> 'in_scope')::boolean as in_scope,
                  a.after_json ->> 'plan_id' as plan_id,
                  seen.taken_at as "taken_at?", seen.admitted_at as "admitted_at?"
             from (select * from audit_log
                    where action = 'entitlement.reconcile' and target_user_id is not null
                      and after_json ->> 'event' is not null
                      and ($1::text is null or after_json ->> 'event' = $1)
                      and ($2::uuid is null or target_user_id = $2)
                      and ($3::timestamptz is null or created_at >= $3)
                      and ($5::timestamptz is null or (created_at, audit_id) < ($5, $6))
                    order by created_at desc, audit_id desc limit $4) a
             left join app_user u on u.user_id = a.target_user_id
             left join reconcile_plan p on p.plan_id = a.after_json ->> 'plan_id'
             left join lateral (
               select d.taken_at, d.admitted_at
                 from jsonb_array_elements(p.snapshots) made_from
                 join discord_snapshot d on d.snapshot_id = (made_from ->> 'snapshot_id')::uuid
                order by d.taken_at desc limit 1) seen on true
            order by a.created_at desc, a.audit_id desc"#,
        filter.event,
        filter.user_id.map(|id| id.0),
        filter.since.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>,
        filter.limit,
        before.map(|end| end.at.to_sqlx()) as Option<jiff_sqlx::Timestamp>,
        before.map(|end| end.key),
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Recorded {
            audit_id: row.audit_id,
            user_id: row.user_id,
            email: row.email,
            event: row.event,
            recorded_at: row.created_at.to_jiff(),
            status_before: row.status_before,
            status: row.status,
            eligibility: row.eligibility,
            entitlement: row.entitlement,
            in_scope: row.in_scope,
            plan_id: row.plan_id,
            taken_at: row.taken_at.map(jiff_sqlx::Timestamp::to_jiff),
            admitted_at: row.admitted_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// How many events of each kind match, whatever the limit.
pub async fn count(tx: &mut Tx, filter: &Filter) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"select after_json ->> 'event' as "event!", count(*) as "count!" from audit_log
            where action = 'entitlement.reconcile' and target_user_id is not null
              and after_json ->> 'event' is not null
              and ($1::text is null or after_json ->> 'event' = $1)
              and ($2::uuid is null or target_user_id = $2)
              and ($3::timestamptz is null or created_at >= $3)
            group by 1"#,
        filter.event,
        filter.user_id.map(|id| id.0),
        filter.since.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.event, row.count)).collect())
}

/// How long access outlived what the observation showed, over all leavers that match, whatever the
/// limit: until decisions denied it, and until the identity was suspended. Only leavers whose
/// entitlement is one of `observed` (codes) and who were in scope left by an observation.
pub async fn leaving(
    tx: &mut Tx,
    filter: &Filter,
    observed: &[String],
) -> Result<(Spread, Spread), StoreError> {
    let row = sqlx::query!(
        r#"with seen as materialized (
             select distinct on (p.plan_id) p.plan_id, d.taken_at, d.admitted_at
               from reconcile_plan p cross join jsonb_array_elements(p.snapshots) made_from
               join discord_snapshot d on d.snapshot_id = (made_from ->> 'snapshot_id')::uuid
              order by p.plan_id, d.taken_at desc),
           left_by_sight as (
             select extract(epoch from seen.admitted_at - seen.taken_at)::float8 as denied,
                    case when a.before_json ->> 'status' = 'active' and a.after_json ->> 'status' = 'suspended'
                         then extract(epoch from a.created_at - seen.taken_at)::float8 end as suspended
               from audit_log a join seen on seen.plan_id = a.after_json ->> 'plan_id'
              where a.action = 'entitlement.reconcile' and a.after_json ->> 'event' = 'leaver'
                and a.after_json ->> 'in_scope' = 'true'
                and a.after_json ->> 'entitlement' = any ($4)
                and ($1::text is null or $1 = 'leaver')
                and ($2::uuid is null or a.target_user_id = $2)
                and ($3::timestamptz is null or a.created_at >= $3))
           select count(denied) as "denied!", min(denied) as denied_min, max(denied) as denied_max,
                  percentile_cont(0.5) within group (order by denied) as denied_median,
                  count(suspended) as "suspended!", min(suspended) as suspended_min,
                  max(suspended) as suspended_max,
                  percentile_cont(0.5) within group (order by suspended) as suspended_median
             from left_by_sight"#,
        filter.event,
        filter.user_id.map(|id| id.0),
        filter.since.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>,
        observed,
    )
    .fetch_one(tx.connection())
    .await?;
    let denied = Spread {
        count: row.denied,
        min: row.denied_min,
        median: row.denied_median,
        max: row.denied_max,
    };
    let suspended = Spread {
        count: row.suspended,
        min: row.suspended_min,
        median: row.suspended_median,
        max: row.suspended_max,
    };
    Ok((denied, suspended))
}
