//! Organizations. Their members are in [`crate::membership`], their projects in [`crate::project`].

use domain::id::{OrganizationId, UserId};
use domain::tenancy::organization::Slug;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::StoreError;
use crate::id::new_id;
use crate::person::containing;
use crate::scope::Tx;

/// An organization as it is listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Organization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub is_default: bool,
    /// Active memberships.
    pub members: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Which organizations to list; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Contained in slug or name, in any case.
    pub search: Option<String>,
    /// The slug after which the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// A page of organizations, by slug.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OrganizationPage)]
pub struct Page {
    pub organizations: Vec<Organization>,
    /// The slug after which the next page begins, if there is one.
    pub next: Option<String>,
}

/// What would go with an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrganizationHoldings)]
pub struct Holdings {
    pub memberships: i64,
    pub projects: i64,
    pub roles: i64,
    pub assignments: i64,
}

/// An organization as one of its members sees it in a list of theirs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MyOrganization)]
pub struct Mine {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub is_default: bool,
    /// The names of the roles held there now, in the organization itself.
    pub roles: Vec<String>,
}

/// Every organization, by slug.
pub async fn list(tx: &mut Tx) -> Result<Vec<Organization>, StoreError> {
    let all = Filter {
        limit: i64::MAX,
        ..Filter::default()
    };
    Ok(page(tx, &all).await?.organizations)
}

/// A page of organizations.
pub async fn page(tx: &mut Tx, filter: &Filter) -> Result<Page, StoreError> {
    let rows = sqlx::query!(
        r#"select o.id, o.slug, o.name, o.description, o.is_default, o.created_at, o.updated_at,
                  (select count(*) from membership m
                    where m.organization_id = o.id and m.status = 'active') as "members!"
             from organization o
            where ($1::text is null or o.slug > $1)
              and ($2::text is null or o.slug ilike $2 or o.name ilike $2)
            order by o.slug limit $3"#,
        filter.after,
        filter.search.as_deref().map(containing),
        filter.limit.saturating_add(1)
    )
    .fetch_all(tx.connection())
    .await?;
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    let organizations: Vec<_> = rows
        .into_iter()
        .take(limit)
        .map(|row| Organization {
            id: OrganizationId(row.id),
            slug: row.slug,
            name: row.name,
            description: row.description,
            is_default: row.is_default,
            members: row.members,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
        .collect();
    let last = organizations.last().map(|last| last.slug.clone());
    Ok(Page {
        next: last.filter(|_| more),
        organizations,
    })
}

/// One organization.
pub async fn get(tx: &mut Tx, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
    let row = sqlx::query!(
        r#"select o.slug, o.name, o.description, o.is_default, o.created_at, o.updated_at,
                  (select count(*) from membership m
                    where m.organization_id = o.id and m.status = 'active') as "members!"
             from organization o where o.id = $1"#,
        id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Organization {
        id,
        slug: row.slug,
        name: row.name,
        description: row.description,
        is_default: row.is_default,
        members: row.members,
        created_at: row.created_at.to_jiff(),
        updated_at: row.updated_at.to_jiff(),
    }))
}

/// Locks an organization until the transaction ends.
pub async fn lock(tx: &mut Tx, id: OrganizationId) -> Result<(), StoreError> {
    sqlx::query!("select id from organization where id = $1 for update", id.0)
        .fetch_optional(tx.connection())
        .await?;
    Ok(())
}

/// Renames and describes an organization.
pub async fn update(
    tx: &mut Tx,
    id: OrganizationId,
    slug: &str,
    name: &str,
    description: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update organization set slug = $2, name = $3, description = $4 where id = $1",
        id.0,
        slug,
        name,
        description
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What would go with an organization.
pub async fn holdings(tx: &mut Tx, id: OrganizationId) -> Result<Holdings, StoreError> {
    let holdings = sqlx::query_as!(
        Holdings,
        r#"select (select count(*) from membership where organization_id = $1 and status = 'active') as "memberships!",
                  (select count(*) from project where tenant_id = $1) as "projects!",
                  (select count(*) from role where tenant_id = $1) as "roles!",
                  (select count(*) from user_roles where tenant_id = $1) as "assignments!""#,
        id.0
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(holdings)
}

/// Deletes an organization with everything inside.
pub async fn delete(tx: &mut Tx, id: OrganizationId) -> Result<(), StoreError> {
    sqlx::query!("delete from organization where id = $1", id.0)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// The organizations that somebody is an active member of, by slug.
pub async fn of_person(tx: &mut Tx, user_id: UserId) -> Result<Vec<Mine>, StoreError> {
    let rows = sqlx::query!(
        r#"select o.id, o.slug, o.name, o.is_default,
                  array(select distinct r.name from user_roles a join role r using (role_id)
                         where a.user_id = m.user_id and a.tenant_id = o.id and a.project_id is null
                           and a.valid_from <= now() and (a.valid_until is null or now() < a.valid_until)
                         order by r.name) as "roles!"
             from membership m join organization o on o.id = m.organization_id
            where m.user_id = $1 and m.status = 'active' order by o.slug"#,
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Mine {
            id: OrganizationId(row.id),
            slug: row.slug,
            name: row.name,
            is_default: row.is_default,
            roles: row.roles,
        })
        .collect())
}

/// Slug and id of every organization.
pub async fn ids_by_slug(tx: &mut Tx) -> Result<Vec<(String, OrganizationId)>, StoreError> {
    let rows = sqlx::query!("select slug, id from organization")
        .fetch_all(tx.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.slug, OrganizationId(row.id)))
        .collect())
}

/// The organization of that slug, or of the id that stands in its place.
pub async fn find(tx: &mut Tx, slug: &Slug) -> Result<Option<OrganizationId>, StoreError> {
    let id = sqlx::query_scalar!(
        "select id from organization where slug = $1 or id = $2",
        slug.as_str(),
        slug.as_id()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(id.map(OrganizationId))
}

/// Creates an organization.
pub async fn create(
    tx: &mut Tx,
    slug: &Slug,
    name: &str,
    description: Option<&str>,
) -> Result<OrganizationId, StoreError> {
    let id = new_id();
    sqlx::query!(
        "insert into organization (id, slug, name, description) values ($1, $2, $3, $4)",
        id,
        slug.as_str(),
        name,
        description
    )
    .execute(tx.connection())
    .await?;
    Ok(OrganizationId(id))
}

/// The id of the default organization.
pub async fn find_default(tx: &mut Tx) -> Result<Option<OrganizationId>, StoreError> {
    let id = sqlx::query_scalar!("select id from organization where is_default")
        .fetch_optional(tx.connection())
        .await?;
    Ok(id.map(OrganizationId))
}

/// Puts back the default organization and everybody's membership; returns its id.
pub async fn ensure_default(tx: &mut Tx) -> Result<OrganizationId, StoreError> {
    let id = sqlx::query_scalar!(r#"select ensure_default_organization() as "id!""#)
        .fetch_one(tx.connection())
        .await?;
    Ok(OrganizationId(id))
}
