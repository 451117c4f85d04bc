//! What the status map shows beside the facts: names, and what Discord shows, of one page of people.

use domain::id::{DiscordId, DiscordRoleId, GuildId, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::StoreError;
use crate::person::containing;
use crate::scope::Tx;

/// What a person is called, and the Discord account that is linked.
#[derive(Clone, Debug)]
pub struct Named {
    pub user_id: UserId,
    pub email: String,
    pub display_name: Option<String>,
    pub discord_id: Option<DiscordId>,
}

/// A linked account in the current snapshot of a guild.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DiscordSeen)]
pub struct Seen {
    #[serde(skip)]
    pub user_id: UserId,
    pub guild_id: GuildId,
    pub roles: Vec<DiscordRoleId>,
    /// Those of them that stand for the entitlement.
    pub mapped_roles: Vec<DiscordRoleId>,
}

/// A member with a mapped role to whom no identity is linked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UnclaimedMember)]
pub struct Unclaimed {
    pub guild_id: GuildId,
    pub discord_id: DiscordId,
}

/// The ids of the people whose e-mail address or name contains a text, in any case.
pub async fn matching(tx: &mut Tx, text: &str) -> Result<Vec<Uuid>, StoreError> {
    let ids = sqlx::query_scalar!(
        r"select user_id from app_user where email ilike $1 or display_name ilike $1",
        containing(text)
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids)
}

/// Names and linked accounts of these people, in no order.
pub async fn names(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Named>, StoreError> {
    let rows = sqlx::query!(
        r#"select u.user_id, u.email, u.display_name, l.discord_id as "discord_id?"
             from app_user u
             left join identity_link l on l.user_id = u.user_id and l.provider = 'discord'
            where u.user_id = any ($1)"#,
        ids
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Named {
                user_id: UserId(row.user_id),
                email: row.email,
                display_name: row.display_name,
                discord_id: row.discord_id.map(account("identity_link")).transpose()?,
            })
        })
        .collect()
}

/// What the current snapshot of each guild shows of these people's linked accounts, by person and
/// guild.
pub async fn seen(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Seen>, StoreError> {
    let rows = sqlx::query!(
        r#"select l.user_id, m.guild_id, m.roles,
                  array(select e.role_id from entitlement_mapping e
                         where e.guild_id = m.guild_id and e.role_id = any (m.roles)
                         order by e.role_id) as "mapped_roles!"
             from identity_link l
            cross join current_snapshot g
             join discord_member m on m.guild_id = g.guild_id and m.discord_id = l.discord_id
            where l.user_id = any ($1)
            order by l.user_id, m.guild_id"#,
        ids
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Seen {
                user_id: UserId(row.user_id),
                guild_id: guild(row.guild_id)?,
                roles: roles(&row.roles)?,
                mapped_roles: roles(&row.mapped_roles)?,
            })
        })
        .collect()
}

/// Members with a mapped role to whom no identity is linked: how many there are, and the first of
/// them.
pub async fn unclaimed(tx: &mut Tx, limit: i64) -> Result<(u64, Vec<Unclaimed>), StoreError> {
    let rows = sqlx::query!(
        r#"select m.guild_id, m.discord_id, count(*) over () as "total!"
             from discord_member m
            where exists (select from entitlement_mapping e
                           where e.guild_id = m.guild_id and e.role_id = any (m.roles))
              and not exists (select from identity_link l where l.discord_id = m.discord_id)
            order by m.guild_id, m.discord_id limit $1"#,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    let total = rows
        .first()
        .map_or(0, |row| u64::try_from(row.total).unwrap_or(0));
    let members = rows
        .into_iter()
        .map(|row| {
            Ok(Unclaimed {
                guild_id: guild(row.guild_id)?,
                discord_id: account("discord_member")(row.discord_id)?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok((total, members))
}

fn guild(id: i64) -> Result<GuildId, StoreError> {
    GuildId::try_from(id)
        .map_err(|problem| StoreError::corrupt("discord_member", "guild_id", id, problem))
}

fn account(table: &'static str) -> impl Fn(i64) -> Result<DiscordId, StoreError> {
    move |id| {
        DiscordId::try_from(id)
            .map_err(|problem| StoreError::corrupt(table, "discord_id", id, problem))
    }
}

fn roles(ids: &[i64]) -> Result<Vec<DiscordRoleId>, StoreError> {
    ids.iter()
        .map(|id| {
            DiscordRoleId::try_from(*id)
                .map_err(|problem| StoreError::corrupt("discord_member", "roles", id, problem))
        })
        .collect()
}
