//! Import files of identities: CSV with a header, or NDJSON, told apart by their first byte.
//!
//! A line that can't be read is an error of that line; the others stand.

use std::collections::HashSet;
use std::fmt;
use std::io::BufRead;
use std::str::FromStr;

use domain::id::DiscordId;
use domain::identity::link::Link;
use domain::identity::{Email, Status};
use domain::tenancy::organization::Slug;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::{Error, reading};

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

/// A line as it is written, in either form: texts, and lists of texts.
#[derive(Debug, Default)]
struct Raw {
    email: String,
    display_name: Option<String>,
    status: Option<String>,
    discord_id: Option<String>,
    oidc_issuer: Option<String>,
    oidc_subject: Option<String>,
    groups: Option<Vec<String>>,
    organizations: Vec<String>,
    roles: Vec<String>,
}

impl Raw {
    /// Takes up a field; what is wrong with it otherwise.
    fn put(&mut self, field: &'static str, value: Value) -> Result<(), &'static str> {
        match field {
            "email" => self.email = text(value)?,
            "display_name" => self.display_name = Some(text(value)?),
            "status" => self.status = Some(text(value)?),
            "discord_id" => self.discord_id = Some(text(value)?),
            "oidc_issuer" => self.oidc_issuer = Some(text(value)?),
            "oidc_subject" => self.oidc_subject = Some(text(value)?),
            "groups" => self.groups = Some(list(value)?),
            "organizations" => self.organizations = list(value)?,
            _ => self.roles = list(value)?,
        }
        Ok(())
    }
}

fn text(value: Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err("expected a text, in double quotes"),
    }
}

/// An array of texts, or one text separated by `;`.
fn list(value: Value) -> Result<Vec<String>, &'static str> {
    let problem = "expected an array of texts, or one text separated by `;`";
    let items: Vec<String> = match value {
        Value::Array(items) => items
            .into_iter()
            .map(text)
            .collect::<Result<_, _>>()
            .map_err(|_| problem)?,
        Value::String(text) => text.split(';').map(str::to_owned).collect(),
        _ => return Err(problem),
    };
    Ok(items
        .into_iter()
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect())
}

/// An object's fields as they are written, so that one that stands there twice is seen.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor).map(Self)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, like {\"email\": \"ada@example.org\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(fields)
    }
}

/// Reads a whole file, a result a line.
pub fn read(mut input: impl BufRead) -> Result<Vec<Result<Line, LineError>>, Error> {
    let mut blank_lines = 0;
    let ndjson = loop {
        let Some(first) = input.fill_buf()?.first().copied() else {
            return Err(Error::invalid("file", "it is empty"));
        };
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => {
                blank_lines += u64::from(first == b'\n');
                input.consume(1);
            }
            other => break other == b'{',
        }
    };
    if ndjson {
        read_ndjson(input, blank_lines)
    } else {
        read_csv(input, blank_lines)
    }
}

fn read_ndjson(
    mut input: impl BufRead,
    blank_lines: u64,
) -> Result<Vec<Result<Line, LineError>>, Error> {
    let mut lines = Vec::new();
    let mut text = Vec::new();
    for number in blank_lines + 1.. {
        text.clear();
        if input.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        if !text.trim_ascii().is_empty() {
            lines.push(ndjson_line(number, &text));
        }
    }
    Ok(lines)
}

fn ndjson_line(number: u64, text: &[u8]) -> Result<Line, LineError> {
    let Fields(fields) = serde_json::from_slice(text).map_err(|error| {
        let problem = format!("column {}: {}", error.column(), reading::json(&error));
        LineError::new(number, "line", problem)
    })?;
    let mut raw = Raw::default();
    let mut seen = HashSet::new();
    for (name, value) in fields {
        let Some(field) = COLUMNS.into_iter().find(|known| *known == name) else {
            let problem = unknown("field", &name);
            return Err(LineError::new(number, "line", problem));
        };
        if !seen.insert(field) {
            return Err(LineError::new(number, field, "it stands there twice"));
        }
        // Only the address has to be there; anything else that is null is left out.
        if value.is_null() && field != "email" {
            continue;
        }
        raw.put(field, value)
            .map_err(|problem| LineError::new(number, field, problem))?;
    }
    check(number, raw)
}

fn unknown(what: &str, name: &str) -> String {
    let name: String = name.chars().take(80).collect();
    format!("unknown {what} `{name}`; known are {}", COLUMNS.join(", "))
}

fn read_csv(input: impl BufRead, blank_lines: u64) -> Result<Vec<Result<Line, LineError>>, Error> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(input);
    let headers = header(reader.headers().map_err(|error| in_file(error, "header"))?)?;
    let mut lines = Vec::new();
    for record in reader.records() {
        lines.push(match record {
            Err(error) if error.is_io_error() => return Err(in_file(error, "file")),
            Err(error) => {
                let number = blank_lines + error.position().map_or(0, csv::Position::line);
                Err(LineError::new(number, "line", reading::csv(&error)))
            }
            Ok(record) => {
                let number = blank_lines + record.position().map_or(0, csv::Position::line);
                csv_line(number, &headers, &record)
            }
        });
    }
    Ok(lines)
}

/// A failure to read, or a header that can't be read.
fn in_file(error: csv::Error, field: &'static str) -> Error {
    let problem = reading::csv(&error);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::Io(error),
        _ => Error::invalid(field, problem),
    }
}

/// The columns of the file, each known and there once.
fn header(record: &csv::StringRecord) -> Result<Vec<&'static str>, Error> {
    let mut columns = Vec::with_capacity(record.len());
    for name in record {
        let Some(column) = COLUMNS.into_iter().find(|known| *known == name) else {
            return Err(Error::invalid("header", unknown("column", name)));
        };
        if columns.contains(&column) {
            let problem = format!("the column `{column}` stands there twice");
            return Err(Error::invalid("header", problem));
        }
        columns.push(column);
    }
    if !columns.contains(&"email") {
        return Err(Error::invalid("header", "the column `email` is missing"));
    }
    Ok(columns)
}

fn csv_line(
    number: u64,
    headers: &[&'static str],
    record: &csv::StringRecord,
) -> Result<Line, LineError> {
    let mut raw = Raw::default();
    for (field, cell) in headers.iter().zip(record) {
        // An empty cell leaves out.
        if !cell.is_empty() {
            raw.put(field, Value::String(cell.to_owned()))
                .map_err(|problem| LineError::new(number, field, problem))?;
        }
    }
    check(number, raw)
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
            .map(|groups| groups.iter().map(|g| g.to_lowercase()).collect()),
        organizations: raw
            .organizations
            .iter()
            .map(|slug| parse(number, "organizations", slug))
            .collect::<Result<_, _>>()?,
        roles: raw
            .roles
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
