//! `reeve audit`: what was done.

use app::audit::Shown;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use store::audit::{Filter, Row};

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List changes, newest first.
    List(List),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only this action, like entitlement.reconcile.
    #[arg(long)]
    action: Option<String>,
    /// Only this entity's key: an id, or an e-mail address of a person.
    #[arg(long)]
    entity: Option<String>,
    /// Only what this person did: id or e-mail address.
    #[arg(long)]
    actor: Option<String>,
    #[arg(long, value_name = "ID")]
    correlation_id: Option<String>,
    /// Only since this instant, like 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "T", value_parser = super::argument::instant)]
    since: Option<Timestamp>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
}

pub(crate) async fn run(session: &Session, command: Audit) -> Result<Ending, Failure> {
    let Audit::List(list) = command;
    let reeve = session.installation.open().await?;
    let actor = match &list.actor {
        Some(actor) => Some(app::identity::find(&reeve, &session.caller, actor).await?.0),
        None => None,
    };
    let entity = match list.entity {
        Some(email) if email.contains('@') => Some(
            app::identity::find(&reeve, &session.caller, &email)
                .await?
                .to_string(),
        ),
        other => other,
    };
    let filter = Filter {
        action: list.action,
        entity,
        actor,
        target: None,
        correlation_id: list.correlation_id,
        since: list.since,
        limit: list.limit.into(),
    };
    let rows = app::audit::show(&reeve, &session.caller, &filter).await?;
    session.format.print(&rows, |rows| describe(rows))?;
    Ok(Ending::Done)
}

fn describe(rows: &[Shown]) -> String {
    if rows.is_empty() {
        return "nothing was found".to_owned();
    }
    table(
        [
            "when", "action", "entity", "person", "by", "outcome", "what",
        ],
        rows.iter().map(|shown| {
            let row = &shown.row;
            let person = shown.target_email.as_ref().or(shown.entity_email.as_ref());
            let what = what(row);
            let entity = format!("{} {}", row.entity_type, row.entity_pk);
            let (when, outcome) = (instant(row.created_at), row.outcome.clone());
            [
                when,
                row.action.clone(),
                entity,
                person.cloned().unwrap_or_default(),
                row.source.clone(),
                outcome,
                what,
            ]
        }),
    )
}

/// A status that moved, then the reason; or, without one, the fields that differ.
fn what(row: &Row) -> String {
    let status = |image: &Option<serde_json::Value>| {
        image
            .as_ref()
            .and_then(|i| i.get("status"))
            .and_then(|s| s.as_str())
            .map(str::to_owned)
    };
    let moved = match (status(&row.before_json), status(&row.after_json)) {
        (Some(was), Some(is)) if was != is => format!("{was} -> {is}: "),
        _ => String::new(),
    };
    let rest = row.reason.clone().unwrap_or_else(|| changes(row));
    let event = image(row, "event").map_or(String::new(), |event| format!("{event}: "));
    let roles = |name: &str, done: &str| match row.after_json.as_ref()?.get(name)? {
        serde_json::Value::Array(roles) if !roles.is_empty() => {
            Some(format!("; {} {done}", some_roles(roles.len())))
        }
        _ => None,
    };
    let taken = roles("roles_removed", "taken").unwrap_or_default();
    let given = roles("roles_restored", "given back").unwrap_or_default();
    format!("{event}{moved}{rest}{taken}{given}")
}

fn some_roles(count: usize) -> String {
    match count {
        1 => "1 role".to_owned(),
        count => format!("{count} roles"),
    }
}

/// A text of the image after.
fn image<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.after_json.as_ref()?.get(name)?.as_str()
}

/// The fields that differ between the images, with what they are now.
fn changes(row: &Row) -> String {
    let Some(after) = row
        .after_json
        .as_ref()
        .and_then(serde_json::Value::as_object)
    else {
        return String::new();
    };
    let before = row
        .before_json
        .as_ref()
        .and_then(serde_json::Value::as_object);
    after
        .iter()
        .filter(
            |(name, value)| match before.and_then(|before| before.get(*name)) {
                Some(was) => was != *value,
                // Of what is new, what is not set says nothing, and the key stands beside.
                None => {
                    !value.is_null() && value.as_str().is_none_or(|v| !row.entity_pk.contains(v))
                }
            },
        )
        .map(|(name, value)| match value {
            serde_json::Value::String(text) => format!("{name}={text}"),
            value => format!("{name}={value}"),
        })
        .collect::<Vec<_>>()
        .join(" ")
}
