//! Organizations.

use domain::audit::Action;
use domain::id::OrganizationId;
use domain::tenancy::organization::Slug;
use serde_json::json;
use store::organization::{self, Organization};

use crate::{Caller, Error, Reeve, record_change};

/// Every organization, by slug.
pub async fn list(reeve: &Reeve) -> Result<Vec<Organization>, Error> {
    let mut tx = reeve.database.snapshot("list organizations").await?;
    let all = organization::list(&mut tx).await?;
    tx.rollback().await?;
    Ok(all)
}

/// Creates an organization. Slug and name are unique.
pub async fn create(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    name: &str,
    description: Option<&str>,
) -> Result<OrganizationId, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Error::invalid("name", "expected 1 to 200 characters"));
    }
    let action = Action::OrganizationCreate;
    let mut tx = reeve
        .database
        .system("create organization", &caller.context(action))
        .await?;
    let id = organization::create(&mut tx, slug, name, description)
        .await
        .map_err(|e| match e.constraint() {
            Some("organization_slug") => {
                Error::Conflict(format!("slug: another organization is called `{slug}`"))
            }
            Some("organization_name") => {
                Error::Conflict(format!("name: another organization is named `{name}`"))
            }
            _ => e.into(),
        })?;
    let after = json!({ "id": id, "slug": slug });
    record_change(
        &mut tx,
        caller,
        action,
        ("organization", id.to_string()),
        json!(null),
        after,
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Puts back the default organization, its name and slug, and everybody's membership. Harmless to
/// repeat (U-40).
pub async fn ensure_default(reeve: &Reeve, caller: &Caller) -> Result<OrganizationId, Error> {
    let action = Action::OrganizationEnsureDefault;
    let mut tx = reeve
        .database
        .system("ensure default", &caller.context(action))
        .await?;
    let changed_before = store::audit::changes_here(&mut tx).await?;
    let id = organization::ensure_default(&mut tx).await?;
    if store::audit::changes_here(&mut tx).await? != changed_before {
        let after = json!({ "id": id });
        record_change(
            &mut tx,
            caller,
            action,
            ("organization", id.to_string()),
            json!(null),
            after,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(id)
}
