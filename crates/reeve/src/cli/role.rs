//! `reeve role`: what roles permit, and who has them.

use app::Reeve;
use app::role::define::{self, NewRole, RoleChanges};
use app::role::{Listed, Place, Wanted};
use clap::{Args, Subcommand};
use domain::access::role::ScopeKind;
use domain::tenancy::organization::Slug;
use jiff::Timestamp;
use serde_json::json;
use store::assignment::{Filter, Listed as Listing};

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// List roles with what they permit.
    List,
    /// Show one role.
    Show {
        role: String,
        /// The slug of the organization whose own role is meant first.
        #[arg(long)]
        organization: Option<Slug>,
    },
    /// Define a role: an organization's own, or without one of the platform's.
    Create {
        role: String,
        #[command(flatten)]
        owner: Owner,
        /// tenant or project for an organization's own role; platform without one.
        #[arg(long, value_parser = kind)]
        scope: Option<ScopeKind>,
        /// 0 to 100.
        #[arg(long, default_value_t = 0)]
        rank: i16,
        /// What it permits; may be repeated.
        #[arg(long = "permission", value_name = "PERMISSION")]
        permissions: Vec<String>,
        #[arg(long)]
        description: Option<String>,
    },
    /// Change what a role permits, its rank or its description. Built-in roles never change.
    Update {
        role: String,
        #[command(flatten)]
        owner: Owner,
        /// 0 to 100.
        #[arg(long)]
        rank: Option<i16>,
        /// All that it permits from now on; may be repeated.
        #[arg(long = "permission", value_name = "PERMISSION")]
        permissions: Vec<String>,
        /// Empty takes it away.
        #[arg(long)]
        description: Option<String>,
    },
    /// Take a role out of the world, if nobody has it.
    Delete {
        role: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Give a role: on the platform, or in an organization or one of its projects.
    Assign(Assign),
    /// Take a role.
    Revoke(Grant),
    /// List who has which role at a place, with where it came from.
    Assignments {
        /// The organization's slug.
        #[arg(long)]
        organization: Option<Slug>,
        /// The project's slug.
        #[arg(long, requires = "organization")]
        project: Option<Slug>,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Owner {
    /// The slug of the organization whose own role it is.
    #[arg(long)]
    organization: Option<Slug>,
}

#[derive(Debug, Args)]
pub(crate) struct Assign {
    #[command(flatten)]
    grant: Grant,
    /// When it begins; now, if left out.
    #[arg(long, value_name = "TIME")]
    valid_from: Option<Timestamp>,
    /// When it ends; never, if left out.
    #[arg(long, value_name = "TIME")]
    valid_until: Option<Timestamp>,
}

fn kind(text: &str) -> Result<ScopeKind, String> {
    ScopeKind::of(text).ok_or_else(|| "expected platform, tenant or project".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// Id or e-mail address.
    identity: String,
    role: String,
    /// The organization's slug, for tenant and project roles.
    #[arg(long)]
    organization: Option<Slug>,
    /// The project's slug, for project roles.
    #[arg(long, requires = "organization")]
    project: Option<Slug>,
}

pub(crate) async fn run(session: &Session, command: Role) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let (caller, format) = (&session.caller, session.format);
    match command {
        Role::List => {
            let roles = app::role::list(&reeve, caller).await?;
            format.print(&roles, |roles| list(roles))?;
        }
        Role::Show { role, organization } => {
            let found = app::role::show(&reeve, caller, organization.as_ref(), &role).await?;
            format.print(&found, describe)?;
        }
        Role::Create { .. } | Role::Update { .. } | Role::Delete { .. } => {
            definition(session, &reeve, command).await?;
        }
        Role::Assign(assign) => give(session, &reeve, assign).await?,
        Role::Revoke(Grant {
            identity,
            role,
            organization,
            project,
        }) => {
            let place = Place {
                organization,
                project,
            };
            let taken = app::role::revoke(&reeve, caller, &identity, &role, &place).await?;
            format.print(&json!({ "changed": taken > 0 }), |_| match taken {
                0 => format!("{identity} did not have the role {role}"),
                _ => format!("{identity} no longer has the role {role}"),
            })?;
        }
        Role::Assignments {
            organization,
            project,
            limit,
        } => {
            let place = Place {
                organization,
                project,
            };
            let filter = Filter {
                limit: limit.into(),
                ..Filter::default()
            };
            let page = app::assignment::list(&reeve, caller, &place, &filter).await?;
            format.print(&page, |page| assignments(&page.assignments))?;
        }
    }
    Ok(Ending::Done)
}

async fn give(session: &Session, reeve: &Reeve, assign: Assign) -> Result<(), Failure> {
    let Grant {
        identity,
        role,
        organization,
        project,
    } = assign.grant;
    let place = Place {
        organization,
        project,
    };
    let wanted = Wanted {
        identity,
        role,
        valid_from: assign.valid_from,
        valid_until: assign.valid_until,
    };
    let given = app::role::give(reeve, &session.caller, &wanted, &place).await?;
    let Wanted { identity, role, .. } = &wanted;
    session.format.print(&given, |given| match given.changed {
        true => format!("{identity} has the role {role}"),
        false => format!("{identity} had the role {role} already"),
    })
}

async fn definition(session: &Session, reeve: &Reeve, command: Role) -> Result<(), Failure> {
    let (caller, format) = (&session.caller, session.format);
    match command {
        Role::Create {
            role,
            owner,
            scope,
            rank,
            permissions,
            description,
        } => {
            let owner = owner.organization.as_ref();
            let usual = owner.map_or(ScopeKind::Platform, |_| ScopeKind::Tenant);
            let new = NewRole {
                name: role,
                scope: scope.unwrap_or(usual),
                rank,
                permissions,
                description,
            };
            let made = define::create(reeve, caller, owner, &new).await?;
            format.print(&made, describe)
        }
        Role::Update {
            role,
            owner,
            rank,
            permissions,
            description,
        } => {
            let changes = RoleChanges {
                rank,
                permissions: (!permissions.is_empty()).then_some(permissions),
                description,
            };
            let owner = owner.organization.as_ref();
            let after = define::update(reeve, caller, owner, &role, &changes).await?;
            format.print(&after, describe)
        }
        Role::Delete { role, owner } => {
            let owner = owner.organization.as_ref();
            define::delete(reeve, caller, owner, &role).await?;
            let answer = json!({ "deleted": role });
            format.print(&answer, |_| format!("the role {role} is gone"))
        }
        _ => Ok(()),
    }
}

fn describe(role: &Listed) -> String {
    let whose = match (role.built_in, role.organization_id) {
        (true, _) => "built in".to_owned(),
        (false, Some(id)) => format!("own role of organization {id}"),
        (false, None) => "the platform's".to_owned(),
    };
    let description = role.description.as_deref().unwrap_or("no description");
    format!(
        "{} ({} role, rank {}, {whose}): {description}\n{}",
        role.name,
        role.scope,
        role.rank,
        role.permissions.join("\n")
    )
}

fn assignments(all: &[Listing]) -> String {
    table(
        ["identity", "role", "source", "from", "until", "in force"],
        all.iter().map(|one| {
            [
                one.email.clone(),
                one.role.clone(),
                one.source.clone(),
                instant(one.valid_from),
                one.valid_until.map_or_else(String::new, instant),
                if one.in_force { "yes" } else { "no" }.to_owned(),
            ]
        }),
    )
}

fn list(roles: &[Listed]) -> String {
    table(
        ["scope", "role", "rank", "portal", "permissions"],
        roles.iter().map(|role| {
            let portal = if role.portal { "yes" } else { "" };
            let permissions = match role.permissions.len() {
                n if n > 12 => format!("{n} permissions"),
                _ => role.permissions.join(" "),
            };
            let (name, rank) = (role.name.clone(), role.rank.to_string());
            [
                role.scope.to_owned(),
                name,
                rank,
                portal.to_owned(),
                permissions,
            ]
        }),
    )
}
