//! Observations of a guild on their way from a file or a scan to being current.
//!
//! All of it is one transaction: take a slot, load the raw members, look, and on admission merge
//! the differences and write the header. Whatever goes wrong leaves the current snapshot as it was.

use domain::id::{DiscordId, GuildId, SnapshotId};
use domain::reconcile::snapshot::{Current, Observation};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use sqlx::Executor;
use tokio::sync::mpsc;

use crate::copy::Rows;
use crate::error::StoreError;
use crate::id::new_id;
use crate::scope::Tx;

/// A member as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub discord_id: DiscordId,
    /// In any order; doubles are dropped.
    pub roles: Vec<i64>,
}

/// A staging slot that this transaction has to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(i16);

/// What admission changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Merged {
    pub snapshot_id: SnapshotId,
    pub members: u64,
    pub added: u64,
    pub changed: u64,
    pub removed: u64,
}

/// Takes the slot that was used longest ago and empties it. Waits while all are in use.
///
/// Statements that read the slot are planned for its number from here on: a plan for any number, to
/// which PostgreSQL turns after five executions, locks the tables of all slots, and two imports that
/// have emptied theirs would wait for each other.
pub async fn take_slot(tx: &mut Tx) -> Result<Slot, StoreError> {
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true) as set")
        .fetch_one(tx.connection())
        .await?;
    let free = sqlx::query_scalar!(
        "select slot from snapshot_slot order by loaded_at nulls first, slot
          limit 1 for update skip locked"
    )
    .fetch_optional(tx.connection())
    .await?;
    let slot = match free {
        Some(slot) => slot,
        None => {
            sqlx::query_scalar!("select slot from snapshot_slot order by slot limit 1 for update")
                .fetch_one(tx.connection())
                .await?
        }
    };
    // Not checked: a table's name can't be a parameter. The slot is 1 to 4.
    let statement = format!("truncate snapshot_stage_{slot}");
    tx.connection()
        .execute(sqlx::AssertSqlSafe(statement))
        .await?;
    Ok(Slot(slot))
}

/// Loads members into a slot, chunk by chunk until the channel closes or brings an error. Returns
/// how many there were; `progress` is told on the way.
pub async fn load<E: From<StoreError>>(
    tx: &mut Tx,
    Slot(slot): Slot,
    chunks: &mut mpsc::Receiver<Result<Vec<Member>, E>>,
    mut progress: impl FnMut(u64),
) -> Result<u64, E> {
    let statement = format!(
        "copy snapshot_stage_{slot} (slot, position, discord_id, roles) from stdin (format binary)"
    );
    let mut copy = tx
        .connection()
        .copy_in_raw(&statement)
        .await
        .map_err(StoreError::from)?;
    let mut rows = Rows::new();
    let mut position = 0_i64;
    while let Some(chunk) = chunks.recv().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(problem) => {
                // The transaction is given up anyway; without this the connection would be lost.
                copy.abort("the file could not be read")
                    .await
                    .map_err(StoreError::from)?;
                return Err(problem);
            }
        };
        for member in chunk {
            position += 1;
            write_member(&mut rows, slot, position, member);
            if let Some(full) = rows.full() {
                copy.send(full).await.map_err(StoreError::from)?;
            }
        }
        progress(u64::try_from(position).unwrap_or(0));
    }
    copy.send(rows.finish()).await.map_err(StoreError::from)?;
    copy.finish().await.map_err(StoreError::from)?;
    Ok(u64::try_from(position).unwrap_or(0))
}

fn write_member(rows: &mut Rows, slot: i16, position: i64, member: Member) {
    let Member {
        discord_id,
        mut roles,
    } = member;
    roles.sort_unstable();
    roles.dedup();
    rows.row(4);
    rows.smallint(slot);
    rows.bigint(position);
    rows.bigint(discord_id.get());
    rows.bigints(roles.into_iter());
}

/// What lies in the slot, as admission asks about it.
pub async fn observe(
    tx: &mut Tx,
    Slot(slot): Slot,
    guild: GuildId,
    taken_at: Timestamp,
) -> Result<Observation, StoreError> {
    let found = sqlx::query!(
        r#"select count(*) as "members!",
                  (select discord_id from snapshot_stage where slot = $1
                    group by discord_id having count(*) > 1 limit 1) as duplicate,
                  (select case when mapped.roles is not null then
                            (select count(*) from snapshot_stage where slot = $1 and roles && mapped.roles) end
                     from (select array_agg(role_id) as roles from entitlement_mapping
                            where entitlement = 'hauling.member' and guild_id = $2) mapped) as with_mapped_role
             from snapshot_stage where slot = $1"#,
        slot,
        guild.get()
    )
    .fetch_one(tx.connection())
    .await?;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Observation {
        guild,
        taken_at,
        members: count(found.members),
        duplicate: found.duplicate.and_then(|id| DiscordId::try_from(id).ok()),
        with_mapped_role: found.with_mapped_role.map(count),
    })
}

/// The current snapshot of a guild, locked against another admission until this transaction ends.
pub async fn current(tx: &mut Tx, guild: GuildId) -> Result<Option<Current>, StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashint8extended($1, 17))",
        guild.get()
    )
    .execute(tx.connection())
    .await?;
    let row = sqlx::query!(
        "select taken_at, members from discord_snapshot where guild_id = $1
          order by taken_at desc limit 1",
        guild.get()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Current {
        taken_at: row.taken_at.to_jiff(),
        members: u64::try_from(row.members).unwrap_or(0),
    }))
}

/// Makes the slot's content current: writes the differences and the header.
pub async fn merge(
    tx: &mut Tx,
    Slot(slot): Slot,
    observation: &Observation,
    source: &str,
) -> Result<Merged, StoreError> {
    let guild = observation.guild.get();
    let removed = sqlx::query!(
        "delete from discord_member m
          where m.guild_id = $2
            and not exists (select from snapshot_stage s where s.slot = $1 and s.discord_id = m.discord_id)",
        slot,
        guild
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    let changed = sqlx::query!(
        "update discord_member m set roles = s.roles from snapshot_stage s
          where s.slot = $1 and m.guild_id = $2 and m.discord_id = s.discord_id and m.roles <> s.roles",
        slot,
        guild
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    let added = sqlx::query!(
        "insert into discord_member (guild_id, discord_id, roles)
         select $2, s.discord_id, s.roles from snapshot_stage s
          where s.slot = $1
            and not exists (select from discord_member m where m.guild_id = $2 and m.discord_id = s.discord_id)",
        slot,
        guild
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    let merged = Merged {
        snapshot_id: SnapshotId(new_id()),
        members: observation.members,
        added,
        changed,
        removed,
    };
    write_header(tx, slot, observation, &merged, source).await?;
    Ok(merged)
}

async fn write_header(
    tx: &mut Tx,
    slot: i16,
    observation: &Observation,
    merged: &Merged,
    source: &str,
) -> Result<(), StoreError> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    sqlx::query!(
        "insert into discord_snapshot (snapshot_id, guild_id, taken_at, members, added, changed, removed, source)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        merged.snapshot_id.0,
        observation.guild.get(),
        observation.taken_at.to_sqlx() as jiff_sqlx::Timestamp,
        number(merged.members),
        number(merged.added),
        number(merged.changed),
        number(merged.removed),
        source
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "update snapshot_slot set snapshot_id = $2, guild_id = $3, loaded_at = now() where slot = $1",
        slot,
        merged.snapshot_id.0,
        observation.guild.get()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
