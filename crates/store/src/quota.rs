//! How many of something one person may have, and has.

use domain::id::UserId;
use domain::quota::Quota;

use crate::error::StoreError;
use crate::scope::Tx;

/// Somebody's own limit; `None` if it is the usual one.
pub async fn own_limit(
    tx: &mut Tx,
    user_id: UserId,
    quota: Quota,
) -> Result<Option<u32>, StoreError> {
    let most = sqlx::query_scalar!(
        "select most from user_quota where user_id = $1 and name = $2",
        user_id.0,
        quota.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    most.map(|most| {
        u32::try_from(most).map_err(|e| StoreError::corrupt("user_quota", "most", user_id, e))
    })
    .transpose()
}

/// How many they have now.
pub async fn used(tx: &mut Tx, user_id: UserId, quota: Quota) -> Result<u32, StoreError> {
    let count = match quota {
        Quota::Tokens => {
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from personal_access_token
                    where user_id = $1 and revoked_at is null and now() < expires_at"#,
                user_id.0
            )
            .fetch_one(tx.connection())
            .await?
        }
    };
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Lets only one transaction at a time count and add for somebody, until it ends.
pub async fn lock(tx: &mut Tx, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "select user_id from app_user where user_id = $1 for no key update",
        user_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(())
}

/// Gives somebody a limit of their own.
pub async fn set(tx: &mut Tx, user_id: UserId, quota: Quota, limit: u32) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into user_quota (user_id, name, most) values ($1, $2, $3)
         on conflict (user_id, name) do update set most = excluded.most",
        user_id.0,
        quota.as_str(),
        i32::try_from(limit).unwrap_or(i32::MAX)
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Gives somebody the usual limit again.
pub async fn clear(tx: &mut Tx, user_id: UserId, quota: Quota) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from user_quota where user_id = $1 and name = $2",
        user_id.0,
        quota.as_str()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
