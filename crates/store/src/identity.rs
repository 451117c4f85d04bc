//! Identities and their links.

use domain::id::UserId;
use domain::identity::Status;
use domain::identity::link::Link;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Tx;

/// An identity as imports and commands look it up.
#[derive(Clone, Debug)]
pub struct Identity {
    pub user_id: UserId,
    pub email: String,
    pub display_name: Option<String>,
    pub status: Status,
    pub groups: Vec<String>,
}

/// An identity to create.
#[derive(Clone, Debug)]
pub struct NewIdentity {
    pub user_id: UserId,
    pub email: String,
    pub display_name: Option<String>,
    pub status: Status,
    pub groups: Vec<String>,
}

/// Whose a credential is: what its own gates ask for.
#[derive(Clone, Debug)]
pub struct Owner {
    pub user_id: UserId,
    pub email: String,
    pub status: Status,
    /// What was issued until then is refused.
    pub session_epoch: Timestamp,
}

/// A link as it is stored.
#[derive(Clone, Debug)]
pub struct StoredLink {
    pub user_id: UserId,
    pub provider: String,
    pub external_id: String,
}

/// The identities with these e-mail addresses (lower case).
pub async fn by_emails(tx: &mut Tx, emails: &[String]) -> Result<Vec<Identity>, StoreError> {
    let rows = sqlx::query!(
        r#"select user_id, email, display_name, status,
                  array(select jsonb_array_elements_text(
                    case jsonb_typeof(claims -> 'groups') when 'array' then claims -> 'groups' else '[]' end)) as "groups!"
             from app_user where lower(email) = any ($1)"#,
        emails
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Identity {
                user_id: UserId(row.user_id),
                email: row.email,
                display_name: row.display_name,
                status: status(row.user_id, &row.status)?,
                groups: row.groups,
            })
        })
        .collect()
}

/// Reads a stored status.
pub(crate) fn status(user_id: Uuid, text: &str) -> Result<Status, StoreError> {
    text.parse()
        .map_err(|problem| StoreError::corrupt("app_user", "status", user_id, problem))
}

/// The identity with that id or e-mail address (any case).
pub async fn find(tx: &mut Tx, id_or_email: &str) -> Result<Option<(UserId, String)>, StoreError> {
    let row = sqlx::query!(
        "select user_id, email from app_user where user_id = $1 or lower(email) = lower($2)",
        id_or_email.parse::<Uuid>().ok(),
        id_or_email
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| (UserId(row.user_id), row.email)))
}

/// The status of an identity, if there is one.
pub async fn status_of(tx: &mut Tx, user_id: UserId) -> Result<Option<Status>, StoreError> {
    let found = sqlx::query_scalar!("select status from app_user where user_id = $1", user_id.0)
        .fetch_optional(tx.connection())
        .await?;
    found.map(|text| status(user_id.0, &text)).transpose()
}

/// The e-mail addresses of these identities, for showing plans and logs to operators.
pub async fn emails(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<(UserId, String)>, StoreError> {
    let rows = sqlx::query!(
        "select user_id, email from app_user where user_id = any ($1)",
        ids
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (UserId(row.user_id), row.email))
        .collect())
}

/// Creates identities.
pub async fn create(tx: &mut Tx, new: &[NewIdentity]) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = new.iter().map(|identity| identity.user_id.0).collect();
    let emails: Vec<String> = new.iter().map(|identity| identity.email.clone()).collect();
    let names: Vec<Option<String>> = new
        .iter()
        .map(|identity| identity.display_name.clone())
        .collect();
    let statuses: Vec<String> = new
        .iter()
        .map(|identity| identity.status.as_str().to_owned())
        .collect();
    let claims: Vec<Value> = new
        .iter()
        .map(|identity| claims(&identity.groups))
        .collect();
    sqlx::query!(
        "insert into app_user (user_id, email, display_name, status, claims)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])",
        &ids,
        &emails,
        &names as &[Option<String>],
        &statuses,
        &claims
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What changes of an existing identity; `None` leaves it as it is.
#[derive(Clone, Debug)]
pub struct Change {
    pub user_id: UserId,
    pub display_name: Option<String>,
    pub groups: Option<Vec<String>>,
}

/// Updates name and groups of existing identities.
pub async fn update(tx: &mut Tx, changes: &[Change]) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = changes.iter().map(|change| change.user_id.0).collect();
    let names: Vec<Option<String>> = changes
        .iter()
        .map(|change| change.display_name.clone())
        .collect();
    let claims: Vec<Option<Value>> = changes
        .iter()
        .map(|change| change.groups.as_ref())
        .map(|groups| groups.map(|groups| serde_json::json!({ "groups": groups })))
        .collect();
    sqlx::query!(
        "update app_user u
            set display_name = coalesce(c.display_name, u.display_name),
                claims = u.claims || coalesce(c.claims, '{}'::jsonb)
           from unnest($1::uuid[], $2::text[], $3::jsonb[]) c (user_id, display_name, claims)
          where u.user_id = c.user_id",
        &ids,
        &names as &[Option<String>],
        &claims as &[Option<Value>]
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Changes what one person is called; `None` leaves it as it is, and an inner `None` removes it.
pub async fn edit(
    tx: &mut Tx,
    user_id: UserId,
    email: Option<&str>,
    display_name: Option<Option<&str>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update app_user
            set email = coalesce($2, email),
                display_name = case when $3 then $4 else display_name end
          where user_id = $1",
        user_id.0,
        email,
        display_name.is_some(),
        display_name.flatten()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

fn claims(groups: &[String]) -> Value {
    if groups.is_empty() {
        serde_json::json!({})
    } else {
        serde_json::json!({ "groups": groups })
    }
}

/// The links to any of these external accounts, and the Discord links of any of these people.
pub async fn links(
    tx: &mut Tx,
    wanted: &[Link],
    people: &[Uuid],
) -> Result<Vec<StoredLink>, StoreError> {
    let providers: Vec<String> = wanted
        .iter()
        .map(|link| link.provider().to_owned())
        .collect();
    let external: Vec<String> = wanted.iter().map(Link::external_id).collect();
    let rows = sqlx::query!(
        r#"select user_id, provider, external_id from identity_link
            where (provider, external_id) in (select * from unnest($1::text[], $2::text[]))
               or (provider = 'discord' and user_id = any ($3))"#,
        &providers,
        &external,
        people
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredLink {
            user_id: UserId(row.user_id),
            provider: row.provider,
            external_id: row.external_id,
        })
        .collect())
}

/// Adds links.
pub async fn link(tx: &mut Tx, links: &[(UserId, Link)]) -> Result<(), StoreError> {
    let users: Vec<Uuid> = links.iter().map(|(user, _)| user.0).collect();
    let providers: Vec<String> = links
        .iter()
        .map(|(_, link)| link.provider().to_owned())
        .collect();
    let external: Vec<String> = links.iter().map(|(_, link)| link.external_id()).collect();
    sqlx::query!(
        "insert into identity_link (user_id, provider, external_id)
         select * from unnest($1::uuid[], $2::text[], $3::text[])",
        &users,
        &providers,
        &external
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes a link from somebody. `false` if they have no such link.
pub async fn unlink(
    tx: &mut Tx,
    user_id: UserId,
    provider: &str,
    external_id: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "delete from identity_link where user_id = $1 and provider = $2 and external_id = $3",
        user_id.0,
        provider,
        external_id
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How many identities there are, by status; the system's own is not counted.
pub async fn count_by_status(tx: &mut Tx) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"select status, count(*) as "count!" from app_user where user_id <> $1 group by status order by status"#,
        domain::actor::SYSTEM_USER.0
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.status, row.count))
        .collect())
}
