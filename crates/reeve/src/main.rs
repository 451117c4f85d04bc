//! The `reeve` binary: reads flags and environment, opens the database, calls `app`, prints.
//!
//! Nothing is decided here. A subcommand is one file in `cli/`.

mod cli;
mod command;
mod config;
mod failure;
mod installation;
mod output;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
