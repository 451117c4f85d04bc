//! Role overrides: what an operator put on one person's roles, kept in
//! `app_user.claims.role_overrides` (U-47 to U-50).
//!
//! Reconcile asks only which roles are preserved; the merge with an identity provider's groups
//! lives with provisioning. Both ask [`RoleOverrides::in_force`], never what is stored.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::ceiling::{Authority, GrantDenied, can_grant};
use crate::access::role::{RoleDefinition, Scope, ScopeKind};
use crate::review::OverridePart;

/// The longest time for which overrides that end may be set. Beyond it, without an end is meant.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

/// Preserved roles are never taken by automation, suppressed ones never given by it.
///
/// Names are kept in lower case, trimmed and without doubles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(from = "Stored")]
pub struct RoleOverrides {
    /// While true, no role is revoked automatically from this person's identity provider groups.
    pub enabled: bool,
    preserved: BTreeSet<String>,
    suppressed: BTreeSet<String>,
    /// Why, for whoever looks at it later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From then on they have no effect, by the database's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The claim as it may stand in the database, where operators write by SQL.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Stored {
    enabled: bool,
    #[serde(alias = "preserved_roles")]
    preserved: Vec<String>,
    #[serde(alias = "suppressed_roles")]
    suppressed: Vec<String>,
    reason: Option<String>,
    expires_at: Option<Timestamp>,
}

impl From<Stored> for RoleOverrides {
    fn from(stored: Stored) -> Self {
        Self {
            enabled: stored.enabled,
            preserved: normalize(stored.preserved.iter().map(String::as_str)),
            suppressed: normalize(stored.suppressed.iter().map(String::as_str)),
            reason: stored.reason,
            expires_at: stored.expires_at,
        }
    }
}

impl RoleOverrides {
    /// Overrides from names as a person typed them.
    pub fn new<'a>(
        enabled: bool,
        preserved: impl IntoIterator<Item = &'a str>,
        suppressed: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            enabled,
            preserved: normalize(preserved),
            suppressed: normalize(suppressed),
            reason: None,
            expires_at: None,
        }
    }

    /// What of them counts at `now`: all, or nothing once their time is over.
    #[must_use]
    pub fn in_force(self, now: Timestamp) -> Self {
        if self.expires_at.is_some_and(|end| end <= now) {
            return Self::default();
        }
        self
    }

    /// Whether nothing is overridden: then there is no claim (U-39), whatever reason or end it had.
    pub fn is_empty(&self) -> bool {
        !self.enabled && self.preserved.is_empty() && self.suppressed.is_empty()
    }

    /// The roles that automation leaves alone, by name.
    pub fn preserved(&self) -> impl Iterator<Item = &str> {
        self.preserved.iter().map(String::as_str)
    }

    /// The roles that automation does not give, by name.
    pub fn suppressed(&self) -> impl Iterator<Item = &str> {
        self.suppressed.iter().map(String::as_str)
    }

    /// A role that is both preserved and suppressed, which would say nothing.
    pub fn contradiction(&self) -> Option<&str> {
        self.preserved
            .intersection(&self.suppressed)
            .next()
            .map(String::as_str)
    }

    /// The same without one part.
    #[must_use]
    pub fn without(mut self, part: &OverridePart) -> Self {
        match part {
            OverridePart::Preserved(role) => drop(self.preserved.remove(role)),
            OverridePart::Suppressed(role) => drop(self.suppressed.remove(role)),
            OverridePart::Paused => self.enabled = false,
        }
        self
    }

    /// Whether they keep this role or keep it away. While taking is paused, that is every role: what
    /// somebody has, and what they are given meanwhile.
    pub fn bears_on(&self, role: &str) -> bool {
        self.enabled || self.preserves(role) || self.suppresses(role)
    }

    /// Whether automation must leave this role alone.
    pub fn preserves(&self, role: &str) -> bool {
        self.preserved.contains(&role.trim().to_lowercase())
    }

    /// Whether automation must not give this role.
    pub fn suppresses(&self, role: &str) -> bool {
        self.suppressed.contains(&role.trim().to_lowercase())
    }
}

/// Whether the holder of `authority` may name `role` in somebody's overrides. Keeping a role and
/// keeping it away are paths of giving and taking it, everywhere that the name is used: so the rule is
/// that of a platform role, whatever the role's own scope (decision 0040).
pub fn may_name(authority: &Authority, role: &RoleDefinition) -> Result<(), GrantDenied> {
    let everywhere = RoleDefinition {
        scope: ScopeKind::Platform,
        tenant_id: None,
        ..role.clone()
    };
    can_grant(authority, &everywhere, Scope::Platform)
}

fn normalize<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names
        .into_iter()
        .map(|name| name.trim().to_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}
