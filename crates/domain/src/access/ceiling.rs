//! The ceiling: the one gate on giving and taking roles (D17; I-03, I-14 to I-16).
//!
//! Every path asks [`can_grant`]: API, console, command line, imports, reconcile's restores. It
//! looks at what the actor holds where the role would be given, nothing else; whether the person
//! who receives it is a member is the operation's to check.

use serde::Serialize;

use super::permission::{Permission, PermissionSet, ROLES_GRANT};
use super::role::{
    Administrative, PROJECT_OWNER_ROLE, RoleDefinition, Scope, ScopeKind, TENANT_OWNER_ROLE,
};

/// No role ranks higher.
pub const HIGHEST_RANK: i16 = 100;

/// What an actor holds in one scope: the highest rank and all permissions of their roles there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub rank: i16,
    pub permissions: PermissionSet,
}

/// What an actor may lean on when granting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// A platform `admin`, or the operator at the command line.
    Administrator,
    /// A token of a platform `admin` that is limited to these permissions: gives no role that
    /// carries others.
    AdministratorsToken { scopes: PermissionSet },
    /// One of Reeve's jobs: gives back what was stripped, never an administrative role.
    Job,
    /// The mapping of groups that an operator wrote into the server's environment, which holds the
    /// ceiling of an admin: it may make admins, but neither subadmins nor owners (decision 0050).
    Mapping,
    /// A person, by the roles they hold in the tenant in question and in the project in question
    /// (nothing held is the default value).
    Holder { tenant: Held, project: Held },
}

/// Why a role may not be given or taken. The texts are for the person who tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum GrantDenied {
    #[error("the role `{role}` belongs to a {expected}, not to a {given}")]
    WrongScope {
        role: String,
        expected: &'static str,
        given: &'static str,
    },
    #[error("the role `{role}` is another organization's own")]
    ForeignRole { role: String },
    #[error("platform roles are given and taken by platform admins only")]
    PlatformAdminOnly,
    #[error("administrative roles are never given or taken by automation")]
    Administrative,
    #[error("giving and taking roles here needs the permission `roles:grant`")]
    NoGrantRight,
    #[error("the role `{role}` has rank {rank}, your ceiling here is {ceiling}")]
    AboveCeiling {
        role: String,
        rank: i16,
        ceiling: i16,
    },
    #[error("the role `{role}` carries permissions that you do not hold here: {}", .missing.join(", "))]
    PermissionsNotHeld {
        role: String,
        missing: Vec<&'static str>,
    },
}

impl Authority {
    /// What somebody active may lean on at `scope`, who holds these roles now. A break-glass identity
    /// acts as admin; a token as its owner, as far as its `scopes` go.
    pub fn of<'a>(
        held: impl IntoIterator<Item = (&'a RoleDefinition, Scope)>,
        break_glass: bool,
        scopes: Option<PermissionSet>,
        scope: Scope,
    ) -> Self {
        let mut administrator = break_glass;
        let (mut tenant, mut project) = (Held::default(), Held::default());
        for (role, at) in held {
            let here = match at {
                Scope::Platform => {
                    administrator |= role.administrative() == Some(Administrative::Admin);
                    continue;
                }
                Scope::Tenant { tenant_id } if scope.tenant_id() == Some(tenant_id) => &mut tenant,
                Scope::Project { .. } if scope == at => &mut project,
                Scope::Tenant { .. } | Scope::Project { .. } => continue,
            };
            here.rank = here.rank.max(role.rank);
            let permissions = match scopes {
                Some(scopes) => role.permissions.intersection(scopes),
                None => role.permissions,
            };
            here.permissions = here.permissions.union(permissions);
        }
        match scopes {
            _ if !administrator => Self::Holder { tenant, project },
            None => Self::Administrator,
            Some(scopes) => Self::AdministratorsToken { scopes },
        }
    }
}

impl Authority {
    /// The highest rank that may be given at `scope`; `None` for whoever gives nothing there.
    pub fn ceiling(&self, scope: Scope) -> Option<i16> {
        let held = match self {
            Self::Administrator | Self::Job | Self::Mapping => return Some(HIGHEST_RANK),
            Self::AdministratorsToken { scopes } => Held {
                rank: HIGHEST_RANK,
                permissions: *scopes,
            },
            Self::Holder { tenant, project } => match scope.kind() {
                ScopeKind::Platform => return None,
                ScopeKind::Tenant => *tenant,
                ScopeKind::Project => in_project(*tenant, *project),
            },
        };
        held.permissions.contains(ROLES_GRANT).then_some(held.rank)
    }
}

/// Which of these roles the holder of `authority` may give at `scope`, highest first: what a refusal
/// names as the way out (I-22).
pub fn grantable<'a>(
    authority: &Authority,
    roles: impl IntoIterator<Item = &'a RoleDefinition>,
    scope: Scope,
) -> Vec<&'a RoleDefinition> {
    let may = |role: &&RoleDefinition| can_grant(authority, role, scope).is_ok();
    let mut found: Vec<_> = roles.into_iter().filter(may).collect();
    found.sort_by(|a, b| (-a.rank, &a.name).cmp(&(-b.rank, &b.name)));
    found
}

/// Whether the holder of `authority` in an organization (or, for a platform role, on the platform) may
/// put a role into the world as `role` says, or take it out: whoever defines a role gives it to all who
/// have it.
pub fn can_define(authority: &Authority, role: &RoleDefinition) -> Result<(), GrantDenied> {
    match authority {
        Authority::Administrator => Ok(()),
        Authority::AdministratorsToken { scopes } => within(
            &Held {
                rank: i16::MAX,
                permissions: *scopes,
            },
            role,
        ),
        Authority::Job | Authority::Mapping => Err(GrantDenied::Administrative),
        Authority::Holder { tenant, .. } => match role.scope {
            ScopeKind::Platform => Err(GrantDenied::PlatformAdminOnly),
            ScopeKind::Tenant | ScopeKind::Project => within(tenant, role),
        },
    }
}

/// Whether the holder of `authority` may give `role` at `scope`, or take it: the rule is the same.
pub fn can_grant(
    authority: &Authority,
    role: &RoleDefinition,
    scope: Scope,
) -> Result<(), GrantDenied> {
    fits(role, scope)?;
    match authority {
        Authority::Administrator => Ok(()),
        Authority::AdministratorsToken { scopes } => within(
            &Held {
                rank: i16::MAX,
                permissions: *scopes,
            },
            role,
        ),
        Authority::Job if role.administrative().is_some() => Err(GrantDenied::Administrative),
        Authority::Job => Ok(()),
        Authority::Mapping if for_people_to_give(role).is_some() => {
            Err(GrantDenied::Administrative)
        }
        Authority::Mapping => Ok(()),
        Authority::Holder { tenant, project } => {
            let held = match scope.kind() {
                ScopeKind::Platform => return Err(GrantDenied::PlatformAdminOnly),
                ScopeKind::Tenant => *tenant,
                ScopeKind::Project => in_project(*tenant, *project),
            };
            within(&held, role)
        }
    }
}

/// Why no group of an identity provider gives a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForPeople {
    Owner,
    Subadmin,
}

/// Whether, and why, a role is for people to give (decision 0050).
pub fn for_people_to_give(role: &RoleDefinition) -> Option<ForPeople> {
    let owner = role.tenant_id.is_none()
        && [TENANT_OWNER_ROLE, PROJECT_OWNER_ROLE].contains(&role.name.as_str());
    if owner {
        return Some(ForPeople::Owner);
    }
    (role.administrative() == Some(Administrative::Subadmin)).then_some(ForPeople::Subadmin)
}

/// A role is given at its own kind of scope, and an organization's own role only inside it.
fn fits(role: &RoleDefinition, scope: Scope) -> Result<(), GrantDenied> {
    if role.scope != scope.kind() {
        return Err(GrantDenied::WrongScope {
            role: role.name.clone(),
            expected: role.scope.as_str(),
            given: scope.kind().as_str(),
        });
    }
    match role.tenant_id {
        Some(owner) if scope.tenant_id() != Some(owner) => Err(GrantDenied::ForeignRole {
            role: role.name.clone(),
        }),
        Some(_) | None => Ok(()),
    }
}

/// What counts inside a project: the rights of both scopes, and the higher rank; but a role in the
/// project never lifts someone who grants by a tenant role above that role's rank, or a tenant
/// admin would reach project owner by being made one (I-15, decision 0033).
fn in_project(tenant: Held, project: Held) -> Held {
    let permissions = tenant.permissions.union(project.permissions);
    let rank = if tenant.permissions.contains(ROLES_GRANT) {
        tenant.rank
    } else {
        tenant.rank.max(project.rank)
    };
    Held { rank, permissions }
}

fn within(held: &Held, role: &RoleDefinition) -> Result<(), GrantDenied> {
    if !held.permissions.contains(ROLES_GRANT) {
        return Err(GrantDenied::NoGrantRight);
    }
    if role.rank > held.rank {
        return Err(GrantDenied::AboveCeiling {
            role: role.name.clone(),
            rank: role.rank,
            ceiling: held.rank,
        });
    }
    // An administrative role is more than what it permits by itself: its holder is spared by automation.
    let needed = match role.administrative() {
        Some(_) => PermissionSet::all(),
        None => role.permissions,
    };
    if !needed.is_subset_of(held.permissions) {
        let missing = needed.minus(held.permissions);
        return Err(GrantDenied::PermissionsNotHeld {
            role: role.name.clone(),
            missing: missing.iter().map(Permission::name).collect(),
        });
    }
    Ok(())
}
