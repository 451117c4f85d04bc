//! Review campaigns: their populations, and what was decided.

use domain::id::{OrganizationId, UserId};
use domain::review::{Stage, Subject, Verdict};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Tx;

/// A campaign to begin.
#[derive(Clone, Debug)]
pub struct New<'a> {
    pub name: &'a str,
    pub subject: Subject,
    pub tenant_id: Option<OrganizationId>,
    pub due_at: Timestamp,
    pub reviewers: &'a [Uuid],
    pub by: UserId,
}

/// A campaign with how far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReviewCampaign)]
pub struct Campaign {
    pub campaign_id: Uuid,
    pub name: String,
    pub subject: String,
    pub organization: Option<String>,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    pub signed_off_at: Option<Timestamp>,
    pub signed_off_by: Option<Uuid>,
    pub reviewers: Vec<String>,
    pub items: i64,
    pub undecided: i64,
    pub revoked: i64,
}

/// One grant of a campaign.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReviewItem)]
pub struct Item {
    pub item_id: Uuid,
    /// Whose it is; a mapping is nobody's.
    pub user_id: Option<Uuid>,
    pub email: Option<String>,
    pub organization: Option<String>,
    pub project: Option<String>,
    pub role: Option<String>,
    /// By which path it was given: of an assignment its source, of an override what it does, of a
    /// mapping the group or Discord role.
    pub source: Option<String>,
    pub granted_by: Option<Uuid>,
    /// Unknown of what stands in the environment, or was written by SQL.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub verdict: Option<String>,
    pub reason: Option<String>,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<Timestamp>,
}

/// A grant under decision, locked until the transaction ends.
#[derive(Clone, Debug)]
pub struct Locked {
    pub item_id: Uuid,
    pub campaign_id: Uuid,
    pub subject: Subject,
    pub signed_off: bool,
    pub grant_key: String,
    pub user_id: Option<UserId>,
    /// The organization's slug, of a membership.
    pub organization: Option<String>,
}

/// Begins a campaign; returns its id.
pub async fn begin(tx: &mut Tx, new: &New<'_>) -> Result<Uuid, StoreError> {
    let campaign_id = crate::id::new_id();
    sqlx::query!(
        "insert into review_campaign (campaign_id, name, subject, tenant_id, created_by, due_at)
         values ($1, $2, $3, $4, $5, $6)",
        campaign_id,
        new.name,
        new.subject.as_str(),
        new.tenant_id.map(Uuid::from),
        new.by.0,
        new.due_at.to_sqlx() as jiff_sqlx::Timestamp
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "insert into review_reviewer (campaign_id, user_id) select $1, unnest($2::uuid[])",
        campaign_id,
        new.reviewers
    )
    .execute(tx.connection())
    .await?;
    Ok(campaign_id)
}

/// A grant to look at that stands in no table of its own.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub key: String,
    pub user_id: Option<UserId>,
    pub tenant_id: Option<OrganizationId>,
    pub role: Option<String>,
    pub source: String,
    pub granted_by: Option<Uuid>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// Adds grants to the population of a campaign.
pub async fn add(tx: &mut Tx, campaign_id: Uuid, found: &[Found]) -> Result<(), StoreError> {
    for one in found {
        sqlx::query!(
            "insert into review_item (campaign_id, grant_key, user_id, tenant_id, role, source,
                                      granted_by, since, until)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            campaign_id,
            one.key,
            one.user_id.map(Uuid::from),
            one.tenant_id.map(Uuid::from),
            one.role,
            one.source,
            one.granted_by,
            one.since.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>,
            one.until.map(ToSqlx::to_sqlx) as Option<jiff_sqlx::Timestamp>
        )
        .execute(tx.connection())
        .await?;
    }
    Ok(())
}

/// Takes the population of a campaign as it is now, of grants that have a table; returns how many
/// that are.
pub async fn populate(
    tx: &mut Tx,
    campaign_id: Uuid,
    subject: Subject,
    tenant_id: Option<OrganizationId>,
) -> Result<u64, StoreError> {
    let tenant_id = tenant_id.map(Uuid::from);
    let done = match subject {
        Subject::Overrides | Subject::Mappings => return Ok(0),
        Subject::Assignments => {
            sqlx::query!(
                "insert into review_item (campaign_id, grant_key, user_id, tenant_id, project_id, role,
                                          source, granted_by, since, until)
                 select $1, a.assignment_id::text, a.user_id, a.tenant_id, a.project_id, r.name,
                        a.source, a.granted_by, a.valid_from, a.valid_until
                   from user_roles a join role r using (role_id)
                  where ($2::uuid is null or a.tenant_id = $2)
                    and (a.valid_until is null or now() < a.valid_until)
                  order by a.user_id, a.assignment_id",
                campaign_id,
                tenant_id
            )
            .execute(tx.connection())
            .await?
        }
        Subject::Memberships => {
            sqlx::query!(
                "insert into review_item (campaign_id, grant_key, user_id, tenant_id, since)
                 select $1, m.organization_id || '/' || m.user_id, m.user_id, m.organization_id, m.created_at
                   from membership m join organization o on o.id = m.organization_id
                  where m.status = 'active' and not o.is_default
                    and ($2::uuid is null or m.organization_id = $2)
                  order by m.organization_id, m.user_id",
                campaign_id,
                tenant_id
            )
            .execute(tx.connection())
            .await?
        }
        Subject::Exemptions => {
            sqlx::query!(
                "insert into review_item (campaign_id, grant_key, user_id, granted_by, since, until)
                 select $1, e.exemption_id::text, e.user_id, e.granted_by, e.starts_at, e.ends_at
                   from exemption e
                  where e.ended_at is null and now() < e.ends_at
                    and ($2::uuid is null or exists (
                          select from membership m where m.user_id = e.user_id
                             and m.organization_id = $2 and m.status = 'active'))
                  order by e.exemption_id",
                campaign_id,
                tenant_id
            )
            .execute(tx.connection())
            .await?
        }
    };
    Ok(done.rows_affected())
}

/// The campaigns, newest first, or one; with `open` only those that are not signed off.
pub async fn list(
    tx: &mut Tx,
    campaign_id: Option<Uuid>,
    open: bool,
    limit: i64,
) -> Result<Vec<Campaign>, StoreError> {
    let rows = sqlx::query!(
        r#"select c.campaign_id, c.name, c.subject, o.slug as "organization?", c.created_at, c.due_at,
                  c.signed_off_at, c.signed_off_by,
                  array(select u.email from review_reviewer r join app_user u using (user_id)
                         where r.campaign_id = c.campaign_id order by u.email) as "reviewers!",
                  i.items as "items!", i.undecided as "undecided!", i.revoked as "revoked!"
             from review_campaign c left join organization o on o.id = c.tenant_id
            cross join lateral (
              select count(*) as items, count(*) filter (where verdict is null) as undecided,
                     count(*) filter (where verdict = 'revoke') as revoked
                from review_item where campaign_id = c.campaign_id) i
            where ($1::uuid is null or c.campaign_id = $1)
              and not ($2 and c.signed_off_at is not null)
            order by c.campaign_id desc limit $3"#,
        campaign_id,
        open,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Campaign {
            campaign_id: row.campaign_id,
            name: row.name,
            subject: row.subject,
            organization: row.organization,
            created_at: row.created_at.to_jiff(),
            due_at: row.due_at.to_jiff(),
            signed_off_at: row.signed_off_at.map(jiff_sqlx::Timestamp::to_jiff),
            signed_off_by: row.signed_off_by,
            reviewers: row.reviewers,
            items: row.items,
            undecided: row.undecided,
            revoked: row.revoked,
        })
        .collect())
}

/// A page of a campaign's grants after one, at most `limit`; with `undecided` only those.
pub async fn items(
    tx: &mut Tx,
    campaign_id: Uuid,
    undecided: bool,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Item>, StoreError> {
    let rows = sqlx::query!(
        r#"select i.item_id, i.user_id, u.email as "email?", o.slug as "organization?", p.slug as "project?", i.role,
                  i.source, i.granted_by, i.since, i.until, i.verdict, i.reason, i.decided_by, i.decided_at
             from review_item i left join app_user u using (user_id)
             left join organization o on o.id = i.tenant_id
             left join project p on p.project_id = i.project_id
            where i.campaign_id = $1 and ($2::uuid is null or i.item_id > $2)
              and not ($3 and i.verdict is not null)
            order by i.item_id limit $4"#,
        campaign_id,
        after,
        undecided,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Item {
            item_id: row.item_id,
            user_id: row.user_id,
            email: row.email,
            organization: row.organization,
            project: row.project,
            role: row.role,
            source: row.source,
            granted_by: row.granted_by,
            since: row.since.map(jiff_sqlx::Timestamp::to_jiff),
            until: row.until.map(jiff_sqlx::Timestamp::to_jiff),
            verdict: row.verdict,
            reason: row.reason,
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// A grant of a campaign, locked together with it.
pub async fn lock(tx: &mut Tx, item_id: Uuid) -> Result<Option<Locked>, StoreError> {
    let row = sqlx::query!(
        r#"select i.item_id, i.campaign_id, c.subject, c.signed_off_at is not null as "signed_off!",
                  i.grant_key, i.user_id, o.slug as "organization?"
             from review_item i join review_campaign c using (campaign_id)
             left join organization o on o.id = i.tenant_id
            where i.item_id = $1 for update of i, c"#,
        item_id
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        let subject = Subject::of(&row.subject).ok_or_else(|| {
            StoreError::corrupt("review_campaign", "subject", row.campaign_id, &row.subject)
        })?;
        Ok(Locked {
            item_id: row.item_id,
            campaign_id: row.campaign_id,
            subject,
            signed_off: row.signed_off,
            grant_key: row.grant_key,
            user_id: row.user_id.map(UserId),
            organization: row.organization,
        })
    })
    .transpose()
}

/// Whether somebody is a reviewer of a campaign.
pub async fn is_reviewer(
    tx: &mut Tx,
    campaign_id: Uuid,
    user_id: UserId,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from review_reviewer where campaign_id = $1 and user_id = $2) as "is!""#,
        campaign_id,
        user_id.0
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(found)
}

/// Notes a verdict.
pub async fn decide(
    tx: &mut Tx,
    item_id: Uuid,
    verdict: Verdict,
    reason: &str,
    by: UserId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update review_item set verdict = $2, reason = $3, decided_by = $4, decided_at = now()
          where item_id = $1",
        item_id,
        verdict.as_str(),
        reason,
        by.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether a campaign is signed off, and how many of its grants are undecided; locked. `None` if there
/// is none.
pub async fn lock_campaign(
    tx: &mut Tx,
    campaign_id: Uuid,
) -> Result<Option<(bool, u64)>, StoreError> {
    let row = sqlx::query!(
        r#"select signed_off_at is not null as "signed_off!",
                  (select count(*) from review_item i
                    where i.campaign_id = c.campaign_id and verdict is null) as "undecided!"
             from review_campaign c where campaign_id = $1 for update"#,
        campaign_id
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| (row.signed_off, u64::try_from(row.undecided).unwrap_or(0))))
}

/// Signs a campaign off.
pub async fn sign_off(
    tx: &mut Tx,
    campaign_id: Uuid,
    by: UserId,
    note: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update review_campaign set signed_off_at = now(), signed_off_by = $2, sign_off_note = $3
          where campaign_id = $1",
        campaign_id,
        by.0,
        note
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The names of campaigns that are due and not signed off.
pub async fn overdue(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let names = sqlx::query_scalar!(
        "select name from review_campaign where signed_off_at is null and due_at <= now() order by due_at"
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(names)
}

/// A campaign that is not signed off, and when it is due.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    pub campaign_id: Uuid,
    pub tenant_id: Option<OrganizationId>,
    pub due_at: Timestamp,
}

/// The campaigns that are not signed off, those that are due first in front.
pub async fn open(tx: &mut Tx) -> Result<Vec<Ending>, StoreError> {
    let rows = sqlx::query!(
        "select campaign_id, tenant_id, due_at from review_campaign
          where signed_off_at is null order by due_at, campaign_id"
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Ending {
            campaign_id: row.campaign_id,
            tenant_id: row.tenant_id.map(OrganizationId),
            due_at: row.due_at.to_jiff(),
        })
        .collect())
}

/// Notes that the reviewers of a campaign are reminded at this stage: those who are active, were not
/// reminded at it before, and have grants to decide that are not their own. Returns them, with how many
/// grants. Of several at once, one gets each.
pub async fn remind(
    tx: &mut Tx,
    campaign_id: Uuid,
    stage: Stage,
) -> Result<Vec<(Uuid, i64)>, StoreError> {
    let rows = sqlx::query!(
        "insert into review_reminder (campaign_id, user_id, stage, undecided)
         select r.campaign_id, r.user_id, $2, i.undecided
           from review_reviewer r join review_campaign c using (campaign_id)
           join app_user u on u.user_id = r.user_id
          cross join lateral (
            select count(*) as undecided from review_item
             where campaign_id = r.campaign_id and verdict is null
               and user_id is distinct from r.user_id) i
          where r.campaign_id = $1 and c.signed_off_at is null and u.status = 'active'
            and i.undecided > 0
          order by r.user_id
         on conflict do nothing
         returning user_id, undecided",
        campaign_id,
        stage.as_str()
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.user_id, row.undecided))
        .collect())
}
