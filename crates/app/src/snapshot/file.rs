//! Snapshot files: JSON as Discord's own member objects (one array or several pages), NDJSON, or
//! CSV, told apart by their first byte; read as a stream, so that a million members take no memory.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use domain::id::{DiscordId, DiscordRoleId};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use store::snapshot::Member;

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
    let first = loop {
        let Some(first) = input.fill_buf()?.first().copied() else {
            return Err(BadFile::Empty);
        };
        if first.is_ascii_whitespace() {
            input.consume(1);
        } else {
            break first;
        }
    };
    match first {
        b'[' => read_arrays(input, sink),
        b'{' => read_ndjson(input, sink),
        _ => read_csv(input, sink),
    }
}

/// A member object of Discord's API; what else it holds is passed over.
#[derive(Deserialize)]
struct RawMember {
    user: RawUser,
    roles: Vec<Id<DiscordRoleId>>,
}

#[derive(Deserialize)]
struct RawUser {
    id: Id<DiscordId>,
}

/// A snowflake, read from the text without keeping a copy.
struct Id<T>(T);

impl<'de, T: std::str::FromStr<Err: fmt::Display>> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(std::marker::PhantomData<T>);

        impl<T: std::str::FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a Discord id as a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer
            .deserialize_str(Text(std::marker::PhantomData))
            .map(Id)
    }
}

impl From<RawMember> for Member {
    fn from(raw: RawMember) -> Self {
        Self {
            discord_id: raw.user.id.0,
            roles: raw.roles.into_iter().map(|Id(role)| role.get()).collect(),
        }
    }
}

fn read_ndjson(mut input: impl BufRead, sink: Sink<'_>) -> Result<(), BadFile> {
    let mut text = Vec::new();
    for line in 1.. {
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
            problem: without_place(&e),
        })?;
        sink(raw.into())?;
    }
    Ok(())
}

/// serde_json counts lines within what it was given, which here is one line.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((problem, _)) => format!("{problem} at column {}", error.column()),
        None => text,
    }
}

/// One array of members, or several after each other, as pages were saved.
fn read_arrays(input: impl BufRead, sink: Sink<'_>) -> Result<(), BadFile> {
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
                    problem: error.to_string(),
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
fn read_csv(input: impl BufRead, sink: Sink<'_>) -> Result<(), BadFile> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(Last {
            inner: input,
            byte: None,
        });
    let broken = |e: csv::Error| {
        let line = e.position().map_or(1, csv::Position::line);
        let problem = e.to_string();
        match e.into_kind() {
            csv::ErrorKind::Io(error) => BadFile::Io(error),
            _ => BadFile::Line { line, problem },
        }
    };
    if *reader.headers().map_err(broken)? != ["discord_id", "roles"][..] {
        let problem = "expected JSON, NDJSON, or CSV with the header discord_id,roles".to_owned();
        return Err(BadFile::Line { line: 1, problem });
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let line = record.position().map_or(0, csv::Position::line);
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
            line: reader.position().line(),
            problem: "the last line has no line end: the file may be cut off".to_owned(),
        }),
    }
}
