//! The sample's guild: its roles, and its members as Discord's API shows them.
//!
//! Beside the people who work there are guests and bots, whom no identity is linked to. Some guests
//! have a mapped role: that gives nobody anything, since only a link makes an account somebody's.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::generator::Generator;
use crate::people::{Person, people};

/// How many members the guild has.
pub const MEMBERS: usize = 700;

/// The guild ("server") of Northway Haulage; made in May 2019.
pub const GUILD: i64 = snowflake(1_557_129_600_000, 1);

pub(crate) const HAULER: i64 = snowflake(1_557_130_200_000, 1);
pub(crate) const LEAD_HAULER: i64 = snowflake(1_557_130_260_000, 2);
pub(crate) const DISPATCH: i64 = snowflake(1_557_130_320_000, 3);
pub(crate) const DEPOT: i64 = snowflake(1_565_687_400_000, 4);
pub(crate) const KESTREL: i64 = snowflake(1_613_984_400_000, 5);
const GUEST: i64 = snowflake(1_585_731_600_000, 6);
const BOT: i64 = snowflake(1_557_130_380_000, 7);

/// The roles that stand for `hauling.member`: Hauler and Lead hauler.
pub const MAPPED_ROLES: [i64; 2] = [HAULER, LEAD_HAULER];

/// The guild's roles by id, with the names that the export does not hold.
pub const ROLE_NAMES: [(i64, &str); 7] = [
    (HAULER, "Hauler"),
    (LEAD_HAULER, "Lead hauler"),
    (DISPATCH, "Dispatch"),
    (DEPOT, "Depot"),
    (KESTREL, "Kestrel Freight"),
    (GUEST, "Guest"),
    (BOT, "Bot"),
];

const BOTS: [&str; 6] = [
    "northway-timetable",
    "roadworks-feed",
    "weighbridge",
    "weather-desk",
    "music-for-the-road",
    "poll-keeper",
];

/// The first millisecond that Discord's ids count from.
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;
const DAY_MS: i64 = 86_400_000;

/// An id as Discord makes them: the time in milliseconds, and 22 bits that tell apart what was made
/// in the same one.
const fn snowflake(unix_ms: i64, rest: i64) -> i64 {
    ((unix_ms - DISCORD_EPOCH_MS) << 22) | rest
}

fn made_at_ms(id: i64) -> i64 {
    (id >> 22) + DISCORD_EPOCH_MS
}

/// An account made between 2016 and 2021.
pub(crate) fn account(generator: &mut Generator) -> i64 {
    let unix_ms = 1_451_606_400_000 + below(generator, 2_000 * DAY_MS);
    snowflake(unix_ms, below(generator, 1 << 22))
}

fn below(generator: &mut Generator, limit: i64) -> i64 {
    let limit = u64::try_from(limit).unwrap_or(1);
    i64::try_from(generator.below(limit)).unwrap_or(0)
}

/// Somebody in the guild.
#[derive(Debug)]
struct Member {
    id: i64,
    username: String,
    /// As it is shown everywhere, and in this guild.
    global_name: Option<String>,
    nick: Option<String>,
    bot: bool,
    roles: Vec<i64>,
}

/// The guild's members, by id as Discord lists them; the same every time.
fn members() -> Vec<Member> {
    let mut generator = Generator::new(0x4469_7363_6f72_6421);
    let mut members: Vec<Member> = people()
        .into_iter()
        .filter_map(|person| colleague(&mut generator, person))
        .collect();
    members.extend(BOTS.map(|name| bot(&mut generator, name)));
    while members.len() < MEMBERS {
        members.push(guest(&mut generator));
    }
    members.sort_by_key(|member| member.id);
    members
}

fn colleague(generator: &mut Generator, person: Person) -> Option<Member> {
    let (local_part, _) = person.email.split_once('@')?;
    let given = person.name.split(' ').next()?;
    let username = match generator.below(3) {
        0 => local_part.replace('-', "_"),
        1 => local_part.replace(['-', '.'], ""),
        _ => format!(
            "{}{}",
            local_part.replace(['-', '.'], "_"),
            generator.below(99)
        ),
    };
    Some(Member {
        id: person.account,
        username,
        global_name: Some(given.to_owned()),
        nick: generator
            .chance(60)
            .then(|| format!("{given} | {}", person.groups[0])),
        bot: false,
        roles: person.guild_roles?,
    })
}

fn bot(generator: &mut Generator, name: &str) -> Member {
    Member {
        id: account(generator),
        username: name.to_owned(),
        global_name: None,
        nick: None,
        bot: true,
        roles: vec![BOT],
    }
}

/// Friends of the house; a few were given a mapped role and never became portal users.
fn guest(generator: &mut Generator) -> Member {
    const FIRST: &[&str] = &[
        "diesel", "night", "gravel", "amber", "convoy", "tarmac", "lorry", "hazard", "ferry",
        "axle", "silver", "motorway", "polar", "rusty", "quiet", "double",
    ];
    const SECOND: &[&str] = &[
        "fox", "owl", "clutch", "rider", "beacon", "ratchet", "wren", "junction", "badger",
        "piston", "heron", "trailer", "mirror", "otter", "lantern", "gear",
    ];
    let (first, second) = (generator.pick(FIRST), generator.pick(SECOND));
    let mut roles = vec![GUEST];
    if generator.chance(3) {
        roles.push(HAULER);
    }
    Member {
        id: account(generator),
        username: format!("{first}_{second}{}", generator.below(1_000)),
        global_name: generator.chance(70).then(|| format!("{first} {second}")),
        nick: None,
        bot: false,
        roles,
    }
}

/// A guild member object of Discord's API, version 10, in its order.
#[derive(Serialize)]
struct MemberObject<'a> {
    user: UserObject<'a>,
    nick: Option<&'a str>,
    avatar: Option<&'a str>,
    roles: Vec<String>,
    joined_at: String,
    premium_since: Option<&'a str>,
    deaf: bool,
    mute: bool,
    flags: u32,
    pending: bool,
    communication_disabled_until: Option<&'a str>,
}

#[derive(Serialize)]
struct UserObject<'a> {
    id: String,
    username: &'a str,
    discriminator: &'a str,
    global_name: Option<&'a str>,
    avatar: Option<&'a str>,
    bot: bool,
}

impl Member {
    fn object(&self) -> MemberObject<'_> {
        MemberObject {
            user: UserObject {
                id: self.id.to_string(),
                username: &self.username,
                discriminator: "0",
                global_name: self.global_name.as_deref(),
                avatar: None,
                bot: self.bot,
            },
            nick: self.nick.as_deref(),
            avatar: None,
            roles: self.roles.iter().map(i64::to_string).collect(),
            joined_at: instant(self.joined_ms()),
            premium_since: None,
            deaf: false,
            mute: false,
            flags: 0,
            pending: false,
            communication_disabled_until: None,
        }
    }

    /// Some day in the two and a half years after both the guild and the account were made.
    fn joined_ms(&self) -> i64 {
        let both_there = made_at_ms(self.id).max(made_at_ms(GUILD));
        both_there + 1 + (self.id >> 7) % (900 * DAY_MS)
    }
}

fn instant(unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")
        .to_string()
}

/// Whether any member has any of these roles.
pub(crate) fn anybody_has(roles: &BTreeSet<i64>) -> bool {
    members()
        .iter()
        .any(|member| member.roles.iter().any(|role| roles.contains(role)))
}

/// The guild's members as `reeve snapshot import` reads them: one array of Discord's own member
/// objects, one a line.
pub fn discord_members_json() -> String {
    let lines: Vec<String> = members()
        .iter()
        // Text, numbers and lists of them can always be written.
        .filter_map(|member| serde_json::to_string(&member.object()).ok())
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
