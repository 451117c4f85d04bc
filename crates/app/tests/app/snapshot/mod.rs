//! Snapshots: reading files, admission, and what damaged files may do.

mod admission;
mod damage;

mod file;
mod import;

use std::io::Cursor;

use app::Error;
use app::snapshot::Import;
use app::snapshot::import::Imported;
use domain::id::GuildId;
use domain::reconcile::snapshot::Expectation;
use jiff::Timestamp;
use testkit::World;
use testkit::world::MAPPED_ROLE;

/// What the operator says where a test does not care: that it is right.
const ACCEPT: Expectation = Expectation {
    members: None,
    accept_first: true,
    accept_shrink: true,
};

/// Imports bytes as an observation of a guild, by somebody at the command line.
async fn import(
    world: &World,
    guild: i64,
    taken_at: Timestamp,
    expectation: Expectation,
    bytes: impl Into<Vec<u8>>,
) -> Result<Imported, Error> {
    let what = Import {
        sha256: None,
        guild: GuildId::try_from(guild).unwrap(),
        taken_at,
        expectation,
    };
    let input = Cursor::new(bytes.into());
    app::snapshot::import(world.reeve(), &world.caller(), what, input, |_| {}).await
}

/// The members of a guild as they are current, by id.
async fn members(world: &World, guild: i64) -> Vec<(i64, Vec<i64>)> {
    let sql = format!(
        "select discord_id, roles from discord_member where guild_id = {guild} order by discord_id"
    );
    crate::sql::rows(world, sql).await
}

/// Members with the mapped role, from one id on.
fn entitled(first: i64, count: i64) -> Vec<(i64, Vec<i64>)> {
    (first..first + count)
        .map(|id| (id, vec![MAPPED_ROLE]))
        .collect()
}
