//! The closed table of permissions (U-26, U-27, D17).
//!
//! A permission is `<noun>:<verb>`, or the name of an entitlement. To add one, add a line: callers
//! name it as [`Permission::of`] or by its constant, roles take it up in [`super::role`].

use std::fmt;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// One permission: its place in [`NAMES`]. A set of them is one 128-bit word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String)]
pub struct Permission(u8);

/// Every permission, in an order that is not meaningful and may grow at the end.
const NAMES: &[&str] = &[
    "hauling.member",
    "hauling:use",
    "site_configs:read",
    "site_configs:manage",
    "credentials:read",
    "credentials:manage",
    "bookmarks:read",
    "bookmarks:manage",
    "roles:grant",
    "plans:approve",
    "identities:read",
    "identities:manage",
    "organizations:read",
    "organizations:manage",
    "projects:read",
    "projects:manage",
    "memberships:read",
    "memberships:manage",
    "roles:read",
    "roles:manage",
    "assignments:read",
    "assignments:manage",
    "overrides:read",
    "overrides:manage",
    "quotas:read",
    "quotas:manage",
    "tokens:read",
    "tokens:manage",
    "audit:read",
    "audit:manage",
    "governance:read",
    "governance:manage",
    "plans:read",
    "plans:manage",
    "snapshots:read",
    "snapshots:manage",
    "exemptions:read",
    "exemptions:manage",
    "reviews:read",
    "reviews:manage",
    "sessions:read",
    "sessions:manage",
    "passkeys:read",
    "passkeys:manage",
];

const _: () = assert!(NAMES.len() <= 128, "a permission set is one 128-bit word");

/// The entitlement that governs access to hauling. It is granted by being entitled; no role
/// is asked for it.
pub const HAULING_MEMBER: Permission = named("hauling.member");
/// The sample governed permission (D21): needs the entitlement `hauling.member`.
pub const HAULING_USE: Permission = named("hauling:use");
/// Whoever holds it may grant and revoke roles, up to their ceiling.
pub const ROLES_GRANT: Permission = named("roles:grant");
pub const IDENTITIES_READ: Permission = named("identities:read");
pub const IDENTITIES_MANAGE: Permission = named("identities:manage");
pub const ORGANIZATIONS_READ: Permission = named("organizations:read");
pub const ORGANIZATIONS_MANAGE: Permission = named("organizations:manage");
pub const PROJECTS_READ: Permission = named("projects:read");
pub const PROJECTS_MANAGE: Permission = named("projects:manage");
pub const MEMBERSHIPS_READ: Permission = named("memberships:read");
pub const MEMBERSHIPS_MANAGE: Permission = named("memberships:manage");
pub const ROLES_READ: Permission = named("roles:read");
pub const ROLES_MANAGE: Permission = named("roles:manage");
pub const ASSIGNMENTS_READ: Permission = named("assignments:read");
pub const ASSIGNMENTS_MANAGE: Permission = named("assignments:manage");
pub const OVERRIDES_READ: Permission = named("overrides:read");
pub const OVERRIDES_MANAGE: Permission = named("overrides:manage");
pub const QUOTAS_READ: Permission = named("quotas:read");
pub const QUOTAS_MANAGE: Permission = named("quotas:manage");
pub const TOKENS_READ: Permission = named("tokens:read");
pub const TOKENS_MANAGE: Permission = named("tokens:manage");
pub const AUDIT_READ: Permission = named("audit:read");
pub const AUDIT_MANAGE: Permission = named("audit:manage");
pub const GOVERNANCE_READ: Permission = named("governance:read");
pub const GOVERNANCE_MANAGE: Permission = named("governance:manage");
pub const PLANS_READ: Permission = named("plans:read");
pub const PLANS_MANAGE: Permission = named("plans:manage");
pub const PLANS_APPROVE: Permission = named("plans:approve");
pub const SNAPSHOTS_READ: Permission = named("snapshots:read");
pub const SNAPSHOTS_MANAGE: Permission = named("snapshots:manage");
pub const EXEMPTIONS_READ: Permission = named("exemptions:read");
pub const EXEMPTIONS_MANAGE: Permission = named("exemptions:manage");
pub const REVIEWS_READ: Permission = named("reviews:read");
pub const REVIEWS_MANAGE: Permission = named("reviews:manage");
pub const SESSIONS_READ: Permission = named("sessions:read");
pub const SESSIONS_MANAGE: Permission = named("sessions:manage");
pub const PASSKEYS_READ: Permission = named("passkeys:read");
pub const PASSKEYS_MANAGE: Permission = named("passkeys:manage");

/// The permission of that name. A name that is none does not compile: it would lie beyond the table.
const fn named(name: &str) -> Permission {
    let mut place = 0;
    while !same(NAMES[place].as_bytes(), name.as_bytes()) {
        place += 1;
    }
    Permission(place as u8)
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut place = 0;
    while place < one.len() {
        if one[place] != other[place] {
            return false;
        }
        place += 1;
    }
    true
}

impl Permission {
    /// The permission of that name, if there is one.
    pub fn of(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .position(|known| *known == name)
            .and_then(|i| u8::try_from(i).ok())
            .map(Self)
    }

    /// The permissions whose names are most like a text that is none, best first; at most three.
    pub fn nearest(text: &str) -> Vec<Self> {
        /// Below this, a name is another word rather than a misspelt one.
        const ALIKE: f64 = 0.75;
        let mut alike: Vec<_> = Self::all()
            .map(|known| (strsim::jaro_winkler(text, known.name()), known))
            .filter(|(likeness, _)| likeness.total_cmp(&ALIKE).is_gt())
            .collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        alike.into_iter().take(3).map(|(_, known)| known).collect()
    }

    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// Every permission there is (U-27).
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u8..).zip(NAMES).map(|(i, _)| Self(i))
    }

    /// The entitlement that this permission needs, if it is governed (D21).
    pub fn governed_by(self) -> Option<Self> {
        (self == HAULING_USE || self == HAULING_MEMBER).then_some(HAULING_MEMBER)
    }

    /// Whether it is about what no organization has: the global resources of user management (U-26).
    pub fn is_of_a_global_resource(self) -> bool {
        let noun = self.name().split(':').next();
        ["site_configs", "credentials", "bookmarks"]
            .map(Some)
            .contains(&noun)
    }

    /// Whether being entitled already grants it, so that no role is asked.
    pub fn granted_by_entitlement(self) -> bool {
        self.governed_by().is_some()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct PermissionSet(u128);

impl PermissionSet {
    pub const EMPTY: Self = Self(0);

    /// Every permission there is.
    pub fn all() -> Self {
        Permission::all().collect()
    }

    pub fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission.0) != 0
    }

    pub fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    pub fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::all().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        Self(
            permissions
                .into_iter()
                .fold(0, |set, permission| set | 1 << permission.0),
        )
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
