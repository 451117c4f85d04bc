//! What there is to review that stands in no table of its own: overrides and mappings.

use domain::access::role::HAULING_MEMBER_ROLE;
use domain::id::{DiscordRoleId, GuildId, OrganizationId};
use domain::identity::mapping::Mapping;
use domain::review::OverridePart;
use store::review::Found;
use store::{Tx, governance, node, organization, overrides};

use crate::{Error, Reeve};

/// Everything that overrides do now; with `tenant_id` of its active members.
pub(super) async fn of_overrides(
    tx: &mut Tx,
    tenant_id: Option<OrganizationId>,
) -> Result<Vec<Found>, Error> {
    let now = tx.now().await?;
    let mut found = Vec::new();
    for one in overrides::all(tx, tenant_id).await? {
        let until = one.overrides.expires_at;
        for part in OverridePart::all(&one.overrides.in_force(now)) {
            found.push(Found {
                key: part.key(),
                user_id: Some(one.user_id),
                tenant_id,
                role: part.role().map(str::to_owned),
                source: format!("override:{}", part.kind()),
                granted_by: one.set_by,
                since: one.since,
                until,
            });
        }
    }
    Ok(found)
}

/// Every mapping that gives a role now; with `tenant_id` those that give one there.
pub(super) async fn of_mappings(
    reeve: &Reeve,
    tx: &mut Tx,
    tenant_id: Option<OrganizationId>,
) -> Result<Vec<Found>, Error> {
    set_as_the_servers(reeve, tx).await?;
    let mut found = Vec::new();
    if tenant_id.is_none() {
        for (guild, roles) in governance::load(tx).await?.mapping.0 {
            for role in roles {
                let key = discord_key(guild, role);
                found.push(Found {
                    source: key.clone(),
                    key,
                    role: Some(HAULING_MEMBER_ROLE.to_owned()),
                    ..Found::default()
                });
            }
        }
    }
    for (group, target) in reeve.live.get().mapping.entries() {
        let at = match &target.organization {
            Some(slug) => organization::find(tx, slug).await?,
            None => None,
        };
        if tenant_id.is_some() && at != tenant_id {
            continue;
        }
        // Of an organization that is not there the slug is all that there is.
        let role = match at {
            Some(_) => target.role.clone(),
            None => target.to_string(),
        };
        let source = group_source(group);
        found.push(Found {
            key: format!("{source}={target}"),
            tenant_id: at,
            role: Some(role),
            source,
            ..Found::default()
        });
    }
    Ok(found)
}

/// Refuses what this process can't know: its settings have a mapping of groups, and those of the servers
/// that run may have another.
async fn set_as_the_servers(reeve: &Reeve, tx: &mut Tx) -> Result<(), Error> {
    let mine = reeve.live.get();
    let servers = node::living(tx).await?;
    if servers.iter().all(|node| node.settings_hash == mine.hash) {
        return Ok(());
    }
    Err(Error::Conflict(
        "this process is set otherwise than the running servers, whose mapping of groups is in force; \
         compare `reeve config show`, or do this over HTTP"
            .to_owned(),
    ))
}

fn discord_key(guild: GuildId, role: DiscordRoleId) -> String {
    format!("{DISCORD}{guild}/{role}")
}

fn group_source(group: Option<&str>) -> String {
    group.map_or_else(|| "default".to_owned(), |group| format!("group:{group}"))
}

const DISCORD: &str = "discord:";

/// The guild and the role of Discord that a key names, if it names any.
pub(super) fn discord(key: &str) -> Option<(GuildId, DiscordRoleId)> {
    let (guild, role) = key.strip_prefix(DISCORD)?.split_once('/')?;
    Some((guild.parse().ok()?, role.parse().ok()?))
}

/// Whether the settings still have the mapping of that key.
pub(super) async fn still_mapped(reeve: &Reeve, tx: &mut Tx, key: &str) -> Result<bool, Error> {
    set_as_the_servers(reeve, tx).await?;
    Ok(names(&reeve.live.get().mapping, key))
}

fn names(mapping: &Mapping, key: &str) -> bool {
    mapping
        .entries()
        .any(|(group, target)| format!("{}={target}", group_source(group)) == key)
}
