//! `reeve migrate`.

use clap::Args;
use serde::Serialize;
use store::migrate::Schema;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::installation;

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Only say whether anything is to be done; exit code 1 if so.
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Answer {
    state: &'static str,
    migrations: usize,
}

pub(crate) async fn run(session: &Session, command: Migrate) -> Result<Ending, Failure> {
    let (answer, ending) = if command.check {
        match installation::check_schema(&session.installation).await? {
            Schema::Current => (
                Answer {
                    state: "current",
                    migrations: 0,
                },
                Ending::Done,
            ),
            Schema::Behind { pending, .. } => (
                Answer {
                    state: "behind",
                    migrations: pending,
                },
                Ending::No,
            ),
            Schema::Newer => (
                Answer {
                    state: "newer",
                    migrations: 0,
                },
                Ending::No,
            ),
        }
    } else {
        let migrations = installation::migrate(&session.installation).await?;
        (
            Answer {
                state: "current",
                migrations,
            },
            Ending::Done,
        )
    };
    session
        .format
        .print(&answer, |answer| match (answer.state, command.check) {
            ("current", false) => format!(
                "the schema is current; {} migrations were run",
                answer.migrations
            ),
            ("current", true) => "the schema is current".to_owned(),
            ("behind", _) => format!(
                "{} migrations are to be run: `reeve migrate`",
                answer.migrations
            ),
            _ => "the database was written by a newer Reeve than this one".to_owned(),
        })?;
    Ok(ending)
}
