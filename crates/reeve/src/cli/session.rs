//! `reeve session`: signed-in browsers.

use clap::{Args, Subcommand};
use domain::id::SessionId;
use serde_json::json;
use store::session::Session as Listed;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Sessions {
    /// List somebody's sessions that still count.
    List {
        /// Id or e-mail address.
        #[arg(long)]
        identity: String,
    },
    /// End one session, or all of somebody; the next request that shows it is refused.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Revoke {
    /// The session's id, as `reeve session list` shows it.
    session: Option<SessionId>,
    /// All sessions of this person: id or e-mail address.
    #[arg(long)]
    identity: Option<String>,
}

pub(crate) async fn run(session: &Session, command: Sessions) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    match command {
        Sessions::List { identity } => {
            let sessions = app::session::list(&reeve, caller, &identity).await?;
            session
                .format
                .print(&sessions, |sessions| describe(sessions))?;
        }
        Sessions::Revoke(Revoke {
            session: Some(id), ..
        }) => {
            let user_id = app::session::revoke(&reeve, caller, id, None).await?;
            let answer = json!({ "session_id": id, "user_id": user_id });
            session.format.print(&answer, |_| {
                format!("session {id} is ended; the next request that shows it is refused")
            })?;
        }
        Sessions::Revoke(Revoke { identity, .. }) => {
            let who = identity.unwrap_or_default();
            let ended = app::session::revoke_all(&reeve, caller, &who).await?;
            session.format.print(&json!({ "ended": ended }), |_| {
                format!("{ended} sessions of {who} are ended")
            })?;
        }
    }
    Ok(Ending::Done)
}

fn describe(sessions: &[Listed]) -> String {
    if sessions.is_empty() {
        return "no sessions".to_owned();
    }
    table(
        [
            "session",
            "signed in by",
            "break-glass",
            "since",
            "last used",
        ],
        sessions.iter().map(|session| {
            [
                session.session_id.to_string(),
                session.method.clone(),
                if session.break_glass { "yes" } else { "" }.to_owned(),
                instant(session.created_at),
                instant(session.last_used_at),
            ]
        }),
    )
}
