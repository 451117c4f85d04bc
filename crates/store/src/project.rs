//! Projects: scopes inside one organization.

use domain::id::{OrganizationId, ProjectId};
use domain::tenancy::organization::Slug;
use serde::Serialize;

use crate::error::StoreError;
use crate::id::new_id;
use crate::scope::Tx;

/// A project as it is listed.
#[derive(Clone, Debug, Serialize)]
pub struct Project {
    pub id: ProjectId,
    pub organization_id: OrganizationId,
    /// The organization's slug.
    pub organization: String,
    pub slug: String,
    pub name: String,
}

/// The projects of an organization, or of all, by slug.
pub async fn list(
    tx: &mut Tx,
    tenant_id: Option<OrganizationId>,
) -> Result<Vec<Project>, StoreError> {
    let rows = sqlx::query!(
        "select p.project_id, p.tenant_id, o.slug as organization, p.slug, p.name
           from project p join organization o on o.id = p.tenant_id
          where $1::uuid is null or p.tenant_id = $1
          order by o.slug, p.slug",
        tenant_id.map(|id| id.0)
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Project {
            id: ProjectId(row.project_id),
            organization_id: OrganizationId(row.tenant_id),
            organization: row.organization,
            slug: row.slug,
            name: row.name,
        })
        .collect())
}

/// The project with that slug in an organization.
pub async fn find(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    slug: &Slug,
) -> Result<Option<ProjectId>, StoreError> {
    let id = sqlx::query_scalar!(
        "select project_id from project where tenant_id = $1 and slug = $2",
        tenant_id.0,
        slug.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(id.map(ProjectId))
}

/// Creates a project.
pub async fn create(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    slug: &Slug,
    name: &str,
) -> Result<ProjectId, StoreError> {
    let id = new_id();
    sqlx::query!(
        "insert into project (project_id, tenant_id, slug, name) values ($1, $2, $3, $4)",
        id,
        tenant_id.0,
        slug.as_str(),
        name
    )
    .execute(tx.connection())
    .await?;
    Ok(ProjectId(id))
}
