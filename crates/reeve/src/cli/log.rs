//! `reeve log`: the latest log lines of requests.

use clap::Subcommand;
use domain::id::CorrelationId;
use store::log::Line;

use super::{Ending, Session};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Find the lines of a correlation id, in order; they are kept for a week.
    Find { correlation_id: CorrelationId },
}

pub(crate) async fn run(session: &Session, command: Log) -> Result<Ending, Failure> {
    let Log::Find { correlation_id } = command;
    let reeve = session.installation.open().await?;
    let lines = app::log::find(&reeve, &session.caller, &correlation_id).await?;
    session.format.print(&lines, |lines| describe(lines))?;
    Ok(Ending::Done)
}

pub(super) fn describe(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "nothing was found".to_owned();
    }
    let lines: Vec<_> = lines.iter().map(|line| line.line.to_string()).collect();
    lines.join("\n")
}
