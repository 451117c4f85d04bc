//! Projects: scopes inside one organization.

use domain::access::permission::{PROJECTS_MANAGE, PROJECTS_READ};
use domain::access::role::Scope;
use domain::audit::Action;
use domain::id::ProjectId;
use domain::tenancy::organization::Slug;
use serde_json::json;
use store::StoreError;
use store::audit::Entry;
use store::project::{self, Project};

use crate::organization::{checked_name, find};
use crate::{Caller, Error, Reeve, permit};

/// The projects of an organization, or of all, by slug.
pub async fn list(
    reeve: &Reeve,
    caller: &Caller,
    organization: Option<&Slug>,
) -> Result<Vec<Project>, Error> {
    let why = "list projects";
    let (mut tx, tenant_id) = match organization {
        Some(slug) => {
            let (tx, id) = permit::look_in(reeve, caller, why, PROJECTS_READ, slug).await?;
            (tx, Some(id))
        }
        None => (permit::look(reeve, caller, why, PROJECTS_READ).await?, None),
    };
    let projects = project::list(&mut tx, tenant_id).await?;
    tx.rollback().await?;
    Ok(projects)
}

/// Creates a project. Its slug is unique in the organization.
pub async fn create(
    reeve: &Reeve,
    caller: &Caller,
    organization: &Slug,
    slug: &Slug,
    name: &str,
) -> Result<ProjectId, Error> {
    let name = checked_name(name)?;
    let action = Action::ProjectCreate;
    let mut tx = reeve
        .database
        .system("create project", &caller.context(action))
        .await?;
    let tenant_id = find(&mut tx, organization).await?;
    let entry = Entry {
        tenant_id: Some(tenant_id),
        after: Some(json!({ "slug": slug })),
        ..caller.entry(action, "organization", tenant_id.to_string())
    };
    let scope = Scope::Tenant { tenant_id };
    permit::require(reeve, &mut tx, caller, PROJECTS_MANAGE, scope, &entry).await?;
    let id = project::create(&mut tx, tenant_id, slug, name)
        .await
        .map_err(|error| taken(error, organization, slug))?;
    let entry = Entry {
        tenant_id: Some(tenant_id),
        project_id: Some(id),
        after: Some(json!({ "id": id, "slug": slug })),
        ..caller.entry(action, "project", id.to_string())
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(id)
}

fn taken(error: StoreError, organization: &Slug, slug: &Slug) -> Error {
    match error.constraint() {
        Some("project_slug") => Error::Conflict(format!(
            "slug: another project of `{organization}` is called `{slug}`"
        )),
        _ => error.into(),
    }
}
