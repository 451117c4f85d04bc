//! Organizations.

use domain::access::permission::{ORGANIZATIONS_MANAGE, ORGANIZATIONS_READ};
use domain::access::role::Scope;
use domain::audit::Action;
use domain::id::OrganizationId;
use domain::tenancy::organization::{DEFAULT_NAME, DEFAULT_SLUG, Slug};
use serde::Deserialize;
use serde_json::json;
use store::audit::Entry;
use store::organization::{self, Filter, Holdings, Mine, Organization, Page};
use store::{StoreError, Tx, assignment, membership, role};
use utoipa::ToSchema;

use crate::identity::some;
use crate::permit::Rights;
use crate::role::image;
use crate::{Caller, Error, Reeve, counted, mapping, permit, record_change};

/// How many people the audit row of [`ensure_default`] names; of more it says how many.
const MOST_NAMED: i64 = 100;

/// Every organization, by slug.
pub async fn list(reeve: &Reeve, caller: &Caller) -> Result<Vec<Organization>, Error> {
    let mut tx = permit::look(reeve, caller, "list organizations", ORGANIZATIONS_READ).await?;
    let all = organization::list(&mut tx).await?;
    tx.rollback().await?;
    Ok(all)
}

/// A page of organizations, by slug.
pub async fn page(reeve: &Reeve, caller: &Caller, filter: &Filter) -> Result<Page, Error> {
    some(filter.limit)?;
    let mut tx = permit::look(reeve, caller, "list organizations", ORGANIZATIONS_READ).await?;
    let page = organization::page(&mut tx, filter).await?;
    tx.rollback().await?;
    Ok(page)
}

/// The organizations that the caller belongs to.
pub async fn mine(reeve: &Reeve, caller: &Caller) -> Result<Vec<Mine>, Error> {
    permit::own(reeve, caller, ORGANIZATIONS_READ)?;
    let mut tx = reeve.database.snapshot("list own organizations").await?;
    let mine = organization::of_person(&mut tx, caller.actor.user_id()).await?;
    tx.rollback().await?;
    Ok(mine)
}

/// One organization, by slug or id.
pub async fn get(reeve: &Reeve, caller: &Caller, slug: &Slug) -> Result<Organization, Error> {
    let why = "show organization";
    let (mut tx, id) = permit::look_in(reeve, caller, why, ORGANIZATIONS_READ, slug).await?;
    let found = load(&mut tx, id).await?;
    tx.rollback().await?;
    Ok(found)
}

async fn load(tx: &mut Tx, id: OrganizationId) -> Result<Organization, Error> {
    let found = organization::get(tx, id).await?;
    found.ok_or_else(|| Error::not_found("organization", id))
}

/// Creates an organization. Slug and name are unique.
pub async fn create(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    name: &str,
    description: Option<&str>,
) -> Result<OrganizationId, Error> {
    let action = Action::OrganizationCreate;
    counted(action, async {
        let name = checked_name(name)?;
        let description = description.map(checked_description).transpose()?;
        let slug = checked_slug(slug)?;
        let mut tx = permit::change(reeve, caller, action, ORGANIZATIONS_MANAGE, None).await?;
        let id = organization::create(&mut tx, slug, name, description)
            .await
            .map_err(|error| taken(error, slug.as_str(), name))?;
        let after = json!({ "id": id, "slug": slug });
        let entity = ("organization", id.to_string());
        record_change(&mut tx, caller, action, entity, json!(null), after).await?;
        tx.commit().await?;
        Ok(id)
    })
    .await
}

/// What is to change of an organization; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganizationChanges)]
pub struct Changes {
    #[schema(value_type = Option<String>)]
    pub slug: Option<Slug>,
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// At most 2000 characters; empty takes it away.
    pub description: Option<String>,
}

/// Changes slug, name or description. The default organization keeps its slug and name.
pub async fn update(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    changes: &Changes,
) -> Result<Organization, Error> {
    let action = Action::OrganizationUpdate;
    counted(action, async {
        let mut tx = reeve
            .database
            .system(action.as_str(), &caller.context(action))
            .await?;
        let id = find(&mut tx, slug).await?;
        let entry = Entry {
            tenant_id: Some(id),
            ..caller.entry(action, "organization", id.to_string())
        };
        let scope = Scope::Tenant { tenant_id: id };
        permit::require(reeve, &mut tx, caller, ORGANIZATIONS_MANAGE, scope, &entry).await?;
        organization::lock(&mut tx, id).await?;
        let before = load(&mut tx, id).await?;
        let after = changed(&before, changes)?;
        let differs: Vec<&str> = differences(&before, &after).collect();
        if differs.is_empty() {
            tx.rollback().await?;
            return Ok(before);
        }
        if before.slug != after.slug {
            unmapped(reeve, &[&before.slug])?;
        }
        let description = after.description.as_deref();
        organization::update(&mut tx, id, &after.slug, &after.name, description)
            .await
            .map_err(|error| taken(error, &after.slug, &after.name))?;
        let entry = Entry {
            before: Some(json!({ "slug": before.slug })),
            after: Some(json!({ "slug": after.slug, "changed": differs })),
            ..entry
        };
        store::audit::record(&mut tx, &entry).await?;
        let now_is = load(&mut tx, id).await?;
        tx.commit().await?;
        Ok(now_is)
    })
    .await
}

/// The organization as it will be.
fn changed(before: &Organization, changes: &Changes) -> Result<Organization, Error> {
    let mut after = before.clone();
    if let Some(slug) = &changes.slug {
        checked_slug(slug)?.as_str().clone_into(&mut after.slug);
    }
    if let Some(name) = &changes.name {
        checked_name(name)?.clone_into(&mut after.name);
    }
    if let Some(description) = &changes.description {
        let text = checked_description(description)?;
        after.description = (!text.is_empty()).then(|| text.to_owned());
    }
    if before.is_default && (&before.slug, &before.name) != (&after.slug, &after.name) {
        let said = "the default organization keeps its slug and name";
        return Err(Error::Conflict(said.to_owned()));
    }
    Ok(after)
}

/// The fields in which two states of an organization differ.
fn differences(before: &Organization, after: &Organization) -> impl Iterator<Item = &'static str> {
    let slug = (before.slug != after.slug).then_some("slug");
    let name = (before.name != after.name).then_some("name");
    let description = (before.description != after.description).then_some("description");
    [slug, name, description].into_iter().flatten()
}

/// Deletes an organization with everything inside, never the default one. `confirm` repeats its slug;
/// without, the error says what would be lost. That is the platform's to do, not its owners'.
pub async fn delete(
    reeve: &Reeve,
    caller: &Caller,
    slug: &Slug,
    confirm: Option<&str>,
) -> Result<Holdings, Error> {
    let action = Action::OrganizationDelete;
    counted(action, async {
        let mut tx = permit::change(reeve, caller, action, ORGANIZATIONS_MANAGE, None).await?;
        let id = find(&mut tx, slug).await?;
        organization::lock(&mut tx, id).await?;
        let found = load(&mut tx, id).await?;
        if found.is_default {
            let said = "the default organization can't be deleted";
            return Err(Error::Conflict(said.to_owned()));
        }
        may_end(reeve, &mut tx, caller, id).await?;
        let lost = organization::holdings(&mut tx, id).await?;
        if confirm != Some(found.slug.as_str()) {
            return Err(unconfirmed(&found.slug, &lost));
        }
        unmapped(reeve, &[&found.slug, &id.to_string()])?;
        organization::delete(&mut tx, id).await?;
        let entry = Entry {
            tenant_id: Some(id),
            before: Some(json!({ "id": id, "slug": found.slug, "lost": lost })),
            ..caller.entry(action, "organization", id.to_string())
        };
        store::audit::record(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(lost)
    })
    .await
}

/// Refuses where the mapping of groups gives something in the organization of one of these names.
fn unmapped(reeve: &Reeve, names: &[&str]) -> Result<(), Error> {
    let live = reeve.live.get();
    mapping::unnamed(live.mapping.targets_in(Some(names)).next())
}

/// Whether the caller could take every role that people have inside; a refusal is put on record.
async fn may_end(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    tenant_id: OrganizationId,
) -> Result<(), Error> {
    if caller.is_trusted() {
        return Ok(());
    }
    let roles = role::load(tx).await?;
    let rights = Rights::load(reeve, tx, caller, &roles, Scope::Platform).await?;
    let held = assignment::in_organization(tx, tenant_id).await?;
    for (role_id, scope) in held {
        let Some(role) = roles.get(role_id) else {
            continue;
        };
        if let Err(denied) = rights.grant(&roles, role, scope) {
            let entry = Entry {
                tenant_id: Some(tenant_id),
                before: Some(image(role, scope, &[])),
                ..caller.entry(
                    Action::OrganizationDelete,
                    "organization",
                    tenant_id.to_string(),
                )
            };
            return permit::refuse(reeve, caller, &entry, denied).await;
        }
    }
    Ok(())
}

fn unconfirmed(slug: &str, lost: &Holdings) -> Error {
    let Holdings {
        memberships,
        projects,
        roles,
        assignments,
    } = lost;
    Error::Conflict(format!(
        "confirm: it would take {memberships} memberships, {projects} projects, {roles} roles of its own \
         and {assignments} assignments, and can't be undone; repeat the slug `{slug}` to do it"
    ))
}

/// A slug for something new: not one that an id could be.
pub(crate) fn checked_slug(slug: &Slug) -> Result<&Slug, Error> {
    slug.as_new_name().map_err(|_| {
        let problem = "it looks like an id, and an id may stand wherever a slug does";
        Error::invalid("slug", problem)
    })
}

fn checked_description(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if text.chars().count() > 2000 {
        return Err(Error::invalid(
            "description",
            "expected at most 2000 characters",
        ));
    }
    Ok(text)
}

/// A name without the blanks around it, if it is 1 to 200 characters long.
pub(crate) fn checked_name(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Error::invalid("name", "expected 1 to 200 characters"));
    }
    Ok(name)
}

/// The organization of that slug or id.
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
