//! The facts about whoever calls, read by one statement: what an operation's permission is decided by.
//!
//! It knows nothing of governance, since nothing that is administered is governed: asked about a governed
//! permission it says that rules are missing, which denies. [`super::one`] knows all of it.

use domain::access::facts::{Facts, IdentityFacts};
use domain::access::permission::PermissionSet;
use domain::access::role::{RoleDefinition, Scope};
use domain::governance::assess::{Evidence, Rules, RulesMissing};
use domain::governance::privileged::{BreakGlass, Privilege};
use domain::id::{OrganizationId, ProjectId, RoleId, UserId};
use domain::identity::Status;
use jiff::Timestamp;

use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::StoreError;
use crate::identity;
use crate::role::Roles;
use crate::scope::Tx;

/// Somebody who calls, at the time of the transaction.
#[derive(Debug)]
pub struct Asker {
    pub user_id: UserId,
    pub email: String,
    pub privilege: Option<Privilege>,
    /// The clock of the transaction, by which [`Asker::held`] was read.
    pub now: Timestamp,
    status: Status,
    session_epoch: Timestamp,
    members_of: Vec<Uuid>,
    held: Vec<(RoleDefinition, Scope)>,
    project: Option<(ProjectId, OrganizationId)>,
}

#[derive(Debug, Deserialize)]
struct Held {
    role_id: Uuid,
    tenant_id: Option<Uuid>,
    project_id: Option<Uuid>,
}

impl Asker {
    /// Reads who calls, and the tenant of the project that is asked about. `None` if there is nobody of
    /// that id.
    pub async fn load(
        tx: &mut Tx,
        roles: &Roles,
        break_glass: &BreakGlass,
        user_id: UserId,
        project: Option<ProjectId>,
    ) -> Result<Option<Self>, StoreError> {
        let row = sqlx::query!(
            r#"select u.email, u.status, u.session_epoch, now() as "now!",
                      array(select organization_id from membership
                             where user_id = u.user_id and status = 'active') as "members_of!",
                      (select coalesce(jsonb_agg(jsonb_build_object(
                                'role_id', role_id, 'tenant_id', tenant_id, 'project_id', project_id)), '[]')
                         from user_roles
                        where user_id = u.user_id and valid_from <= now()
                          and (valid_until is null or now() < valid_until)) as "held!: Json<Vec<Held>>",
                      (select tenant_id from project where project_id = $2) as tenant_of
                 from app_user u where u.user_id = $1"#,
            user_id.0,
            project.map(Uuid::from)
        )
        .fetch_optional(tx.connection())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let held: Vec<_> = row
            .held
            .0
            .into_iter()
            .filter_map(|held| {
                let role = roles.get(RoleId(held.role_id))?.clone();
                Some((role, super::scope(held.tenant_id, held.project_id)))
            })
            .collect();
        let administrative = held
            .iter()
            .filter_map(|(role, _)| role.administrative())
            .max();
        let listed = break_glass.lists(user_id, &row.email);
        Ok(Some(Self {
            user_id,
            status: identity::status(user_id.0, &row.status)?,
            session_epoch: row.session_epoch.to_jiff(),
            privilege: Privilege::of(administrative, listed),
            now: row.now.to_jiff(),
            members_of: row.members_of,
            held,
            project: project.zip(row.tenant_of.map(OrganizationId)),
            email: row.email,
        }))
    }

    /// The roles that are valid now, with their scopes, whatever the identity's status. Those in a tenant
    /// whose membership has ended are not among them.
    pub fn held(&self) -> impl Iterator<Item = (&RoleDefinition, Scope)> {
        self.held
            .iter()
            .filter(|(_, scope)| {
                scope
                    .tenant_id()
                    .is_none_or(|tenant_id| self.members_of.contains(&tenant_id.0))
            })
            .map(|(role, scope)| (role, *scope))
    }

    /// Whether the identity is active.
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}

impl Facts for Asker {
    fn identity(&self, user_id: UserId) -> Option<IdentityFacts> {
        (user_id == self.user_id).then_some(IdentityFacts {
            status: self.status,
            session_epoch: self.session_epoch,
            privilege: self.privilege,
        })
    }

    fn is_active_member(&self, user_id: UserId, tenant_id: OrganizationId) -> bool {
        user_id == self.user_id && self.members_of.contains(&tenant_id.0)
    }

    fn tenant_of(&self, project_id: ProjectId) -> Option<OrganizationId> {
        self.project
            .filter(|(of, _)| *of == project_id)
            .map(|(_, tenant_id)| tenant_id)
    }

    fn permissions(&self, user_id: UserId, scope: Scope, _: Timestamp) -> PermissionSet {
        self.held()
            .filter(|(_, at)| user_id == self.user_id && *at == scope)
            .fold(PermissionSet::EMPTY, |all, (role, _)| {
                all.union(role.permissions)
            })
    }

    fn rules(&self) -> Result<&Rules, RulesMissing> {
        Err(RulesMissing::Policy)
    }

    fn evidence(&self, _: UserId, _: Timestamp) -> Evidence {
        Evidence::default()
    }
}
