//! Projects: scopes inside one organization.

use domain::id::{AssignmentId, OrganizationId, ProjectId, RoleId, UserId};
use domain::tenancy::organization::Slug;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::id::new_id;
use crate::scope::Tx;

/// A project as it is listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
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

/// The project of that slug in an organization, or of the id that stands in its place.
pub async fn find(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    slug: &Slug,
) -> Result<Option<ProjectId>, StoreError> {
    let id = sqlx::query_scalar!(
        "select project_id from project where tenant_id = $1 and (slug = $2 or project_id = $3)",
        tenant_id.0,
        slug.as_str(),
        slug.as_id()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(id.map(ProjectId))
}

/// The one other organization that has a project of that slug or id; `None` if none has, or several.
pub async fn elsewhere(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    slug: &Slug,
) -> Result<Option<OrganizationId>, StoreError> {
    let found = sqlx::query_scalar!(
        "select tenant_id from project
          where tenant_id <> $1 and (slug = $2 or project_id = $3) limit 2",
        tenant_id.0,
        slug.as_str(),
        slug.as_id()
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(match found[..] {
        [only] => Some(OrganizationId(only)),
        _ => None,
    })
}

/// One project, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: ProjectId) -> Result<Option<Project>, StoreError> {
    let row = sqlx::query!(
        "select p.tenant_id, o.slug as organization, p.slug, p.name
           from project p join organization o on o.id = p.tenant_id
          where p.project_id = $1 for update of p",
        id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Project {
        id,
        organization_id: OrganizationId(row.tenant_id),
        organization: row.organization,
        slug: row.slug,
        name: row.name,
    }))
}

/// One project.
pub async fn get(tx: &mut Tx, id: ProjectId) -> Result<Option<Project>, StoreError> {
    let row = sqlx::query!(
        "select p.tenant_id, o.slug as organization, p.slug, p.name
           from project p join organization o on o.id = p.tenant_id where p.project_id = $1",
        id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Project {
        id,
        organization_id: OrganizationId(row.tenant_id),
        organization: row.organization,
        slug: row.slug,
        name: row.name,
    }))
}

/// Renames a project.
pub async fn update(tx: &mut Tx, id: ProjectId, slug: &str, name: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "update project set slug = $2, name = $3 where project_id = $1",
        id.0,
        slug,
        name
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes a project with every assignment in it.
pub async fn delete(tx: &mut Tx, id: ProjectId) -> Result<(), StoreError> {
    sqlx::query!("delete from project where project_id = $1", id.0)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// A role that somebody has in a project.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub assignment_id: AssignmentId,
    pub user_id: UserId,
    pub role_id: RoleId,
    /// Whether they are an active member of the organization that was asked about.
    pub member: bool,
}

/// The assignments in a project, and whether whoever has them belongs to `organization`.
pub async fn held(
    tx: &mut Tx,
    id: ProjectId,
    organization: OrganizationId,
) -> Result<Vec<Held>, StoreError> {
    let rows = sqlx::query!(
        r#"select a.assignment_id, a.user_id, a.role_id,
                  exists (select from membership m where m.user_id = a.user_id
                             and m.organization_id = $2 and m.status = 'active') as "member!"
             from user_roles a where a.project_id = $1 order by a.assignment_id for update of a"#,
        id.0,
        organization.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Held {
            assignment_id: AssignmentId(row.assignment_id),
            user_id: UserId(row.user_id),
            role_id: RoleId(row.role_id),
            member: row.member,
        })
        .collect())
}

/// Moves a project to another organization with these of its assignments; the others end.
pub async fn move_to(
    tx: &mut Tx,
    id: ProjectId,
    organization: OrganizationId,
    kept: &[AssignmentId],
) -> Result<(), StoreError> {
    let kept: Vec<Uuid> = kept.iter().map(|id| id.0).collect();
    // An assignment names its tenant with its project, so none can stand while the project moves.
    let taken = sqlx::query!(
        "delete from user_roles where project_id = $1
         returning assignment_id, user_id, role_id, source, granted_by, valid_from, valid_until",
        id.0
    )
    .fetch_all(tx.connection())
    .await?;
    sqlx::query!(
        "update project set tenant_id = $2 where project_id = $1",
        id.0,
        organization.0
    )
    .execute(tx.connection())
    .await?;
    for row in taken
        .into_iter()
        .filter(|row| kept.contains(&row.assignment_id))
    {
        sqlx::query!(
            "insert into user_roles (assignment_id, user_id, tenant_id, project_id, role_id, source,
                                     granted_by, valid_from, valid_until)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            row.assignment_id,
            row.user_id,
            organization.0,
            id.0,
            row.role_id,
            row.source,
            row.granted_by,
            row.valid_from as jiff_sqlx::Timestamp,
            row.valid_until as Option<jiff_sqlx::Timestamp>
        )
        .execute(tx.connection())
        .await?;
    }
    Ok(())
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
