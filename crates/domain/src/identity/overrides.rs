//! Role overrides: what an operator put on one person's roles, kept in
//! `app_user.claims.role_overrides` (U-47 to U-50).
//!
//! Reconcile asks only which roles are preserved; the merge with an identity provider's groups
//! lives with provisioning.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Preserved roles are never taken by automation, suppressed ones never given by it.
///
/// Names are kept in lower case, trimmed and without doubles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct RoleOverrides {
    /// While true, no role is revoked automatically from this person's identity provider groups.
    pub enabled: bool,
    preserved: BTreeSet<String>,
    suppressed: BTreeSet<String>,
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
}

impl From<Stored> for RoleOverrides {
    fn from(stored: Stored) -> Self {
        Self {
            enabled: stored.enabled,
            preserved: normalize(stored.preserved.iter().map(String::as_str)),
            suppressed: normalize(stored.suppressed.iter().map(String::as_str)),
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
        }
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

fn normalize<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names
        .into_iter()
        .map(|name| name.trim().to_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}
