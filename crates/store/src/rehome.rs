//! Moves of people from one organization to another.

use domain::id::{OrganizationId, RoleId, UserId};
use domain::tenancy::rehome::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::id::new_id;
use crate::scope::Tx;

/// A move to be.
#[derive(Clone, Debug)]
pub struct NewRehome<'a> {
    pub user_id: UserId,
    pub from: OrganizationId,
    pub to: OrganizationId,
    pub role_id: Option<RoleId>,
    pub reason: &'a str,
    pub requested_by: UserId,
}

/// A move as it is listed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rehome {
    pub rehome_id: Uuid,
    pub user_id: UserId,
    pub email: String,
    pub from_tenant: OrganizationId,
    /// Slug of where they belong before.
    pub from: String,
    pub to_tenant: OrganizationId,
    /// Slug of where they belong after.
    pub to: String,
    /// Given on arrival, if any.
    pub role: Option<String>,
    pub reason: String,
    pub state: State,
    pub requested_by: UserId,
    pub requested_at: Timestamp,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
}

/// Writes down a move that waits.
pub async fn create(tx: &mut Tx, new: &NewRehome<'_>) -> Result<Uuid, StoreError> {
    let rehome_id = new_id();
    sqlx::query!(
        "insert into rehome (rehome_id, user_id, from_tenant, to_tenant, role_id, reason, requested_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        rehome_id,
        new.user_id.0,
        new.from.0,
        new.to.0,
        new.role_id.map(|id| id.0),
        new.reason,
        new.requested_by.0
    )
    .execute(tx.connection())
    .await?;
    Ok(rehome_id)
}

/// Locks a move until the transaction ends. `false` if there is none of that id.
pub async fn lock(tx: &mut Tx, rehome_id: Uuid) -> Result<bool, StoreError> {
    let found = sqlx::query!(
        "select rehome_id from rehome where rehome_id = $1 for update",
        rehome_id
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(found.is_some())
}

/// Notes how a move was decided.
pub async fn decide(
    tx: &mut Tx,
    rehome_id: Uuid,
    state: State,
    by: UserId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update rehome set state = $2, decided_by = $3, decided_at = now() where rehome_id = $1",
        rehome_id,
        state.as_str(),
        by.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Which moves to list; each given field narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub rehome_id: Option<Uuid>,
    /// From or to it.
    pub organization: Option<OrganizationId>,
    pub state: Option<State>,
    /// The move after which the page begins.
    pub after: Option<Uuid>,
    /// At most so many.
    pub limit: i64,
}

/// Moves, newest first, and one more than the limit if there are more.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Rehome>, StoreError> {
    let rows = sqlx::query!(
        r#"select h.rehome_id, h.user_id, u.email, h.from_tenant, f.slug as "from", h.to_tenant, t.slug as "to",
                  r.name as "role?", h.reason, h.state, h.requested_by, h.requested_at, h.decided_by, h.decided_at
             from rehome h join app_user u using (user_id)
             join organization f on f.id = h.from_tenant join organization t on t.id = h.to_tenant
             left join role r on r.role_id = h.role_id
            where ($1::uuid is null or h.rehome_id = $1)
              and ($2::uuid is null or h.from_tenant = $2 or h.to_tenant = $2)
              and ($3::text is null or h.state = $3)
              and ($4::uuid is null or h.rehome_id < $4)
            order by h.rehome_id desc limit $5"#,
        filter.rehome_id,
        filter.organization.map(Uuid::from),
        filter.state.map(State::as_str),
        filter.after,
        filter.limit.saturating_add(1)
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Rehome {
                rehome_id: row.rehome_id,
                user_id: UserId(row.user_id),
                email: row.email,
                from_tenant: OrganizationId(row.from_tenant),
                from: row.from,
                to_tenant: OrganizationId(row.to_tenant),
                to: row.to,
                role: row.role,
                reason: row.reason,
                state: row
                    .state
                    .parse()
                    .map_err(|e| StoreError::corrupt("rehome", "state", row.rehome_id, e))?,
                requested_by: UserId(row.requested_by),
                requested_at: row.requested_at.to_jiff(),
                decided_by: row.decided_by.map(UserId),
                decided_at: row.decided_at.map(jiff_sqlx::Timestamp::to_jiff),
            })
        })
        .collect()
}
