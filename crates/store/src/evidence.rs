//! What people note about an incident, by its correlation id.

use domain::id::UserId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Tx;

/// A note.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EvidenceNote)]
pub struct Note {
    pub note_id: Uuid,
    pub actor_user_id: Uuid,
    /// What was decided by the runbook.
    pub decision: String,
    /// What was done about it.
    pub remediation: Option<String>,
    pub created_at: Timestamp,
}

/// Adds a note. Returns its id.
pub async fn add(
    tx: &mut Tx,
    correlation_id: &str,
    actor: UserId,
    decision: &str,
    remediation: Option<&str>,
) -> Result<Uuid, StoreError> {
    let note_id = sqlx::query_scalar!(
        "insert into evidence_note (correlation_id, actor_user_id, decision, remediation)
         values ($1, $2, $3, $4) returning note_id",
        correlation_id,
        actor.0,
        decision,
        remediation
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(note_id)
}

/// The notes of a correlation id, the oldest first.
pub async fn list(tx: &mut Tx, correlation_id: &str) -> Result<Vec<Note>, StoreError> {
    let rows = sqlx::query!(
        "select note_id, actor_user_id, decision, remediation, created_at from evidence_note
          where correlation_id = $1 order by created_at, note_id",
        correlation_id
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Note {
            note_id: row.note_id,
            actor_user_id: row.actor_user_id,
            decision: row.decision,
            remediation: row.remediation,
            created_at: row.created_at.to_jiff(),
        })
        .collect())
}
