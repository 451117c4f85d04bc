//! Defining roles: an organization's own, and the platform's beside the built-in ones.

use domain::access::definition::{DefineDenied, may_remove, may_write};
use domain::access::permission::{Permission, PermissionSet, ROLES_MANAGE};
use domain::access::role::{RoleDefinition, Scope, ScopeKind};
use domain::audit::Action;
use domain::id::{OrganizationId, RoleId};
use domain::tenancy::organization::Slug;
use serde::Deserialize;
use serde_json::{Value, json};
use store::audit::Entry;
use store::role::{self, Roles};
use store::{StoreError, Tx};
use utoipa::ToSchema;

use super::list::{Listed, listed_role};
use crate::permit::{Rights, denial};
use crate::{Caller, Error, Reeve, permit};

/// The longest description, in characters.
const LONGEST: usize = 500;

/// A role to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// 1 to 63 characters of `a-z`, `0-9`, `.`, `_` and `-`; not a built-in role's.
    pub name: String,
    /// Where it is given: `tenant` or `project` for an organization's own, `platform` for the platform's.
    pub scope: ScopeKind,
    /// 0 to 100, never above the caller's own.
    #[serde(default)]
    pub rank: i16,
    /// Never more than the caller's own.
    pub permissions: Vec<String>,
    pub description: Option<String>,
}

/// What is to change of a role; what is left out stays. Name and scope never change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChanges {
    pub rank: Option<i16>,
    /// All that it permits from now on.
    pub permissions: Option<Vec<String>>,
    /// Empty takes it away.
    pub description: Option<String>,
}

/// Defines a role of an organization's own, or with none of the platform's.
pub async fn create(
    reeve: &Reeve,
    caller: &Caller,
    owner: Option<&Slug>,
    new: &NewRole,
) -> Result<Listed, Error> {
    let permissions = permissions(&new.permissions)?;
    let description = new.description.as_deref().map(description).transpose()?;
    let mut work = Work::begin(reeve, caller, Action::RoleCreate, owner).await?;
    let after = RoleDefinition {
        role_id: RoleId(store::id::new_id()),
        name: new.name.clone(),
        scope: new.scope,
        tenant_id: work.tenant_id,
        rank: new.rank,
        portal: new.scope == ScopeKind::Platform,
        permissions,
    };
    work.judge(&after, |rights, scope| {
        match (work_owner(scope), new.scope) {
            // Tenant and project kinds that are nobody's own are the program's alone.
            (None, ScopeKind::Tenant | ScopeKind::Project) => Err(DefineDenied::BuiltIn {
                name: new.name.clone(),
            }),
            _ => may_write(&rights.authority(scope), None, &after),
        }
    })
    .await?;
    role::create(&mut work.tx, &after, description)
        .await
        .map_err(|error| taken(error, &after.name))?;
    let entry = Entry {
        after: Some(image(&after)),
        ..work.entry(&after)
    };
    store::audit::record(&mut work.tx, &entry).await?;
    work.tx.commit().await?;
    Ok(listed_role(
        &after,
        description.map(str::to_owned).as_ref(),
        None,
    ))
}

/// Changes what a role permits, its rank or its description.
pub async fn update(
    reeve: &Reeve,
    caller: &Caller,
    owner: Option<&Slug>,
    name: &str,
    changes: &RoleChanges,
) -> Result<Listed, Error> {
    let wanted = changes
        .permissions
        .as_deref()
        .map(permissions)
        .transpose()?;
    let told = changes
        .description
        .as_deref()
        .map(description)
        .transpose()?;
    let mut work = Work::begin(reeve, caller, Action::RoleUpdate, owner).await?;
    let before = work.find(name).await?;
    let after = RoleDefinition {
        rank: changes.rank.unwrap_or(before.rank),
        permissions: wanted.unwrap_or(before.permissions),
        ..before.clone()
    };
    work.judge(&after, |rights, scope| {
        may_write(&rights.authority(scope), Some(&before), &after)
    })
    .await?;
    let was = role::descriptions(&mut work.tx)
        .await?
        .remove(&before.role_id);
    let is = match told {
        None => was.clone(),
        Some(text) => (!text.is_empty()).then(|| text.to_owned()),
    };
    if after == before && was == is {
        work.tx.rollback().await?;
        return Ok(listed_role(&before, was.as_ref(), None));
    }
    role::update(&mut work.tx, &after, is.as_deref()).await?;
    let entry = Entry {
        before: Some(image(&before)),
        after: Some(image(&after)),
        ..work.entry(&after)
    };
    store::audit::record(&mut work.tx, &entry).await?;
    work.tx.commit().await?;
    Ok(listed_role(&after, is.as_ref(), None))
}

/// Takes a role out of the world. One that is given stays: take it from everybody first.
pub async fn delete(
    reeve: &Reeve,
    caller: &Caller,
    owner: Option<&Slug>,
    name: &str,
) -> Result<(), Error> {
    let mut work = Work::begin(reeve, caller, Action::RoleDelete, owner).await?;
    let found = work.find(name).await?;
    work.judge(&found, |rights, scope| {
        may_remove(&rights.authority(scope), &found)
    })
    .await?;
    let assigned = role::count_assigned(&mut work.tx, found.role_id).await?;
    if assigned > 0 {
        return Err(Error::Conflict(format!(
            "the role `{name}` is given {assigned} times; take it from everybody first"
        )));
    }
    work.unmapped(&found).await?;
    role::delete(&mut work.tx, found.role_id).await?;
    let entry = Entry {
        before: Some(image(&found)),
        ..work.entry(&found)
    };
    store::audit::record(&mut work.tx, &entry).await?;
    work.tx.commit().await?;
    Ok(())
}

fn work_owner(scope: Scope) -> Option<OrganizationId> {
    scope.tenant_id()
}

/// A definition that is under way, by somebody who may manage roles there.
struct Work<'a> {
    reeve: &'a Reeve,
    caller: &'a Caller,
    action: Action,
    tx: Tx,
    tenant_id: Option<OrganizationId>,
    roles: Roles,
    rights: Rights<'a>,
}

impl<'a> Work<'a> {
    async fn begin(
        reeve: &'a Reeve,
        caller: &'a Caller,
        action: Action,
        owner: Option<&Slug>,
    ) -> Result<Self, Error> {
        let mut tx = reeve
            .database
            .system(action.as_str(), &caller.context(action))
            .await?;
        let tenant_id = match owner {
            Some(slug) => Some(crate::organization::find(&mut tx, slug).await?),
            None => None,
        };
        let scope = tenant_id.map_or(Scope::Platform, |tenant_id| Scope::Tenant { tenant_id });
        let entry = Entry {
            tenant_id,
            ..caller.entry(action, "permission", ROLES_MANAGE.name().to_owned())
        };
        permit::require(reeve, &mut tx, caller, ROLES_MANAGE, scope, &entry).await?;
        let roles = role::load(&mut tx).await?;
        let rights = Rights::load(reeve, &mut tx, caller, &roles, scope).await?;
        Ok(Self {
            reeve,
            caller,
            action,
            tx,
            tenant_id,
            roles,
            rights,
        })
    }

    /// Refuses where the mapping of groups gives this role.
    async fn unmapped(&mut self, role: &RoleDefinition) -> Result<(), Error> {
        if role.scope == ScopeKind::Project {
            return Ok(());
        }
        let names = match role.tenant_id {
            None => None,
            Some(id) => {
                let found = store::organization::get(&mut self.tx, id).await?;
                let slug = found.map(|organization| organization.slug);
                Some(slug.into_iter().chain([id.to_string()]).collect::<Vec<_>>())
            }
        };
        let names = names.as_ref().map(|names| {
            let names = names.iter().map(String::as_str);
            names.collect::<Vec<_>>()
        });
        let live = self.reeve.live.get();
        let named = live.mapping.targets_in(names.as_deref());
        crate::mapping::unnamed(named.into_iter().find(|target| target.role == role.name))
    }

    fn scope(&self) -> Scope {
        self.tenant_id
            .map_or(Scope::Platform, |tenant_id| Scope::Tenant { tenant_id })
    }

    /// The role of that name that is meant: the owner's own, else one that is nobody's own; locked.
    async fn find(&mut self, name: &str) -> Result<RoleDefinition, Error> {
        let of = |roles: &Roles, owner| {
            let found = roles.0.values().find(|role| {
                role.name == name
                    && role.tenant_id == owner
                    && (owner.is_some()
                        || self.tenant_id.is_some()
                        || role.scope == ScopeKind::Platform)
            });
            found.map(|role| role.role_id)
        };
        let role_id = of(&self.roles, self.tenant_id)
            .or_else(|| of(&self.roles, None))
            .ok_or_else(|| Error::not_found("role", name))?;
        role::lock(&mut self.tx, role_id).await?;
        self.roles = role::load(&mut self.tx).await?;
        let found = self.roles.get(role_id).cloned();
        found.ok_or_else(|| Error::not_found("role", name))
    }

    /// Asks the rule; a refusal that is one of rights is put on record.
    async fn judge(
        &self,
        role: &RoleDefinition,
        rule: impl Fn(&Rights<'a>, Scope) -> Result<(), DefineDenied>,
    ) -> Result<(), Error> {
        let scope = self.scope();
        let denied: Error = match rule(&self.rights, scope) {
            Ok(()) => return Ok(()),
            Err(DefineDenied::Ceiling(denied)) => {
                denial(&self.rights.authority(scope), &self.roles, scope, denied).into()
            }
            Err(refused @ DefineDenied::BuiltIn { .. }) => refused.into(),
            Err(malformed) => return Err(malformed.into()),
        };
        let entry = Entry {
            after: Some(image(role)),
            ..self.entry(role)
        };
        permit::refuse(self.reeve, self.caller, &entry, denied).await
    }

    fn entry(&self, role: &RoleDefinition) -> Entry<'a> {
        Entry {
            tenant_id: self.tenant_id,
            ..self
                .caller
                .entry(self.action, "role", role.role_id.to_string())
        }
    }
}

fn image(role: &RoleDefinition) -> Value {
    json!({
        "role": role.name, "scope": role.scope, "rank": role.rank,
        "permissions": role.permissions.iter().map(Permission::name).collect::<Vec<_>>(),
    })
}

fn permissions(names: &[String]) -> Result<PermissionSet, Error> {
    names
        .iter()
        .map(|name| {
            Permission::of(name).ok_or_else(|| {
                let nearest = Permission::nearest(name);
                let nearest: Vec<_> = nearest.iter().map(|known| known.name()).collect();
                let problem = match nearest[..] {
                    [] => format!("there is no permission `{name}`"),
                    _ => format!(
                        "there is no permission `{name}`; like it: {}",
                        nearest.join(", ")
                    ),
                };
                Error::invalid("permissions", problem)
            })
        })
        .collect()
}

fn description(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        let problem = format!("expected at most {LONGEST} characters");
        return Err(Error::invalid("description", problem));
    }
    Ok(text)
}

fn taken(error: StoreError, name: &str) -> Error {
    match error.constraint() {
        Some("role_name") => Error::Conflict(format!("name: there is a role `{name}` already")),
        _ => error.into(),
    }
}
