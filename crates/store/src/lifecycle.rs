//! Moving an identity's status, giving back what was stripped, and erasing a person.

use domain::access::role::{Administrative, Scope};
use domain::id::{AssignmentId, RoleId, UserId};
use domain::identity::Status;
use jiff::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::identity;
use crate::scope::Tx;

/// An identity as moving its status needs it.
#[derive(Clone, Debug)]
pub struct Account {
    pub user_id: UserId,
    pub email: String,
    pub status: Status,
    pub status_before_disabled: Option<Status>,
    pub session_revoked_at: Option<Timestamp>,
    pub erased: bool,
    /// By an assignment that is valid now.
    pub administrative: Option<Administrative>,
}

/// The identity with that id or e-mail address, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id_or_email: &str) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query!(
        r#"select u.user_id, u.email, u.status, u.status_before_disabled, u.session_revoked_at,
                  u.erased_at is not null as "erased!",
                  array(select r.name from user_roles a join role r using (role_id)
                         where a.user_id = u.user_id and r.administrative and a.valid_from <= now()
                           and (a.valid_until is null or now() < a.valid_until)) as "roles!"
             from app_user u where u.user_id = $1 or lower(u.email) = lower($2)
              for update of u"#,
        id_or_email.parse::<Uuid>().ok(),
        id_or_email
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        let before = row.status_before_disabled;
        Ok(Account {
            user_id: UserId(row.user_id),
            status: identity::status(row.user_id, &row.status)?,
            status_before_disabled: before
                .map(|text| identity::status(row.user_id, &text))
                .transpose()?,
            session_revoked_at: row.session_revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
            erased: row.erased,
            administrative: row
                .roles
                .iter()
                .filter_map(|name| Administrative::of(name))
                .max(),
            email: row.email,
        })
    })
    .transpose()
}

/// Whether somebody was erased.
pub async fn is_erased(tx: &mut Tx, user_id: UserId) -> Result<bool, StoreError> {
    let erased = sqlx::query_scalar!(
        r#"select exists (select from app_user where user_id = $1 and erased_at is not null) as "erased!""#,
        user_id.0
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(erased)
}

/// Sets a status and why. `revoke` notes that sessions were revoked; the session epoch rises by
/// trigger on each suspension or disable in any case.
pub async fn set_status(
    tx: &mut Tx,
    user_id: UserId,
    status: Status,
    reason: &str,
    revoke: bool,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update app_user
            set status = $2, status_reason = $3,
                session_revoked_at = case when $4 then now() else session_revoked_at end
          where user_id = $1",
        user_id.0,
        status.as_str(),
        reason,
        revoke
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// An assignment that reconcile stripped and keeps.
#[derive(Clone, Debug)]
pub struct Kept {
    pub assignment_id: AssignmentId,
    pub role_id: RoleId,
    pub scope: Scope,
    pub stripped_at: Timestamp,
    pub valid_until: Option<Timestamp>,
}

/// What was stripped from somebody and is kept, oldest first.
pub async fn kept(tx: &mut Tx, user_id: UserId) -> Result<Vec<Kept>, StoreError> {
    let rows = sqlx::query!(
        "select assignment_id, role_id, tenant_id, project_id, stripped_at, valid_until
           from stripped_assignment where user_id = $1 order by stripped_at, assignment_id",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Kept {
            assignment_id: AssignmentId(row.assignment_id),
            role_id: RoleId(row.role_id),
            scope: crate::facts::scope(row.tenant_id, row.project_id),
            stripped_at: row.stripped_at.to_jiff(),
            valid_until: row.valid_until.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// Gives back stripped assignments as they were. One that was given again meanwhile by the same
/// source stays as it is.
pub async fn give_back(tx: &mut Tx, assignments: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query!(
        "with kept as (delete from stripped_assignment where assignment_id = any ($1) returning *)
         insert into user_roles (assignment_id, user_id, tenant_id, project_id, role_id, source,
                granted_by, valid_from, valid_until)
         select assignment_id, user_id, tenant_id, project_id, role_id, source, granted_by,
                valid_from, valid_until from kept
         on conflict on constraint user_roles_once do nothing",
        assignments
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets stripped assignments that can't be given back.
pub async fn forget_kept(tx: &mut Tx, assignments: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from stripped_assignment where assignment_id = any ($1)",
        assignments
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How much of a person was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    pub links: u64,
    pub assignments: u64,
    pub memberships: u64,
    pub passkeys: u64,
}

/// Erases a person: takes links, assignments, memberships (but for the default organization's) and
/// what was kept, and replaces what identifies them. The identity itself and its audit rows stay.
pub async fn erase(tx: &mut Tx, user_id: UserId, reason: &str) -> Result<Erased, StoreError> {
    let assignments = sqlx::query!("delete from user_roles where user_id = $1", user_id.0)
        .execute(tx.connection())
        .await?
        .rows_affected();
    let memberships = sqlx::query!(
        "update membership m set status = 'ended' from organization o
          where o.id = m.organization_id and not o.is_default and m.user_id = $1 and m.status = 'active'",
        user_id.0
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    let links = sqlx::query!("delete from identity_link where user_id = $1", user_id.0)
        .execute(tx.connection())
        .await?
        .rows_affected();
    let passkeys = sqlx::query!("delete from passkey where user_id = $1", user_id.0)
        .execute(tx.connection())
        .await?
        .rows_affected();
    forget(tx, user_id).await?;
    sqlx::query!(
        "update app_user
            set email = 'erased-' || user_id || '@erased.invalid', display_name = null, claims = '{}',
                status = 'disabled', status_reason = $2, session_revoked_at = now(),
                erased_at = coalesce(erased_at, now())
          where user_id = $1",
        user_id.0,
        reason
    )
    .execute(tx.connection())
    .await?;
    Ok(Erased {
        links,
        assignments,
        memberships,
        passkeys,
    })
}

/// Whether somebody wrote this address into a reason in the audit log, which can't be changed.
pub async fn is_named_in_audit(
    tx: &mut Tx,
    user_id: UserId,
    email: &str,
) -> Result<bool, StoreError> {
    let named = sqlx::query_scalar!(
        r#"select exists (select from audit_log
                           where target_user_id = $1 and strpos(lower(reason), lower($2)) > 0) as "named!""#,
        user_id.0,
        email
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(named)
}

/// Free text that people wrote about the person, what is kept of them, and when they were seen.
async fn forget(tx: &mut Tx, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "with holds as (update hold set reason = 'erased', end_reason = 'erased',
                               ended_at = coalesce(ended_at, now()) where user_id = $1),
              exemptions as (update exemption set reason = 'erased', review_note = null,
                                    end_reason = 'erased', ended_at = coalesce(ended_at, now())
                              where user_id = $1),
              seen as (delete from identity_activity where user_id = $1)
         delete from stripped_assignment where user_id = $1",
        user_id.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
