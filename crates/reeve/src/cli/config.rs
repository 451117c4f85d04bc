//! `reeve config`: the settings in force, and the page that documents them. Needs no database.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Ending, Session};
use crate::config::problem::{Code, Problem};
use crate::config::table::When;
use crate::config::{self, Effective};
use crate::failure::Failure;
use crate::output::{Format, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Show every setting, where its value came from, and what looks wrong. Secrets are masked.
    Show,
    /// Print docs/configuration.md.
    #[command(hide = true)]
    Docs,
    /// Print docs/openapi.json, the document of the API.
    Openapi,
}

pub(crate) fn run(session: &Session, command: &Config) -> Result<Ending, Failure> {
    match command {
        Config::Show => show(session),
        Config::Docs => docs(session.format),
        Config::Openapi => openapi(),
    }
}

pub(crate) fn docs(format: Format) -> Result<Ending, Failure> {
    let page = config::docs::page();
    format.print(&json!({ "page": page }), |_| page.clone())?;
    Ok(Ending::Done)
}

/// The same in each format: the document is JSON.
pub(crate) fn openapi() -> Result<Ending, Failure> {
    let document = server::http::openapi();
    Format::Json.print(&document, |_| String::new())?;
    Ok(Ending::Done)
}

fn show(session: &Session) -> Result<Ending, Failure> {
    let config = &session.installation.config;
    let problems = config.problems();
    let of = |code| problems.iter().filter(move |problem| problem.code == code);
    let empty: Vec<_> = of(Code::EmptyVariable).map(|one| &one.variable).collect();
    let unknown: Vec<_> = of(Code::UnknownVariable)
        .map(|one| json!({ "variable": one.variable, "suggestion": one.suggestion }))
        .collect();
    let answer = json!({
        "config_file": config.config_file(),
        "env_file": config.env_file(),
        "hash": config.hash(),
        "settings": config.settings().iter().map(as_json).collect::<Vec<_>>(),
        "empty": empty,
        "unknown": unknown,
        "problems": problems,
    });
    session
        .format
        .print(&answer, |_| describe(config, &problems))?;
    Ok(Ending::Done)
}

fn as_json(effective: &Effective) -> Value {
    let setting = effective.setting;
    json!({
        "key": setting.key,
        "variable": setting.variable,
        "flag": setting.flag,
        "kind": setting.kind,
        "value": effective.value.as_ref().map(config::value::Value::json),
        "origin": effective.origin.to_string(),
        "secret": setting.is_secret(),
        "live": setting.when == When::Live,
        "seed": setting.when == When::Seed,
    })
}

fn describe(config: &config::Config, problems: &[Problem]) -> String {
    let rows = config.settings().iter().map(|effective| {
        let value = effective.value.as_ref();
        let when = match effective.setting.when {
            When::Start => "at start",
            When::Live => "live",
            When::Seed => "once (the database holds it: `governance show`)",
        };
        [
            effective.setting.key.to_owned(),
            value.map_or_else(|| "-".to_owned(), ToString::to_string),
            effective.origin.to_string(),
            when.to_owned(),
        ]
    });
    let mut text = table(["setting", "value", "from", "read"], rows);
    text.push_str(&format!("\n\nhash: {}\n", config.hash()));
    for Problem {
        text: said, remedy, ..
    } in problems
    {
        text.push_str(&format!("! {said}; {remedy}\n"));
    }
    text
}
