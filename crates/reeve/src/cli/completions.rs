//! `reeve completions`: what a shell needs to complete commands and flags, made from the parser.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde_json::json;

use super::{Cli, Ending};
use crate::failure::Failure;
use crate::output::Format;

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(format: Format, command: &Completions) -> Result<Ending, Failure> {
    let shell = command.shell;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "reeve", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let answer = json!({ "shell": shell.to_string(), "script": script });
    format.print(&answer, |_| script.clone())?;
    Ok(Ending::Done)
}
