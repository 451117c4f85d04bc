//! People as they are looked at: a page of them, or one with everything that belongs to them.

use domain::id::{OrganizationId, SessionId, UserId};
use domain::identity::Status;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::identity::status;
use crate::scope::Tx;

/// Whom to list; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    /// Assigned one of these roles, anywhere.
    pub roles: Option<Vec<Uuid>>,
    /// Active member of this organization.
    pub organization: Option<OrganizationId>,
    /// Contained in address or name, in any case. Looked for in the order of the addresses, which is fast
    /// where many match; [`matching`] finds the few.
    pub search: Option<String>,
    /// One of these people.
    pub among: Option<Vec<Uuid>>,
    /// The address after which the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// A page of people, by e-mail address.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserPage)]
pub struct Page {
    pub people: Vec<Listed>,
    /// The address after which the next page begins, if there is one.
    pub next: Option<String>,
}

/// Somebody in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ListedUser)]
pub struct Listed {
    pub user_id: UserId,
    pub email: String,
    pub display_name: Option<String>,
    pub status: Status,
    pub created_at: Timestamp,
    pub platform_roles: Vec<String>,
}

/// A page's statement, with what narrows it by role and by organization spelled out: an `exists` that
/// stands under an `or` is asked of everybody in turn, one by itself is joined from its own index.
macro_rules! page {
    ($tx:ident, $filter:ident, $roles:tt, $organization:tt) => {
        sqlx::query_as!(
            Found,
            r#"select u.user_id, u.email, u.display_name, u.status, u.created_at,
                      array(select r.name from user_roles a join role r using (role_id)
                             where a.user_id = u.user_id and a.tenant_id is null
                             order by r.name) as "roles!"
                 from app_user u
                where u.user_id <> $1
                  and ($2::text is null or lower(u.email) > lower($2))
                  and ($3::text is null or u.status = $3)
                  and ($4::text is null or strpos(lower(u.email), lower($4)) > 0
                       or strpos(lower(u.display_name), lower($4)) > 0)
                  and ($5::uuid[] is null or u.user_id = any ($5))
                  and "#
                + $roles
                + " and "
                + $organization
                + " order by lower(u.email) limit $8",
            domain::actor::SYSTEM_USER.0,
            $filter.after,
            $filter.status.map(Status::as_str),
            $filter.search,
            $filter.among.as_deref(),
            $filter.roles.as_deref(),
            $filter.organization.map(Uuid::from),
            $filter.limit.saturating_add(1)
        )
        .fetch_all($tx.connection())
        .await?
    };
}

/// A row of a page.
struct Found {
    user_id: Uuid,
    email: String,
    display_name: Option<String>,
    status: String,
    created_at: jiff_sqlx::Timestamp,
    roles: Vec<String>,
}

/// A page of people; the system's own identity is left out.
///
/// Which index is best depends on what is asked, so this transaction plans each statement for its own
/// values: a filter that is not given costs nothing then, and a rare role is told from a common one.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Page, StoreError> {
    plan_for_values(tx).await?;
    let rows: Vec<Found> = match (&filter.roles, filter.organization) {
        (None, None) => page!(tx, filter, "$6::uuid[] is null", "$7::uuid is null"),
        (Some(_), None) => page!(
            tx,
            filter,
            "exists (select from user_roles a where a.user_id = u.user_id and a.role_id = any ($6))",
            "$7::uuid is null"
        ),
        (None, Some(_)) => page!(
            tx,
            filter,
            "$6::uuid[] is null",
            "exists (select from membership m where m.user_id = u.user_id and m.status = 'active'
                        and m.organization_id = $7)"
        ),
        (Some(_), Some(_)) => page!(
            tx,
            filter,
            "exists (select from user_roles a where a.user_id = u.user_id and a.role_id = any ($6))",
            "exists (select from membership m where m.user_id = u.user_id and m.status = 'active'
                        and m.organization_id = $7)"
        ),
    };
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    let people = rows
        .into_iter()
        .take(limit)
        .map(Found::listed)
        .collect::<Result<Vec<_>, StoreError>>()?;
    let last = people.last().map(|person| person.email.clone());
    Ok(Page {
        next: last.filter(|_| more),
        people,
    })
}

impl Found {
    fn listed(self) -> Result<Listed, StoreError> {
        Ok(Listed {
            user_id: UserId(self.user_id),
            status: status(self.user_id, &self.status)?,
            email: self.email,
            display_name: self.display_name,
            created_at: self.created_at.to_jiff(),
            platform_roles: self.roles,
        })
    }
}

async fn plan_for_values(tx: &mut Tx) -> Result<(), StoreError> {
    sqlx::query!(r#"select set_config('plan_cache_mode', 'force_custom_plan', true) as "set""#)
        .fetch_one(tx.connection())
        .await?;
    Ok(())
}

/// The ids of people whose e-mail address or name contains a text, in any case; at most so many. The
/// index of trigrams finds a text of three characters or more; a shorter one is looked for in everybody.
///
/// Materialized, so that the statement is planned for all that match and not for the first of them.
pub async fn matching(tx: &mut Tx, text: &str, most: i64) -> Result<Vec<Uuid>, StoreError> {
    plan_for_values(tx).await?;
    let ids = sqlx::query_scalar!(
        r#"with found as materialized (
             select user_id from app_user where email ilike $1 or display_name ilike $1)
           select user_id as "user_id!" from found limit $2"#,
        containing(text),
        most
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids)
}

/// A pattern for `ilike` that means the text itself, anywhere.
pub(crate) fn containing(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{text}%")
}

/// The account of one person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct Person {
    pub user_id: UserId,
    pub email: String,
    pub display_name: Option<String>,
    pub status: Status,
    pub status_reason: Option<String>,
    pub session_epoch: Timestamp,
    pub session_revoked_at: Option<Timestamp>,
    /// To the hour.
    pub last_seen_at: Option<Timestamp>,
    pub last_sign_in_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One person's account.
pub async fn get(tx: &mut Tx, user_id: UserId) -> Result<Option<Person>, StoreError> {
    let row = sqlx::query!(
        r#"select email, display_name, status, status_reason, session_epoch, session_revoked_at,
                  created_at, updated_at, a.last_seen_at as "last_seen_at?", a.last_sign_in_at
             from app_user u left join identity_activity a using (user_id) where u.user_id = $1"#,
        user_id.0
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Person {
            user_id,
            email: row.email,
            display_name: row.display_name,
            status: status(user_id.0, &row.status)?,
            status_reason: row.status_reason,
            session_epoch: row.session_epoch.to_jiff(),
            session_revoked_at: row.session_revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
            last_seen_at: row.last_seen_at.map(jiff_sqlx::Timestamp::to_jiff),
            last_sign_in_at: row.last_sign_in_at.map(jiff_sqlx::Timestamp::to_jiff),
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
    })
    .transpose()
}

/// A link of one person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Link)]
pub struct Linked {
    pub provider: String,
    pub external_id: String,
    pub linked_at: Timestamp,
}

/// One person's links.
pub async fn links(tx: &mut Tx, user_id: UserId) -> Result<Vec<Linked>, StoreError> {
    let rows = sqlx::query!(
        "select provider, external_id, linked_at from identity_link where user_id = $1
          order by provider, external_id",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Linked {
            provider: row.provider,
            external_id: row.external_id,
            linked_at: row.linked_at.to_jiff(),
        })
        .collect())
}

/// A membership of one person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserMembership)]
pub struct Membership {
    pub organization_id: OrganizationId,
    pub slug: String,
    /// What the organization is named.
    pub name: String,
    pub is_default: bool,
    /// `active` or `ended`.
    pub status: String,
}

/// One person's memberships.
pub async fn memberships(tx: &mut Tx, user_id: UserId) -> Result<Vec<Membership>, StoreError> {
    let rows = sqlx::query_as!(
        Membership,
        "select o.id as organization_id, o.slug, o.name, o.is_default, m.status
           from membership m join organization o on o.id = m.organization_id
          where m.user_id = $1 order by o.slug",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows)
}

/// A browser in which one person is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserSession)]
pub struct Session {
    pub session_id: SessionId,
    /// How they signed in.
    pub method: String,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
}

/// One person's sessions that nobody revoked, newest first. Which of them are over by their age is
/// `domain`'s to say.
pub async fn sessions(tx: &mut Tx, user_id: UserId) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query!(
        "select s.session_id, s.method, s.created_at, s.last_used_at
           from session s join app_user u using (user_id)
          where s.user_id = $1 and s.revoked_at is null and s.created_at > u.session_epoch
          order by s.session_id desc",
        user_id.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            session_id: SessionId(row.session_id),
            method: row.method,
            created_at: row.created_at.to_jiff(),
            last_used_at: row.last_used_at.to_jiff(),
        })
        .collect())
}

/// An assignment of one person, with where it came from.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserAssignment)]
pub struct Assignment {
    /// `None` if the role is gone.
    pub role: Option<String>,
    pub organization: Option<String>,
    pub project: Option<String>,
    pub source: String,
    /// The address of whoever gave it.
    pub granted_by: Option<String>,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
    /// When reconcile took it, if it did.
    pub stripped_at: Option<Timestamp>,
}

/// One person's assignments: those they have, or with `stripped` those that reconcile took and keeps.
pub async fn assignments(
    tx: &mut Tx,
    user_id: UserId,
    stripped: bool,
) -> Result<Vec<Assignment>, StoreError> {
    let rows = sqlx::query!(
        r#"select r.name as "role?", o.slug as "organization?", p.slug as "project?", a.source as "source!",
                  g.email as "granted_by?", a.valid_from as "valid_from!", a.valid_until, a.stripped_at
             from (select role_id, tenant_id, project_id, source, granted_by, valid_from, valid_until,
                          null::timestamptz as stripped_at
                     from user_roles where user_id = $1 and not $2
                    union all
                   select role_id, tenant_id, project_id, source, granted_by, valid_from, valid_until,
                          stripped_at
                     from stripped_assignment where user_id = $1 and $2) a
             left join role r using (role_id) left join organization o on o.id = a.tenant_id
             left join project p on p.project_id = a.project_id
             left join app_user g on g.user_id = a.granted_by
            order by o.slug nulls first, p.slug nulls first, r.name"#,
        user_id.0,
        stripped
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Assignment {
            role: row.role,
            organization: row.organization,
            project: row.project,
            source: row.source,
            granted_by: row.granted_by,
            valid_from: row.valid_from.to_jiff(),
            valid_until: row.valid_until.map(jiff_sqlx::Timestamp::to_jiff),
            stripped_at: row.stripped_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}
