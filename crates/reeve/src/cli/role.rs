//! `reeve role`: what roles permit, and who has them.

use app::role::{Listed, Place};
use clap::{Args, Subcommand};
use domain::tenancy::organization::Slug;
use serde_json::json;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::table;

#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// List roles with what they permit.
    List,
    /// Give a role: on the platform, or in an organization or one of its projects.
    Assign(Grant),
    /// Take a role.
    Revoke(Grant),
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
    let caller = &session.caller;
    match command {
        Role::List => {
            let roles = app::role::list(&reeve, &session.caller).await?;
            session.format.print(&roles, |roles| list(roles))?;
        }
        Role::Assign(Grant {
            identity,
            role,
            organization,
            project,
        }) => {
            let place = Place {
                organization,
                project,
            };
            let new = app::role::assign(&reeve, caller, &identity, &role, &place).await?;
            session
                .format
                .print(&json!({ "changed": new }), |_| match new {
                    true => format!("{identity} has the role {role}"),
                    false => format!("{identity} had the role {role} already"),
                })?;
        }
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
            session
                .format
                .print(&json!({ "changed": taken > 0 }), |_| match taken {
                    0 => format!("{identity} did not have the role {role}"),
                    _ => format!("{identity} no longer has the role {role}"),
                })?;
        }
    }
    Ok(Ending::Done)
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
