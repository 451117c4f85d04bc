//! Snapshot files: JSON as Discord's own member objects (one array or several pages), NDJSON, or
//! CSV, told apart by their first byte; read as a stream, so that a million members take no memory.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::marker::PhantomData;
use std::str::FromStr;

use domain::id::{DiscordId, DiscordRoleId};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use store::snapshot::Member;

use crate::reading;

/// The longest line of NDJSON that is read: a member is about a kilobyte.
const LONGEST_LINE: u64 = 1024 * 1024;

/// Why a file can't be read, and where.
#[derive(Debug, thiserror::Error)]
pub enum BadFile {
    #[error("the file is empty")]
    Empty,
    #[error("line {line}: {problem}")]
    Line { line: u64, problem: String },
    #[error("member {member} of the file: {problem}")]
    Member { member: u64, problem: String },
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Whoever takes the members went away.
    #[error("reading stopped")]
    Stopped,
}

/// Takes one member after the other; `Err` stops the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Member) -> Result<(), BadFile>;

/// Reads a file in whichever of the three forms it is.
pub fn read(input: impl Read, sink: Sink<'_>) -> Result<(), BadFile> {
    let mut input = BufReader::with_capacity(256 * 1024, input);
    let mut blank_lines = 0;
    let first = loop {
        let Some(first) = input.fill_buf()?.first().copied() else {
            return Err(BadFile::Empty);
        };
        if first.is_ascii_whitespace() {
            blank_lines += u64::from(first == b'\n');
            input.consume(1);
        } else {
            break first;
        }
    };
    match first {
        b'[' => read_arrays(input, blank_lines, sink),
        b'{' => read_ndjson(input, blank_lines, sink),
        _ => read_csv(input, blank_lines, sink),
    }
}

/// A member object of Discord's API; what else it holds is passed over.
#[derive(Deserialize)]
#[serde(expecting = "a member object of Discord's, with `user` and `roles`")]
struct RawMember {
    user: RawUser,
    roles: Roles,
}

#[derive(Deserialize)]
#[serde(expecting = "`user` as an object with the account's `id`")]
struct RawUser {
    id: AccountId,
}

struct AccountId(DiscordId);

/// The roles, read from the text without keeping a copy.
struct Roles(Vec<i64>);

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = Id("`user.id` as a text in double quotes", PhantomData);
        deserializer.deserialize_str(visitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RolesVisitor).map(Self)
    }
}

/// Reads a Discord id from a text; says what was expected otherwise.
struct Id<T>(&'static str, PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Id<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> DeserializeSeed<'de> for Id<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

struct RolesVisitor;

impl<'de> Visitor<'de> for RolesVisitor {
    type Value = Vec<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`roles` as an array of role ids")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut ids: A) -> Result<Vec<i64>, A::Error> {
        let mut roles = Vec::new();
        let id = || Id::<DiscordRoleId>("each of `roles` as a text in double quotes", PhantomData);
        while let Some(role) = ids.next_element_seed(id())? {
            roles.push(role.get());
        }
        Ok(roles)
    }
}

impl From<RawMember> for Member {
    fn from(raw: RawMember) -> Self {
        Self {
            discord_id: raw.user.id.0,
            roles: raw.roles.0,
        }
    }
}

fn read_ndjson(mut input: impl BufRead, blank_lines: u64, sink: Sink<'_>) -> Result<(), BadFile> {
    let mut text = Vec::new();
    for line in blank_lines + 1.. {
        text.clear();
        let read = input
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut text)?;
        if read == 0 {
            break;
        }
        if u64::try_from(read).unwrap_or(u64::MAX) == LONGEST_LINE && !text.ends_with(b"\n") {
            let problem = format!("longer than {LONGEST_LINE} bytes");
            return Err(BadFile::Line { line, problem });
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let raw: RawMember = serde_json::from_slice(&text).map_err(|e| BadFile::Line {
            line,
            // serde_json counts lines within what it was given, which here is one line.
            problem: format!("column {}: {}", e.column(), reading::json(&e)),
        })?;
        sink(raw.into())?;
    }
    Ok(())
}

/// One array of members, or several after each other, as pages were saved.
fn read_arrays(input: impl BufRead, blank_lines: u64, sink: Sink<'_>) -> Result<(), BadFile> {
    let mut json = serde_json::Deserializer::from_reader(input);
    let mut page = Page {
        sink,
        count: 0,
        stopped: None,
    };
    loop {
        match json.end() {
            Ok(()) => return Ok(()),
            // Anything but trailing characters is a broken read.
            Err(error) if error.is_io() => return Err(std::io::Error::from(error).into()),
            Err(_) => {}
        }
        if let Err(error) = (&mut page).deserialize(&mut json) {
            return Err(match page.stopped.take() {
                Some(stopped) => stopped,
                None if error.is_io() => std::io::Error::from(error).into(),
                None => BadFile::Member {
                    member: page.count + 1,
                    problem: format!(
                        "line {}, column {}: {}",
                        blank_lines + u64::try_from(error.line()).unwrap_or(0),
                        error.column(),
                        reading::json(&error)
                    ),
                },
            });
        }
    }
}

/// An array that hands each member on as it comes by.
struct Page<'a> {
    sink: Sink<'a>,
    count: u64,
    stopped: Option<BadFile>,
}

impl<'de> DeserializeSeed<'de> for &mut Page<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Page<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of Discord's member objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(raw) = members.next_element::<RawMember>()? {
            self.count += 1;
            if let Err(problem) = (self.sink)(raw.into()) {
                self.stopped = Some(problem);
                return Err(de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// A reader that remembers the last byte that went by.
struct Last<R> {
    inner: R,
    byte: Option<u8>,
}

impl<R: Read> Read for Last<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let read = buffer.get(..count).and_then(<[u8]>::last);
        self.byte = read.copied().or(self.byte);
        Ok(count)
    }
}

/// `discord_id,roles`, the roles separated by `;`. The last line ends like the others: without its
/// end nobody could tell whether the last role is whole.
fn read_csv(input: impl BufRead, blank_lines: u64, sink: Sink<'_>) -> Result<(), BadFile> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(Last {
            inner: input,
            byte: None,
        });
    let broken = |e: csv::Error| {
        let line = blank_lines + e.position().map_or(1, csv::Position::line);
        let problem = reading::csv(&e);
        match e.into_kind() {
            csv::ErrorKind::Io(error) => BadFile::Io(error),
            _ => BadFile::Line { line, problem },
        }
    };
    if *reader.headers().map_err(broken)? != ["discord_id", "roles"][..] {
        let problem = "expected JSON, NDJSON, or CSV with the header discord_id,roles".to_owned();
        let line = blank_lines + 1;
        return Err(BadFile::Line { line, problem });
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let line = blank_lines + record.position().map_or(0, csv::Position::line);
        let wrong = |problem: String| BadFile::Line { line, problem };
        let (Some(id), Some(roles)) = (record.get(0), record.get(1)) else {
            return Err(wrong("expected two columns".to_owned()));
        };
        let discord_id: DiscordId = id.parse().map_err(|e| wrong(format!("discord_id: {e}")))?;
        let roles = roles
            .split(';')
            .map(str::trim)
            .filter(|role| !role.is_empty())
            .map(|role| role.parse::<DiscordRoleId>().map(DiscordRoleId::get))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| wrong(format!("roles: {e}")))?;
        sink(Member { discord_id, roles })?;
    }
    match reader.get_ref().byte {
        Some(b'\n' | b'\r') => Ok(()),
        _ => Err(BadFile::Line {
            line: blank_lines + reader.position().line(),
            problem: "the last line has no line end: the file may be cut off".to_owned(),
        }),
    }
}
