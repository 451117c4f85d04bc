//! What roles there are, and which of them the caller may give.

use domain::access::ceiling::can_grant;
use domain::access::permission::{Permission, ROLES_READ};
use domain::access::role::{RoleDefinition, Scope, ScopeKind};
use domain::id::{OrganizationId, RoleId};
use domain::tenancy::organization::Slug;
use serde::Serialize;
use store::role;
use utoipa::ToSchema;

use super::{Place, scope_for};
use crate::permit::Rights;
use crate::{Caller, Error, Reeve, permit};

/// A role as it is listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Role)]
pub struct Listed {
    pub role_id: RoleId,
    pub name: String,
    #[schema(value_type = ScopeKind)]
    pub scope: &'static str,
    /// The organization whose own role it is.
    pub organization_id: Option<OrganizationId>,
    pub rank: i16,
    pub portal: bool,
    /// Whether it belongs to the program and never changes.
    pub built_in: bool,
    pub description: Option<String>,
    pub permissions: Vec<&'static str>,
    /// Whether the caller may give it where they asked about; left out for roles of another kind of
    /// scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grantable: Option<bool>,
}

/// Every role of the platform and of all organizations with what it permits, by scope and rank. Who
/// may not see all organizations sees none's own.
pub async fn list(reeve: &Reeve, caller: &Caller) -> Result<Vec<Listed>, Error> {
    let mut tx = permit::look_anywhere(reeve, caller, "list roles", ROLES_READ).await?;
    let everywhere = permit::may_look(reeve, &mut tx, caller, ROLES_READ, Scope::Platform)
        .await
        .is_ok();
    let roles = role::load(&mut tx).await?;
    let descriptions = role::descriptions(&mut tx).await?;
    let rights = Rights::load(reeve, &mut tx, caller, &roles, Scope::Platform).await?;
    let authority = rights.authority(Scope::Platform);
    tx.rollback().await?;
    let seen = |role: &&RoleDefinition| everywhere || role.tenant_id.is_none();
    let mut listed: Vec<_> = roles.0.values().filter(seen).collect();
    sort(&mut listed);
    let listed = listed.into_iter().map(|role| {
        let grantable = (role.scope == ScopeKind::Platform)
            .then(|| can_grant(&authority, role, Scope::Platform).is_ok());
        listed_role(role, descriptions.get(&role.role_id), grantable)
    });
    Ok(listed.collect())
}

/// The roles that there are at a place, the platform's kinds and the organization's own, and whether the
/// caller may give each there.
pub async fn list_at(reeve: &Reeve, caller: &Caller, place: &Place) -> Result<Vec<Listed>, Error> {
    if place.organization.is_none() {
        scope_is_sound(place)?;
        return list(reeve, caller).await;
    }
    let mut tx = reeve.database.snapshot("list roles").await?;
    let scope = scope_for(reeve, &mut tx, caller, None, place).await?;
    permit::may_look(reeve, &mut tx, caller, ROLES_READ, scope).await?;
    let roles = role::load(&mut tx).await?;
    let descriptions = role::descriptions(&mut tx).await?;
    let rights = Rights::load(reeve, &mut tx, caller, &roles, scope).await?;
    let authority = rights.authority(scope);
    tx.rollback().await?;
    let here = |role: &&RoleDefinition| {
        role.scope != ScopeKind::Platform
            && (role.tenant_id.is_none() || role.tenant_id == scope.tenant_id())
    };
    let mut listed: Vec<_> = roles.0.values().filter(here).collect();
    sort(&mut listed);
    let listed = listed.into_iter().map(|role| {
        let grantable =
            (role.scope == scope.kind()).then(|| can_grant(&authority, role, scope).is_ok());
        listed_role(role, descriptions.get(&role.role_id), grantable)
    });
    Ok(listed.collect())
}

/// One role by name: an organization's own, or one that is nobody's own.
pub async fn show(
    reeve: &Reeve,
    caller: &Caller,
    organization: Option<&Slug>,
    name: &str,
) -> Result<Listed, Error> {
    let place = Place {
        organization: organization.cloned(),
        project: None,
    };
    let all = list_at(reeve, caller, &place).await?;
    let mut named: Vec<_> = all.into_iter().filter(|role| role.name == name).collect();
    // Of all organizations' roles, those that are nobody's own are meant where none is named.
    named.sort_by_key(|role| role.organization_id.is_none() == organization.is_some());
    named
        .into_iter()
        .next()
        .ok_or_else(|| Error::not_found("role", name))
}

fn scope_is_sound(place: &Place) -> Result<(), Error> {
    match place.project {
        None => Ok(()),
        Some(_) => Err(Error::invalid(
            "project",
            "a project is named with its organization",
        )),
    }
}

fn sort(roles: &mut [&RoleDefinition]) {
    roles.sort_by(|a, b| (a.scope, -a.rank, &a.name).cmp(&(b.scope, -b.rank, &b.name)));
}

pub(super) fn listed_role(
    role: &RoleDefinition,
    description: Option<&String>,
    grantable: Option<bool>,
) -> Listed {
    Listed {
        role_id: role.role_id,
        name: role.name.clone(),
        scope: role.scope.as_str(),
        organization_id: role.tenant_id,
        rank: role.rank,
        portal: role.portal,
        built_in: role.is_built_in(),
        description: description.cloned(),
        permissions: role.permissions.iter().map(Permission::name).collect(),
        grantable,
    }
}
