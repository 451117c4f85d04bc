//! From an identity provider's groups to roles (U-11 to U-15, U-37, U-38, U-48 to U-50, U-82; D5).
//!
//! [`Mapping::parse`] reads the two settings, [`Mapping::resolve_roles_for_groups`] says what groups
//! give, [`sync`] what of it is to be given and taken with a person's overrides in mind. Each keeps its
//! steps, so that a test of the mapping and a sign-in can never differ. Who may be given a role at all is
//! [`super::super::access::ceiling`]'s to say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::RoleOverrides;
use crate::tenancy::organization::Slug;

/// A role that groups give: on the platform, or in an organization.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[schema(as = MappedRole)]
pub struct Target {
    /// In lower case.
    pub role: String,
    /// The organization's slug; left out for a platform role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<Slug>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.organization {
            None => f.write_str(&self.role),
            Some(slug) => write!(f, "{}@{}", self.role, slug.as_str()),
        }
    }
}

/// Which groups give which roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// By the group's name in lower case.
    groups: BTreeMap<String, Vec<Target>>,
    /// For everybody who is provisioned.
    defaults: Vec<Target>,
}

/// An entry that can't be read; it stops the start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{entry}` is not {expected}")]
pub struct Malformed {
    pub entry: String,
    pub expected: &'static str,
}

const PAIR: &str = "group=role, nor group=role@organization";
const ROLE: &str = "a role, nor role@organization";

/// Longest text of an entry that an error repeats.
const SHOWN: usize = 80;

impl Malformed {
    fn new(entry: &str, expected: &'static str) -> Self {
        let shown = entry.chars().filter(|c| !c.is_control()).take(SHOWN);
        Self {
            entry: shown.collect(),
            expected,
        }
    }
}

impl Mapping {
    /// Reads `OIDC_GROUP_ROLE_MAP` and `OIDC_GROUP_ROLE_DEFAULTS`. Entries are parted by commas, newlines,
    /// or a backslash followed by `n`, which is what a shell leaves of a newline in double quotes.
    pub fn parse(map: &str, defaults: &str) -> Result<Self, Malformed> {
        let mut mapping = Self::default();
        for entry in entries(map) {
            let malformed = || Malformed::new(&entry, PAIR);
            let (group, role) = entry.split_once('=').ok_or_else(malformed)?;
            let group = normalize(group);
            let target = target(role).ok_or_else(malformed)?;
            if group.is_empty() {
                return Err(malformed());
            }
            let targets = mapping.groups.entry(group).or_default();
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        for entry in entries(defaults) {
            let target = target(&entry).ok_or_else(|| Malformed::new(&entry, ROLE))?;
            if !mapping.defaults.contains(&target) {
                mapping.defaults.push(target);
            }
        }
        Ok(mapping)
    }

    /// Every role that it can give.
    pub fn targets(&self) -> BTreeSet<&Target> {
        self.groups
            .values()
            .flatten()
            .chain(&self.defaults)
            .collect()
    }

    /// Every role with the group that gives it; `None` is everybody who is provisioned.
    pub fn entries(&self) -> impl Iterator<Item = (Option<&str>, &Target)> {
        let of_groups = self.groups.iter().flat_map(|(group, targets)| {
            let group = Some(group.as_str());
            targets.iter().map(move |target| (group, target))
        });
        let defaults = self.defaults.iter().map(|target| (None, target));
        of_groups.chain(defaults)
    }

    /// What it gives in one of these organizations, given by slug or id, or on the platform with `None`.
    pub fn targets_in<'a>(
        &'a self,
        organization: Option<&'a [&'a str]>,
    ) -> impl Iterator<Item = &'a Target> {
        self.targets().into_iter().filter(move |target| {
            match (&target.organization, organization) {
                (None, None) => true,
                (Some(slug), Some(names)) => names.contains(&slug.as_str()),
                _ => false,
            }
        })
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.defaults.is_empty()
    }

    /// The roles of whoever is in these groups: normalized, defaults first, mapped, each once.
    pub fn resolve_roles_for_groups<'a>(
        &self,
        groups: impl IntoIterator<Item = &'a str>,
    ) -> Resolved {
        let mut resolved = Resolved::default();
        for target in &self.defaults {
            resolved.add(target, None);
        }
        let mut seen = BTreeSet::new();
        for given in groups {
            let group = normalize(given);
            if group.is_empty() || !seen.insert(group.clone()) {
                continue;
            }
            match self.groups.get(&group) {
                Some(targets) => {
                    for target in targets {
                        resolved.add(target, Some(&group));
                    }
                }
                None => resolved.trace.push(Step::Unmapped { group }),
            }
        }
        resolved
    }
}

fn entries(text: &str) -> Vec<String> {
    text.replace("\\n", "\n")
        .split([',', '\n'])
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

fn normalize(group: &str) -> String {
    group.trim().to_lowercase()
}

/// `role` or `role@slug`.
fn target(text: &str) -> Option<Target> {
    let (role, organization) = match text.split_once('@') {
        None => (text, None),
        Some((role, slug)) => (role, Some(slug.trim().parse().ok()?)),
    };
    let role = normalize(role);
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '=' || c == '@' || c == '\\';
    (!role.is_empty() && !role.contains(odd)).then_some(Target { role, organization })
}

/// What groups give, and how that came about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Each once, in the order in which they were found.
    pub roles: Vec<Target>,
    pub trace: Vec<Step>,
}

impl Resolved {
    fn add(&mut self, target: &Target, group: Option<&str>) {
        let target = target.clone();
        if self.roles.contains(&target) {
            self.trace.push(Step::Repeated { target });
            return;
        }
        self.roles.push(target.clone());
        self.trace.push(match group {
            None => Step::Default { target },
            Some(group) => Step::Mapped {
                group: group.to_owned(),
                target,
            },
        });
    }
}

/// One step of the way from groups to roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
#[schema(as = MappingStep)]
pub enum Step {
    /// A role that everybody gets.
    Default {
        target: Target,
    },
    Mapped {
        group: String,
        target: Target,
    },
    /// It was given before.
    Repeated {
        target: Target,
    },
    /// No entry has this group.
    Unmapped {
        group: String,
    },
    /// The groups are not known, so nothing that they gave is taken.
    GroupsUnknown,
    /// An override keeps it from being given.
    Suppressed {
        target: Target,
    },
    /// To be given.
    Give {
        target: Target,
    },
    /// There already.
    Held {
        target: Target,
    },
    /// To be taken: no group gives it any more.
    Take {
        target: Target,
    },
    /// An override says that it is never taken.
    Preserved {
        target: Target,
    },
    /// An override stops all taking for this person.
    Paused {
        target: Target,
    },
    /// A hold keeps automation away, so that nothing of the above is done.
    OnHold,
}

impl Step {
    /// The step in words.
    pub fn describe(&self) -> String {
        match self {
            Self::Default { target } => format!("everybody gets {target}"),
            Self::Mapped { group, target } => format!("the group `{group}` gives {target}"),
            Self::Repeated { target } => format!("{target} was given before"),
            Self::Unmapped { group } => format!("no entry has the group `{group}`"),
            Self::GroupsUnknown => "the groups are not known: nothing is taken".to_owned(),
            Self::Suppressed { target } => format!("{target} is suppressed by an override"),
            Self::Give { target } => format!("+ {target}"),
            Self::Held { target } => format!("= {target} is there already"),
            Self::Take { target } => format!("- {target}: no group gives it any more"),
            Self::Preserved { target } => format!("= {target} is preserved by an override"),
            Self::Paused { target } => format!("= {target} stays: taking is paused by an override"),
            Self::OnHold => "a hold leaves the roles as they are until it ends".to_owned(),
        }
    }
}

/// What is known of somebody's groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// These, and no others.
    Known(Vec<String>),
    /// The provider says nothing of groups, which is not the same as none.
    Absent,
}

/// What a sync does to the roles that this provider gave somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sync {
    pub give: Vec<Target>,
    pub take: Vec<Target>,
    pub trace: Vec<Step>,
}

impl Sync {
    /// What is left of it while a hold leaves somebody's assignments alone (D10): the trace.
    #[must_use]
    pub fn on_hold(mut self) -> Self {
        self.give.clear();
        self.take.clear();
        self.trace.push(Step::OnHold);
        self
    }
}

/// Brings together what groups give, what was given from there before, and the person's overrides
/// (U-48 to U-50): suppressed roles are removed from what groups give, preserved ones are never taken,
/// and `enabled` overrides stop all taking.
pub fn sync(
    mapping: &Mapping,
    groups: &Groups,
    held: &BTreeSet<Target>,
    overrides: &RoleOverrides,
) -> Sync {
    let known = match groups {
        Groups::Known(groups) => Some(groups),
        Groups::Absent => None,
    };
    let of = known.into_iter().flatten().map(String::as_str);
    let Resolved { roles, mut trace } = mapping.resolve_roles_for_groups(of);
    if known.is_none() {
        trace.push(Step::GroupsUnknown);
    }
    let mut sync = Sync {
        trace,
        ..Sync::default()
    };
    let mut wanted = BTreeSet::new();
    for target in roles {
        if overrides.suppresses(&target.role) {
            sync.trace.push(Step::Suppressed { target });
            continue;
        }
        wanted.insert(target.clone());
        if held.contains(&target) {
            sync.trace.push(Step::Held { target });
        } else {
            sync.give.push(target.clone());
            sync.trace.push(Step::Give { target });
        }
    }
    for target in held.difference(&wanted).cloned() {
        let suppressed = overrides.suppresses(&target.role);
        let step = if overrides.preserves(&target.role) {
            Step::Preserved { target }
        } else if overrides.enabled {
            Step::Paused { target }
        } else if known.is_none() && !suppressed {
            continue;
        } else {
            sync.take.push(target.clone());
            Step::Take { target }
        };
        sync.trace.push(step);
    }
    sync
}
