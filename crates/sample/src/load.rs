//! Loading the sample, and keeping its snapshot fresh, by the operations that anybody uses.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::Cursor;

use app::governance::Number;
use app::{Caller, Error, Reeve, governance, identity, organization, policy, snapshot};
use domain::actor::Actor;
use domain::audit::Action;
use domain::governance::mode::Mode;
use domain::id::{DiscordRoleId, GuildId};
use domain::identity::link::Link;
use domain::reconcile::snapshot::Expectation;
use domain::tenancy::organization::Slug;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::audit::Filter;
use store::governance::CurrentSnapshot;

use crate::discord::{self, GUILD, MAPPED_ROLES, MEMBERS};
use crate::people::PEOPLE;
use crate::{access_login_toml, discord_members_json, identities_csv};

/// Under which source the sample's own snapshots are recorded; that tells them from a newcomer's.
const SOURCE: &str = "sample";

/// Slug, name and description of the organizations; the default one is there already.
const ORGANIZATIONS: [(&str, &str, &str); 3] = [
    (
        "northway",
        "Northway Haulage",
        "Drivers, dispatch and the office",
    ),
    ("northway-depots", "Northway Depots", "Warehouses and yards"),
    (
        "kestrel-freight",
        "Kestrel Freight",
        "A contractor who drives for Northway",
    ),
];

/// What was loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loaded {
    pub people: u64,
    /// Those with a Discord account linked.
    pub linked: u64,
    /// Without the default one.
    pub organizations: u64,
    pub memberships: u64,
    /// Assignments of roles.
    pub roles: u64,
    pub discord_members: u64,
    pub guild: GuildId,
    /// The Discord roles that stand for `hauling.member`.
    pub mapped_roles: BTreeSet<DiscordRoleId>,
}

/// Loads the sample into an empty installation; `None` if there are people already, and then nothing
/// is touched. A load that was cut off is finished by the next.
///
/// The caller needs the ceiling of an admin, since the sample's people include admins.
pub async fn load(reeve: &Reeve, caller: &Caller) -> Result<Option<Loaded>, Error> {
    if count_people(reeve).await? > 0 && !was_cut_off(reeve, caller).await? {
        return Ok(None);
    }
    create_organizations(reeve, caller).await?;
    import_people(reeve, caller).await?;
    // The first plan is the newcomer's to look at and apply; a schedule would be faster.
    let schedule = Number::ReconcileEverySeconds;
    governance::set_number(reeve, caller, schedule, 0, false).await?;
    policy::set(reeve, caller, access_login_toml(), false).await?;
    governance::set_mode(reeve, caller, Mode::Discord, false).await?;
    let (guild, mapped_roles) = (guild()?, mapped_roles()?);
    governance::map_role(reeve, caller, guild, &mapped_roles, false).await?;
    let now = governance::show(reeve, caller).await?.now;
    let discord_members = import_members(reeve, caller, guild, now).await?;
    let loaded = describe(guild, mapped_roles, discord_members)?;
    Ok(Some(loaded))
}

/// Imports the sample's Discord export again, as taken now, so that it stays fresh. Returns whether
/// it did: not where the guild's current snapshot is not the sample's own, or is as new already, or
/// where the mapping has been changed so that the export would be rejected.
pub async fn keep_fresh(
    reeve: &Reeve,
    caller: &Caller,
    older_than: SignedDuration,
) -> Result<bool, Error> {
    let guild = guild()?;
    let overview = governance::show(reeve, caller).await?;
    let Some(current) = overview.governance.snapshots.get(&guild) else {
        return Ok(false);
    };
    let mapped: BTreeSet<i64> = match overview.governance.mapping.0.get(&guild) {
        Some(roles) => roles.iter().map(|role| role.get()).collect(),
        None => return Ok(false),
    };
    let same_size = u64::try_from(current.members).is_ok_and(|members| members == size(MEMBERS));
    let old = overview.now > current.taken_at
        && overview.now.duration_since(current.taken_at) >= older_than;
    if !same_size || !old || !discord::anybody_has(&mapped) {
        return Ok(false);
    }
    if !is_own(reeve, caller, current).await? {
        return Ok(false);
    }
    import_members(reeve, caller, guild, overview.now).await?;
    Ok(true)
}

async fn count_people(reeve: &Reeve) -> Result<i64, Error> {
    let mut tx = reeve.database.snapshot("count identities").await?;
    let by_status = store::identity::count_by_status(&mut tx).await?;
    tx.rollback().await?;
    Ok(by_status.iter().map(|(_, count)| count).sum())
}

/// Whether the people are exactly the sample's and there is no snapshot yet, which is the last thing
/// that [`load`] imports.
async fn was_cut_off(reeve: &Reeve, caller: &Caller) -> Result<bool, Error> {
    if count_people(reeve).await? != i64::try_from(PEOPLE).unwrap_or(0)
        || !governance::show(reeve, caller)
            .await?
            .governance
            .snapshots
            .is_empty()
    {
        return Ok(false);
    }
    let tried = import(reeve, caller, true).await?;
    Ok(tried.errors.is_empty() && tried.unchanged == size(PEOPLE))
}

async fn create_organizations(reeve: &Reeve, caller: &Caller) -> Result<(), Error> {
    let there: BTreeSet<String> = organization::list(reeve, caller)
        .await?
        .into_iter()
        .map(|organization| organization.slug)
        .collect();
    for (slug, name, description) in ORGANIZATIONS {
        if !there.contains(slug) {
            let slug: Slug = sound("organization", slug.parse())?;
            organization::create(reeve, caller, &slug, name, Some(description)).await?;
        }
    }
    Ok(())
}

async fn import_people(reeve: &Reeve, caller: &Caller) -> Result<(), Error> {
    let imported = import(reeve, caller, false).await?;
    match imported.errors.first() {
        None => Ok(()),
        Some(error) => Err(Error::Conflict(format!(
            "{} of the sample's people could not be imported; the first is line {}: {}",
            imported.errors.len(),
            error.line,
            error.problem
        ))),
    }
}

async fn import(
    reeve: &Reeve,
    caller: &Caller,
    dry_run: bool,
) -> Result<identity::import::Imported, Error> {
    let lines = identity::file::read(Cursor::new(identities_csv()))?;
    identity::import::import(reeve, caller, lines, dry_run, |_| ()).await
}

/// Imports the export; returns how many members it has.
async fn import_members(
    reeve: &Reeve,
    caller: &Caller,
    guild: GuildId,
    taken_at: Timestamp,
) -> Result<u64, Error> {
    let what = snapshot::Import {
        sha256: None,
        guild,
        taken_at,
        expectation: Expectation {
            members: Some(size(MEMBERS)),
            ..Expectation::default()
        },
    };
    let sample = Caller {
        actor: Actor::Job { name: SOURCE },
        ..caller.clone()
    };
    let export = Cursor::new(discord_members_json());
    let imported = snapshot::import(reeve, &sample, what, export, |_| ()).await?;
    Ok(imported.merged.members)
}

/// Whether the sample imported this snapshot, by its audit row.
async fn is_own(reeve: &Reeve, caller: &Caller, current: &CurrentSnapshot) -> Result<bool, Error> {
    let filter = Filter {
        action: Some(Action::SnapshotAdmit.as_str().to_owned()),
        entity: Some(current.snapshot_id.to_string()),
        // It was admitted after it was taken: this spares looking into older months.
        since: Some(current.taken_at),
        limit: 1,
        ..Filter::default()
    };
    let rows = app::audit::list(reeve, caller, &filter).await?;
    Ok(rows.first().is_some_and(|row| row.source == SOURCE))
}

fn describe(
    guild: GuildId,
    mapped_roles: BTreeSet<DiscordRoleId>,
    discord_members: u64,
) -> Result<Loaded, Error> {
    let lines: Vec<_> = identity::file::read(Cursor::new(identities_csv()))?
        .into_iter()
        .flatten()
        .collect();
    let is_discord = |link: &Link| matches!(link, Link::Discord(_));
    Ok(Loaded {
        people: size(lines.len()),
        linked: size(
            lines
                .iter()
                .filter(|l| l.links.iter().any(is_discord))
                .count(),
        ),
        organizations: size(ORGANIZATIONS.len()),
        memberships: size(lines.iter().map(|line| line.organizations.len()).sum()),
        roles: size(lines.iter().map(|line| line.roles.len()).sum()),
        discord_members,
        guild,
        mapped_roles,
    })
}

fn guild() -> Result<GuildId, Error> {
    sound("guild", GuildId::try_from(GUILD))
}

fn mapped_roles() -> Result<BTreeSet<DiscordRoleId>, Error> {
    MAPPED_ROLES
        .into_iter()
        .map(|role| sound("role", DiscordRoleId::try_from(role)))
        .collect()
}

/// The sample's own constants are sound; a test loads all of it.
fn sound<T>(field: &'static str, parsed: Result<T, impl Display>) -> Result<T, Error> {
    parsed.map_err(|problem| Error::Invalid {
        field,
        problem: problem.to_string(),
    })
}

fn size(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
