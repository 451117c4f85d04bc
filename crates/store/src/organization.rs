//! Organizations. Their members are in [`crate::membership`], their projects in [`crate::project`].

use domain::id::OrganizationId;
use domain::tenancy::organization::Slug;
use serde::Serialize;

use crate::error::StoreError;
use crate::id::new_id;
use crate::scope::Tx;

/// An organization as it is listed.
#[derive(Clone, Debug, Serialize)]
pub struct Organization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub is_default: bool,
    /// Active memberships.
    pub members: i64,
}

/// Every organization, by slug.
pub async fn list(tx: &mut Tx) -> Result<Vec<Organization>, StoreError> {
    let rows = sqlx::query!(
        r#"select o.id, o.slug, o.name, o.description, o.is_default,
                  (select count(*) from membership m
                    where m.organization_id = o.id and m.status = 'active') as "members!"
             from organization o order by o.slug"#
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Organization {
            id: OrganizationId(row.id),
            slug: row.slug,
            name: row.name,
            description: row.description,
            is_default: row.is_default,
            members: row.members,
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

/// The organization with that slug.
pub async fn find(tx: &mut Tx, slug: &Slug) -> Result<Option<OrganizationId>, StoreError> {
    let id = sqlx::query_scalar!("select id from organization where slug = $1", slug.as_str())
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
