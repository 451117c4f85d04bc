//! Projects: scopes inside one organization.

use domain::access::ceiling::Authority;
use domain::access::permission::{PROJECTS_MANAGE, PROJECTS_READ};
use domain::access::role::{RoleDefinition, Scope};
use domain::audit::Action;
use domain::id::{AssignmentId, OrganizationId, ProjectId};
use domain::tenancy::membership::{Taken, can_take};
use domain::tenancy::organization::Slug;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::audit::Entry;
use store::project::{self, Held, Project};
use store::role::Roles;
use store::{StoreError, Tx, role};
use utoipa::ToSchema;

use crate::organization::{checked_name, checked_slug, find};
use crate::permit::{Rights, denial};
use crate::role::project_in;
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

/// One project, by slug or id.
pub async fn get(
    reeve: &Reeve,
    caller: &Caller,
    organization: &Slug,
    slug: &Slug,
) -> Result<Project, Error> {
    let mut tx = reeve.database.snapshot("show project").await?;
    let tenant_id = find(&mut tx, organization).await?;
    let project_id = project_in(reeve, &mut tx, caller, None, tenant_id, slug).await?;
    let scope = Scope::Project {
        tenant_id,
        project_id,
    };
    permit::may_look(reeve, &mut tx, caller, PROJECTS_READ, scope).await?;
    let found = project::get(&mut tx, project_id).await?;
    tx.rollback().await?;
    found.ok_or_else(|| Error::not_found("project", slug))
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
    let slug = checked_slug(slug)?;
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
        .map_err(|error| taken(error, organization.as_str(), slug.as_str()))?;
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

/// What is to change of a project; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProjectChanges)]
pub struct Changes {
    #[schema(value_type = Option<String>)]
    pub slug: Option<Slug>,
    /// 1 to 200 characters.
    pub name: Option<String>,
}

/// Changes slug or name.
pub async fn update(
    reeve: &Reeve,
    caller: &Caller,
    organization: &Slug,
    slug: &Slug,
    changes: &Changes,
) -> Result<Project, Error> {
    let action = Action::ProjectUpdate;
    let mut work = Work::begin(reeve, caller, action, organization, slug).await?;
    let before = work.project.clone();
    let mut after = before.clone();
    if let Some(slug) = &changes.slug {
        checked_slug(slug)?.as_str().clone_into(&mut after.slug);
    }
    if let Some(name) = &changes.name {
        checked_name(name)?.clone_into(&mut after.name);
    }
    let slug = (before.slug != after.slug).then_some("slug");
    let name = (before.name != after.name).then_some("name");
    let changed: Vec<_> = [slug, name].into_iter().flatten().collect();
    if changed.is_empty() {
        work.tx.rollback().await?;
        return Ok(before);
    }
    project::update(&mut work.tx, after.id, &after.slug, &after.name)
        .await
        .map_err(|error| taken(error, &after.organization, &after.slug))?;
    let entry = Entry {
        before: Some(json!({ "slug": before.slug })),
        after: Some(json!({ "slug": after.slug, "changed": changed })),
        ..work.entry()
    };
    store::audit::record(&mut work.tx, &entry).await?;
    work.tx.commit().await?;
    Ok(after)
}

/// Deletes a project, and with it every assignment inside, if the caller could take each of them;
/// returns how many.
pub async fn delete(
    reeve: &Reeve,
    caller: &Caller,
    organization: &Slug,
    slug: &Slug,
) -> Result<usize, Error> {
    let action = Action::ProjectDelete;
    let mut work = Work::begin(reeve, caller, action, organization, slug).await?;
    let id = work.project.id;
    let held = project::held(&mut work.tx, id, work.project.organization_id).await?;
    let all: Vec<&Held> = held.iter().collect();
    work.judge(work.scope(), &all).await?;
    project::delete(&mut work.tx, id).await?;
    let entry = Entry {
        before: Some(
            json!({ "id": id, "slug": work.project.slug, "assignments": work.images(&all) }),
        ),
        ..work.entry()
    };
    store::audit::record(&mut work.tx, &entry).await?;
    work.tx.commit().await?;
    Ok(held.len())
}

/// What became of a project's assignments when it moved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovedProject {
    pub project: Project,
    /// How many went with it: of members of the new organization, with roles that it has.
    pub assignments_kept: usize,
    /// How many ended.
    pub assignments_lost: usize,
}

/// Moves a project to another organization. Assignments of people who belong there go with it, if the
/// caller may give them there; the others end, if the caller may take them here. One "no" refuses all.
pub async fn relocate(
    reeve: &Reeve,
    caller: &Caller,
    organization: &Slug,
    slug: &Slug,
    to: &Slug,
) -> Result<MovedProject, Error> {
    let action = Action::ProjectMove;
    let mut work = Work::begin(reeve, caller, action, organization, slug).await?;
    let to_id = find(&mut work.tx, to).await?;
    let (id, from_id) = (work.project.id, work.project.organization_id);
    let entry = work.entry();
    // Whoever owns the project alone neither takes it from its organization nor puts it into another.
    for tenant_id in [from_id, to_id] {
        let scope = Scope::Tenant { tenant_id };
        permit::require(reeve, &mut work.tx, caller, PROJECTS_MANAGE, scope, &entry).await?;
    }
    if to_id == from_id {
        return Err(Error::invalid("to", "the project is there already"));
    }
    let held = project::held(&mut work.tx, id, to_id).await?;
    let goes = |held: &&Held| {
        let role = work.roles.get(held.role_id);
        held.member && role.is_some_and(|role| role.tenant_id.is_none())
    };
    let (kept, lost): (Vec<&Held>, Vec<&Held>) = held.iter().partition(goes);
    let all: Vec<&Held> = held.iter().collect();
    work.judge(work.scope(), &all).await?;
    let there = Scope::Project {
        tenant_id: to_id,
        project_id: id,
    };
    work.judge(there, &kept).await?;
    let ids: Vec<AssignmentId> = kept.iter().map(|held| held.assignment_id).collect();
    project::move_to(&mut work.tx, id, to_id, &ids)
        .await
        .map_err(|error| taken(error, to.as_str(), &work.project.slug))?;
    let entry = Entry {
        before: Some(json!({ "tenant_id": from_id, "assignments": work.images(&all) })),
        after: Some(json!({ "tenant_id": to_id, "assignments": work.images(&kept) })),
        ..work.entry()
    };
    let (kept, lost) = (kept.len(), lost.len());
    store::audit::record(&mut work.tx, &entry).await?;
    let project = project::get(&mut work.tx, id).await?;
    work.tx.commit().await?;
    Ok(MovedProject {
        project: project.ok_or_else(|| Error::not_found("project", id))?,
        assignments_kept: kept,
        assignments_lost: lost,
    })
}

/// A change of a project that is under way, by somebody who may manage it.
struct Work<'a> {
    reeve: &'a Reeve,
    caller: &'a Caller,
    action: Action,
    tx: Tx,
    project: Project,
    roles: Roles,
}

impl<'a> Work<'a> {
    async fn begin(
        reeve: &'a Reeve,
        caller: &'a Caller,
        action: Action,
        organization: &Slug,
        slug: &Slug,
    ) -> Result<Self, Error> {
        let mut tx = reeve
            .database
            .system(action.as_str(), &caller.context(action))
            .await?;
        let tenant_id = find(&mut tx, organization).await?;
        let project_id = project_in(reeve, &mut tx, caller, Some(action), tenant_id, slug).await?;
        let entry = entry(caller, action, tenant_id, project_id);
        let scope = Scope::Project {
            tenant_id,
            project_id,
        };
        permit::require(reeve, &mut tx, caller, PROJECTS_MANAGE, scope, &entry).await?;
        // It may have moved since it was found: what was asked for is then no longer here.
        let project = project::lock(&mut tx, project_id).await?;
        let project = project.filter(|project| project.organization_id == tenant_id);
        Ok(Self {
            reeve,
            caller,
            action,
            roles: role::load(&mut tx).await?,
            project: project.ok_or_else(|| Error::not_found("project", slug))?,
            tx,
        })
    }

    fn scope(&self) -> Scope {
        Scope::Project {
            tenant_id: self.project.organization_id,
            project_id: self.project.id,
        }
    }

    fn entry(&self) -> Entry<'a> {
        entry(
            self.caller,
            self.action,
            self.project.organization_id,
            self.project.id,
        )
    }

    /// Whether the caller may give or take all of these at a scope; a refusal is put on record.
    async fn judge(&mut self, scope: Scope, held: &[&Held]) -> Result<(), Error> {
        let (reeve, caller) = (self.reeve, self.caller);
        let rights = Rights::load(reeve, &mut self.tx, caller, &self.roles, scope).await?;
        let authority: Authority = rights.authority(scope);
        let taken = held.iter().filter_map(|held| {
            Some(Taken {
                role: self.roles.get(held.role_id)?,
                scope,
                authority: &authority,
            })
        });
        let Err(denied) = can_take(taken) else {
            return Ok(());
        };
        let denied = denial(&authority, &self.roles, scope, denied).into();
        permit::refuse(reeve, caller, &self.entry(), denied).await
    }

    fn images(&self, held: &[&Held]) -> Vec<serde_json::Value> {
        let role = |held: &Held| {
            self.roles
                .get(held.role_id)
                .map(|role: &RoleDefinition| role.name.clone())
        };
        held.iter()
            .map(|held| {
                json!({
                    "assignment_id": held.assignment_id, "user_id": held.user_id, "role": role(held),
                })
            })
            .collect()
    }
}

fn entry(
    caller: &Caller,
    action: Action,
    tenant_id: OrganizationId,
    project_id: ProjectId,
) -> Entry<'_> {
    Entry {
        tenant_id: Some(tenant_id),
        project_id: Some(project_id),
        ..caller.entry(action, "project", project_id.to_string())
    }
}

fn taken(error: StoreError, organization: &str, slug: &str) -> Error {
    match error.constraint() {
        Some("project_slug") => Error::Conflict(format!(
            "slug: another project of `{organization}` is called `{slug}`"
        )),
        _ => error.into(),
    }
}
