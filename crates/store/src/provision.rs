//! People as an identity provider knows them: by issuer and subject.

use std::collections::BTreeSet;

use domain::id::{AssignmentId, RoleId, UserId};
use domain::identity::RoleOverrides;
use domain::identity::mapping::{Groups, Target};
use domain::tenancy::organization::Slug;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;

use crate::error::StoreError;
use crate::identity::{self, Owner};
use crate::scope::Tx;

/// Whoever a provider's subject is linked to. If a token shows them that was issued after their sessions
/// were last cut off, notes once an hour that they were here.
pub async fn linked(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    issued_at: Option<Timestamp>,
) -> Result<Option<Owner>, StoreError> {
    let row = sqlx::query!(
        "with found as (
           select u.user_id, u.email, u.status, u.session_epoch
             from identity_link l join app_user u using (user_id)
            where l.provider = $1 and l.external_id = $2),
         seen as (
           insert into identity_activity as a (user_id, last_seen_at)
           select user_id, now() from found left join identity_activity before using (user_id)
            where status = 'active' and session_epoch < $3
              and (before.user_id is null or before.last_seen_at < now() - interval '1 hour')
           on conflict (user_id) do update set last_seen_at = now()
            where a.last_seen_at < now() - interval '1 hour')
         select * from found",
        issuer,
        subject,
        issued_at.map(Timestamp::to_sqlx) as Option<jiff_sqlx::Timestamp>
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Owner {
            user_id: UserId(row.user_id),
            status: identity::status(row.user_id, &row.status)?,
            email: row.email,
            session_epoch: row.session_epoch.to_jiff(),
        })
    })
    .transpose()
}

/// Whether somebody is linked to a provider already, by whatever subject.
pub async fn is_linked_to(tx: &mut Tx, user_id: UserId, issuer: &str) -> Result<bool, StoreError> {
    let linked = sqlx::query_scalar!(
        r#"select exists (select from identity_link where user_id = $1 and provider = $2) as "linked!""#,
        user_id.0,
        issuer
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(linked)
}

/// What is known of somebody that a sync goes by.
#[derive(Clone, Debug)]
pub struct Known {
    pub display_name: Option<String>,
    /// The groups that this provider named last.
    pub groups: Groups,
    pub overrides: RoleOverrides,
    /// Whether a hold is in force.
    pub on_hold: bool,
}

/// Reads what is known of somebody, and keeps others from syncing them until the transaction ends.
pub async fn known(
    tx: &mut Tx,
    user_id: UserId,
    issuer: &str,
) -> Result<Option<Known>, StoreError> {
    let row = sqlx::query!(
        r#"select display_name, claims -> 'role_overrides' as overrides,
                  claims -> 'oidc_groups' -> $2 as groups,
                  exists (select from hold h
                           where h.user_id = u.user_id and h.ended_at is null
                             and h.starts_at <= now() and now() < h.ends_at) as "on_hold!"
             from app_user u where user_id = $1 for update"#,
        user_id.0,
        issuer
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        let unreadable = |what: &'static str| {
            move |problem: serde_json::Error| {
                StoreError::corrupt("app_user", what, user_id.0, problem)
            }
        };
        let overrides = match row.overrides {
            None => RoleOverrides::default(),
            Some(stored) => serde_json::from_value(stored).map_err(unreadable("claims"))?,
        };
        let groups = match row.groups {
            None => Groups::Absent,
            Some(stored) => {
                Groups::Known(serde_json::from_value(stored).map_err(unreadable("claims"))?)
            }
        };
        Ok(Known {
            display_name: row.display_name,
            groups,
            overrides,
            on_hold: row.on_hold,
        })
    })
    .transpose()
}

/// Notes what a provider says of somebody: name and groups, each where it says something.
pub async fn note(
    tx: &mut Tx,
    user_id: UserId,
    issuer: &str,
    display_name: Option<&str>,
    groups: Option<&[String]>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update app_user
            set display_name = coalesce($3, display_name),
                claims = case when $4::jsonb is null then claims else
                  claims || jsonb_build_object('groups', $4::jsonb, 'oidc_groups',
                    coalesce(claims -> 'oidc_groups', '{}') || jsonb_build_object($2::text, $4::jsonb)) end
          where user_id = $1",
        user_id.0,
        issuer,
        display_name,
        groups.map(|groups| Value::from(groups.to_vec()))
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The roles that somebody has from a source, valid now or not.
pub async fn held(
    tx: &mut Tx,
    user_id: UserId,
    source: &str,
) -> Result<BTreeSet<Target>, StoreError> {
    let rows = sqlx::query!(
        r#"select r.name, o.slug as "slug?"
             from user_roles a join role r using (role_id)
             left join organization o on o.id = a.tenant_id
            where a.user_id = $1 and a.source = $2 and a.project_id is null"#,
        user_id.0,
        source
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let corrupt = |problem| StoreError::corrupt("organization", "slug", user_id.0, problem);
            let slug = row.slug.map(|slug| slug.parse::<Slug>());
            Ok(Target {
                role: row.name.to_lowercase(),
                organization: slug.transpose().map_err(corrupt)?,
            })
        })
        .collect()
}

/// Takes a role of one source from somebody; what others gave stays.
pub async fn take(
    tx: &mut Tx,
    user_id: UserId,
    role_id: RoleId,
    tenant_id: Option<uuid::Uuid>,
    source: &str,
) -> Result<Vec<AssignmentId>, StoreError> {
    let taken = sqlx::query_scalar!(
        "delete from user_roles
          where user_id = $1 and role_id = $2 and tenant_id is not distinct from $3
            and project_id is null and source = $4
         returning assignment_id",
        user_id.0,
        role_id.0,
        tenant_id,
        source
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(taken.into_iter().map(AssignmentId).collect())
}

/// Keeps a sign-in that begins, for so many seconds, and forgets those that are over.
pub async fn begin(tx: &mut Tx, hash: [u8; 32], seconds: f64) -> Result<(), StoreError> {
    sqlx::query!(
        "with over as (
           delete from sign_in_attempt where hash in (
             select hash from sign_in_attempt where expires_at < now() - interval '1 hour'
              order by expires_at limit 100 for update skip locked))
         insert into sign_in_attempt (hash, expires_at) values ($1, now() + make_interval(secs => $2))",
        &hash[..],
        seconds
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Uses up a sign-in that began, if it is neither used nor over.
pub async fn finish(tx: &mut Tx, hash: [u8; 32]) -> Result<bool, StoreError> {
    let used = sqlx::query!(
        "update sign_in_attempt set used_at = now()
          where hash = $1 and used_at is null and now() < expires_at",
        &hash[..]
    )
    .execute(tx.connection())
    .await?;
    Ok(used.rows_affected() == 1)
}
