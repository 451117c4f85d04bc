//! Suspended people who may be privileged, for self-heal. Whom it heals is `domain`'s to say.

use domain::access::role::Administrative;
use domain::id::UserId;
use domain::identity::Status;
use jiff::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::identity;
use crate::scope::Tx;

/// Somebody suspended, with what could make them privileged.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub user_id: UserId,
    pub status: Status,
    pub session_revoked_at: Option<Timestamp>,
    /// By an assignment that is valid now.
    pub administrative: Option<Administrative>,
    /// On one of the break-glass lists that were passed.
    pub listed: bool,
}

/// The suspended people who hold an administrative role now or are listed, locked until the
/// transaction ends. Whom somebody else has locked is left out, be it another pass that heals them or
/// an operator's open transaction: the others need not wait for that, and the next pass looks again.
pub async fn candidates(
    tx: &mut Tx,
    listed_ids: &[Uuid],
    listed_emails: &[String],
) -> Result<Vec<Candidate>, StoreError> {
    let rows = sqlx::query!(
        r#"select u.user_id, u.status, u.session_revoked_at,
                  array(select r.name from user_roles a join role r using (role_id)
                         where a.user_id = u.user_id and r.administrative and a.valid_from <= now()
                           and (a.valid_until is null or now() < a.valid_until)) as "roles!",
                  (u.user_id = any ($1) or lower(u.email) = any ($2)) as "listed!"
             from app_user u
            where u.status = 'suspended'
              and u.user_id in (
                    select a.user_id from user_roles a join role r using (role_id) where r.administrative
                    union select unnest($1)
                    union select user_id from app_user where lower(email) = any ($2))
            order by u.user_id
              for update of u skip locked"#,
        listed_ids,
        listed_emails
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Candidate {
                user_id: UserId(row.user_id),
                status: identity::status(row.user_id, &row.status)?,
                session_revoked_at: row.session_revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
                administrative: row
                    .roles
                    .iter()
                    .filter_map(|name| Administrative::of(name))
                    .max(),
                listed: row.listed,
            })
        })
        .collect()
}

/// Makes people active again and forgets when their sessions were revoked; what was issued before
/// stays refused, by their session epoch.
pub async fn heal(tx: &mut Tx, people: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query!(
        "update app_user set status = 'active', session_revoked_at = null, status_reason = 'self-heal'
          where user_id = any ($1)",
        people
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
