//! `reeve freshness`: how old the observations are, and what happens when they go stale.

use app::freshness::{Guild, Report};
use domain::governance::mode::Mode;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::output::{age, instant, people, table};

pub(crate) async fn run(session: &Session) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let report = app::freshness::look(&reeve, &session.caller).await?;
    session.format.print(&report, describe)?;
    Ok(Ending::Done)
}

fn describe(report: &Report) -> String {
    let mut parts = vec![format!(
        "as of {}; a snapshot is stale after {}",
        instant(report.as_of),
        age(report.max_age_seconds)
    )];
    if report.guilds.is_empty() {
        parts.push("no guild is mapped or observed".to_owned());
    } else {
        parts.push(table(
            [
                "guild",
                "taken at",
                "age",
                "verdict",
                "counts",
                "fresh until",
                "in",
                "then lose access",
            ],
            report.guilds.iter().map(|guild| row(guild, report)),
        ));
    }
    if report.mode == Some(Mode::Portal) {
        parts.push("Portal-leading: the latest snapshot of any guild counts".to_owned());
    }
    parts.push(outlook(report));
    parts.join("\n\n")
}

fn row(guild: &Guild, report: &Report) -> [String; 8] {
    let until = |at: jiff::Timestamp| age(at.duration_since(report.as_of).as_secs());
    [
        guild.guild_id.to_string(),
        guild.taken_at.map(instant).unwrap_or_default(),
        guild.age_seconds.map(age).unwrap_or_default(),
        guild.freshness.describe().to_owned(),
        if guild.counts { "yes" } else { "no" }.to_owned(),
        guild.deadline.map(instant).unwrap_or_default(),
        guild.deadline.map(until).unwrap_or_default(),
        guild.lose_access.map(people).unwrap_or_default(),
    ]
}

/// What comes next, in a sentence.
fn outlook(report: &Report) -> String {
    let Some(with_access) = report.with_access else {
        return report
            .missing
            .map_or(String::new(), |missing| format!("missing: {missing}"));
    };
    let now = match with_access {
        1 => "1 person has access".to_owned(),
        n => format!("{n} people have access"),
    };
    match report.next_deadline {
        Some(at) => {
            let lose = report
                .guilds
                .iter()
                .filter(|guild| guild.deadline == Some(at))
                .filter_map(|guild| guild.lose_access)
                .max()
                .unwrap_or(0);
            format!(
                "{now}; unless the guild is observed again, {} lose it after {}",
                people(lose),
                instant(at)
            )
        }
        None => format!("{now}; no observation that decisions lean on is fresh"),
    }
}
