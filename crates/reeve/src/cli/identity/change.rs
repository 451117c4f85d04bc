//! What an operator changes on one person: address and name, links, overrides, quotas.

use app::identity::{Change, New};
use app::overrides::{How, Shown, Wanted};
use clap::{Args, Subcommand};
use domain::quota::Quota;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::argument::duration;
use super::super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Their e-mail address.
    email: String,
    /// What they are called.
    #[arg(long)]
    name: Option<String>,
}

#[derive(Debug, Args)]
#[group(id = "changes", required = true, multiple = true, args = ["email", "name", "no_name"])]
pub(crate) struct Edit {
    /// Id or e-mail address.
    identity: String,
    /// Another e-mail address.
    #[arg(long)]
    email: Option<String>,
    /// What they are called.
    #[arg(long, conflicts_with = "no_name")]
    name: Option<String>,
    /// Called nothing.
    #[arg(long)]
    no_name: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Link {
    /// Id or e-mail address.
    identity: String,
    /// The Discord account's id.
    #[arg(long, value_name = "ID")]
    discord: String,
}

#[derive(Debug, Args)]
pub(crate) struct Unlink {
    /// Id or e-mail address.
    identity: String,
    /// `discord`, or the issuer's URL, as `reeve identity show` prints it.
    provider: String,
    /// The account's id there.
    external_id: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Overrides {
    /// Show somebody's role overrides.
    Show {
        /// Id or e-mail address.
        identity: String,
    },
    /// Set somebody's role overrides, in the place of those that they had.
    Set(Set),
    /// Remove somebody's role overrides.
    Clear {
        /// Id or e-mail address.
        identity: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// Id or e-mail address.
    identity: String,
    /// Take no role of theirs when the identity provider's groups change.
    #[arg(long)]
    enabled: bool,
    /// A role that automation never takes; repeat for more.
    #[arg(long, value_name = "ROLE")]
    preserve: Vec<String>,
    /// A role that automation never gives; repeat for more.
    #[arg(long, value_name = "ROLE")]
    suppress: Vec<String>,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    /// They end at this instant, like 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "T", conflicts_with = "lasting")]
    until: Option<Timestamp>,
    /// They end so long from now, like 24h or 7d.
    #[arg(long = "for", id = "lasting", value_name = "DURATION", value_parser = duration)]
    lasting: Option<SignedDuration>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Quotas {
    /// Show how many of what somebody has, and may have.
    Show {
        /// Id or e-mail address.
        identity: String,
    },
    /// Give somebody a limit of their own.
    Set {
        /// Id or e-mail address.
        identity: String,
        /// What is counted: tokens.
        #[arg(value_parser = quota)]
        quota: Quota,
        /// At most so many, 0 to 1000.
        limit: u32,
    },
    /// Give somebody the usual limit again.
    Clear {
        /// Id or e-mail address.
        identity: String,
        /// What is counted: tokens.
        #[arg(value_parser = quota)]
        quota: Quota,
    },
}

fn quota(text: &str) -> Result<Quota, String> {
    Quota::of(text).ok_or_else(|| {
        let known = Quota::ALL.map(Quota::as_str).join(", ");
        format!("there is no quota `{text}`; known: {known}")
    })
}

pub(super) async fn create(session: &Session, create: Create) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let new = New {
        email: create.email,
        display_name: create.name,
    };
    let created = app::identity::create(&reeve, &session.caller, &new).await?;
    session.format.print(&created, |created| {
        format!(
            "{} is identity {}, active, with no role",
            new.email, created.user_id
        )
    })?;
    Ok(Ending::Done)
}

pub(super) async fn edit(session: &Session, edit: Edit) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let change = Change {
        email: edit.email,
        display_name: (edit.no_name || edit.name.is_some()).then_some(edit.name),
    };
    let person = app::identity::edit(&reeve, &session.caller, &edit.identity, &change).await?;
    session.format.print(&person, |person| {
        let name = person.display_name.as_deref().unwrap_or("no name");
        format!("{} is {} ({name})", person.user_id, person.email)
    })?;
    Ok(Ending::Done)
}

pub(super) async fn link(session: &Session, link: Link) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let new = app::link::New {
        discord_id: link.discord,
    };
    let bound = app::link::link(&reeve, &session.caller, &link.identity, &new).await?;
    session.format.print(&bound, |bound| {
        let before = if bound.new { "" } else { " already" };
        let (provider, id) = (&bound.provider, &bound.external_id);
        format!("{provider} {id} is bound to {}{before}", link.identity)
    })?;
    Ok(Ending::Done)
}

pub(super) async fn unlink(session: &Session, unlink: Unlink) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let (who, provider, id) = (&unlink.identity, &unlink.provider, &unlink.external_id);
    let user_id = app::link::unlink(&reeve, &session.caller, who, provider, id).await?;
    let answer = json!({ "user_id": user_id, "provider": provider, "external_id": id });
    session.format.print(&answer, |_| {
        format!("{provider} {id} is not bound to {who} any more")
    })?;
    Ok(Ending::Done)
}

pub(super) async fn overrides(session: &Session, command: Overrides) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    match command {
        Overrides::Show { identity } => {
            let shown = app::overrides::show(&reeve, caller, &identity).await?;
            session.format.print(&shown, describe)?;
        }
        Overrides::Set(set) => {
            let wanted = Wanted {
                enabled: Some(set.enabled),
                preserved: Some(set.preserve),
                suppressed: Some(set.suppress),
                reason: Some(set.reason),
                expires_at: Some(set.until),
                ends_after: set.lasting,
            };
            let who = &set.identity;
            let shown = app::overrides::set(&reeve, caller, who, &wanted, How::Replace).await?;
            session.format.print(&shown, describe)?;
        }
        Overrides::Clear { identity } => {
            let cleared = app::overrides::clear(&reeve, caller, &identity).await?;
            let answer = json!({ "cleared": cleared });
            session.format.print(&answer, |_| match cleared {
                true => format!("{identity} has no role overrides any more"),
                false => format!("{identity} had no role overrides"),
            })?;
        }
    }
    Ok(Ending::Done)
}

/// In words.
pub(super) fn describe(shown: &Shown) -> String {
    let overrides = &shown.overrides;
    if overrides.is_empty() {
        return "no role overrides".to_owned();
    }
    let list = |names: Vec<&str>| match names.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    let taking = match overrides.enabled {
        true => "paused: synchronisation takes no role",
        false => "as ever",
    };
    let mut out = format!(
        "taking      {taking}\npreserved   {}\nsuppressed  {}",
        list(overrides.preserved().collect()),
        list(overrides.suppressed().collect())
    );
    if let Some(end) = overrides.expires_at {
        let over = if shown.in_force {
            ""
        } else {
            ", which is over: they have no effect"
        };
        out += &format!("\nuntil       {}{over}", instant(end));
    }
    if let Some(reason) = &overrides.reason {
        out += &format!("\nreason      {reason}");
    }
    out
}

pub(super) async fn quotas(session: &Session, command: Quotas) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    let found = match command {
        Quotas::Show { identity } => app::quota::list(&reeve, caller, &identity).await?,
        Quotas::Set {
            identity,
            quota,
            limit,
        } => vec![app::quota::set(&reeve, caller, &identity, quota, Some(limit)).await?],
        Quotas::Clear { identity, quota } => {
            vec![app::quota::set(&reeve, caller, &identity, quota, None).await?]
        }
    };
    session.format.print(&found, |found| {
        table(
            ["quota", "used", "limit", "whose limit"],
            found.iter().map(|one| {
                [
                    one.quota.as_str().to_owned(),
                    one.used.to_string(),
                    one.limit.to_string(),
                    if one.usual { "the usual" } else { "their own" }.to_owned(),
                ]
            }),
        )
    })?;
    Ok(Ending::Done)
}
