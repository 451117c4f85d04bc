//! What a decision needs to know, as a trait.
//!
//! Two things implement it: rows that `store` has just loaded for one person, and the in-memory
//! index. The rule in [`super::decide`] is written once, over this.

use jiff::Timestamp;

use super::permission::PermissionSet;
use super::role::Scope;
use crate::governance::assess::{Evidence, Rules};
use crate::governance::privileged::Privilege;
use crate::id::{OrganizationId, ProjectId, UserId};
use crate::identity::Status;

/// What is known of an identity itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityFacts {
    pub status: Status,
    /// Credentials issued at or before this instant are refused (D11).
    pub session_epoch: Timestamp,
    pub privilege: Option<Privilege>,
}

/// The facts of one moment. Absent things are `None` or empty, which never allows anything.
pub trait Facts {
    fn identity(&self, user_id: UserId) -> Option<IdentityFacts>;

    /// Whether the identity's membership of the tenant is active.
    fn is_active_member(&self, user_id: UserId, tenant_id: OrganizationId) -> bool;

    /// The tenant that a project belongs to.
    fn tenant_of(&self, project_id: ProjectId) -> Option<OrganizationId>;

    /// Everything the identity's assignments valid at `now` permit at exactly this scope.
    fn permissions(&self, user_id: UserId, scope: Scope, now: Timestamp) -> PermissionSet;

    /// The rules of governance in force; the reason why not, if they are not complete.
    fn rules(&self) -> Result<&Rules, crate::governance::assess::RulesMissing>;

    /// The evidence for the identity's eligibility and entitlement at `now`.
    fn evidence(&self, user_id: UserId, now: Timestamp) -> Evidence;
}
