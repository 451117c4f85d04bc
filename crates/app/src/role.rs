//! Giving and taking roles.

use domain::access::ceiling::can_grant;
use domain::access::permission::{Permission, ROLES_READ};
use domain::access::role::{RoleDefinition, Scope, ScopeKind};
use domain::audit::Action;
use domain::id::{AssignmentId, UserId};
use domain::tenancy::organization::Slug;
use serde::Serialize;
use serde_json::json;
use store::assignment::{self, Grant};
use store::audit::Entry;
use store::{Tx, identity, project, role};

use crate::permit::Rights;
use crate::{Caller, Error, Reeve, membership, permit};

/// Where a role is given, as a person names it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub organization: Option<Slug>,
    pub project: Option<Slug>,
}

/// A role as it is listed.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    pub name: String,
    pub scope: &'static str,
    pub rank: i16,
    pub portal: bool,
    pub built_in: bool,
    pub permissions: Vec<&'static str>,
}

/// Every role with what it permits, by scope and rank.
pub async fn list(reeve: &Reeve, caller: &Caller) -> Result<Vec<Listed>, Error> {
    let mut tx = permit::look_anywhere(reeve, caller, "list roles", ROLES_READ).await?;
    let roles = role::load(&mut tx).await?;
    tx.rollback().await?;
    let mut listed: Vec<_> = roles.0.values().collect();
    listed.sort_by(|a, b| (a.scope, -a.rank, &a.name).cmp(&(b.scope, -b.rank, &b.name)));
    Ok(listed
        .into_iter()
        .map(|role| Listed {
            name: role.name.clone(),
            scope: role.scope.as_str(),
            rank: role.rank,
            portal: role.portal,
            built_in: role.tenant_id.is_none(),
            permissions: role.permissions.iter().map(Permission::name).collect(),
        })
        .collect())
}

/// Gives a role. `true` if it is new, `false` if it was there already from the same source.
pub async fn assign(
    reeve: &Reeve,
    caller: &Caller,
    who: &str,
    role_name: &str,
    place: &Place,
) -> Result<bool, Error> {
    let action = Action::RoleAssign;
    let mut tx = reeve
        .database
        .system("assign role", &caller.context(action))
        .await?;
    let (user_id, role, scope) =
        gate(reeve, &mut tx, caller, action, who, role_name, place).await?;
    let grant = Grant {
        user_id,
        scope,
        role_id: role.role_id,
    };
    if let Some(tenant_id) = scope.tenant_id() {
        membership::activate(&mut tx, caller, &[(tenant_id, user_id)]).await?;
    }
    let new = assignment::grant(
        &mut tx,
        &[grant],
        caller.actor.source(),
        caller.actor.user_id(),
    )
    .await?;
    let Some((_, assignment_id)) = new.first() else {
        tx.rollback().await?;
        return Ok(false);
    };
    let entry = Entry {
        after: Some(image(&role, scope, &[*assignment_id])),
        ..entry(caller, action, user_id, &role, scope)
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes a role, from whatever source it came. Returns how many assignments that were.
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
    if taken.is_empty() {
        tx.rollback().await?;
        return Ok(0);
    }
    let entry = Entry {
        before: Some(image(&role, scope, &taken)),
        ..entry(caller, action, user_id, &role, scope)
    };
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(taken.len())
}

/// Finds who, what and where, and asks the gate. A refusal is audited before it is returned.
async fn gate(
    reeve: &Reeve,
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    who: &str,
    role_name: &str,
    place: &Place,
) -> Result<(UserId, RoleDefinition, Scope), Error> {
    let not_found = |what, name: &str| Error::NotFound {
        what,
        name: name.to_owned(),
    };
    let (user_id, _) = identity::find(tx, who)
        .await?
        .ok_or_else(|| not_found("identity", who))?;
    let scope = find_scope(tx, place).await?;
    let roles = role::load(tx).await?;
    let role = roles
        .named(role_name, scope.kind(), scope.tenant_id())
        .ok_or_else(|| {
            let what = match scope.kind() {
                ScopeKind::Platform => "platform role",
                ScopeKind::Tenant => "tenant role",
                ScopeKind::Project => "project role",
            };
            not_found(what, role_name)
        })?
        .clone();
    let rights = Rights::load(reeve, tx, caller, &roles, scope).await?;
    if let Err(denied) = can_grant(&rights.authority(scope), &role, scope) {
        let entry = Entry {
            after: Some(image(&role, scope, &[])),
            ..entry(caller, action, user_id, &role, scope)
        };
        return permit::refuse(reeve, caller, &entry, denied.into()).await;
    }
    Ok((user_id, role, scope))
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
    if let Err(denied) = can_grant(&rights.authority(scope), role, scope) {
        return permit::refuse(reeve, caller, &entry, denied.into()).await;
    }
    assignment::delete(&mut tx, assignment_id)
        .await
        .map_err(last_owner)?;
    store::audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(true)
}
