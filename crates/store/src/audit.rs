//! The audit log: one row a change, in the change's own transaction; and reading it.

use domain::audit::{Action, Outcome};
use domain::id::{OrganizationId, ProjectId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::page::Cursor;
use crate::scope::Tx;

/// A row to write. Correlation id, trace id, revision and time come from the transaction.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub action: Action,
    pub entity_type: &'static str,
    pub entity_pk: String,
    pub actor: UserId,
    pub target: Option<UserId>,
    pub tenant_id: Option<OrganizationId>,
    pub project_id: Option<ProjectId>,
    pub source: &'a str,
    pub outcome: Outcome,
    pub reason: Option<String>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// A row as it stands in the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditRow)]
pub struct Row {
    pub audit_id: Uuid,
    pub created_at: Timestamp,
    pub action: String,
    pub entity_type: String,
    pub entity_pk: String,
    pub actor_user_id: Option<Uuid>,
    pub target_user_id: Option<Uuid>,
    pub tenant_id: Option<Uuid>,
    pub project_id: Option<Uuid>,
    pub source: String,
    pub outcome: String,
    pub reason: Option<String>,
    pub before_json: Option<Value>,
    pub after_json: Option<Value>,
    pub correlation_id: Option<String>,
    pub trace_id: Option<String>,
    pub revision: Option<String>,
}

/// What to show of the log; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub action: Option<String>,
    /// An entity's key, whole.
    pub entity: Option<String>,
    pub actor: Option<Uuid>,
    /// The person whom the row is about.
    pub target: Option<Uuid>,
    pub correlation_id: Option<String>,
    pub since: Option<Timestamp>,
    /// Where the page before ended.
    pub before: Option<Cursor<Uuid>>,
    /// At most so many rows, newest first.
    pub limit: i64,
}

/// Writes one row.
pub async fn record(tx: &mut Tx, entry: &Entry<'_>) -> Result<(), StoreError> {
    sqlx::query!(
        r#"insert into audit_log (action, entity_type, entity_pk, actor_user_id, target_user_id,
                                  tenant_id, project_id, source, outcome, reason, before_json, after_json)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"#,
        entry.action.as_str(),
        entry.entity_type,
        entry.entity_pk,
        entry.actor.0,
        entry.target.map(|id| id.0),
        entry.tenant_id.map(|id| id.0),
        entry.project_id.map(|id| id.0),
        entry.source,
        entry.outcome.as_str(),
        entry.reason,
        entry.before,
        entry.after,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes many rows in one statement.
pub async fn record_all(tx: &mut Tx, entries: &[Entry<'_>]) -> Result<(), StoreError> {
    fn column<'a, T>(entries: &'a [Entry<'a>], of: impl Fn(&'a Entry<'a>) -> T) -> Vec<T> {
        entries.iter().map(of).collect()
    }
    if entries.is_empty() {
        return Ok(());
    }
    let text = |of: for<'a> fn(&'a Entry<'a>) -> &'a str| column(entries, |e| of(e).to_owned());
    sqlx::query!(
        "insert into audit_log (action, entity_type, entity_pk, actor_user_id, target_user_id, tenant_id,
                                project_id, source, outcome, reason, before_json, after_json, revision)
         select e.*, (select current_revision())
           from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[],
                       $8::text[], $9::text[], $10::text[], $11::jsonb[], $12::jsonb[]) e",
        &text(|entry| entry.action.as_str()),
        &text(|entry| entry.entity_type),
        &text(|entry| &entry.entity_pk),
        &column(entries, |entry| entry.actor.0),
        &column(entries, |entry| entry.target.map(Uuid::from)) as &[Option<Uuid>],
        &column(entries, |entry| entry.tenant_id.map(Uuid::from)) as &[Option<Uuid>],
        &column(entries, |entry| entry.project_id.map(Uuid::from)) as &[Option<Uuid>],
        &text(|entry| entry.source),
        &text(|entry| entry.outcome.as_str()),
        &column(entries, |entry| entry.reason.clone()) as &[Option<String>],
        &column(entries, |entry| entry.before.clone()) as &[Option<Value>],
        &column(entries, |entry| entry.after.clone()) as &[Option<Value>],
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The rows that match, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Row>, StoreError> {
    let before = filter.before.as_ref();
    let rows = sqlx::query!(
        r#"select audit_id, created_at, action, entity_type, entity_pk, actor_user_id, target_user_id,
                  tenant_id, project_id, source, outcome, reason, before_json, after_json,
                  correlation_id, trace_id, revision
             from audit_log
            where ($1::text is null or action = $1)
              and ($2::text is null or entity_pk = $2)
              and ($3::uuid is null or actor_user_id = $3)
              and ($4::text is null or correlation_id = $4)
              and ($5::timestamptz is null or created_at >= $5)
              and ($6::uuid is null or target_user_id = $6 or entity_pk = $6::text)
              and ($8::timestamptz is null or (created_at, audit_id) < ($8, $9))
            order by created_at desc, audit_id desc
            limit $7"#,
        filter.action,
        filter.entity,
        filter.actor,
        filter.correlation_id,
        filter.since.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>,
        filter.target,
        filter.limit,
        before.map(|end| end.at.to_sqlx()) as Option<jiff_sqlx::Timestamp>,
        before.map(|end| end.key),
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Row {
            audit_id: row.audit_id,
            created_at: row.created_at.to_jiff(),
            action: row.action,
            entity_type: row.entity_type,
            entity_pk: row.entity_pk,
            actor_user_id: row.actor_user_id,
            target_user_id: row.target_user_id,
            tenant_id: row.tenant_id,
            project_id: row.project_id,
            source: row.source,
            outcome: row.outcome,
            reason: row.reason,
            before_json: row.before_json,
            after_json: row.after_json,
            correlation_id: row.correlation_id,
            trace_id: row.trace_id,
            revision: row.revision,
        })
        .collect())
}

/// Whether an action on something has been recorded within the last hour.
pub async fn is_recorded_lately(
    tx: &mut Tx,
    action: Action,
    entity_pk: &str,
) -> Result<bool, StoreError> {
    let recorded = sqlx::query_scalar!(
        r#"select exists (select from audit_log
                           where entity_pk = $1 and action = $2 and outcome = 'success'
                             and created_at between now() - interval '1 hour' and now()) as "recorded!""#,
        entity_pk,
        action.as_str()
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(recorded)
}

/// Makes the partitions that the coming months need; drops those older than so many months, if a
/// number is given.
pub async fn maintain_partitions(
    tx: &mut Tx,
    retention_months: Option<u32>,
) -> Result<(), StoreError> {
    let months = retention_months.map(|months| i32::try_from(months).unwrap_or(i32::MAX));
    sqlx::query!("select maintain_audit_partitions($1)", months)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// How many facts this transaction has changed so far, by the feed: whether an idempotent call did
/// anything.
pub async fn changes_here(tx: &mut Tx) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from change_feed where xid = pg_current_xact_id()"#
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(count)
}
