//! `reeve db`: the operators' way to the database, for the runbooks' SQL.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use clap::Subcommand;
use serde_json::json;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::installation::Operator;

#[derive(Debug, Subcommand)]
pub(crate) enum Db {
    /// Print the operators' connection (login reeve_operator), for psql and other tools. It holds
    /// the password.
    Url,
    /// Open psql as reeve_operator, or run what is given after `--`.
    Psql {
        /// Passed to psql.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Print the SQL that makes the database roles, for a DBA to run on a server of your own.
    BootstrapSql,
}

pub(crate) fn run(session: &Session, command: Db) -> Result<Ending, Failure> {
    match command {
        Db::BootstrapSql => {
            let answer = json!({ "sql": store::bootstrap::SQL });
            session
                .format
                .print_document(&answer, |_| store::bootstrap::SQL.to_owned())?;
        }
        Db::Url => {
            let url = operator(session)?.url();
            session
                .format
                .print(&json!({ "url": url }), |_| url.clone())?;
        }
        Db::Psql { arguments } => {
            // By the environment, not by arguments, which every user of the machine can list.
            let operator = operator(session)?;
            let error = Command::new(psql(session))
                .envs(operator.variables())
                .args(arguments)
                .exec();
            return Err(Failure::plain(format!("psql can't be started: {error}")));
        }
    }
    Ok(Ending::Done)
}

/// The psql beside the server's programs, or else whichever the PATH has.
fn psql(session: &Session) -> PathBuf {
    let beside = embedded::Binaries::find_in(&session.installation.programs(), None)
        .map(|binaries| binaries.program("psql"));
    let beside = beside.ok().filter(|program| program.is_file());
    beside.unwrap_or_else(|| "psql".into())
}

fn operator(session: &Session) -> Result<Operator, Failure> {
    session.installation.existing_logins()?.operator.ok_or_else(|| {
        Failure::plain(
            "with DATABASE_URL, Reeve does not know reeve_operator's password; ask who runs the server",
        )
    })
}
