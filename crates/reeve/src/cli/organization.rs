//! `reeve organization`: tenants.

use clap::Subcommand;
use domain::tenancy::organization::Slug;
use serde_json::json;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::table;

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
}

pub(crate) async fn run(session: &Session, command: Organization) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    match command {
        Organization::List => {
            let all = app::organization::list(&reeve).await?;
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
    }
    Ok(Ending::Done)
}
