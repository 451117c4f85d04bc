//! `reeve rehome`: moving people from one organization to another.

use app::rehome::{Listed, Wanted};
use clap::{Args, Subcommand};
use domain::tenancy::organization::Slug;
use domain::tenancy::rehome::State;
use store::rehome::Filter;
use uuid::Uuid;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Rehome {
    /// Ask for a move, and show what it takes. Done at once unless it needs approval
    /// (`reeve governance set rehome-needs-approval`).
    Request(Request),
    /// Approve a move that waits, and do it.
    Approve {
        /// The move's id, as `reeve rehome list` shows it.
        rehome: Uuid,
    },
    /// List moves, newest first.
    List {
        /// Only from or to the organization of this slug.
        #[arg(long)]
        organization: Option<Slug>,
        /// requested, done or cancelled.
        #[arg(long)]
        state: Option<State>,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
    },
    /// Give a move up that waits.
    Cancel {
        /// The move's id, as `reeve rehome list` shows it.
        rehome: Uuid,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Request {
    /// Id or e-mail address.
    identity: String,
    /// The slug of the organization that they leave.
    #[arg(long, value_name = "ORGANIZATION")]
    from: Slug,
    /// The slug of the organization that they come to.
    #[arg(long, value_name = "ORGANIZATION")]
    to: Slug,
    /// A role of the new organization to give on arrival.
    #[arg(long)]
    role: Option<String>,
    /// Why; whoever approves reads that.
    #[arg(long)]
    reason: String,
}

pub(crate) async fn run(session: &Session, command: Rehome) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let (caller, format) = (&session.caller, session.format);
    match command {
        Rehome::Request(request) => {
            let wanted = Wanted {
                identity: request.identity,
                from: request.from,
                to: request.to,
                role: request.role,
                reason: request.reason,
            };
            let asked = app::rehome::request(&reeve, caller, &wanted).await?;
            format.print(&asked, |asked| {
                let lost: Vec<_> = asked.loses.iter().map(|lost| lost.role.as_str()).collect();
                let done = match asked.state {
                    State::Requested => "waits for approval",
                    State::Done => "is done",
                    State::Cancelled => "is cancelled",
                };
                let takes = match lost[..] {
                    [] => "no role".to_owned(),
                    _ => lost.join(", "),
                };
                format!("move {} {done}; it takes {takes}", asked.rehome_id)
            })?;
        }
        Rehome::Approve { rehome } => {
            let done = app::rehome::approve(&reeve, caller, rehome).await?;
            format.print(&done, |done| {
                format!("{} belongs to {} now", done.email, done.to)
            })?;
        }
        Rehome::Cancel { rehome } => {
            let done = app::rehome::cancel(&reeve, caller, rehome).await?;
            format.print(&done, |done| {
                format!("{} stays in {}", done.email, done.from)
            })?;
        }
        Rehome::List {
            organization,
            state,
            limit,
        } => {
            let filter = Filter {
                state,
                limit: limit.into(),
                ..Filter::default()
            };
            let page = app::rehome::list(&reeve, caller, organization.as_ref(), filter).await?;
            format.print(&page, |page| describe(&page.rehomes))?;
        }
    }
    Ok(Ending::Done)
}

fn describe(rehomes: &[Listed]) -> String {
    if rehomes.is_empty() {
        return "no moves".to_owned();
    }
    table(
        ["move", "identity", "from", "to", "state", "asked", "reason"],
        rehomes.iter().map(|one| {
            [
                one.rehome_id.to_string(),
                one.email.clone(),
                one.from.clone().unwrap_or_default(),
                one.to.clone().unwrap_or_default(),
                one.state.to_string(),
                instant(one.requested_at),
                one.reason.clone(),
            ]
        }),
    )
}
