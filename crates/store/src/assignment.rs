//! Assignments: roles given to identities at scopes.

use std::collections::HashMap;

use domain::access::role::Scope;
use domain::id::{AssignmentId, OrganizationId, RoleId, UserId};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use sqlx::types::Uuid;
use utoipa::ToSchema;

use crate::error::StoreError;
use crate::id::new_id;
use crate::scope::Tx;

/// A role for somebody, as it is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    pub user_id: UserId,
    pub scope: Scope,
    pub role_id: RoleId,
}

/// Gives roles. Those that are already there from the same source stay as they are; returned are
/// the ones that are new, by their place in `grants`.
pub async fn grant(
    tx: &mut Tx,
    grants: &[Grant],
    source: &str,
    granted_by: UserId,
) -> Result<Vec<(usize, AssignmentId)>, StoreError> {
    let ids: Vec<Uuid> = grants.iter().map(|_| new_id()).collect();
    let users: Vec<Uuid> = grants.iter().map(|grant| grant.user_id.0).collect();
    let tenants: Vec<Option<Uuid>> = grants
        .iter()
        .map(|grant| grant.scope.tenant_id().map(Uuid::from))
        .collect();
    let projects: Vec<Option<Uuid>> = grants
        .iter()
        .map(|grant| grant.scope.project_id().map(Uuid::from))
        .collect();
    let roles: Vec<Uuid> = grants.iter().map(|grant| grant.role_id.0).collect();
    let written = sqlx::query_scalar!(
        r#"insert into user_roles (assignment_id, user_id, tenant_id, project_id, role_id, source, granted_by)
           select g.assignment_id, g.user_id, g.tenant_id, g.project_id, g.role_id, $6, $7
             from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[])
                  as g (assignment_id, user_id, tenant_id, project_id, role_id)
           on conflict on constraint user_roles_once do nothing
           returning assignment_id"#,
        &ids,
        &users,
        &tenants as &[Option<Uuid>],
        &projects as &[Option<Uuid>],
        &roles,
        source,
        granted_by.0,
    )
    .fetch_all(tx.connection())
    .await?;
    let places: HashMap<Uuid, usize> = ids.iter().copied().zip(0..).collect();
    Ok(written
        .into_iter()
        .filter_map(|id| places.get(&id).map(|place| (*place, AssignmentId(id))))
        .collect())
}

/// Gives one role for some time; what is left out begins now and never ends. `None` if it is there
/// already from the same source.
pub async fn grant_for(
    tx: &mut Tx,
    grant: &Grant,
    (from, until): (Option<Timestamp>, Option<Timestamp>),
    source: &str,
    granted_by: UserId,
) -> Result<Option<AssignmentId>, StoreError> {
    let written = sqlx::query_scalar!(
        "insert into user_roles (assignment_id, user_id, tenant_id, project_id, role_id, source, granted_by,
                                 valid_from, valid_until)
         values ($1, $2, $3, $4, $5, $6, $7, coalesce($8, now()), $9)
         on conflict on constraint user_roles_once do nothing
         returning assignment_id",
        new_id(),
        grant.user_id.0,
        grant.scope.tenant_id().map(Uuid::from),
        grant.scope.project_id().map(Uuid::from),
        grant.role_id.0,
        source,
        granted_by.0,
        from.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>,
        until.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(written.map(AssignmentId))
}

/// Which assignments to list; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub user_id: Option<UserId>,
    pub role: Option<String>,
    /// The assignment after which the page begins.
    pub after: Option<AssignmentId>,
    /// At most so many.
    pub limit: i64,
}

/// A page of assignments, in the order in which they were made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssignmentPage)]
pub struct Page {
    pub assignments: Vec<Listed>,
    /// The assignment after which the next page begins, if there is one.
    pub next: Option<AssignmentId>,
}

/// An assignment with where it came from.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ListedAssignment)]
pub struct Listed {
    pub assignment_id: AssignmentId,
    pub user_id: UserId,
    pub email: String,
    pub role: String,
    pub tenant_id: Option<OrganizationId>,
    pub project_id: Option<Uuid>,
    /// The path by which it came, like `person`, `command_line` or `sql`.
    pub source: String,
    pub granted_by: Option<Uuid>,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
    /// Whether it counts now, by the clock.
    pub in_force: bool,
}

/// A page of the assignments at one scope; those of an organization without those in its projects.
pub async fn page(tx: &mut Tx, scope: Scope, filter: &Filter) -> Result<Page, StoreError> {
    let rows = sqlx::query!(
        r#"select a.assignment_id, a.user_id, u.email, r.name as role, a.tenant_id, a.project_id, a.source,
                  a.granted_by, a.valid_from, a.valid_until,
                  (a.valid_from <= now() and (a.valid_until is null or now() < a.valid_until)) as "in_force!"
             from user_roles a join app_user u using (user_id) join role r using (role_id)
            where a.tenant_id is not distinct from $1 and a.project_id is not distinct from $2
              and ($3::uuid is null or a.user_id = $3) and ($4::text is null or r.name = $4)
              and ($5::uuid is null or a.assignment_id > $5)
            order by a.assignment_id limit $6"#,
        scope.tenant_id().map(Uuid::from),
        scope.project_id().map(Uuid::from),
        filter.user_id.map(Uuid::from),
        filter.role,
        filter.after.map(Uuid::from),
        filter.limit.saturating_add(1)
    )
    .fetch_all(tx.connection())
    .await?;
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    let assignments: Vec<_> = rows
        .into_iter()
        .take(limit)
        .map(|row| Listed {
            assignment_id: AssignmentId(row.assignment_id),
            user_id: UserId(row.user_id),
            email: row.email,
            role: row.role,
            tenant_id: row.tenant_id.map(OrganizationId),
            project_id: row.project_id,
            source: row.source,
            granted_by: row.granted_by,
            valid_from: row.valid_from.to_jiff(),
            valid_until: row.valid_until.map(jiff_sqlx::Timestamp::to_jiff),
            in_force: row.in_force,
        })
        .collect();
    let last = assignments.last().map(|last| last.assignment_id);
    Ok(Page {
        next: last.filter(|_| more),
        assignments,
    })
}

/// Takes a role from somebody at a scope, from whatever source it came. Returns the assignments that
/// were taken.
pub async fn revoke(
    tx: &mut Tx,
    user_id: UserId,
    scope: Scope,
    role_id: RoleId,
) -> Result<Vec<AssignmentId>, StoreError> {
    let taken = sqlx::query_scalar!(
        "delete from user_roles
          where user_id = $1 and role_id = $2
            and tenant_id is not distinct from $3 and project_id is not distinct from $4
         returning assignment_id",
        user_id.0,
        role_id.0,
        scope.tenant_id().map(Uuid::from),
        scope.project_id().map(Uuid::from),
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(taken.into_iter().map(AssignmentId).collect())
}

/// Forgets what reconcile stripped of a role that somebody had at a scope, so that no restore gives it
/// back, and raises the person's version: a plan made before may count on it. Returns the assignments
/// that were kept.
pub async fn forget_stripped(
    tx: &mut Tx,
    user_id: UserId,
    scope: Scope,
    role_id: RoleId,
) -> Result<Vec<AssignmentId>, StoreError> {
    let forgotten = sqlx::query_scalar!(
        "with kept as (
           delete from stripped_assignment
            where user_id = $1 and role_id = $2
              and tenant_id is not distinct from $3 and project_id is not distinct from $4
           returning assignment_id, user_id),
         moved as (update app_user set version = version where user_id in (select user_id from kept))
         select assignment_id from kept",
        user_id.0,
        role_id.0,
        scope.tenant_id().map(Uuid::from),
        scope.project_id().map(Uuid::from),
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(forgotten.into_iter().map(AssignmentId).collect())
}

/// Somebody's assignments in an organization and its projects, valid now or not: what the end of the
/// membership takes.
pub async fn inside(
    tx: &mut Tx,
    tenant_id: OrganizationId,
    user_id: UserId,
) -> Result<Vec<(AssignmentId, RoleId, Scope)>, StoreError> {
    let rows = sqlx::query!(
        "select assignment_id, role_id, tenant_id, project_id from user_roles
          where tenant_id = $1 and user_id = $2 order by assignment_id",
        tenant_id.0,
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                AssignmentId(row.assignment_id),
                RoleId(row.role_id),
                crate::facts::scope(row.tenant_id, row.project_id),
            )
        })
        .collect())
}

/// What somebody has or will have: assignments that are not over, those that begin later among them, those
/// in an organization whose membership has ended, and those that reconcile took and keeps.
pub async fn ahead(tx: &mut Tx, user_id: UserId) -> Result<Vec<(RoleId, Scope)>, StoreError> {
    let rows = sqlx::query!(
        r#"select role_id as "role_id!", tenant_id, project_id
             from (select role_id, tenant_id, project_id, valid_until from user_roles where user_id = $1
                    union all
                   select role_id, tenant_id, project_id, valid_until from stripped_assignment
                    where user_id = $1) a
            where valid_until is null or now() < valid_until
            group by role_id, tenant_id, project_id"#,
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                RoleId(row.role_id),
                crate::facts::scope(row.tenant_id, row.project_id),
            )
        })
        .collect())
}

/// The roles that people have in an organization and its projects, valid now or not: what its end takes.
pub async fn in_organization(
    tx: &mut Tx,
    tenant_id: OrganizationId,
) -> Result<Vec<(RoleId, Scope)>, StoreError> {
    let rows = sqlx::query!(
        "select distinct role_id, tenant_id, project_id from user_roles where tenant_id = $1",
        tenant_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                RoleId(row.role_id),
                crate::facts::scope(row.tenant_id, row.project_id),
            )
        })
        .collect())
}

/// The roles that are valid for somebody now, with their scopes. None while the identity is not
/// active, and none of a tenant whose membership has ended.
pub async fn held_now(tx: &mut Tx, user_id: UserId) -> Result<Vec<(RoleId, Scope)>, StoreError> {
    let rows = sqlx::query!(
        "select r.role_id, r.tenant_id, r.project_id
           from user_roles r join app_user u using (user_id)
          where r.user_id = $1 and u.status = 'active'
            and r.valid_from <= now() and (r.valid_until is null or now() < r.valid_until)
            and (r.tenant_id is null
                 or exists (select from membership m where m.organization_id = r.tenant_id
                               and m.user_id = r.user_id and m.status = 'active'))",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                RoleId(row.role_id),
                crate::facts::scope(row.tenant_id, row.project_id),
            )
        })
        .collect())
}

/// The platform roles that are assigned to somebody and valid now, whatever their status.
pub async fn valid_now(tx: &mut Tx, user_id: UserId) -> Result<Vec<RoleId>, StoreError> {
    let ids = sqlx::query_scalar!(
        "select role_id from user_roles
          where user_id = $1 and tenant_id is null and valid_from <= now()
            and (valid_until is null or now() < valid_until)",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids.into_iter().map(RoleId).collect())
}

/// An assignment whose time is over.
#[derive(Clone, Debug)]
pub struct Expired {
    pub assignment_id: AssignmentId,
    pub user_id: UserId,
    pub role: String,
    pub scope: Scope,
}

/// Deletes stripped assignments that are kept for longer than the window in which they could be given
/// back, at most `limit`.
pub async fn expire_stripped(
    tx: &mut Tx,
    window: SignedDuration,
    limit: i64,
) -> Result<Vec<Expired>, StoreError> {
    let rows = sqlx::query!(
        r#"with late as (
             delete from stripped_assignment
              where assignment_id in (
                    select assignment_id from stripped_assignment
                     where stripped_at < now() - make_interval(secs => $1)
                     order by stripped_at limit $2 for update skip locked)
             returning assignment_id, user_id, tenant_id, project_id, role_id)
           select l.assignment_id as "assignment_id!", l.user_id as "user_id!", l.tenant_id, l.project_id,
                  coalesce(r.name, 'a role that is gone') as "role!"
             from late l left join role r using (role_id)"#,
        window.as_secs_f64(),
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Expired {
            assignment_id: AssignmentId(row.assignment_id),
            user_id: UserId(row.user_id),
            role: row.role,
            scope: crate::facts::scope(row.tenant_id, row.project_id),
        })
        .collect())
}

/// Deletes assignments whose time is over, at most `limit`. Those of platform admins and of owners
/// stay as they are, without effect: the guard of the last owner would refuse some of them, and an
/// organization whose owners' time is over is an alert that names it.
pub async fn expire(tx: &mut Tx, limit: i64) -> Result<Vec<Expired>, StoreError> {
    let rows = sqlx::query!(
        r#"delete from user_roles a using role r
            where r.role_id = a.role_id
              and a.assignment_id in (
                    select x.assignment_id from user_roles x join role y using (role_id)
                     where x.valid_until <= now()
                       and not (y.tenant_id is null and y.name in ('admin', 'tenant_owner'))
                     order by x.assignment_id limit $1 for update of x skip locked)
           returning a.assignment_id, a.user_id, a.tenant_id, a.project_id, r.name as "role!""#,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Expired {
            assignment_id: AssignmentId(row.assignment_id),
            user_id: UserId(row.user_id),
            role: row.role,
            scope: crate::facts::scope(row.tenant_id, row.project_id),
        })
        .collect())
}

/// Whose assignment it is, of which role and where; locked until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    assignment_id: AssignmentId,
) -> Result<Option<(UserId, RoleId, Scope)>, StoreError> {
    let row = sqlx::query!(
        "select user_id, role_id, tenant_id, project_id from user_roles
          where assignment_id = $1 for update",
        assignment_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| {
        let scope = crate::facts::scope(row.tenant_id, row.project_id);
        (UserId(row.user_id), RoleId(row.role_id), scope)
    }))
}

/// Deletes one assignment. The caller has it [locked](lock).
pub async fn delete(tx: &mut Tx, assignment_id: AssignmentId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from user_roles where assignment_id = $1",
        assignment_id.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
