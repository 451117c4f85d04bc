//! `reeve doctor`: everything that an operator would check by hand, each with what to do.
//!
//! What a finding means is decided in `domain::health`; here is only the order of looking, and what
//! only this machine shows.

use app::Reeve;
use app::governance::Number;
use clap::Args;
use domain::health::{Check, Finding, Severity, machine};
use embedded::DataDir;
use jiff::Timestamp;
use serde::Serialize;
use store::migrate::Schema;

use super::{Ending, Session};
use crate::failure::Failure;
use crate::installation;
use crate::output::table;

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// End with 1 for warnings too, not for errors only.
    #[arg(long)]
    strict: bool,
}

#[derive(Serialize)]
struct Answer {
    /// The worst that was found: ok, warning or error.
    worst: Severity,
    findings: Vec<Finding>,
}

pub(crate) async fn run(session: &Session, command: Doctor) -> Result<Ending, Failure> {
    let mut findings = look(session).await;
    findings.sort_by_key(|finding| finding.check);
    let worst = findings.iter().map(|finding| finding.severity).max();
    let answer = Answer {
        worst: worst.unwrap_or(Severity::Ok),
        findings,
    };
    session.format.print(&answer, describe)?;
    Ok(ending(&answer, command.strict))
}

/// 1 for an error; 3 if the only error is a plan that waits for somebody.
fn ending(answer: &Answer, strict: bool) -> Ending {
    let errors = || {
        let errors = answer.findings.iter();
        errors.filter(|finding| finding.severity == Severity::Error)
    };
    match answer.worst {
        Severity::Error if errors().all(|finding| finding.check == Check::HeldPlan) => Ending::Held,
        Severity::Error => Ending::No,
        Severity::Warning if strict => Ending::No,
        Severity::Warning | Severity::Ok => Ending::Done,
    }
}

async fn look(session: &Session) -> Vec<Finding> {
    let mut findings = session.installation.findings();
    findings.extend(disk(session));
    let reeve = match open(session).await {
        Ok((reeve, schema)) => {
            findings.extend(schema);
            reeve
        }
        Err(finding) => {
            findings.push(finding);
            return findings;
        }
    };
    let looks = [
        seeds(session, &reeve).await,
        clock(&reeve).await.map(|finding| vec![finding]),
        app::health::server_findings(&reeve).await,
        app::health::findings(&reeve).await,
    ];
    for look in looks {
        match look {
            Ok(found) => findings.extend(found),
            Err(error) => findings.push(unreachable_database(&Failure::from(error))),
        }
    }
    findings
}

/// Opens the installation; a schema that is not this program's is a finding of its own, and there is
/// no sense in looking further with it.
async fn open(session: &Session) -> Result<(Reeve, [Finding; 2]), Finding> {
    let schema = installation::check_schema(&session.installation).await;
    match schema.map_err(|failure| unreachable_database(&failure))? {
        Schema::Current => {}
        Schema::Behind { pending, .. } => {
            let text = format!("the schema lacks {pending} migrations");
            return Err(Finding::error(
                Check::Migrations,
                text,
                "run `reeve migrate`",
            ));
        }
        Schema::Newer => {
            return Err(Finding::error(
                Check::Migrations,
                "the schema was written by a newer Reeve",
                "use that version, or a newer one",
            ));
        }
    }
    let opened = session.installation.open().await;
    let reeve = opened.map_err(|failure| unreachable_database(&failure))?;
    let database = Finding::ok(Check::Database, "the database answers");
    let schema = Finding::ok(Check::Migrations, "the schema is current");
    Ok((reeve, [database, schema]))
}

fn unreachable_database(failure: &Failure) -> Finding {
    let remedy = failure
        .hint()
        .unwrap_or("start it with `reeve serve`, or correct DATABASE_URL");
    Finding::error(Check::Database, failure.to_string(), remedy)
}

/// What the environment says of numbers that the database holds since the installation was made, if
/// it says something else (decision 0023).
async fn seeds(session: &Session, reeve: &Reeve) -> Result<Vec<Finding>, app::Error> {
    let stored = app::governance::show(reeve, &session.caller)
        .await?
        .governance;
    let config = &session.installation.config;
    let seeds = [
        (
            Number::SnapshotMaxAgeSeconds,
            config.seeded_snapshot_max_age(),
            stored.max_age.as_secs(),
        ),
        (
            Number::RoleRestoreDays,
            config.seeded_role_restore_days(),
            stored.restore_window.as_hours() / 24,
        ),
    ];
    let differs = seeds.into_iter().filter_map(|(number, given, stored)| {
        let given = given.filter(|given| i64::from(*given) != stored)?;
        let name = number.name();
        let finding = Finding::warning(
            Check::Configuration,
            format!("the settings say {name} {given}; the database says {stored}, and that holds"),
            format!("`reeve governance set {name} {given}`, or remove the setting"),
        );
        Some(finding.about(name))
    });
    Ok(differs.collect())
}

async fn clock(reeve: &Reeve) -> Result<Finding, app::Error> {
    let before = this_machines_clock();
    let database = app::health::clock(reeve).await?;
    let after = this_machines_clock();
    // Where in between the database looked is not known; the middle is off by half the round trip.
    let middle = before + after.duration_since(before) / 2;
    Ok(machine::clock(middle.duration_since(database)))
}

#[expect(clippy::disallowed_methods, reason = "this clock is what is checked")]
fn this_machines_clock() -> Timestamp {
    Timestamp::now()
}

/// The room where the private database lies, if there is one.
fn disk(session: &Session) -> Option<Finding> {
    let dir = DataDir::open_existing(&session.installation.data_dir()).ok()??;
    let space = dir.disk_space().ok()?;
    Some(machine::disk(space.free, space.whole))
}

fn describe(answer: &Answer) -> String {
    let sign = |severity| match severity {
        Severity::Ok => "ok",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
    };
    let findings = answer.findings.iter();
    let all = table(
        ["", "check", "found"],
        findings.clone().map(|finding| {
            [
                sign(finding.severity).to_owned(),
                finding.check.as_str().replace('_', " "),
                finding.text.clone(),
            ]
        }),
    );
    let to_do: String = findings
        .filter(|finding| finding.severity > Severity::Ok)
        .map(|finding| {
            format!(
                "- {}: {}\n",
                finding.check.as_str().replace('_', " "),
                finding.remedy
            )
        })
        .collect();
    if to_do.is_empty() {
        return format!("{all}\n\nnothing to do");
    }
    format!("{all}\n\nwhat to do:\n{to_do}")
}
