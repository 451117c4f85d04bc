//! The rows of one person, a query a kind. Where a time may be infinite, which SQL may write, they
//! come by COPY like everybody's.

use domain::access::role::{RoleDefinition, Scope};
use domain::id::{AssignmentId, OrganizationId, ProjectId, RoleId, UserId};
use domain::identity::{RoleOverrides, Status};
use domain::time::Period;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::copy::{self, Malformed};
use crate::error::StoreError;
use crate::facts::{period, scope};
use crate::identity;
use crate::overrides;
use crate::role::Roles;
use crate::scope::Tx;

/// The identity itself.
#[derive(Clone, Debug)]
pub struct Account {
    pub user_id: UserId,
    pub email: String,
    pub display_name: Option<String>,
    pub version: i64,
    pub status: Status,
    pub status_reason: Option<String>,
    pub session_epoch: Timestamp,
    pub session_revoked_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// In scope and entitled, as reconcile last recorded it.
    pub recorded: Option<(bool, bool)>,
}

/// What the claims say that decides something.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    pub(super) groups: Vec<String>,
    pub(super) overrides: Option<RoleOverrides>,
}

/// The change that made a status what it is.
#[derive(Clone, Debug, Serialize)]
pub struct Since {
    pub at: Timestamp,
    /// The audit row's action and source.
    pub action: String,
    pub source: String,
}

/// A membership, active or ended.
#[derive(Clone, Debug, Serialize)]
pub struct Membership {
    pub organization_id: OrganizationId,
    pub organization: String,
    pub active: bool,
}

/// A role given, valid or not.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub assignment_id: AssignmentId,
    pub role: RoleDefinition,
    pub scope: Scope,
    pub source: String,
    pub valid: Period,
}

/// An assignment that reconcile took.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) assignment_id: AssignmentId,
    pub(super) role: Option<RoleDefinition>,
    pub(super) scope: Scope,
    pub(super) stripped_at: Timestamp,
    pub(super) valid_until: Option<Timestamp>,
}

/// A hold or an exemption that nobody ended.
#[derive(Clone, Debug, Serialize)]
pub struct Pass {
    pub reason: String,
    #[serde(flatten)]
    pub valid: Period,
    /// When an exemption is to be reviewed.
    pub review_at: Option<Timestamp>,
}

impl Pass {
    /// Whether any of them is in force.
    pub fn any(passes: &[Self], now: Timestamp) -> bool {
        passes.iter().any(|pass| pass.valid.contains(now))
    }
}

pub(super) async fn account(
    tx: &mut Tx,
    user_id: UserId,
) -> Result<Option<(Account, Claims)>, StoreError> {
    let row = sqlx::query!(
        "select email, display_name, version, status, status_reason, session_epoch,
                session_revoked_at, created_at, claims, reconciled_in_scope, reconciled_entitled
           from app_user where user_id = $1",
        user_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        let account = Account {
            user_id,
            email: row.email,
            display_name: row.display_name,
            version: row.version,
            status: identity::status(user_id.0, &row.status)?,
            status_reason: row.status_reason,
            session_epoch: row.session_epoch.to_jiff(),
            session_revoked_at: row.session_revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
            created_at: row.created_at.to_jiff(),
            recorded: row.reconciled_in_scope.zip(row.reconciled_entitled),
        };
        Ok((account, claims(user_id, &row.claims)?))
    })
    .transpose()
}

fn claims(user_id: UserId, claims: &Value) -> Result<Claims, StoreError> {
    let groups = claims.get("groups").and_then(Value::as_array);
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let overrides = claims.get("role_overrides").cloned();
    let overrides = overrides.map(|claim| overrides::read(user_id.0, claim));
    Ok(Claims {
        groups: groups.into_iter().flatten().map(text).collect(),
        overrides: overrides.transpose()?,
    })
}

/// The latest audit row that moved the status to what it is.
pub(super) async fn status_since(
    tx: &mut Tx,
    user_id: UserId,
    status: Status,
) -> Result<Option<Since>, StoreError> {
    let row = sqlx::query!(
        "select created_at, action, source from audit_log
          where entity_pk = $1 and entity_type = 'app_user' and after_json ->> 'status' = $2
            and before_json ->> 'status' is distinct from after_json ->> 'status'
          order by created_at desc, audit_id desc limit 1",
        user_id.to_string(),
        status.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Since {
        at: row.created_at.to_jiff(),
        action: row.action,
        source: row.source,
    }))
}

pub(super) async fn memberships(
    tx: &mut Tx,
    user_id: UserId,
) -> Result<Vec<Membership>, StoreError> {
    let rows = sqlx::query!(
        "select m.organization_id, o.slug, m.status from membership m
           join organization o on o.id = m.organization_id
          where m.user_id = $1 order by o.slug",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Membership {
            organization_id: OrganizationId(row.organization_id),
            organization: row.slug,
            active: row.status == "active",
        })
        .collect())
}

pub(super) async fn assignments(
    tx: &mut Tx,
    user_id: UserId,
    roles: &Roles,
) -> Result<Vec<Assignment>, StoreError> {
    let mut found = Vec::new();
    let query = format!(
        "select assignment_id, role_id, tenant_id, project_id, source, valid_from, valid_until
           from user_roles where user_id = '{user_id}' order by assignment_id"
    );
    copy::read(tx.connection(), &query, |fields| {
        let assignment_id = AssignmentId(fields.uuid()?);
        let role = roles.get(RoleId(fields.uuid()?)).cloned();
        let scope = scope(fields.uuid_or_null()?, fields.uuid_or_null()?);
        let source = fields.text()?.to_owned();
        let valid = period(fields)?;
        found.extend(role.map(|role| Assignment {
            assignment_id,
            role,
            scope,
            source,
            valid,
        }));
        Ok(())
    })
    .await?;
    Ok(found)
}

pub(super) async fn taken(
    tx: &mut Tx,
    user_id: UserId,
    roles: &Roles,
) -> Result<Vec<Taken>, StoreError> {
    let mut found = Vec::new();
    let query = format!(
        "select assignment_id, role_id, tenant_id, project_id, stripped_at, valid_until
           from stripped_assignment where user_id = '{user_id}' order by assignment_id"
    );
    copy::read(tx.connection(), &query, |fields| {
        found.push(Taken {
            assignment_id: AssignmentId(fields.uuid()?),
            role: roles.get(RoleId(fields.uuid()?)).cloned(),
            scope: scope(fields.uuid_or_null()?, fields.uuid_or_null()?),
            stripped_at: fields.timestamp()?.ok_or(Malformed("timestamptz"))?,
            valid_until: fields.timestamp()?,
        });
        Ok(())
    })
    .await?;
    Ok(found)
}

/// What nobody ended of `hold` or `exemption`.
pub(super) async fn passes(
    tx: &mut Tx,
    user_id: UserId,
    table: &'static str,
) -> Result<Vec<Pass>, StoreError> {
    let review = if table == "exemption" {
        "review_at"
    } else {
        "null::timestamptz"
    };
    let mut found = Vec::new();
    let query = format!(
        "select starts_at, ends_at, {review}, reason from {table}
          where user_id = '{user_id}' and ended_at is null order by starts_at"
    );
    copy::read(tx.connection(), &query, |fields| {
        found.push(Pass {
            valid: period(fields)?,
            review_at: fields.timestamp()?,
            reason: fields.text()?.to_owned(),
        });
        Ok(())
    })
    .await?;
    Ok(found)
}

pub(super) async fn is_linked(tx: &mut Tx, user_id: UserId) -> Result<bool, StoreError> {
    let linked = sqlx::query_scalar!(
        r#"select exists (select from identity_link
                           where user_id = $1 and provider = 'discord') as "linked!""#,
        user_id.0
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(linked)
}

pub(super) async fn tenant_of(
    tx: &mut Tx,
    project: ProjectId,
) -> Result<Option<OrganizationId>, StoreError> {
    let id = sqlx::query_scalar!(
        "select tenant_id from project where project_id = $1",
        project.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(id.map(OrganizationId))
}
