//! `reeve identity`: people.

use std::io::BufReader;
use std::path::PathBuf;

use app::identity::file;
use app::identity::import::{self, Imported};
use clap::Subcommand;

use super::snapshot::open;
use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{people, progress};

#[derive(Debug, Subcommand)]
pub(crate) enum Identity {
    /// Import people from CSV (with a header) or NDJSON: email, display_name, status, discord_id,
    /// oidc_issuer, oidc_subject, groups, organizations, roles. Lists are separated by `;`, a role
    /// is `role` or `role@organization-slug`. Repeating an import changes nothing.
    Import {
        /// The file; `-` is standard input.
        file: PathBuf,
        /// Check and count, keep nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(crate) async fn run(session: &Session, command: Identity) -> Result<Ending, Failure> {
    let Identity::Import { file, dry_run } = command;
    let input = open(&file)?;
    let reeve = session.installation.open().await?;
    let lines = file::read(BufReader::new(input))?;
    let bar = progress("importing people", u64::try_from(lines.len()).ok());
    let imported = import::import(&reeve, &session.caller, lines, dry_run, |done| {
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    let imported = imported?;
    session
        .format
        .print(&imported, |imported| describe(imported, dry_run))?;
    Ok(if imported.errors.is_empty() {
        Ending::Done
    } else {
        Ending::No
    })
}

fn describe(imported: &Imported, dry_run: bool) -> String {
    let errors: String = imported
        .errors
        .iter()
        .map(|error| format!("line {}: {}: {}\n", error.line, error.field, error.problem))
        .collect();
    let would = if dry_run { "would be " } else { "" };
    let left_out = match imported.errors.len() {
        0 => String::new(),
        n => format!("; {n} with errors left out"),
    };
    format!(
        "{errors}{}: {} {would}created, {} {would}updated, {} unchanged{left_out}; {} links, {} memberships and {} \
         roles {would}added",
        people(imported.lines),
        imported.created,
        imported.updated,
        imported.unchanged,
        imported.links,
        imported.memberships,
        imported.roles,
    )
}
