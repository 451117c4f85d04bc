//! Role overrides of one person: the key `role_overrides` of `app_user.claims` (U-47).

use domain::id::{OrganizationId, UserId};
use domain::identity::RoleOverrides;
use jiff::Timestamp;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Tx;

/// Somebody's overrides as they are stored, over or not; the default if they have none.
pub async fn get(tx: &mut Tx, user_id: UserId) -> Result<RoleOverrides, StoreError> {
    let row = sqlx::query_scalar!(
        "select claims -> 'role_overrides' from app_user where user_id = $1",
        user_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    row.flatten().map_or_else(
        || Ok(RoleOverrides::default()),
        |value| read(user_id.0, value),
    )
}

/// Somebody's overrides with who set them, and when; unknown if that was done by SQL, or if the audit
/// log does not go so far back.
#[derive(Clone, Debug)]
pub struct Provenance {
    pub user_id: UserId,
    pub overrides: RoleOverrides,
    pub set_by: Option<Uuid>,
    pub since: Option<Timestamp>,
}

/// Everybody's overrides, over or not; with `tenant_id` those of its active members.
pub async fn all(
    tx: &mut Tx,
    tenant_id: Option<OrganizationId>,
) -> Result<Vec<Provenance>, StoreError> {
    let rows = sqlx::query!(
        r#"select u.user_id, u.claims -> 'role_overrides' as "claim!",
                  a.actor_user_id as "set_by?", a.created_at as "since?"
             from app_user u
             left join lateral (
               select actor_user_id, created_at from audit_log
                where entity_type = 'app_user' and target_user_id = u.user_id and outcome = 'success'
                  and action = 'overrides.set'
                order by created_at desc limit 1) a on true
            where u.claims ? 'role_overrides'
              and ($1::uuid is null or exists (
                    select from membership m where m.user_id = u.user_id
                       and m.organization_id = $1 and m.status = 'active'))
            order by u.user_id"#,
        tenant_id.map(Uuid::from)
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Provenance {
                user_id: UserId(row.user_id),
                overrides: read(row.user_id, row.claim)?,
                set_by: row.set_by,
                since: row.since.map(jiff_sqlx::Timestamp::to_jiff),
            })
        })
        .collect()
}

/// Reads a stored claim.
pub(crate) fn read(user_id: Uuid, claim: Value) -> Result<RoleOverrides, StoreError> {
    serde_json::from_value(claim)
        .map_err(|problem| StoreError::corrupt("app_user", "claims", user_id, problem))
}

/// Writes somebody's overrides in the place of those that they had.
pub async fn set(
    tx: &mut Tx,
    user_id: UserId,
    overrides: &RoleOverrides,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update app_user set claims = claims || jsonb_build_object('role_overrides', $2::jsonb)
          where user_id = $1",
        user_id.0,
        Json(overrides) as Json<&RoleOverrides>
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Removes the claim.
pub async fn clear(tx: &mut Tx, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "update app_user set claims = claims - 'role_overrides' where user_id = $1",
        user_id.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
