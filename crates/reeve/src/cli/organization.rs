//! `reeve organization`: tenants and their members.

use app::Reeve;
use app::organization::Changes;
use clap::Subcommand;
use domain::tenancy::organization::Slug;
use serde_json::json;
use store::organization::{Holdings, Organization as Listed};

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
    /// Show one organization.
    Show {
        /// Its slug or id.
        organization: Slug,
    },
    /// Change slug, name or description.
    Update {
        /// Its slug or id.
        organization: Slug,
        /// The new slug.
        #[arg(long)]
        slug: Option<Slug>,
        #[arg(long)]
        name: Option<String>,
        /// Empty takes it away.
        #[arg(long)]
        description: Option<String>,
    },
    /// Delete an organization with its memberships, projects and roles. Never the default one.
    Delete {
        /// Its slug or id.
        organization: Slug,
        /// Repeat the slug; without, it says what would be lost.
        #[arg(long, value_name = "SLUG")]
        confirm: Option<String>,
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
    let (caller, format) = (&session.caller, session.format);
    match command {
        Organization::List => {
            let all = app::organization::list(&reeve, caller).await?;
            format.print(&all, |all| listed(all))?;
        }
        Organization::Show { organization } => {
            let found = app::organization::get(&reeve, caller, &organization).await?;
            format.print(&found, |found| listed(std::slice::from_ref(found)))?;
        }
        Organization::Create {
            slug,
            name,
            description,
        } => {
            let name = name.unwrap_or_else(|| slug.to_string());
            let description = description.as_deref();
            let id = app::organization::create(&reeve, caller, &slug, &name, description).await?;
            let answer = json!({ "id": id, "slug": slug, "name": name });
            format.print(&answer, |_| format!("organization {slug} created ({id})"))?;
        }
        Organization::Update {
            organization,
            slug,
            name,
            description,
        } => {
            let changes = Changes {
                slug,
                name,
                description,
            };
            let after = app::organization::update(&reeve, caller, &organization, &changes).await?;
            format.print(&after, |after| listed(std::slice::from_ref(after)))?;
        }
        Organization::Delete {
            organization,
            confirm,
        } => {
            let confirm = confirm.as_deref();
            let lost = app::organization::delete(&reeve, caller, &organization, confirm).await?;
            format.print(&lost, |lost| describe_loss(&organization, lost))?;
        }
        Organization::EnsureDefault => {
            let id = app::organization::ensure_default(&reeve, caller).await?;
            format.print(&json!({ "id": id }), |_| {
                format!("the default organization and everybody's membership are as they should be ({id})")
            })?;
        }
        Organization::Member(command) => member(session, &reeve, command).await?,
    }
    Ok(Ending::Done)
}

fn describe_loss(organization: &Slug, lost: &Holdings) -> String {
    format!(
        "organization {organization} deleted; with it went {} memberships, {} projects, {} roles and {} \
         assignments",
        lost.memberships, lost.projects, lost.roles, lost.assignments
    )
}

fn listed(all: &[Listed]) -> String {
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
