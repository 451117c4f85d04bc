//! `reeve hold`: telling automation to leave somebody alone for a while.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;
use store::hold::Hold as Listed;
use uuid::Uuid;

use super::{Ending, Session, Until};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Hold {
    /// Open a hold: status and assignments stay as they are until it ends. It grants nothing.
    Add(Add),
    /// List holds in force and to come.
    List {
        /// Only of this identity: id or e-mail address.
        #[arg(long)]
        identity: Option<String>,
        /// Also those that ended.
        #[arg(long)]
        all: bool,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
    },
    /// End a hold before its time.
    End {
        /// The hold's id, as `reeve hold list` shows it.
        hold: Uuid,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Id or e-mail address.
    identity: String,
    /// Why; whoever reviews it reads that.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    until: Until,
}

pub(crate) async fn run(session: &Session, command: Hold) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    match command {
        Hold::Add(add) => {
            let end = add.until.end();
            let (hold_id, until) =
                app::hold::add(&reeve, caller, &add.identity, end, &add.reason).await?;
            let answer = json!({ "hold_id": hold_id, "ends_at": until });
            session.format.print(&answer, |_| {
                format!(
                    "{} is left alone by automation until {}\nhold {hold_id}",
                    add.identity,
                    instant(until)
                )
            })?;
        }
        Hold::List {
            identity,
            all,
            limit,
        } => {
            let holds = app::hold::list(
                &reeve,
                &session.caller,
                identity.as_deref(),
                all,
                None,
                limit.into(),
            )
            .await?;
            session.format.print(&holds, |holds| describe(holds))?;
        }
        Hold::End { hold, reason } => {
            let ended = app::hold::end(&reeve, caller, hold, reason.as_deref()).await?;
            let answer = json!({
                "hold_id": hold, "user_id": ended.user_id, "held_until": ended.held_until,
            });
            session.format.print(&answer, |_| {
                let others = ended.held_until.map_or_else(String::new, |until| {
                    format!(
                        "\nothers keep automation away until {}; see `reeve hold list --identity {}`",
                        instant(until),
                        ended.user_id
                    )
                });
                format!("hold {hold} on {} has ended{others}", ended.user_id)
            })?;
        }
    }
    Ok(Ending::Done)
}

fn describe(holds: &[Listed]) -> String {
    if holds.is_empty() {
        return "no holds".to_owned();
    }
    table(
        ["hold", "identity", "until", "state", "by", "reason"],
        holds.iter().map(|hold| {
            let state = match (hold.ended_at, hold.in_force) {
                (Some(_), _) => hold
                    .end_reason
                    .clone()
                    .unwrap_or_else(|| "ended".to_owned()),
                (None, true) => "in force".to_owned(),
                (None, false) => "to come".to_owned(),
            };
            let until: Timestamp = hold.ended_at.unwrap_or(hold.ends_at);
            [
                hold.hold_id.to_string(),
                hold.email.clone(),
                instant(until),
                state,
                hold.source.clone(),
                hold.reason.clone(),
            ]
        }),
    )
}
