//! From the reason of a denial to what would change it, who may do that, and by which command.
//!
//! [`remedies`] goes over the closed list of reasons, so that a new reason can't be forgotten. It
//! advises; nothing here decides anything.

use serde::Serialize;
use utoipa::ToSchema;

use super::permission::Permission;
use super::reason::Reason;
use super::role::{RoleDefinition, Scope, ScopeKind};
use crate::governance::assess::RulesMissing;
use crate::governance::eligibility::{Clause, Eligibility};
use crate::governance::entitlement::{Entitlement, Lack};
use crate::id::{GuildId, UserId};
use crate::identity::Status;

/// One thing that would change a "no".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Remedy {
    /// What has to change, in words.
    pub change: String,
    pub who: Who,
    /// How, where a command does it. Words in capitals are to be filled in.
    pub command: Option<String>,
}

/// Who may do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(as = RemedyBy)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The person concerned.
    Themselves,
    /// Whoever runs the installation: command line or SQL.
    Operator,
    /// Whoever holds `roles:grant` there, up to their ceiling.
    RoleGranter,
    /// Whoever manages the guild's members in Discord.
    GuildModerator,
}

impl Who {
    /// In words, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Themselves => "the person themselves",
            Self::Operator => "an operator",
            Self::RoleGranter => "whoever may give roles there",
            Self::GuildModerator => "a moderator of the guild",
        }
    }
}

/// Whom and what a denial is about: the names that go into commands.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// As it goes into commands: see [`shell_word`].
    pub identity: &'a str,
    /// Whether a hold keeps automation away.
    pub held: bool,
    pub organization: Option<&'a str>,
    pub project: Option<&'a str>,
    /// The least role that would grant the permission here, if any does, and where it is given.
    pub role: Option<(&'a str, ScopeKind)>,
    /// A mapped guild, if there is one.
    pub guild: Option<GuildId>,
}

/// How a person is named in a command: by their address if a shell takes it for one plain word, else by
/// their id. Addresses come from outside, and commands are pasted.
pub fn shell_word(email: &str, user_id: UserId) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '+' | '-');
    if email.chars().all(plain) && !email.starts_with('-') {
        email.to_owned()
    } else {
        user_id.to_string()
    }
}

/// What would change the answer of a gate that failed, the most usual first. Empty for a gate that
/// passed.
pub fn remedies(reason: &Reason, about: &Subject<'_>) -> Vec<Remedy> {
    match reason {
        Reason::NotAsked
        | Reason::Passed
        | Reason::BreakGlass
        | Reason::Owner
        | Reason::Exempted
        | Reason::GrantedByEntitlement
        | Reason::NotEnforced => Vec::new(),
        Reason::OutsideTokenScopes { .. } => vec![Remedy {
            change: "make a token whose scopes name it".to_owned(),
            who: Who::Themselves,
            command: None,
        }],
        Reason::UnknownIdentity => vec![operator(
            "import the person",
            "reeve identity import PEOPLE.csv",
        )],
        Reason::IdentityNotActive { status } => of_status(*status, about),
        Reason::SessionRevoked => vec![Remedy {
            change: "sign in again".to_owned(),
            who: Who::Themselves,
            command: None,
        }],
        Reason::NotAMember => vec![grant(
            "make them a member of the organization, by a role in it",
            "tenant_member",
            about.organization,
            None,
            about,
        )],
        Reason::ScopeMismatch => vec![operator(
            "ask with the organization that the project belongs to",
            "reeve organization list",
        )],
        Reason::PermissionNotHeld { .. } => vec![match about.role {
            Some((role, kind)) => grant(
                "give them a role that carries the permission",
                role,
                about.organization.filter(|_| kind != ScopeKind::Platform),
                about.project.filter(|_| kind == ScopeKind::Project),
                about,
            ),
            None => operator(
                "no role short of an administrative one carries it; see which there are",
                "reeve role list",
            ),
        }],
        Reason::GovernanceIncomplete { missing } => vec![of_missing(*missing)],
        Reason::NotEligible { eligibility } => vec![of_scope(*eligibility), exemption(about)],
        Reason::NotEntitled {
            entitlement: Entitlement::NotEntitled(lack),
        } => [of_lack(*lack, about), vec![exemption(about)]].concat(),
        // Entitled is no reason to deny.
        Reason::NotEntitled {
            entitlement: Entitlement::Entitled(_),
        } => Vec::new(),
        Reason::ObservationStale => vec![observe("observe the guild", about), exemption(about)],
    }
}

/// The roles that would grant a permission where it is asked about, the least first. For a governed
/// permission those that carry the entitlement, which decides where the portal leads. Administrative
/// roles are left out: nobody is made admin to get one permission.
pub fn granting_roles<'a>(
    roles: impl Iterator<Item = &'a RoleDefinition>,
    permission: Permission,
    scope: Scope,
) -> Vec<&'a RoleDefinition> {
    let wanted = permission.governed_by().unwrap_or(permission);
    let reaches = |role: &RoleDefinition| match role.scope {
        ScopeKind::Platform => true,
        ScopeKind::Tenant => scope.tenant_id().is_some(),
        ScopeKind::Project => scope.project_id().is_some(),
    };
    let mut granting: Vec<_> = roles
        .filter(|role| role.permissions.contains(wanted) && role.administrative().is_none())
        .filter(|role| {
            reaches(role) && (role.tenant_id.is_none() || role.tenant_id == scope.tenant_id())
        })
        .collect();
    granting.sort_by(|a, b| (b.scope, a.rank, &a.name).cmp(&(a.scope, b.rank, &b.name)));
    granting
}

fn operator(change: &str, command: impl Into<String>) -> Remedy {
    Remedy {
        change: change.to_owned(),
        who: Who::Operator,
        command: Some(command.into()),
    }
}

fn grant(
    change: &str,
    role: &str,
    organization: Option<&str>,
    project: Option<&str>,
    about: &Subject<'_>,
) -> Remedy {
    let mut command = format!("reeve role assign {} {role}", about.identity);
    for (flag, slug) in [("--organization", organization), ("--project", project)] {
        if let Some(slug) = slug {
            command += &format!(" {flag} {slug}");
        }
    }
    Remedy {
        change: change.to_owned(),
        who: Who::RoleGranter,
        command: Some(command),
    }
}

fn of_status(status: Status, about: &Subject<'_>) -> Vec<Remedy> {
    let identity = about.identity;
    match status {
        Status::Active => Vec::new(),
        Status::Suspended => vec![
            if about.held {
                operator(
                    "a hold keeps reconcile away; end it, and reconcile restores them if they are owed access",
                    format!("reeve hold list --identity {identity}"),
                )
            } else {
                operator(
                    "when they are in scope and entitled, reconcile restores them with their roles",
                    "reeve reconcile run",
                )
            },
            operator(
                "restore them at once; a hold keeps it so for 24 hours, and gives no governed right by itself",
                format!("reeve identity restore {identity} --reason WHY"),
            ),
        ],
        Status::Disabled => vec![operator(
            "enable them; nothing automatic ever does",
            format!("reeve identity enable {identity} --reason WHY"),
        )],
    }
}

fn of_missing(missing: RulesMissing) -> Remedy {
    match missing {
        RulesMissing::Mode => operator(
            "set the governance mode",
            "reeve governance set-mode discord",
        ),
        RulesMissing::Policy => operator(
            "set the access policy",
            "reeve policy set access.login POLICY.toml",
        ),
        RulesMissing::Mapping => operator(
            "map a Discord role to the entitlement",
            "reeve governance map-role hauling.member GUILD_ID ROLE_ID",
        ),
    }
}

fn of_scope(eligibility: Eligibility) -> Remedy {
    let change = match eligibility {
        Eligibility::OutOfScope(Some(Clause::Exclude)) => {
            "take them out of `exclude` of access.login, which wins over every other clause"
        }
        Eligibility::OutOfScope(_) | Eligibility::InScope(_) => {
            "bring them into scope of access.login: by an organization, group or e-mail domain that it \
             names, or by name under `include`"
        }
    };
    operator(
        change,
        "reeve policy set access.login POLICY.toml --dry-run",
    )
}

fn of_lack(lack: Lack, about: &Subject<'_>) -> Vec<Remedy> {
    let in_discord = |change: &str| Remedy {
        change: change.to_owned(),
        who: Who::GuildModerator,
        command: None,
    };
    match lack {
        Lack::Unlinked => vec![operator(
            "link their Discord account",
            format!(
                "reeve identity link {} --discord DISCORD_ID",
                about.identity
            ),
        )],
        Lack::NoSnapshot | Lack::SnapshotStale => vec![observe("observe the guild", about)],
        Lack::NotAMember => vec![
            in_discord("they join the guild and get a mapped role"),
            observe("then observe the guild", about),
        ],
        Lack::NoMappedRole => vec![
            in_discord("give them a mapped role"),
            observe("then observe the guild", about),
        ],
        Lack::NoPortalAssignment => vec![grant(
            "give them the portal role",
            "hauling.member",
            None,
            None,
            about,
        )],
    }
}

fn observe(change: &str, about: &Subject<'_>) -> Remedy {
    let guild = about
        .guild
        .map_or("GUILD_ID".to_owned(), |guild| guild.to_string());
    operator(
        change,
        format!("reeve snapshot import MEMBERS.json --guild {guild} --taken-at TIME"),
    )
}

/// The pass for a while: granted explicitly, listed and reviewed (D10).
fn exemption(about: &Subject<'_>) -> Remedy {
    operator(
        "or exempt them for a while, with a reason and a date for the review",
        format!(
            "reeve exemption add {} --reason WHY --for 1d",
            about.identity
        ),
    )
}
