//! Giving and taking roles. What roles there are is in [`list`], defining them in [`define`].

pub mod define;
mod list;

use domain::access::permission::{IDENTITIES_READ, PROJECTS_READ, ROLES_GRANT};
use domain::access::role::{RoleDefinition, Scope, ScopeKind};
use domain::access::validity::validity;
use domain::actor::SYSTEM_USER;
use domain::audit::Action;
use domain::id::{AssignmentId, OrganizationId, ProjectId, UserId};
use domain::tenancy::organization::Slug;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::assignment::{self, Grant};
use store::audit::Entry;
use store::{Tx, identity, project, role};
use utoipa::ToSchema;

use crate::identity::named_id;
use crate::permit::Rights;
use crate::{Caller, Error, Reeve, lifecycle, membership, permit};

pub use list::{Listed, list, list_at, show};

/// Where a role is given, as a person names it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub organization: Option<Slug>,
    pub project: Option<Slug>,
}

/// A role for somebody, as it is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAssignment)]
pub struct Wanted {
    /// Id or e-mail address.
    pub identity: String,
    /// The role's name.
    pub role: String,
    /// When it begins; now, if left out.
    pub valid_from: Option<Timestamp>,
    /// When it ends; never, if left out.
    pub valid_until: Option<Timestamp>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GivenRole)]
pub struct Given {
    /// Whether it is new; what was there already from the same source stays as it was.
    pub changed: bool,
    pub assignment_id: Option<AssignmentId>,
}

/// Gives a role. `true` if it is new, `false` if it was there already from the same source.
pub async fn assign(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    role_name: &str,
    place: &Place,
) -> Result<bool, Error> {
    let wanted = Wanted {
        identity: who.to_owned(),
        role: role_name.to_owned(),
        valid_from: None,
        valid_until: None,
    };
    Ok(give(reeve, caller, &wanted, place).await?.changed)
}

/// Gives a role for some time.
pub async fn give(
    reeve: &Reeve,
    caller: &Caller,
    wanted: &Wanted,
    place: &Place,
) -> Result<Given, Error> {
    let action = Action::RoleAssign;
    let mut tx = reeve
        .database
        .system("assign role", &caller.context(action))
        .await?;
    let time = (wanted.valid_from, wanted.valid_until);
    let now = tx.now().await?;
    validity(time.0, time.1, now).map_err(|problem| {
        let (field, text) = split(problem.to_string());
        Error::invalid(field, text)
    })?;
    let (user_id, role, scope) = gate(
        reeve,
        &mut tx,
        caller,
        action,
        &wanted.identity,
        &wanted.role,
        place,
    )
    .await?;
    lifecycle::not_erased(&mut tx, user_id).await?;
    let entry = entry(caller, action, user_id, &role, scope);
    if let Some(tenant_id) = scope.tenant_id() {
        let begun = membership::activate(&mut tx, caller, &[(tenant_id, user_id)]).await;
        if let Err(denied @ Error::CrossTenant(_)) = begun {
            drop(tx);
            return permit::refuse(reeve, caller, &entry, denied).await;
        }
        begun?;
    }
    let given = grant(&mut tx, caller, user_id, &role, scope, time).await?;
    let Some(assignment_id) = given else {
        tx.rollback().await?;
        if time != (None, None) {
            let said = "they have this role here already; take it first to change its time";
            return Err(Error::Conflict(said.to_owned()));
        }
        return Ok(Given {
            changed: false,
            assignment_id: None,
        });
    };
    tx.commit().await?;
    Ok(Given {
        changed: true,
        assignment_id: Some(assignment_id),
    })
}

/// `field: text` in its parts.
fn split(said: String) -> (&'static str, String) {
    match said.split_once(": ") {
        Some(("valid_from", text)) => ("valid_from", text.to_owned()),
        Some((_, text)) => ("valid_until", text.to_owned()),
        None => ("valid_until", said),
    }
}

/// Writes an assignment that was judged, with its row. `None` if it is there already.
pub(crate) async fn grant(
    tx: &mut Tx,
    caller: &Caller,
    user_id: UserId,
    role: &RoleDefinition,
    scope: Scope,
    time: (Option<Timestamp>, Option<Timestamp>),
) -> Result<Option<AssignmentId>, Error> {
    let grant = Grant {
        user_id,
        scope,
        role_id: role.role_id,
    };
    let (source, by) = (caller.actor.source(), caller.actor.user_id());
    let given = assignment::grant_for(tx, &grant, time, source, by).await?;
    if let Some(assignment_id) = given {
        let mut after = image(role, scope, &[assignment_id]);
        if time != (None, None) {
            after["valid_from"] = json!(time.0);
            after["valid_until"] = json!(time.1);
        }
        let entry = Entry {
            after: Some(after),
            ..entry(caller, Action::RoleAssign, user_id, role, scope)
        };
        store::audit::record(tx, &entry).await?;
    }
    Ok(given)
}

/// Takes a role, from whatever source it came, and whatever reconcile stripped of it and would give
/// back. Returns how many assignments that were.
pub async fn revoke(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    role_name: &str,
    place: &Place,
) -> Result<usize, Error> {
    let action = Action::RoleRevoke;
    let mut tx = reeve
        .database
        .system("revoke role", &caller.context(action))
        .await?;
    let (user_id, role, scope) =
        gate(reeve, &mut tx, caller, action, who, role_name, place).await?;
    let taken = assignment::revoke(&mut tx, user_id, scope, role.role_id)
        .await
        .map_err(last_owner)?;
    let kept = assignment::forget_stripped(&mut tx, user_id, scope, role.role_id).await?;
    if taken.is_empty() && kept.is_empty() {
        tx.rollback().await?;
        return Ok(0);
    }
    let mut before = image(&role, scope, &taken);
    if !kept.is_empty() {
        before["stripped_assignment_ids"] = json!(kept);
    }
    let entry = Entry {
        before: Some(before),
        ..entry(caller, action, user_id, &role, scope)
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(taken.len() + kept.len())
}

/// Finds what and where, asks the gate, and only then finds who: whoever may give nothing learns of
/// nobody. A refusal is audited before it is returned.
async fn gate(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    who: &str,
    role_name: &str,
    place: &Place,
) -> Result<(UserId, RoleDefinition, Scope), Error> {
    let scope = scope_for(reeve, tx, caller, Some(action), place).await?;
    let roles = role::load(tx).await?;
    let rights = Rights::load(reeve, tx, caller, &roles, scope).await?;
    let target = identity::find(tx, who).await?.map(|(user_id, _)| user_id);
    if let Err(refusal) = rights.ask(ROLES_GRANT, scope)
        && refusal.hides()
    {
        let entry = Entry {
            target: target.or(named_id(who)),
            tenant_id: scope.tenant_id(),
            project_id: scope.project_id(),
            ..caller.entry(action, "permission", ROLES_GRANT.name().to_owned())
        };
        return permit::refuse(reeve, caller, &entry, refusal.into()).await;
    }
    let role = named(&roles, role_name, scope)?;
    if let Err(denied) = rights.grant(&roles, &role, scope) {
        let about = target.or(named_id(who)).unwrap_or(SYSTEM_USER);
        let entry = Entry {
            target: target.or(named_id(who)),
            after: Some(image(&role, scope, &[])),
            ..entry(caller, action, about, &role, scope)
        };
        return permit::refuse(reeve, caller, &entry, denied).await;
    }
    let not_found = || Error::not_found("identity", who);
    let user_id = target
        .filter(|user_id| *user_id != SYSTEM_USER)
        .ok_or_else(not_found)?;
    // Inside an organization, whoever may not look at everybody knows its members alone.
    if let Some(tenant_id) = scope.tenant_id()
        && rights.ask(IDENTITIES_READ, Scope::Platform).is_err()
        && !store::membership::is_active(tx, tenant_id, user_id).await?
    {
        return Err(not_found());
    }
    Ok((user_id, role, scope))
}

/// The role of that name at a scope.
pub(crate) fn named(
    roles: &role::Roles,
    name: &str,
    scope: Scope,
) -> Result<RoleDefinition, Error> {
    let found = roles.named(name, scope.kind(), scope.tenant_id()).cloned();
    found.ok_or_else(|| {
        let what = match scope.kind() {
            ScopeKind::Platform => "platform role",
            ScopeKind::Tenant => "tenant role",
            ScopeKind::Project => "project role",
        };
        Error::not_found(what, name)
    })
}

/// The scope that a place names, for an operation of somebody who may not see everything: a project
/// that is another organization's is a mismatch to whoever may see both, and missing to others (D26).
/// With an `action` it is put on record.
pub(crate) async fn scope_for(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Option<Action>,
    place: &Place,
) -> Result<Scope, Error> {
    let (Some(organization), Some(slug)) = (&place.organization, &place.project) else {
        return find_scope(tx, place).await;
    };
    let tenant_id = crate::organization::find(tx, organization).await?;
    let project_id = project_in(reeve, tx, caller, action, tenant_id, slug).await?;
    Ok(Scope::Project {
        tenant_id,
        project_id,
    })
}

/// The project of that slug or id in an organization.
pub(crate) async fn project_in(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Option<Action>,
    tenant_id: OrganizationId,
    slug: &Slug,
) -> Result<ProjectId, Error> {
    if let Some(project_id) = project::find(tx, tenant_id, slug).await? {
        return Ok(project_id);
    }
    let not_found = Error::not_found("project", slug);
    let Some(other) = project::elsewhere(tx, tenant_id, slug).await? else {
        return Err(not_found);
    };
    tracing::warn!(class = "scope_mismatch", %tenant_id, project = %slug, "the project is another organization's");
    let mismatch = Error::ScopeMismatch {
        project: slug.to_string(),
    };
    let mut sees_both = true;
    for tenant_id in [tenant_id, other] {
        let scope = Scope::Tenant { tenant_id };
        let seen = permit::may_look(reeve, tx, caller, PROJECTS_READ, scope).await;
        sees_both &= seen.is_ok();
    }
    let answer = match action {
        None => mismatch,
        Some(action) => {
            let entry = Entry {
                tenant_id: Some(tenant_id),
                ..caller.entry(action, "organization", tenant_id.to_string())
            };
            let refused: Result<(), Error> = permit::refuse(reeve, caller, &entry, mismatch).await;
            match refused {
                Err(answer) => answer,
                Ok(()) => return Err(not_found),
            }
        }
    };
    Err(if sees_both { answer } else { not_found })
}

/// The scope that a place names.
pub(crate) async fn find_scope(tx: &mut Tx, place: &Place) -> Result<Scope, Error> {
    let Some(slug) = &place.organization else {
        return match &place.project {
            None => Ok(Scope::Platform),
            Some(_) => Err(Error::invalid(
                "project",
                "a project is named with its organization",
            )),
        };
    };
    let tenant_id = crate::organization::find(tx, slug).await?;
    let Some(slug) = &place.project else {
        return Ok(Scope::Tenant { tenant_id });
    };
    let project_id = project::find(tx, tenant_id, slug)
        .await?
        .ok_or_else(|| Error::NotFound {
            what: "project",
            name: slug.to_string(),
        })?;
    Ok(Scope::Project {
        tenant_id,
        project_id,
    })
}

pub(crate) fn entry<'a>(
    caller: &'a Caller,
    action: Action,
    user_id: UserId,
    role: &RoleDefinition,
    scope: Scope,
) -> Entry<'a> {
    Entry {
        target: Some(user_id),
        tenant_id: scope.tenant_id(),
        project_id: scope.project_id(),
        ..caller.entry(action, "user_roles", format!("{user_id}/{}", role.name))
    }
}

/// The image of a role at its scope, with the assignments that are meant.
pub(crate) fn image(
    role: &RoleDefinition,
    scope: Scope,
    assignments: &[AssignmentId],
) -> serde_json::Value {
    let mut image = json!({ "role": role.name, "role_id": role.role_id, "at": scope });
    if !assignments.is_empty() {
        image["assignment_ids"] = json!(assignments);
    }
    image
}

/// The database's guard, in words that name the remedy.
pub(crate) fn last_owner(error: store::StoreError) -> Error {
    match error.constraint() {
        Some("last_owner") => {
            Error::Conflict(format!("{error}; give the role to somebody else first"))
        }
        _ => error.into(),
    }
}

/// Takes one assignment, whatever else gives the same role. `false` if it is gone already.
pub(crate) async fn revoke_one(
    reeve: &Reeve,
    caller: &Caller,
    assignment_id: AssignmentId,
    why: &str,
) -> Result<bool, Error> {
    let action = Action::RoleRevoke;
    let context = caller.context(action);
    let mut tx = reeve.database.system(action.as_str(), &context).await?;
    let Some((user_id, role_id, scope)) = assignment::lock(&mut tx, assignment_id).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    let roles = role::load(&mut tx).await?;
    let role = roles
        .get(role_id)
        .ok_or_else(|| Error::not_found("role", role_id))?;
    let entry = Entry {
        reason: Some(why.to_owned()),
        before: Some(image(role, scope, &[assignment_id])),
        ..entry(caller, action, user_id, role, scope)
    };
    let rights = Rights::load(reeve, &mut tx, caller, &roles, scope).await?;
    if let Err(denied) = rights.grant(&roles, role, scope) {
        drop(tx);
        return permit::refuse(reeve, caller, &entry, denied).await;
    }
    assignment::delete(&mut tx, assignment_id)
        .await
        .map_err(last_owner)?;
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(true)
}
