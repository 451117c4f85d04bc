//! Memberships: who belongs to which organization.

use domain::id::{OrganizationId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::person::containing;
use crate::scope::Tx;

/// Somebody's standing in an organization, as it is listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Member {
    pub user_id: UserId,
    pub email: String,
    /// Of the identity: `active`, `suspended` or `disabled`.
    pub status: String,
    /// Since when the membership exists, ended times in between included.
    pub since: Timestamp,
    /// The names of the roles given in the organization and its projects.
    pub roles: Vec<String>,
}

/// Whom to list; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Contained in address or name, in any case.
    pub search: Option<String>,
    /// The address after which the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// A page of members, by e-mail address.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MemberPage)]
pub struct Page {
    pub members: Vec<Member>,
    /// The address after which the next page begins, if there is one.
    pub next: Option<String>,
}

/// The active members of an organization, by e-mail address, at most `limit`.
pub async fn list(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    let filter = Filter {
        limit,
        ..Filter::default()
    };
    Ok(page(tx, tenant_id, &filter).await?.members)
}

/// A page of the active members of an organization.
pub async fn page(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    filter: &Filter,
) -> Result<Page, StoreError> {
    let rows = sqlx::query!(
        r#"select m.user_id, u.email, u.status, m.created_at,
                  array(select distinct r.name from user_roles a join role r using (role_id)
                         where a.tenant_id = m.organization_id and a.user_id = m.user_id
                         order by r.name) as "roles!"
             from membership m join app_user u using (user_id)
            where m.organization_id = $1 and m.status = 'active'
              and ($2::text is null or lower(u.email) > lower($2))
              and ($3::text is null or u.email ilike $3 or u.display_name ilike $3)
            order by lower(u.email) limit $4"#,
        tenant_id.0,
        filter.after,
        filter.search.as_deref().map(containing),
        filter.limit.saturating_add(1)
    )
    .fetch_all(tx.connection())
    .await?;
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    let members: Vec<_> = rows
        .into_iter()
        .take(limit)
        .map(|row| Member {
            user_id: UserId(row.user_id),
            email: row.email,
            status: row.status,
            since: row.created_at.to_jiff(),
            roles: row.roles,
        })
        .collect();
    let last = members.last().map(|last| last.email.clone());
    Ok(Page {
        next: last.filter(|_| more),
        members,
    })
}

/// Whether somebody is an active member.
pub async fn is_active(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    user_id: UserId,
) -> Result<bool, StoreError> {
    let active = sqlx::query_scalar!(
        r#"select exists (select from membership
            where organization_id = $1 and user_id = $2 and status = 'active') as "active!""#,
        tenant_id.0,
        user_id.0
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(active)
}

/// In strict mode, which organization each of these people belongs to.
pub async fn exclusive(
    tx: &mut Tx,
    people: &[Uuid],
) -> Result<Vec<(UserId, OrganizationId)>, StoreError> {
    let rows = sqlx::query!(
        "select user_id, organization_id from membership where exclusive and user_id = any ($1)",
        people
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (UserId(row.user_id), OrganizationId(row.organization_id)))
        .collect())
}

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

/// How many people those who manage an organization brought in, and how many they may. Nobody else brings
/// one in there before the transaction ends.
pub async fn newcomers(tx: &mut Tx, tenant_id: OrganizationId) -> Result<(i64, i64), StoreError> {
    sqlx::query!(
        "select id from organization where id = $1 for no key update",
        tenant_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    let row = sqlx::query!(
        r#"select (select count(*) from membership where organization_id = $1 and brought_in) as "brought_in!",
                  newcomers_limit from tenancy_setting"#,
        tenant_id.0
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((row.brought_in, row.newcomers_limit.into()))
}

/// Notes that an organization's own people brought somebody in.
pub async fn bring_in(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    user_id: UserId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update membership set brought_in = true where organization_id = $1 and user_id = $2",
        tenant_id.0,
        user_id.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Locks somebody's membership until the transaction ends, so that nobody gives a role inside
/// meanwhile. `false` if it is not active.
pub async fn lock(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    user_id: UserId,
) -> Result<bool, StoreError> {
    let found = sqlx::query!(
        "select user_id from membership
          where organization_id = $1 and user_id = $2 and status = 'active' for update",
        tenant_id.0,
        user_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(found.is_some())
}

/// Ends a membership, and with it every assignment inside the organization.
pub async fn end(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    user_id: UserId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update membership set status = 'ended', updated_at = now()
          where organization_id = $1 and user_id = $2",
        tenant_id.0,
        user_id.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
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
