//! What is set for all organizations: strict mode, approval of moves, the pause of bulk changes.

use domain::id::UserId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::StoreError;
use crate::scope::Tx;

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TenancySetting)]
pub struct Setting {
    /// An active membership in one organization only, the default one aside.
    pub strict_membership: bool,
    pub rehome_needs_approval: bool,
    /// Set while bulk changes are paused.
    pub paused: Option<Pause>,
}

/// Why bulk changes are paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pause {
    pub since: Timestamp,
    pub reason: String,
    pub by: Option<UserId>,
}

/// What is set.
pub async fn load(tx: &mut Tx) -> Result<Setting, StoreError> {
    let row = sqlx::query!(
        "select strict_membership, rehome_needs_approval, paused_at, paused_by, pause_reason
           from tenancy_setting"
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Setting {
        strict_membership: row.strict_membership,
        rehome_needs_approval: row.rehome_needs_approval,
        paused: row.paused_at.map(|since| Pause {
            since: since.to_jiff(),
            reason: row.pause_reason.unwrap_or_default(),
            by: row.paused_by.map(UserId),
        }),
    })
}

/// Locks the settings until the transaction ends: memberships that are being written are waited for,
/// and none is begun meanwhile.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    sqlx::query!("select only_row from tenancy_setting for update")
        .fetch_one(tx.connection())
        .await?;
    Ok(())
}

/// Somebody who belongs to more than one organization, the default one aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Violation {
    pub user_id: UserId,
    pub email: String,
    /// Slugs.
    pub organizations: Vec<String>,
}

/// Who stands against strict mode: how many, and the first `limit` of them by address.
pub async fn violations(tx: &mut Tx, limit: i64) -> Result<(i64, Vec<Violation>), StoreError> {
    let rows = sqlx::query!(
        r#"select u.user_id, u.email, array_agg(o.slug order by o.slug) as "organizations!",
                  count(*) over () as "total!"
             from membership m join organization o on o.id = m.organization_id
             join app_user u using (user_id)
            where m.status = 'active' and not o.is_default
            group by u.user_id, u.email having count(*) > 1
            order by lower(u.email) limit $1"#,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let first = rows
        .into_iter()
        .map(|row| Violation {
            user_id: UserId(row.user_id),
            email: row.email,
            organizations: row.organizations,
        })
        .collect();
    Ok((total, first))
}

/// Switches strict mode, and marks memberships with it.
pub async fn set_strict(tx: &mut Tx, on: bool) -> Result<(), StoreError> {
    sqlx::query!("update tenancy_setting set strict_membership = $1", on)
        .execute(tx.connection())
        .await?;
    sqlx::query!(
        "update membership m set exclusive = $1
           from organization o
          where o.id = m.organization_id and not o.is_default
            and m.exclusive <> $1 and (m.status = 'active' or m.exclusive)",
        on
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Sets whether a move waits for somebody else's approval.
pub async fn set_rehome_approval(tx: &mut Tx, on: bool) -> Result<(), StoreError> {
    sqlx::query!("update tenancy_setting set rehome_needs_approval = $1", on)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Pauses bulk changes. `false` if they are paused already.
pub async fn pause(tx: &mut Tx, by: UserId, reason: &str) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update tenancy_setting set paused_at = now(), paused_by = $1, pause_reason = $2
          where paused_at is null",
        by.0,
        reason
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Lets bulk changes through again. `false` if they are not paused.
pub async fn resume(tx: &mut Tx) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update tenancy_setting set paused_at = null, paused_by = null, pause_reason = null
          where paused_at is not null"
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}
