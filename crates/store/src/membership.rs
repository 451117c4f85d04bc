//! Memberships: who belongs to which organization.

use domain::id::{OrganizationId, UserId};
use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Tx;

/// Makes memberships active and holds them so until the transaction ends; returns those that were
/// not.
pub async fn activate(
    tx: &mut Tx,
    members: &[(OrganizationId, UserId)],
) -> Result<Vec<(OrganizationId, UserId)>, StoreError> {
    let organizations: Vec<Uuid> = members
        .iter()
        .map(|(organization, _)| organization.0)
        .collect();
    let users: Vec<Uuid> = members.iter().map(|(_, user)| user.0).collect();
    let rows = sqlx::query!(
        "insert into membership (organization_id, user_id)
         select distinct * from unnest($1::uuid[], $2::uuid[])
         on conflict (organization_id, user_id) do update set status = 'active', updated_at = now()
          where membership.status <> 'active'
         returning organization_id, user_id",
        &organizations,
        &users
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (OrganizationId(row.organization_id), UserId(row.user_id)))
        .collect())
}

/// Who became a member in this transaction, by the feed: how many, and the first `limit` of them.
pub async fn activated_here(tx: &mut Tx, limit: i64) -> Result<(i64, Vec<UserId>), StoreError> {
    let row = sqlx::query!(
        r#"with here as (
             select seq, (image ->> 'user_id')::uuid as user_id from change_feed
              where xid = pg_current_xact_id() and table_name = 'membership'
                and image ->> 'status' = 'active')
           select (select count(*) from here) as "count!",
                  array(select user_id from here order by seq limit $1) as "first!""#,
        limit
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((row.count, row.first.into_iter().map(UserId).collect()))
}
