//! Role overrides of one person: the key `role_overrides` of `app_user.claims` (U-47).

use domain::id::UserId;
use domain::identity::RoleOverrides;
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
