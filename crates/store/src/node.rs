//! Servers that are running, each as it last described itself.

use domain::governance::privileged::BreakGlass;
use domain::health::condition::{NODE_SILENT_AFTER, Node};
use domain::id::UserId;
use uuid::Uuid;

use crate::error::StoreError;
use crate::scope::Tx;

/// Notes that a node lives, how it is set and whom its break-glass list matches, and forgets those that
/// have been silent for a day, or were heard at a time yet to come, by a clock that was set back since.
pub async fn hear(
    tx: &mut Tx,
    node_id: Uuid,
    node: &Node,
    list: &BreakGlass,
) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = list.user_ids().map(|user_id| user_id.0).collect();
    let emails: Vec<String> = list.emails().map(ToString::to_string).collect();
    sqlx::query!(
        "with forgotten as (delete from node
                             where node_id <> $1 and (heard_at < clock_timestamp() - interval '1 day'
                                                      or heard_at > clock_timestamp()))
         insert into node (node_id, version, settings_hash, break_glass_entries, break_glass_users)
         values ($1, $2, $3, $4, array(select user_id from app_user
                                        where user_id = any ($5) or lower(email) = any ($6)))
         on conflict (node_id) do update
            set version = excluded.version, settings_hash = excluded.settings_hash,
                break_glass_entries = excluded.break_glass_entries,
                break_glass_users = excluded.break_glass_users, heard_at = clock_timestamp()",
        node_id,
        node.version,
        node.settings_hash,
        i32::try_from(node.break_glass_entries).unwrap_or(i32::MAX),
        &ids,
        &emails
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets a node that stops.
pub async fn leave(tx: &mut Tx, node_id: Uuid) -> Result<(), StoreError> {
    sqlx::query!("delete from node where node_id = $1", node_id)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// The nodes that were heard lately.
pub async fn living(tx: &mut Tx) -> Result<Vec<Node>, StoreError> {
    let rows = sqlx::query!(
        "select version, settings_hash, break_glass_entries from node
          where heard_at between clock_timestamp() - make_interval(secs => $1) and clock_timestamp()
          order by node_id",
        NODE_SILENT_AFTER.as_secs_f64()
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Node {
            version: row.version,
            settings_hash: row.settings_hash,
            break_glass_entries: u64::try_from(row.break_glass_entries).unwrap_or(0),
        })
        .collect())
}

/// Whom the break-glass lists of the nodes match that were heard lately.
pub async fn listed(tx: &mut Tx) -> Result<Vec<UserId>, StoreError> {
    let ids = sqlx::query_scalar!(
        r#"select distinct unnest(break_glass_users) as "user_id!" from node
            where heard_at between clock_timestamp() - make_interval(secs => $1) and clock_timestamp()"#,
        NODE_SILENT_AFTER.as_secs_f64()
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids.into_iter().map(UserId).collect())
}
