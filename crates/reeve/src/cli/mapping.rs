//! `reeve mapping`: which groups of the identity provider give which roles.

use std::path::PathBuf;

use app::mapping::Test;
use clap::{Args, Subcommand};
use domain::identity::RoleOverrides;

use super::{Ending, Session};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Mapping {
    /// Say, step by step, what a sign-in with these claims would give and take. Changes nothing.
    Test(Tried),
}

#[derive(Debug, Args)]
pub(crate) struct Tried {
    /// The claims as a JSON object; `-` for stdin.
    #[arg(long, value_name = "FILE")]
    claims: PathBuf,
    /// A role that the person has from the provider already; repeat for more.
    #[arg(long, value_name = "ROLE")]
    held: Vec<String>,
    /// A role that an override preserves; repeat for more.
    #[arg(long, value_name = "ROLE")]
    preserve: Vec<String>,
    /// A role that an override suppresses; repeat for more.
    #[arg(long, value_name = "ROLE")]
    suppress: Vec<String>,
    /// As if an override stopped the taking of roles.
    #[arg(long)]
    paused: bool,
}

pub(crate) async fn run(session: &Session, command: Mapping) -> Result<Ending, Failure> {
    let Mapping::Test(tried) = command;
    let reeve = session.installation.open().await?;
    let text = match tried.claims.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin())?,
        false => std::fs::read_to_string(&tried.claims)?,
    };
    let claims = serde_json::from_str(&text)
        .map_err(|e| Failure::plain(format!("the claims are no JSON object: {e}")))?;
    let test = Test {
        claims,
        held: tried.held,
        overrides: RoleOverrides::new(
            tried.paused,
            tried.preserve.iter().map(String::as_str),
            tried.suppress.iter().map(String::as_str),
        ),
    };
    let tested = app::mapping::test(&reeve, &session.caller, &test).await?;
    session.format.print(&tested, |tested| {
        let roles: Vec<_> = tested.roles.iter().map(ToString::to_string).collect();
        let roles = match roles.is_empty() {
            true => "no roles".to_owned(),
            false => roles.join(", "),
        };
        format!("{}\nroles: {roles}", tested.words.join("\n"))
    })?;
    Ok(Ending::Done)
}
