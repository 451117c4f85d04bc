//! `reeve iam`: the pause of bulk changes of roles and memberships, for while an incident is looked into.

use clap::Subcommand;
use serde_json::json;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::instant;

#[derive(Debug, Subcommand)]
pub(crate) enum Iam {
    /// Say whether bulk changes are paused, since when and why.
    Show,
    /// Pause them: what changes many roles or memberships at once is refused, single changes still work.
    Pause {
        /// Why; whoever is refused reads that.
        #[arg(long)]
        reason: String,
    },
    /// Let them through again.
    Resume,
}

pub(crate) async fn run(session: &Session, command: Iam) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let (caller, format) = (&session.caller, session.format);
    match command {
        Iam::Show => {
            let paused = app::iam::show(&reeve, caller).await?;
            format.print(&json!({ "paused": paused }), |_| match &paused {
                None => "bulk changes of roles and memberships are let through".to_owned(),
                Some(pause) => format!(
                    "bulk changes of roles and memberships are paused since {}: {}",
                    instant(pause.since),
                    pause.reason
                ),
            })?;
        }
        Iam::Pause { reason } => {
            let changed = app::iam::pause(&reeve, caller, &reason).await?;
            format.print(&json!({ "changed": changed }), |_| match changed {
                true => "bulk changes of roles and memberships are paused".to_owned(),
                false => "they were paused already".to_owned(),
            })?;
        }
        Iam::Resume => {
            let changed = app::iam::resume(&reeve, caller).await?;
            format.print(&json!({ "changed": changed }), |_| match changed {
                true => "bulk changes of roles and memberships are let through again".to_owned(),
                false => "they were not paused".to_owned(),
            })?;
        }
    }
    Ok(Ending::Done)
}
