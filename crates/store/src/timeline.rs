//! The audit rows about one person, a page at a time.

use domain::id::UserId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::audit::Row;
use crate::error::StoreError;
use crate::scope::Tx;

/// Where a page ended: the last row's time and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub created_at: Timestamp,
    pub audit_id: Uuid,
}

/// The rows about somebody before a place, newest first. Each half reads one index.
pub async fn about(
    tx: &mut Tx,
    user_id: UserId,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query!(
        r#"select r.audit_id as "audit_id!", r.created_at as "created_at!", r.action as "action!",
                  r.entity_type as "entity_type!", r.entity_pk as "entity_pk!", r.actor_user_id,
                  r.target_user_id, r.tenant_id, r.project_id, r.source as "source!",
                  r.outcome as "outcome!", r.reason, r.before_json, r.after_json, r.correlation_id,
                  r.trace_id, r.revision
             from ((select * from audit_log
                     where target_user_id = $1
                       and ($3::timestamptz is null or (created_at, audit_id) < ($3, $4))
                     order by created_at desc, audit_id desc limit $5)
                   union all
                   (select * from audit_log
                     where entity_pk = $2 and target_user_id is distinct from $1
                       and ($3::timestamptz is null or (created_at, audit_id) < ($3, $4))
                     order by created_at desc, audit_id desc limit $5)) r
            order by r.created_at desc, r.audit_id desc limit $5"#,
        user_id.0,
        user_id.to_string(),
        before.map(|place| place.created_at.to_sqlx()) as Option<jiff_sqlx::Timestamp>,
        before.map(|place| place.audit_id),
        limit
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
