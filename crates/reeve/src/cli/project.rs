//! `reeve project`: scopes inside one organization.

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
    }
    Ok(Ending::Done)
}
