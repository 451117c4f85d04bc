//! `reeve alert`: what needs a person.

use clap::Subcommand;
use store::alert::Alert as Listed;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Alert {
    /// List open alerts, newest first, each with what to do.
    List {
        /// Also those that are closed.
        #[arg(long)]
        all: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
}

pub(crate) async fn run(session: &Session, command: Alert) -> Result<Ending, Failure> {
    let Alert::List { all, limit } = command;
    let reeve = session.installation.open().await?;
    let alerts = app::alert::list(&reeve, &session.caller, all, limit.into()).await?;
    session.format.print(&alerts, |alerts| describe(alerts))?;
    Ok(Ending::Done)
}

fn describe(alerts: &[Listed]) -> String {
    if alerts.is_empty() {
        return "no alerts".to_owned();
    }
    table(
        ["opened", "closed", "severity", "alert", "what to do"],
        alerts.iter().map(|alert| {
            [
                instant(alert.opened_at),
                alert.closed_at.map(instant).unwrap_or_default(),
                alert.severity.clone(),
                alert.summary.clone(),
                alert.remedy.clone(),
            ]
        }),
    )
}
