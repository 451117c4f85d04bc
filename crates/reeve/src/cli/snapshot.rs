//! `reeve snapshot`: observations of Discord.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use app::snapshot::Import;
use clap::{Args, Subcommand};
use domain::id::GuildId;
use domain::reconcile::digest::Sha256;
use domain::reconcile::snapshot::Expectation;
use jiff::Timestamp;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{progress, warnings};

#[derive(Debug, Subcommand)]
pub(crate) enum Snapshot {
    /// Make an observation of a guild current: JSON (Discord's member objects), NDJSON, or CSV
    /// (discord_id,roles).
    Import(ImportFile),
}

#[derive(Debug, Args)]
pub(crate) struct ImportFile {
    /// The file; `-` is standard input.
    file: PathBuf,
    /// The guild that was observed.
    #[arg(long, value_name = "ID")]
    guild: GuildId,
    /// When the observation began, like 2026-01-31T12:00:00Z; its age counts from here.
    #[arg(long, value_name = "T", value_parser = super::argument::instant)]
    taken_at: Timestamp,
    /// How many members there must be. The first snapshot of a guild needs this or --accept-first.
    #[arg(long, value_name = "N")]
    expect_members: Option<u64>,
    /// Take the guild's first snapshot without a count.
    #[arg(long)]
    accept_first: bool,
    /// Take a snapshot that is more than 20 % smaller than the one before. Audited.
    #[arg(long)]
    accept_shrink: bool,
    /// The SHA-256 that the file must have, as `sha256sum` prints it: tells a damaged digit from the
    /// truth.
    #[arg(long, value_name = "HEX")]
    sha256: Option<Sha256>,
}

pub(crate) async fn run(session: &Session, command: Snapshot) -> Result<Ending, Failure> {
    let Snapshot::Import(import) = command;
    let input = open(&import.file)?;
    let reeve = session.installation.open().await?;
    let what = Import {
        guild: import.guild,
        taken_at: import.taken_at,
        expectation: Expectation {
            members: import.expect_members,
            accept_first: import.accept_first,
            accept_shrink: import.accept_shrink,
        },
        sha256: import.sha256,
    };
    let bar = progress("reading members", import.expect_members);
    let imported = app::snapshot::import(&reeve, &session.caller, what, input, |members| {
        bar.set_position(members);
    })
    .await;
    bar.finish_and_clear();
    session.format.print(&imported?, |imported| {
        let merged = &imported.merged;
        format!(
            "the snapshot of guild {} taken at {} is current: {} members, {} added, {} changed, {} removed{}",
            what.guild,
            what.taken_at,
            merged.members,
            merged.added,
            merged.changed,
            merged.removed,
            warnings(&imported.warnings)
        )
    })?;
    Ok(Ending::Done)
}

/// Opens a file to read, or standard input for `-`.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = File::open(path).map_err(|problem| Failure::File {
        path: path.display().to_string(),
        problem,
    })?;
    Ok(Box::new(file))
}
