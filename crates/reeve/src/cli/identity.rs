//! `reeve identity`: people.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use app::identity::import::{self, Imported};
use app::identity::{Filter, file};
use app::lifecycle::Moved;
use app::status_map::WhichDrift;
use clap::{Args, Subcommand};
use domain::identity::Status;
use domain::identity::mapping::Step;
use domain::tenancy::organization::Slug;
use domain::time::End;
use jiff::SignedDuration;

use super::argument::duration;
use super::snapshot::open;
use super::status_map::{ANY, drifts};
use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{people, progress};

mod change;
mod show;

#[derive(Debug, Subcommand)]
pub(crate) enum Identity {
    /// List people, by e-mail address.
    List(List),
    /// Show one person: status, links, memberships, roles and where each came from, and the latest
    /// changes.
    Show {
        /// Id or e-mail address.
        identity: String,
    },
    /// Bring in one person: active, in the default organization, without roles.
    Create(change::Create),
    /// Change somebody's address or name.
    Edit(change::Edit),
    /// Bind a Discord account to somebody.
    Link(change::Link),
    /// Take an external account from somebody.
    Unlink(change::Unlink),
    /// Role overrides: what automation may not take from somebody, or give them.
    #[command(subcommand)]
    Overrides(change::Overrides),
    /// How many of something somebody may have.
    #[command(subcommand)]
    Quota(change::Quotas),
    /// Suspend somebody: no access, sessions revoked. Reconcile brings back who is owed access.
    Suspend(Move),
    /// Disable somebody: no access, and no automation ever reverses that.
    Disable(Move),
    /// Undo a disable.
    Enable(Move),
    /// Restore somebody at once: active, roles that were stripped given back, and a hold.
    Restore(Restore),
    /// Bring roles in line with the groups that the identity provider named last.
    Sync {
        /// Id or e-mail address.
        identity: String,
    },
    /// Erase a person: pseudonymised, unlinked, disabled, without roles. It can't be undone.
    Erase(Erase),
    /// Import people from CSV (with a header) or NDJSON: email, display_name, status, discord_id,
    /// oidc_issuer, oidc_subject, groups, organizations, roles. Lists are separated by `;`, a role
    /// is `role` or `role@organization-slug`. Repeating an import changes nothing.
    Import {
        /// The file; `-` is standard input.
        file: PathBuf,
        /// Check and count, keep nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Move {
    /// Id or e-mail address.
    identity: String,
    /// Why. It stands in the audit log for ever, so name nobody.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Id or e-mail address.
    identity: String,
    /// Why. It stands in the audit log for ever, so name nobody.
    #[arg(long)]
    reason: String,
    /// How long automation leaves them alone, like 24h or 7d.
    #[arg(long = "hold-for", value_name = "DURATION", value_parser = duration, default_value = "24h")]
    hold_for: SignedDuration,
}

#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// Id or e-mail address.
    identity: String,
    /// Why. It stands in the audit log for ever, so name nobody.
    #[arg(long)]
    reason: String,
    /// The identity's e-mail address, once more.
    #[arg(long, value_name = "EMAIL")]
    confirm: String,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only with this status: active, suspended or disabled.
    #[arg(long)]
    status: Option<Status>,
    /// Only those who are assigned this role, anywhere.
    #[arg(long)]
    role: Option<String>,
    /// Only active members of this organization: its slug.
    #[arg(long)]
    organization: Option<Slug>,
    /// Only those whose address or name contains this.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those who are not as they should be, in this way or any. It judges everybody.
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = ANY, value_parser = drifts())]
    drift: Option<WhichDrift>,
    /// Go on after this address, the last of the page before.
    #[arg(long, value_name = "EMAIL")]
    after: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
}

pub(crate) async fn run(session: &Session, command: Identity) -> Result<Ending, Failure> {
    let caller = &session.caller;
    match command {
        Identity::Import { file, dry_run } => return import_people(session, &file, dry_run).await,
        Identity::Create(create) => return change::create(session, create).await,
        Identity::Edit(edit) => return change::edit(session, edit).await,
        Identity::Link(link) => return change::link(session, link).await,
        Identity::Unlink(unlink) => return change::unlink(session, unlink).await,
        Identity::Overrides(command) => return change::overrides(session, command).await,
        Identity::Quota(command) => return change::quotas(session, command).await,
        Identity::List(list) => {
            let reeve = session.installation.open().await?;
            let found = app::identity::list(&reeve, &session.caller, &list.filter()).await?;
            session.format.print(&found, show::list)?;
        }
        Identity::Show { identity } => {
            let reeve = session.installation.open().await?;
            let found = app::identity::show(&reeve, &session.caller, &identity).await?;
            session.format.print(&found, show::describe)?;
        }
        Identity::Sync { identity } => {
            let reeve = session.installation.open().await?;
            let synced = app::provision::sync(&reeve, caller, &identity).await?;
            session.format.print(&synced, |synced| {
                let steps = synced.steps.iter().map(Step::describe);
                let lines: Vec<_> = steps.chain(synced.refused.iter().cloned()).collect();
                lines.join("\n")
            })?;
        }
        Identity::Suspend(Move { identity, reason }) => {
            let reeve = session.installation.open().await?;
            let moved = app::lifecycle::suspend(&reeve, caller, &identity, &reason).await?;
            session.format.print(&moved, describe_moved)?;
        }
        Identity::Disable(Move { identity, reason }) => {
            let reeve = session.installation.open().await?;
            let moved = app::lifecycle::disable(&reeve, caller, &identity, &reason).await?;
            session.format.print(&moved, describe_moved)?;
        }
        Identity::Enable(Move { identity, reason }) => {
            let reeve = session.installation.open().await?;
            let moved = app::lifecycle::enable(&reeve, caller, &identity, &reason).await?;
            session.format.print(&moved, describe_moved)?;
        }
        Identity::Restore(restore) => {
            let reeve = session.installation.open().await?;
            let hold = Some(End::After(restore.hold_for));
            let (who, why) = (&restore.identity, &restore.reason);
            let restored = app::lifecycle::restore(&reeve, caller, who, hold, why).await?;
            session.format.print(&restored, show::restored)?;
        }
        Identity::Erase(erase) => {
            let reeve = session.installation.open().await?;
            let (who, confirm) = (&erase.identity, &erase.confirm);
            let erased = app::lifecycle::erase(&reeve, caller, who, confirm, &erase.reason).await?;
            session.format.print(&erased, show::erased)?;
        }
    }
    Ok(Ending::Done)
}

impl List {
    fn filter(self) -> Filter {
        Filter {
            status: self.status,
            role: self.role,
            organization: self.organization,
            search: self.search,
            drift: self.drift,
            after: self.after,
            limit: self.limit.into(),
        }
    }
}

fn describe_moved(moved: &Moved) -> String {
    if moved.before == moved.after {
        return format!("{} was {} already", moved.email, moved.after);
    }
    let mut said = format!("{}: {} -> {}", moved.email, moved.before, moved.after);
    if moved.after == Status::Suspended {
        said += "\nreconcile brings them back if they are owed access; `reeve hold add` or `reeve identity \
                 disable` keeps them out";
    }
    for warning in &moved.warnings {
        said += &format!("\nwarning: {warning}");
    }
    said
}

async fn import_people(session: &Session, file: &Path, dry_run: bool) -> Result<Ending, Failure> {
    let input = open(file)?;
    let reeve = session.installation.open().await?;
    let lines = file::read(BufReader::new(input))?;
    let bar = progress("importing people", u64::try_from(lines.len()).ok());
    let imported = import::import(&reeve, &session.caller, lines, dry_run, |done| {
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    let imported = imported?;
    session
        .format
        .print(&imported, |imported| describe(imported, dry_run))?;
    Ok(if imported.errors.is_empty() {
        Ending::Done
    } else {
        Ending::No
    })
}

fn describe(imported: &Imported, dry_run: bool) -> String {
    let errors: String = imported
        .errors
        .iter()
        .map(|error| format!("line {}: {}: {}\n", error.line, error.field, error.problem))
        .collect();
    let would = if dry_run { "would be " } else { "" };
    let left_out = match imported.errors.len() {
        0 => String::new(),
        n => format!("; {n} with errors left out"),
    };
    format!(
        "{errors}{}: {} {would}created, {} {would}updated, {} unchanged{left_out}; {} links, {} memberships and {} \
         roles {would}added",
        people(imported.lines),
        imported.created,
        imported.updated,
        imported.unchanged,
        imported.links,
        imported.memberships,
        imported.roles,
    )
}
