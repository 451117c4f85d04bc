//! Organizations.

use domain::access::permission::{ORGANIZATIONS_MANAGE, ORGANIZATIONS_READ};
use domain::audit::Action;
use domain::id::OrganizationId;
use domain::tenancy::organization::{DEFAULT_NAME, DEFAULT_SLUG, Slug};
use serde_json::json;
use store::organization::{self, Organization};
use store::{StoreError, Tx, membership};

use crate::{Caller, Error, Reeve, permit, record_change};

/// How many people the audit row of [`ensure_default`] names; of more it says how many.
const MOST_NAMED: i64 = 100;

/// Every organization, by slug.
pub async fn list(reeve: &Reeve, caller: &Caller) -> Result<Vec<Organization>, Error> {
    let mut tx = permit::look(reeve, caller, "list organizations", ORGANIZATIONS_READ).await?;
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
    let name = checked_name(name)?;
    let action = Action::OrganizationCreate;
    let mut tx = permit::change(reeve, caller, action, ORGANIZATIONS_MANAGE, None).await?;
    let id = organization::create(&mut tx, slug, name, description)
        .await
        .map_err(|error| taken(error, slug.as_str(), name))?;
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

/// A name without the blanks around it, if it is 1 to 200 characters long.
pub(crate) fn checked_name(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Error::invalid("name", "expected 1 to 200 characters"));
    }
    Ok(name)
}

/// The organization with that slug.
pub(crate) async fn find(tx: &mut Tx, slug: &Slug) -> Result<OrganizationId, Error> {
    organization::find(tx, slug)
        .await?
        .ok_or_else(|| Error::NotFound {
            what: "organization",
            name: slug.to_string(),
        })
}

/// Slug and name are unique; says which of them is another organization's.
fn taken(error: StoreError, slug: &str, name: &str) -> Error {
    match error.constraint() {
        Some("organization_slug") => {
            Error::Conflict(format!("slug: another organization is called `{slug}`"))
        }
        Some("organization_name") => {
            Error::Conflict(format!("name: another organization is named `{name}`"))
        }
        _ => error.into(),
    }
}

/// Puts back the default organization, its name and slug, and everybody's membership. Harmless to
/// repeat (U-40).
pub async fn ensure_default(reeve: &Reeve, caller: &Caller) -> Result<OrganizationId, Error> {
    let action = Action::OrganizationEnsureDefault;
    let mut tx = permit::change(reeve, caller, action, ORGANIZATIONS_MANAGE, None).await?;
    let changed_before = store::audit::changes_here(&mut tx).await?;
    let id = organization::ensure_default(&mut tx)
        .await
        .map_err(|error| taken(error, DEFAULT_SLUG, DEFAULT_NAME))?;
    if store::audit::changes_here(&mut tx).await? != changed_before {
        let (count, first) = membership::activated_here(&mut tx, MOST_NAMED).await?;
        let after = if count > MOST_NAMED {
            json!({ "id": id, "enrolled": count })
        } else {
            json!({ "id": id, "enrolled": first })
        };
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
