//! Projects: scopes inside one organization.

use domain::id::{OrganizationId, ProjectId};
use domain::tenancy::organization::Slug;

use crate::error::StoreError;
use crate::scope::Tx;

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
