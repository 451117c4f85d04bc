//! `reeve organization`: tenants and their members.

use app::Reeve;
use clap::Subcommand;
use domain::tenancy::organization::Slug;
use serde_json::json;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Organization {
    /// List organizations with their members.
    List,
    /// Create an organization.
    Create {
        slug: Slug,
        /// Its name; the slug if none is given.
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        description: Option<String>,
    },
    /// Put back the default organization, its slug and name, and everybody's membership.
    EnsureDefault,
    /// Who belongs to an organization.
    #[command(subcommand)]
    Member(Member),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// List the active members with their roles.
    List {
        /// The organization's slug.
        organization: Slug,
        /// At most so many.
        #[arg(long, default_value_t = 1_000, value_name = "N")]
        limit: u32,
    },
    /// Make somebody a member.
    Add {
        /// The organization's slug.
        organization: Slug,
        /// Id or e-mail address.
        identity: String,
    },
    /// End somebody's membership, and with it their roles in the organization and its projects.
    Remove {
        /// The organization's slug.
        organization: Slug,
        /// Id or e-mail address.
        identity: String,
    },
}

pub(crate) async fn run(session: &Session, command: Organization) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    match command {
        Organization::List => {
            let all = app::organization::list(&reeve, &session.caller).await?;
            session.format.print(&all, |all| {
                table(
                    ["slug", "name", "members", "id"],
                    all.iter().map(|o| {
                        let slug = if o.is_default {
                            format!("{} *", o.slug)
                        } else {
                            o.slug.clone()
                        };
                        [
                            slug,
                            o.name.clone(),
                            o.members.to_string(),
                            o.id.to_string(),
                        ]
                    }),
                )
            })?;
        }
        Organization::Create {
            slug,
            name,
            description,
        } => {
            let name = name.unwrap_or_else(|| slug.to_string());
            let (caller, description) = (&session.caller, description.as_deref());
            let id = app::organization::create(&reeve, caller, &slug, &name, description).await?;
            let answer = json!({ "id": id, "slug": slug, "name": name });
            session
                .format
                .print(&answer, |_| format!("organization {slug} created ({id})"))?;
        }
        Organization::EnsureDefault => {
            let id = app::organization::ensure_default(&reeve, &session.caller).await?;
            session.format.print(&json!({ "id": id }), |_| {
                format!("the default organization and everybody's membership are as they should be ({id})")
            })?;
        }
        Organization::Member(command) => member(session, &reeve, command).await?,
    }
    Ok(Ending::Done)
}

async fn member(session: &Session, reeve: &Reeve, command: Member) -> Result<(), Failure> {
    let caller = &session.caller;
    match command {
        Member::List {
            organization,
            limit,
        } => {
            let members =
                app::membership::list(reeve, &session.caller, &organization, limit.into()).await?;
            session.format.print(&members, |members| {
                table(
                    ["identity", "status", "member since", "roles", "id"],
                    members.iter().map(|m| {
                        [
                            m.email.clone(),
                            m.status.clone(),
                            instant(m.since),
                            m.roles.join(" "),
                            m.user_id.to_string(),
                        ]
                    }),
                )
            })
        }
        Member::Add {
            organization,
            identity,
        } => {
            let new = app::membership::add(reeve, caller, &organization, &identity).await?;
            let answer = json!({ "changed": new });
            session.format.print(&answer, |_| match new {
                true => format!("{identity} is a member of {organization}"),
                false => format!("{identity} was a member of {organization} already"),
            })
        }
        Member::Remove {
            organization,
            identity,
        } => {
            let taken = app::membership::end(reeve, caller, &organization, &identity).await?;
            let answer = json!({
                "changed": taken.is_some(), "assignments_taken": taken.unwrap_or_default(),
            });
            session.format.print(&answer, |_| match taken {
                None => format!("{identity} was no member of {organization}"),
                Some(0) => format!("{identity} is no longer a member of {organization}"),
                Some(n) => format!(
                    "{identity} is no longer a member of {organization}; roles taken with it: {n}"
                ),
            })
        }
    }
}
