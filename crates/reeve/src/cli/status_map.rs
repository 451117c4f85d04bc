//! `reeve status-map` and `reeve drift`: where everybody stands, and who is not as they should be.

use app::status_map::{Apart, Counts, Filter, Person, Row, StatusMap, WhichDrift};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use domain::governance::drift::Drift;
use domain::governance::outcome::PolicyOutcome;
use domain::identity::Status;
use domain::status_map::Badge;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{age, instant, people, table};

/// How many of a list beside the map are shown to people; JSON has a page of them.
const FEW: usize = 10;

#[derive(Debug, Args)]
pub(crate) struct Map {
    /// Only people of this status: active, suspended or disabled.
    #[arg(long)]
    status: Option<Status>,
    /// Only people who are in scope of access.login, or who are not.
    #[arg(long, value_enum)]
    eligible: Option<YesNo>,
    /// Only people whom the authoritative source entitles, or does not.
    #[arg(long, value_enum)]
    entitled: Option<YesNo>,
    /// Only people with effective access, or without.
    #[arg(long, value_enum)]
    access: Option<YesNo>,
    /// Only this policy outcome.
    #[arg(long, value_parser = outcomes())]
    outcome: Option<PolicyOutcome>,
    /// Only this badge.
    #[arg(long, value_parser = badges())]
    compliance: Option<Badge>,
    /// Only people who drift, or who drift so.
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = ANY, value_parser = drifts())]
    drift: Option<WhichDrift>,
    #[command(flatten)]
    page: Page,
}

#[derive(Debug, Args)]
pub(crate) struct Drifts {
    /// Only this kind.
    #[arg(value_parser = drifts())]
    kind: Option<WhichDrift>,
    #[command(flatten)]
    page: Page,
}

#[derive(Debug, Args)]
struct Page {
    /// Only people whose e-mail address or name contains this.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// At most so many people.
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
    /// Go on where an earlier page ended: its next_cursor.
    #[arg(long)]
    cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum YesNo {
    Yes,
    No,
}

pub(super) const ANY: &str = "any";

fn outcomes() -> impl TypedValueParser<Value = PolicyOutcome> {
    named(PolicyOutcome::ALL, PolicyOutcome::as_str)
}

fn badges() -> impl TypedValueParser<Value = Badge> {
    named(Badge::ALL, Badge::as_str)
}

pub(super) fn drifts() -> impl TypedValueParser<Value = WhichDrift> {
    let names = [ANY].into_iter().chain(Drift::ALL.map(Drift::as_str));
    PossibleValuesParser::new(names).map(|name| {
        let kind = Drift::ALL.into_iter().find(|drift| drift.as_str() == name);
        kind.map_or(WhichDrift::Any, WhichDrift::Only)
    })
}

/// A parser of the names of a closed list; the possible values are its own.
fn named<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(name)).try_map(move |given| {
        let found = all.into_iter().find(|one| name(*one) == given);
        found.ok_or("not one of the possible values")
    })
}

pub(crate) async fn run(session: &Session, map: Map) -> Result<Ending, Failure> {
    let yes = |answer: Option<YesNo>| answer.map(|answer| answer == YesNo::Yes);
    let filter = Filter {
        status: map.status,
        eligible: yes(map.eligible),
        entitled: yes(map.entitled),
        access: yes(map.access),
        outcome: map.outcome,
        compliance: map.compliance,
        drift: map.drift,
        ..filter(map.page)
    };
    let reeve = session.installation.open().await?;
    let map = app::status_map::look(&reeve, &session.caller, &filter).await?;
    session.format.print(&map, describe)?;
    Ok(Ending::Done)
}

pub(crate) async fn run_drift(session: &Session, drift: Drifts) -> Result<Ending, Failure> {
    let filter = Filter {
        drift: drift.kind.or(Some(WhichDrift::Any)),
        ..filter(drift.page)
    };
    let reeve = session.installation.open().await?;
    let map = app::status_map::look(&reeve, &session.caller, &filter).await?;
    session.format.print(&map, describe_drift)?;
    Ok(Ending::Done)
}

fn filter(page: Page) -> Filter {
    Filter {
        search: page.search,
        limit: page.limit,
        cursor: page.cursor,
        ..Filter::default()
    }
}

fn describe(map: &StatusMap) -> String {
    let mut parts = vec![head(map), counted(&map.counts)];
    if !map.people.is_empty() {
        parts.push(rows(&map.people));
    }
    parts.extend(next(map));
    let named = |person: &Person| person.email.clone();
    parts.extend(apart(
        "people without a Discord link, whom nobody can observe",
        &map.without_link,
        named,
    ));
    parts.extend(apart(
        "people whose linked account is in no observed guild",
        &map.in_no_guild,
        named,
    ));
    parts.extend(apart(
        "Discord accounts with a mapped role that no identity is linked to",
        &map.unclaimed,
        |member| format!("{} (guild {})", member.discord_id, member.guild_id),
    ));
    parts.join("\n\n")
}

fn describe_drift(map: &StatusMap) -> String {
    if map.counts.people == 0 {
        return format!("{}\n\nnobody drifts", head(map));
    }
    let kinds = table(
        ["drift", "people", "mended by", "what it is"],
        map.counts.drifting().map(|kind| {
            [
                kind.drift.as_str().to_owned(),
                kind.people.to_string(),
                kind.mended_by.as_str().replace('_', " "),
                match kind.drift.mended_by(false) == kind.mended_by {
                    true => kind.drift.describe().to_owned(),
                    false => format!("{}; spared from reconcile", kind.drift.describe()),
                },
            ]
        }),
    );
    let mut parts = vec![head(map), kinds, rows(&map.people)];
    parts.extend(next(map));
    parts.join("\n\n")
}

/// As of when, and by what the answers were found.
fn head(map: &StatusMap) -> String {
    let leading = match map.mode {
        domain::governance::mode::Mode::Discord => "Discord-leading",
        domain::governance::mode::Mode::Portal => "Portal-leading",
    };
    let snapshots: String = map
        .snapshots
        .iter()
        .map(|seen| {
            let verdict = seen.freshness.describe();
            match seen.taken_at {
                Some(taken_at) => format!(
                    "\nguild {}: snapshot of {}, {} old, {verdict}",
                    seen.guild_id,
                    instant(taken_at),
                    age(map.as_of.duration_since(taken_at).as_secs()),
                ),
                None => format!("\nguild {}: no snapshot", seen.guild_id),
            }
        })
        .collect();
    format!("as of {}, {leading}{snapshots}", instant(map.as_of))
}

fn counted(counts: &Counts) -> String {
    let matrix = counts.matrix;
    let cells = table(
        ["", "entitled", "not entitled"],
        [
            (
                "in scope",
                matrix.in_scope_entitled,
                matrix.in_scope_not_entitled,
            ),
            (
                "out of scope",
                matrix.out_of_scope_entitled,
                matrix.out_of_scope_not_entitled,
            ),
        ]
        .map(|(name, yes, no)| [name.to_owned(), yes.to_string(), no.to_string()]),
    );
    let exempt: Vec<_> = counts
        .exempt_by
        .iter()
        .map(|(by, count)| format!("{} {count}", by.as_str()))
        .collect();
    let badges: Vec<_> = counts
        .compliance
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(badge, count)| match badge {
            Badge::Exempt => format!("{count} exempt ({})", exempt.join(", ")),
            badge => format!("{count} {}", badge.as_str()),
        })
        .collect();
    let sum = if badges.is_empty() {
        String::new()
    } else {
        format!(": {}", badges.join(", "))
    };
    format!(
        "{}, {} with access{sum}\n\n{cells}",
        people(counts.people),
        counts.with_access
    )
}

fn rows(rows: &[Row]) -> String {
    table(
        [
            "e-mail",
            "status",
            "eligible",
            "entitled",
            "access",
            "state",
            "outcome",
            "compliance",
            "drift",
            "discord",
        ],
        rows.iter().map(row),
    )
}

fn row(row: &Row) -> [String; 10] {
    let yes_no = |yes: bool, why: &str| format!("{} ({why})", if yes { "yes" } else { "no" });
    let here = &row.standing;
    let compliance = match here.exempt_by {
        Some(by) => format!("exempt ({})", by.as_str()),
        None => here.compliance.as_str().to_owned(),
    };
    let drift: Vec<_> = here.drift.iter().map(|drift| drift.as_str()).collect();
    [
        row.person.email.clone(),
        here.status.to_string(),
        yes_no(here.eligible, here.eligibility),
        yes_no(here.entitled, here.entitlement),
        if here.access { "yes" } else { "no" }.to_owned(),
        here.access_state.as_str().to_owned(),
        here.outcome.as_str().to_owned(),
        compliance,
        drift.join(" "),
        here.discord.as_str().to_owned(),
    ]
}

fn next(map: &StatusMap) -> Option<String> {
    let cursor = map.next_cursor.as_ref()?;
    Some(format!(
        "{} shown of {}; go on with --cursor {cursor}",
        map.people.len(),
        map.counts.people
    ))
}

fn apart<T>(what: &str, apart: &Apart<T>, name: impl Fn(&T) -> String) -> Option<String> {
    if apart.count == 0 {
        return None;
    }
    let mut lines = vec![format!("{what}: {}", apart.count)];
    lines.extend(
        apart
            .first
            .iter()
            .take(FEW)
            .map(|one| format!("  {}", name(one))),
    );
    if apart.count > u64::try_from(FEW).unwrap_or(u64::MAX) {
        lines.push("  ...".to_owned());
    }
    Some(lines.join("\n"))
}
