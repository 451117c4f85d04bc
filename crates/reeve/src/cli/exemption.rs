//! `reeve exemption`: granted, time-bound, reviewed passes through eligibility and entitlement.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;
use store::exemption::{Exemption as Listed, Filter};
use uuid::Uuid;

use super::{Ending, Session, Until};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Exemption {
    /// Exempt somebody: governed access without eligibility or entitlement, until it ends.
    Add(Add),
    /// List exemptions in force, those due for review first.
    List(List),
    /// Record that somebody looked at an exemption and keeps it.
    Review {
        /// The exemption's id, as `reeve exemption list` shows it.
        exemption: Uuid,
        /// What was looked at and why it stays.
        #[arg(long)]
        reason: String,
        /// When it is due again, like 2026-01-31T12:00:00Z; a quarter from now by default.
        #[arg(long, value_name = "T", value_parser = super::argument::instant)]
        next: Option<Timestamp>,
    },
    /// End an exemption before its time.
    End {
        /// The exemption's id, as `reeve exemption list` shows it.
        exemption: Uuid,
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
    /// When it is due for review, like 2026-01-31T12:00:00Z; a quarter from now by default.
    #[arg(long, value_name = "T", value_parser = super::argument::instant)]
    review_at: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those whose review is due.
    #[arg(long)]
    due: bool,
    /// Also those that ended.
    #[arg(long)]
    all: bool,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_name = "N")]
    limit: u32,
}

pub(crate) async fn run(session: &Session, command: Exemption) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    match command {
        Exemption::Add(add) => {
            let (who, end) = (&add.identity, add.until.end());
            let (id, until) =
                app::exemption::add(&reeve, caller, who, end, add.review_at, &add.reason).await?;
            let answer = json!({ "exemption_id": id, "ends_at": until });
            session.format.print(&answer, |_| {
                format!("{who} is exempt until {}\nexemption {id}", instant(until))
            })?;
        }
        Exemption::List(List { due, all, limit }) => {
            let filter = Filter {
                user_id: None,
                all,
                due,
                after: None,
                limit: limit.into(),
            };
            let found = app::exemption::list(&reeve, &session.caller, &filter).await?;
            session.format.print(&found, |found| describe(found))?;
        }
        Exemption::Review {
            exemption,
            reason,
            next,
        } => {
            let next = app::exemption::review(&reeve, caller, exemption, next, &reason).await?;
            let answer = json!({ "exemption_id": exemption, "review_at": next });
            session.format.print(&answer, |_| {
                format!(
                    "exemption {exemption} stays; it is due for review again at {}",
                    instant(next)
                )
            })?;
        }
        Exemption::End { exemption, reason } => {
            let about = app::exemption::end(&reeve, caller, exemption, reason.as_deref()).await?;
            let answer = json!({ "exemption_id": exemption, "user_id": about });
            session.format.print(&answer, |_| {
                format!("exemption {exemption} of {about} has ended")
            })?;
        }
    }
    Ok(Ending::Done)
}

fn describe(exemptions: &[Listed]) -> String {
    if exemptions.is_empty() {
        return "no exemptions".to_owned();
    }
    table(
        [
            "exemption",
            "identity",
            "until",
            "state",
            "review",
            "reason",
        ],
        exemptions.iter().map(|one| {
            let state = match (one.ended_at, one.in_force, one.due) {
                (Some(_), _, _) => one.end_reason.clone().unwrap_or_else(|| "ended".to_owned()),
                (None, _, true) => "review due".to_owned(),
                (None, true, false) => "in force".to_owned(),
                (None, false, false) => "to come".to_owned(),
            };
            [
                one.exemption_id.to_string(),
                one.email.clone(),
                instant(one.ended_at.unwrap_or(one.ends_at)),
                state,
                instant(one.review_at),
                one.reason.clone(),
            ]
        }),
    )
}
