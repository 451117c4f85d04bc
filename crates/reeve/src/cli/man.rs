//! `reeve man`: the manual's pages, one a command, made from the parser.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use serde_json::json;

use super::{Cli, Ending};
use crate::failure::Failure;
use crate::output::Format;

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder to write to, made if it is missing; `man` reads /usr/local/share/man/man1.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(format: Format, command: &Man) -> Result<Ending, Failure> {
    let folder = &command.folder;
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    let mut written = Vec::new();
    std::fs::create_dir_all(folder)
        .and_then(|()| write(&whole, folder, &mut written))
        .map_err(|problem| Failure::File {
            path: folder.display().to_string(),
            problem,
        })?;
    format.print(&json!({ "written": written }), |_| written.join("\n"))?;
    Ok(Ending::Done)
}

/// Writes the page of a command, then those of its subcommands.
fn write(command: &Command, folder: &Path, written: &mut Vec<String>) -> io::Result<()> {
    let page = clap_mangen::Man::new(command.clone()).generate_to(folder)?;
    written.push(page.display().to_string());
    let shown = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    for below in shown {
        write(below, folder, written)?;
    }
    Ok(())
}
