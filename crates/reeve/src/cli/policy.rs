//! `reeve policy`: who is in scope.

use std::io::Read;
use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use serde_json::json;

use super::governance::{Change, describe_effect};
use super::snapshot::open;
use super::{Ending, Session};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Print a policy as it was written.
    Show {
        #[arg(value_parser = PossibleValuesParser::new(["access.login"]))]
        name: String,
    },
    /// Set a policy from a TOML file: everyone, organizations, email_domains, groups, include,
    /// exclude.
    Set {
        #[arg(value_parser = PossibleValuesParser::new(["access.login"]))]
        name: String,
        /// The file; `-` is standard input.
        file: PathBuf,
        #[command(flatten)]
        change: Change,
    },
}

pub(crate) async fn run(session: &Session, command: Policy) -> Result<Ending, Failure> {
    match command {
        Policy::Show { name } => {
            let reeve = session.installation.open().await?;
            let policy = app::policy::show(&reeve, &session.caller)
                .await?
                .ok_or_else(|| {
                    Failure::plain(format!(
                        "{name} is not set; set it with `reeve policy set {name} FILE`"
                    ))
                })?;
            let answer =
                json!({ "name": name, "source": policy.source, "resolved": policy.resolved });
            session
                .format
                .print_document(&answer, |_| policy.source.clone())?;
        }
        Policy::Set { name, file, change } => {
            let mut text = String::new();
            open(&file)?
                .read_to_string(&mut text)
                .map_err(|problem| Failure::File {
                    path: file.display().to_string(),
                    problem,
                })?;
            let reeve = session.installation.open().await?;
            let effect = app::policy::set(&reeve, &session.caller, &text, change.dry_run).await?;
            session.format.print(&effect, |effect| {
                describe_effect(&format!("{name} is as the file says"), effect)
            })?;
        }
    }
    Ok(Ending::Done)
}
