//! Import files of identities: CSV with a header, or NDJSON, told apart by their first byte.
//!
//! A line that can't be read is an error of that line; the others stand.

use std::io::BufRead;
use std::str::FromStr;

use domain::id::DiscordId;
use domain::identity::link::Link;
use domain::identity::{Email, Status};
use domain::tenancy::organization::Slug;
use serde::Deserialize;

use crate::Error;

/// What a file may say of a person; everything but `email` may be missing.
const COLUMNS: [&str; 9] = [
    "email",
    "display_name",
    "status",
    "discord_id",
    "oidc_issuer",
    "oidc_subject",
    "groups",
    "organizations",
    "roles",
];

/// A person as a file describes them, checked for form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// 1 for the first line of the file.
    pub number: u64,
    pub email: Email,
    pub display_name: Option<String>,
    pub status: Option<Status>,
    pub links: Vec<Link>,
    /// `None` leaves the groups as they are.
    pub groups: Option<Vec<String>>,
    pub organizations: Vec<Slug>,
    pub roles: Vec<WantedRole>,
}

/// `role` on the platform, or `role@organization-slug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedRole {
    pub name: String,
    pub organization: Option<Slug>,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LineError {
    pub line: u64,
    pub field: &'static str,
    pub problem: String,
}

impl LineError {
    pub(super) fn new(line: u64, field: &'static str, problem: impl ToString) -> Self {
        Self {
            line,
            field,
            problem: problem.to_string(),
        }
    }
}

/// A line as it is written, in either form. In NDJSON lists may be arrays or `;`-separated texts.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    email: String,
    display_name: Option<String>,
    status: Option<String>,
    discord_id: Option<String>,
    oidc_issuer: Option<String>,
    oidc_subject: Option<String>,
    groups: Option<List>,
    organizations: Option<List>,
    roles: Option<List>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum List {
    Items(Vec<String>),
    Text(String),
}

impl List {
    fn items(self) -> Vec<String> {
        let items = match self {
            Self::Items(items) => items,
            Self::Text(text) => text.split(';').map(str::to_owned).collect(),
        };
        items
            .into_iter()
            .map(|item| item.trim().to_owned())
            .filter(|item| !item.is_empty())
            .collect()
    }
}

/// Reads a whole file, a result a line.
pub fn read(mut input: impl BufRead) -> Result<Vec<Result<Line, LineError>>, Error> {
    let ndjson = loop {
        let Some(first) = input.fill_buf()?.first().copied() else {
            return Err(Error::invalid("file", "it is empty"));
        };
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => input.consume(1),
            other => break other == b'{',
        }
    };
    if ndjson {
        read_ndjson(input)
    } else {
        read_csv(input)
    }
}

fn read_ndjson(input: impl BufRead) -> Result<Vec<Result<Line, LineError>>, Error> {
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(input.lines()) {
        let text = text?;
        if text.trim().is_empty() {
            continue;
        }
        lines.push(
            serde_json::from_str::<Raw>(&text)
                .map_err(|problem| LineError::new(number, "line", problem))
                .and_then(|raw| check(number, raw)),
        );
    }
    Ok(lines)
}

fn read_csv(input: impl BufRead) -> Result<Vec<Result<Line, LineError>>, Error> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(input);
    let headers = reader
        .headers()
        .map_err(|e| Error::invalid("file", e))?
        .clone();
    if let Some(unknown) = headers.iter().find(|name| !COLUMNS.contains(name)) {
        let problem = format!(
            "unknown column `{unknown}`; known are {}",
            COLUMNS.join(", ")
        );
        return Err(Error::invalid("header", problem));
    }
    if !headers.iter().any(|name| name == "email") {
        return Err(Error::invalid("header", "the column `email` is missing"));
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        let line = match record {
            Err(problem) => {
                let number = problem.position().map_or(0, csv::Position::line);
                Err(LineError::new(number, "line", problem))
            }
            Ok(record) => {
                let number = record.position().map_or(0, csv::Position::line);
                record
                    .deserialize::<Raw>(Some(&headers))
                    .map_err(|problem| LineError::new(number, "line", problem))
                    .and_then(|raw| check(number, raw))
            }
        };
        lines.push(line);
    }
    Ok(lines)
}

fn check(number: u64, raw: Raw) -> Result<Line, LineError> {
    let given = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let mut links = Vec::new();
    if let Some(id) = given(raw.discord_id) {
        links.push(Link::Discord(parse::<DiscordId>(
            number,
            "discord_id",
            &id,
        )?));
    }
    let (issuer, subject) = (given(raw.oidc_issuer), given(raw.oidc_subject));
    if issuer.is_some() || subject.is_some() {
        let link = Link::oidc(&issuer.unwrap_or_default(), &subject.unwrap_or_default());
        links.push(link.map_err(|problem| LineError::new(number, "oidc_issuer", problem))?);
    }
    let organizations = raw.organizations.map(List::items).unwrap_or_default();
    let roles = raw.roles.map(List::items).unwrap_or_default();
    Ok(Line {
        number,
        email: parse(number, "email", &raw.email)?,
        display_name: given(raw.display_name),
        status: given(raw.status)
            .map(|text| parse(number, "status", &text))
            .transpose()?,
        links,
        groups: raw
            .groups
            .map(|groups| groups.items().iter().map(|g| g.to_lowercase()).collect()),
        organizations: organizations
            .iter()
            .map(|slug| parse(number, "organizations", slug))
            .collect::<Result<_, _>>()?,
        roles: roles
            .iter()
            .map(|text| wanted_role(number, text))
            .collect::<Result<_, _>>()?,
    })
}

fn wanted_role(number: u64, text: &str) -> Result<WantedRole, LineError> {
    Ok(match text.split_once('@') {
        None => WantedRole {
            name: text.to_owned(),
            organization: None,
        },
        Some((name, slug)) => WantedRole {
            name: name.to_owned(),
            organization: Some(parse(number, "roles", slug)?),
        },
    })
}

fn parse<T: FromStr<Err: ToString>>(
    number: u64,
    field: &'static str,
    text: &str,
) -> Result<T, LineError> {
    text.parse()
        .map_err(|problem: T::Err| LineError::new(number, field, problem.to_string()))
}
