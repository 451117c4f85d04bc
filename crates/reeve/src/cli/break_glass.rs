//! `reeve break-glass`: whom the allowlist of the environment lets in.

use app::break_glass::{Entry, Shown};
use clap::Subcommand;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::table;

#[derive(Debug, Subcommand)]
pub(crate) enum BreakGlass {
    /// Show each entry of ADMIN_BREAKGLASS_USER_IDS and ADMIN_BREAKGLASS_EMAILS with whom it matches.
    /// That is the environment of this command; of the running servers, which have their own, it says
    /// whether it is on there and whom it lets in.
    Show,
}

pub(crate) async fn run(session: &Session, command: BreakGlass) -> Result<Ending, Failure> {
    let BreakGlass::Show = command;
    let reeve = session.installation.open().await?;
    let shown = app::break_glass::show(&reeve, &session.caller).await?;
    for entry in shown
        .entries
        .iter()
        .filter(|entry| entry.identity.is_none())
    {
        tracing::warn!(entry = entry.entry, "a break-glass entry matches nobody");
    }
    session.format.print(&shown, describe)?;
    Ok(Ending::Done)
}

fn describe(shown: &Shown) -> String {
    format!(
        "{}\n\n{}",
        describe_entries(&shown.entries),
        describe_servers(shown)
    )
}

fn describe_servers(shown: &Shown) -> String {
    let on: Vec<_> = shown
        .servers
        .iter()
        .filter(|entries| **entries > 0)
        .collect();
    if on.is_empty() {
        return format!("in the running servers ({}): off", shown.servers.len());
    }
    let people: String = shown
        .let_in_by_servers
        .iter()
        .map(|user_id| format!("\n  {user_id}"))
        .collect();
    format!(
        "in {} of {} running servers: ON, and it matches{people}",
        on.len(),
        shown.servers.len()
    )
}

fn describe_entries(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "in this command's environment: off (neither ADMIN_BREAKGLASS_USER_IDS nor \
                ADMIN_BREAKGLASS_EMAILS is set)"
            .to_owned();
    }
    let rows = entries.iter().map(|entry| {
        let (who, status, effect) = match &entry.identity {
            None if entry.kind == "malformed" => (
                String::new(),
                String::new(),
                "ignored: neither an id nor an e-mail address",
            ),
            None => (String::new(), String::new(), "matches nobody"),
            Some(found) if found.lets_in => (
                found.email.clone(),
                found.status.to_string(),
                match entry.kind {
                    "email" => "let in as admin, once a sign-in proves the address",
                    _ => "let in as admin",
                },
            ),
            Some(found) => (
                found.email.clone(),
                found.status.to_string(),
                "stays out: disabled",
            ),
        };
        [entry.entry.clone(), who, status, effect.to_owned()]
    });
    format!(
        "{}\n\nBreak-glass grants admin and nothing more: member routes still ask for the entitlement.\n\
         Remove the variables once access is recovered.",
        table(["entry", "identity", "status", "effect"], rows)
    )
}
