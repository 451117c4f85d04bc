//! `reeve jml`: joiners, movers and leavers.

use app::jml::{Events, Filter, Happened, Seconds};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use domain::governance::eligibility::Eligibility;
use domain::governance::entitlement::Entitlement;
use domain::governance::jml::Event;
use jiff::Timestamp;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{age, instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Jml {
    /// List who joined, moved and left, newest first, and how long access outlived leaving.
    List(List),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only joiner, mover or leaver.
    #[arg(long, value_parser = events())]
    event: Option<Event>,
    /// Only this person: id or e-mail address.
    #[arg(long)]
    identity: Option<String>,
    /// Only since this instant, like 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "T", value_parser = super::argument::instant)]
    since: Option<Timestamp>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
}

fn events() -> impl TypedValueParser<Value = Event> {
    PossibleValuesParser::new(Event::ALL.map(Event::as_str)).try_map(|name| {
        let found = Event::ALL.into_iter().find(|event| event.as_str() == name);
        found.ok_or("not one of the possible values")
    })
}

pub(crate) async fn run(session: &Session, command: Jml) -> Result<Ending, Failure> {
    let Jml::List(list) = command;
    let reeve = session.installation.open().await?;
    let filter = Filter {
        event: list.event,
        identity: list.identity,
        before: None,
        since: list.since,
        limit: list.limit,
    };
    let events = app::jml::list(&reeve, &session.caller, &filter).await?;
    session.format.print(&events, describe)?;
    Ok(Ending::Done)
}

fn describe(events: &Events) -> String {
    if events.events.is_empty() {
        return "nobody joined, moved or left".to_owned();
    }
    let rows = table(
        [
            "recorded",
            "event",
            "who",
            "status",
            "why",
            "observed",
            "denied after",
            "suspended after",
        ],
        events.events.iter().map(row),
    );
    let Some(totals) = &events.totals else {
        return rows;
    };
    let counts: Vec<_> = totals
        .counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(event, count)| format!("{count} {event}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    let leaving = [
        ("from seen leaving to denied", totals.leaving.seen_to_denied),
        (
            "from seen leaving to suspended",
            totals.leaving.seen_to_suspended,
        ),
    ];
    let leaving: String = leaving
        .into_iter()
        .filter_map(|(what, spread)| Some(format!("\n{what}: {}", sentence(spread)?)))
        .collect();
    format!("{rows}\n\n{}{leaving}", counts.join(", "))
}

fn sentence(spread: Seconds) -> Option<String> {
    let (min, median, max) = (spread.min?, spread.median?, spread.max?);
    Some(format!(
        "min {}, median {}, max {} ({} leavers)",
        short(min),
        short(median),
        short(max),
        spread.count
    ))
}

/// Seconds with a decimal while they are few, then as any age.
fn short(seconds: f64) -> String {
    if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a duration in whole seconds"
        )]
        let whole = seconds.round() as i64;
        age(whole)
    }
}

fn row(happened: &Happened) -> [String; 8] {
    let status = match (&happened.status_before, &happened.status) {
        (Some(was), Some(is)) if was != is => format!("{was} -> {is}"),
        (_, Some(is)) => is.clone(),
        _ => String::new(),
    };
    let eligibility = happened
        .eligibility
        .as_deref()
        .and_then(Eligibility::from_code);
    let entitlement = happened
        .entitlement
        .as_deref()
        .and_then(Entitlement::from_code);
    let why = [
        eligibility.map(Eligibility::describe),
        entitlement.map(Entitlement::describe),
    ];
    let why: Vec<_> = why.into_iter().flatten().collect();
    [
        instant(happened.recorded_at),
        happened.event.clone(),
        happened
            .email
            .clone()
            .unwrap_or_else(|| happened.user_id.to_string()),
        status,
        why.join(", "),
        happened.observed_at.map(instant).unwrap_or_default(),
        happened
            .seen_to_denied_seconds
            .map(short)
            .unwrap_or_default(),
        happened
            .seen_to_suspended_seconds
            .map(short)
            .unwrap_or_default(),
    ]
}
