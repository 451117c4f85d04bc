//! Roles: what each built-in one carries (U-25, U-27, U-28, U-33, I-17, D17).
//!
//! [`BUILT_IN`] is the one table; the database's rows are written from it at every migration.
//! Organizations' own roles are rows only, made of the same permissions.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::permission::{Permission, PermissionSet};
use crate::id::{OrganizationId, ProjectId, RoleId};

/// The role that may do everything (U-25).
pub const ADMIN_ROLE_NAME: &str = "admin";
/// The portal role that carries the entitlement of the same name.
pub const HAULING_MEMBER_ROLE: &str = "hauling.member";
/// The role that an organization must never be without, once it had one.
pub const TENANT_OWNER_ROLE: &str = "tenant_owner";
/// The same of a project.
pub const PROJECT_OWNER_ROLE: &str = "project_owner";

/// The kind of scope that a role is given at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ScopeKind {
    Platform,
    Tenant,
    Project,
}

impl ScopeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Tenant => "tenant",
            Self::Project => "project",
        }
    }

    /// The kind of that name, if there is one.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Platform, Self::Tenant, Self::Project]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// Where a role is given: on the platform, in a tenant, or in a project of that tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum Scope {
    Platform,
    Tenant {
        tenant_id: OrganizationId,
    },
    Project {
        tenant_id: OrganizationId,
        project_id: ProjectId,
    },
}

impl Scope {
    pub fn kind(self) -> ScopeKind {
        match self {
            Self::Platform => ScopeKind::Platform,
            Self::Tenant { .. } => ScopeKind::Tenant,
            Self::Project { .. } => ScopeKind::Project,
        }
    }

    pub fn tenant_id(self) -> Option<OrganizationId> {
        match self {
            Self::Platform => None,
            Self::Tenant { tenant_id } | Self::Project { tenant_id, .. } => Some(tenant_id),
        }
    }

    pub fn project_id(self) -> Option<ProjectId> {
        match self {
            Self::Platform | Self::Tenant { .. } => None,
            Self::Project { project_id, .. } => Some(project_id),
        }
    }
}

/// The two platform roles whose holders reconcile never suspends (P-22, R-30).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Administrative {
    Subadmin,
    Admin,
}

impl Administrative {
    /// The administrative role of that name, if it is one.
    pub fn of(role_name: &str) -> Option<Self> {
        match role_name {
            "admin" => Some(Self::Admin),
            "subadmin" => Some(Self::Subadmin),
            _ => None,
        }
    }
}

impl fmt::Display for Administrative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Admin => "admin",
            Self::Subadmin => "subadmin",
        })
    }
}

/// A role as the rules see it, built-in or an organization's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleDefinition {
    pub role_id: RoleId,
    pub name: String,
    pub scope: ScopeKind,
    /// The organization whose own role it is; `None` for built-in ones.
    pub tenant_id: Option<OrganizationId>,
    /// 0 to 100; compared within a tenant, see [`super::ceiling`].
    pub rank: i16,
    /// What the runbook calls "portal roles": taken on suspension.
    pub portal: bool,
    pub permissions: PermissionSet,
}

impl RoleDefinition {
    /// Whether it belongs to the program: such a role never changes by hand.
    pub fn is_built_in(&self) -> bool {
        self.tenant_id.is_none() && is_built_in(self.scope, &self.name)
    }

    /// The administrative kind of this role: only the built-in platform ones have one.
    pub fn administrative(&self) -> Option<Administrative> {
        (self.scope == ScopeKind::Platform)
            .then(|| Administrative::of(&self.name))
            .flatten()
    }
}

/// Whether the program has a role of that name at that kind of scope.
pub fn is_built_in(scope: ScopeKind, name: &str) -> bool {
    BUILT_IN
        .iter()
        .any(|role| role.scope == scope && role.name == name)
}

/// A built-in role as it stands in the table below.
#[derive(Debug)]
pub struct BuiltIn {
    pub name: &'static str,
    pub scope: ScopeKind,
    pub rank: i16,
    permissions: &'static [&'static str],
    /// What it is for, in one line.
    pub description: &'static str,
}

impl BuiltIn {
    /// Platform roles are portal roles, tenant and project roles are not (D17).
    pub fn portal(&self) -> bool {
        self.scope == ScopeKind::Platform
    }

    pub fn permissions(&self) -> PermissionSet {
        if self.name == ADMIN_ROLE_NAME {
            return PermissionSet::all();
        }
        self.permissions
            .iter()
            .filter_map(|name| Permission::of(name))
            .collect()
    }

    #[cfg(test)]
    fn permission_names(&self) -> &'static [&'static str] {
        self.permissions
    }
}

const TENANT_ADMIN: &[&str] = &[
    "organizations:read",
    "projects:read",
    "projects:manage",
    "memberships:read",
    "memberships:manage",
    "roles:read",
    "roles:grant",
    "assignments:read",
    "assignments:manage",
    "audit:read",
];
const TENANT_OWNER: &[&str] = &[
    "organizations:read",
    "organizations:manage",
    "projects:read",
    "projects:manage",
    "memberships:read",
    "memberships:manage",
    "roles:read",
    "roles:manage",
    "roles:grant",
    "assignments:read",
    "assignments:manage",
    "audit:read",
];
const PROJECT_ADMIN: &[&str] = &[
    "projects:read",
    "memberships:read",
    "roles:grant",
    "assignments:read",
    "assignments:manage",
];
const PROJECT_OWNER: &[&str] = &[
    "projects:read",
    "projects:manage",
    "memberships:read",
    "roles:grant",
    "assignments:read",
    "assignments:manage",
];

const fn role(
    scope: ScopeKind,
    name: &'static str,
    rank: i16,
    permissions: &'static [&'static str],
    description: &'static str,
) -> BuiltIn {
    BuiltIn {
        name,
        scope,
        rank,
        permissions,
        description,
    }
}

/// The built-in roles and what they may do. Only `admin` has elevated rights on the platform at the
/// start (U-28); a new role is one more line.
pub const BUILT_IN: &[BuiltIn] = {
    use ScopeKind::{Platform, Project, Tenant};
    &[
        role(Platform, "admin", 100, &[], "may do everything"),
        role(
            Platform,
            "subadmin",
            90,
            &[],
            "admin-class: never suspended by automation",
        ),
        role(
            Platform,
            "operator",
            0,
            &[],
            "runs the installation day to day",
        ),
        role(Platform, "auditor", 0, &[], "reviews what was done"),
        role(Platform, "publisher", 0, &[], "publishes content"),
        role(Platform, "reader", 0, &[], "reads content"),
        role(
            Platform,
            "hauling.member",
            0,
            &["hauling.member"],
            "the governed right to haul",
        ),
        role(
            Tenant,
            "tenant_owner",
            80,
            TENANT_OWNER,
            "owns an organization",
        ),
        role(
            Tenant,
            "tenant_admin",
            60,
            TENANT_ADMIN,
            "administers an organization",
        ),
        role(
            Tenant,
            "tenant_member",
            20,
            &["organizations:read", "projects:read"],
            "works in it",
        ),
        role(
            Tenant,
            "tenant_viewer",
            10,
            &["organizations:read"],
            "looks at it",
        ),
        role(
            Project,
            "project_owner",
            70,
            PROJECT_OWNER,
            "owns a project",
        ),
        role(
            Project,
            "project_admin",
            50,
            PROJECT_ADMIN,
            "administers a project",
        ),
        role(
            Project,
            "project_member",
            20,
            &["projects:read"],
            "works in it",
        ),
        role(
            Project,
            "project_viewer",
            10,
            &["projects:read"],
            "looks at it",
        ),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_a_built_in_role_names_exists() {
        for role in BUILT_IN {
            for name in role.permission_names() {
                assert!(Permission::of(name).is_some(), "{} names {name}", role.name);
            }
        }
    }

    #[test]
    fn only_admin_has_elevated_rights_on_the_platform() {
        for role in BUILT_IN
            .iter()
            .filter(|role| role.scope == ScopeKind::Platform)
        {
            let elevated = role.permissions().minus(
                [super::super::permission::HAULING_MEMBER]
                    .into_iter()
                    .collect::<PermissionSet>(),
            );
            assert_eq!(
                elevated == PermissionSet::EMPTY,
                role.name != ADMIN_ROLE_NAME
            );
        }
        assert_eq!(BUILT_IN[0].permissions(), PermissionSet::all());
    }
}
