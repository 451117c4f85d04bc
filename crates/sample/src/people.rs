//! Everybody in the sample: the cast, and a crowd that works and another that has left.

use std::collections::BTreeSet;

use domain::identity::Status;

use crate::cast::{CAST, Character};
use crate::discord::{self, DEPOT, DISPATCH, HAULER, KESTREL, LEAD_HAULER};
use crate::generator::Generator;
use crate::names;

/// How many people the sample has.
pub const PEOPLE: usize = 500;
/// Those of the crowd who left long ago and are suspended, as they should be.
const FORMER: usize = 35;

/// The group that brings people of Kestrel Freight into scope.
const CONTRACT: &str = "kestrel-contract";

/// Whom somebody works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Organization {
    Northway,
    Depots,
    Kestrel,
    /// Of Kestrel Freight, and in the group that the policy names.
    KestrelOnContract,
    /// In the default organization only, like everybody.
    Outside,
}

/// What is true of somebody; together with the policy it decides what the first plan says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// Active, linked, with a mapped role.
    Working,
    /// Active, linked, in the guild, without a mapped role.
    LostRole,
    /// Active, linked, not in the guild.
    LeftGuild,
    /// Active, in the guild with a mapped role, but the account is linked to nobody.
    Unlinked,
    /// Suspended, linked, with a mapped role.
    Returned,
    /// Suspended, in the guild without a mapped role, and still with portal roles.
    LeftOver,
    /// Suspended, unlinked, without roles.
    Former,
    /// Disabled, linked, with a mapped role.
    Disabled,
    /// Disabled, unlinked.
    DisabledUnlinked,
}

impl Case {
    fn status(self) -> Status {
        match self {
            Self::Working | Self::LostRole | Self::LeftGuild | Self::Unlinked => Status::Active,
            Self::Returned | Self::LeftOver | Self::Former => Status::Suspended,
            Self::Disabled | Self::DisabledUnlinked => Status::Disabled,
        }
    }

    fn linked(self) -> bool {
        !matches!(self, Self::Unlinked | Self::Former | Self::DisabledUnlinked)
    }
}

/// A person of the sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) status: Status,
    pub(crate) linked: bool,
    /// Their account at Discord, whether linked or not.
    pub(crate) account: i64,
    /// Their roles in the guild; `None` if they are no members.
    pub(crate) guild_roles: Option<Vec<i64>>,
    pub(crate) groups: Vec<&'static str>,
    pub(crate) organizations: Vec<&'static str>,
    pub(crate) roles: Vec<&'static str>,
}

/// Everybody, by e-mail address; the same people every time.
pub(crate) fn people() -> Vec<Person> {
    let mut generator = Generator::new(0x4e6f_7274_6877_6179);
    let mut taken: BTreeSet<String> = CAST
        .iter()
        .map(|character| names::local_part(character.name))
        .collect();
    let mut people = Vec::with_capacity(PEOPLE);
    for Character {
        name,
        organization,
        group,
        roles,
        case,
    } in CAST
    {
        let facts = Facts {
            organization: *organization,
            group,
            roles: roles.to_vec(),
            case: *case,
        };
        people.push(person(&mut generator, (*name).to_owned(), facts));
    }
    while people.len() < PEOPLE {
        let name = names::full_name(&mut generator);
        if !taken.insert(names::local_part(&name)) {
            continue;
        }
        let facts = if people.len() < CAST.len() + FORMER {
            former(&mut generator)
        } else {
            working(&mut generator)
        };
        people.push(person(&mut generator, name, facts));
    }
    people.sort_by(|a, b| a.email.cmp(&b.email));
    people
}

/// What a person is made from, apart from the name.
struct Facts {
    organization: Organization,
    group: &'static str,
    roles: Vec<&'static str>,
    case: Case,
}

fn former(generator: &mut Generator) -> Facts {
    let (organization, group) = workplace(generator);
    Facts {
        organization: match organization {
            // A contract ends with the work.
            Organization::KestrelOnContract => Organization::Kestrel,
            other => other,
        },
        group,
        roles: Vec::new(),
        case: Case::Former,
    }
}

/// Nine of ten have the portal role too, so that trying the other mode shows few differences.
fn working(generator: &mut Generator) -> Facts {
    let (organization, group) = workplace(generator);
    let mut roles = Vec::new();
    if generator.chance(90) {
        roles.push("hauling.member");
    }
    if generator.chance(15) {
        roles.push("reader");
    }
    Facts {
        organization,
        group,
        roles,
        case: Case::Working,
    }
}

fn workplace(generator: &mut Generator) -> (Organization, &'static str) {
    const NORTHWAY: &[&str] = &[
        "drivers", "drivers", "drivers", "drivers", "drivers", "dispatch", "planning", "workshop",
        "office", "finance",
    ];
    const DEPOTS: &[&str] = &["warehouse", "warehouse", "yard", "drivers"];
    match generator.below(100) {
        0..55 => (Organization::Northway, generator.pick(NORTHWAY)),
        55..85 => (Organization::Depots, generator.pick(DEPOTS)),
        _ => (Organization::KestrelOnContract, "drivers"),
    }
}

fn person(generator: &mut Generator, name: String, facts: Facts) -> Person {
    let Facts {
        organization,
        group,
        roles,
        case,
    } = facts;
    let mut groups = vec![group];
    let (domain, organizations) = match organization {
        Organization::Northway => ("example.com", vec!["northway"]),
        Organization::Depots => ("example.com", vec!["northway-depots"]),
        Organization::Kestrel => ("example.org", vec!["kestrel-freight"]),
        Organization::KestrelOnContract => {
            groups.push(CONTRACT);
            ("example.org", vec!["kestrel-freight"])
        }
        Organization::Outside => ("example.org", Vec::new()),
    };
    Person {
        email: format!("{}@{domain}", names::local_part(&name)),
        name,
        status: case.status(),
        linked: case.linked(),
        account: discord::account(generator),
        guild_roles: guild_roles(generator, organization, group, case),
        groups,
        organizations,
        roles,
    }
}

fn guild_roles(
    generator: &mut Generator,
    organization: Organization,
    group: &str,
    case: Case,
) -> Option<Vec<i64>> {
    let mapped = match case {
        Case::Working | Case::Unlinked | Case::Returned | Case::Disabled => true,
        Case::LostRole | Case::LeftOver => false,
        Case::LeftGuild | Case::Former | Case::DisabledUnlinked => return None,
    };
    let mut roles = Vec::new();
    if mapped {
        roles.push(if generator.chance(8) {
            LEAD_HAULER
        } else {
            HAULER
        });
    }
    match organization {
        Organization::Depots => roles.push(DEPOT),
        Organization::Kestrel | Organization::KestrelOnContract => roles.push(KESTREL),
        Organization::Northway | Organization::Outside => {}
    }
    if group == "dispatch" {
        roles.push(DISPATCH);
    }
    Some(roles)
}

/// The sample's people as `reeve identity import` reads them: CSV with a header.
pub fn identities_csv() -> String {
    let mut csv = String::from("email,display_name,status,discord_id,groups,organizations,roles\n");
    for person in people() {
        let discord_id = if person.linked {
            person.account.to_string()
        } else {
            String::new()
        };
        // No field holds a comma or a quotation mark; a test reads all of it back.
        let fields = [
            person.email,
            person.name,
            person.status.to_string(),
            discord_id,
            person.groups.join(";"),
            person.organizations.join(";"),
            person.roles.join(";"),
        ];
        csv.push_str(&fields.join(","));
        csv.push('\n');
    }
    csv
}
