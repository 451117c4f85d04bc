//! `reeve project`: scopes inside one organization.

use app::Reeve;
use app::project::Changes;
use clap::Subcommand;
use domain::tenancy::organization::Slug;
use serde_json::json;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::table;

#[derive(Debug, Subcommand)]
pub(crate) enum Project {
    /// List projects, of one organization or of all.
    List {
        /// The organization's slug.
        #[arg(long)]
        organization: Option<Slug>,
    },
    /// Create a project in an organization.
    Create {
        /// The project's slug, unique in its organization.
        slug: Slug,
        /// The organization's slug.
        #[arg(long)]
        organization: Slug,
        /// Its name; the slug if none is given.
        #[arg(long)]
        name: Option<String>,
    },
    /// Change slug or name.
    Update {
        /// The project's slug or id.
        project: Slug,
        /// The organization's slug.
        #[arg(long)]
        organization: Slug,
        /// The new slug.
        #[arg(long)]
        slug: Option<Slug>,
        #[arg(long)]
        name: Option<String>,
    },
    /// Delete a project, and with it every role in it.
    Delete {
        /// The project's slug or id.
        project: Slug,
        /// The organization's slug.
        #[arg(long)]
        organization: Slug,
    },
    /// Move a project to another organization. Roles of people who belong there go with it, the others
    /// end.
    Move {
        /// The project's slug or id.
        project: Slug,
        /// The slug of the organization that it leaves.
        #[arg(long)]
        organization: Slug,
        /// The slug of the organization that it comes to.
        #[arg(long, value_name = "ORGANIZATION")]
        to: Slug,
    },
}

pub(crate) async fn run(session: &Session, command: Project) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    match command {
        Project::List { organization } => {
            let projects =
                app::project::list(&reeve, &session.caller, organization.as_ref()).await?;
            session.format.print(&projects, |projects| {
                table(
                    ["organization", "slug", "name", "id"],
                    projects.iter().map(|p| {
                        [
                            p.organization.clone(),
                            p.slug.clone(),
                            p.name.clone(),
                            p.id.to_string(),
                        ]
                    }),
                )
            })?;
        }
        Project::Create {
            slug,
            organization,
            name,
        } => {
            let name = name.unwrap_or_else(|| slug.to_string());
            let caller = &session.caller;
            let id = app::project::create(&reeve, caller, &organization, &slug, &name).await?;
            let answer =
                json!({ "id": id, "organization": organization, "slug": slug, "name": name });
            session.format.print(&answer, |_| {
                format!("project {slug} of {organization} created ({id})")
            })?;
        }
        change => existing(session, &reeve, change).await?,
    }
    Ok(Ending::Done)
}

/// What is done to a project that is there.
async fn existing(session: &Session, reeve: &Reeve, command: Project) -> Result<(), Failure> {
    match command {
        Project::Update {
            project,
            organization,
            slug,
            name,
        } => {
            let (caller, changes) = (&session.caller, Changes { slug, name });
            let after =
                app::project::update(reeve, caller, &organization, &project, &changes).await?;
            session.format.print(&after, |after| {
                format!(
                    "project {} of {}: {}",
                    after.slug, after.organization, after.name
                )
            })?;
        }
        Project::Delete {
            project,
            organization,
        } => {
            let caller = &session.caller;
            let taken = app::project::delete(reeve, caller, &organization, &project).await?;
            let answer = json!({ "assignments_taken": taken });
            session.format.print(&answer, |_| {
                format!("project {project} of {organization} deleted; roles taken with it: {taken}")
            })?;
        }
        Project::Move {
            project,
            organization,
            to,
        } => {
            let caller = &session.caller;
            let moved = app::project::relocate(reeve, caller, &organization, &project, &to).await?;
            session.format.print(&moved, |moved| {
                format!(
                    "project {} belongs to {} now; roles that went with it: {}, that ended: {}",
                    moved.project.slug,
                    moved.project.organization,
                    moved.assignments_kept,
                    moved.assignments_lost
                )
            })?;
        }
        Project::List { .. } | Project::Create { .. } => {}
    }
    Ok(())
}
