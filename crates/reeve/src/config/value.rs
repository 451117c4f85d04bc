//! What a setting's value can be, and how each kind is written. A secret is shown as `***`.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;

/// What kind of value a setting has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Text,
    Path,
    Address,
    Seconds,
    Days,
    PerMinute,
    List,
    Flag,
    LogFormat,
    Secret,
}

/// The largest number of seconds a setting may name, a year, and of days, ten years.
const SECONDS: u32 = 31_536_000;
const DAYS: u32 = 3_650;
/// Beyond that a limit limits nothing.
const PER_MINUTE: u32 = 10_000_000;

impl Kind {
    pub(crate) const ALL: [Self; 10] = [
        Self::Text,
        Self::Path,
        Self::Address,
        Self::Seconds,
        Self::Days,
        Self::PerMinute,
        Self::List,
        Self::Flag,
        Self::LogFormat,
        Self::Secret,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Path => "path",
            Self::Address => "address",
            Self::Seconds => "seconds",
            Self::Days => "days",
            Self::PerMinute => "times a minute",
            Self::List => "list",
            Self::Flag => "flag",
            Self::LogFormat => "log format",
            Self::Secret => "secret",
        }
    }

    /// What may be written, for a sentence that begins with "expected".
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Path => "the path of a file or folder",
            Self::Address => "an IP address and a port",
            Self::Seconds => "whole seconds, 1 to 31536000",
            Self::Days => "whole days, 0 to 3650",
            Self::PerMinute => "a whole number, 0 (no limit) to 10000000",
            Self::List => "entries separated by commas or white space",
            Self::Flag => "1, true, yes or on, or else 0, false, no or off",
            Self::LogFormat => "text or json",
            Self::Secret => "a text, which is never shown",
        }
    }

    /// An example as `reeve.toml` has it.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Text => "\"warn\"",
            Self::Path => "\"/srv/reeve\"",
            Self::Address => "\"127.0.0.1:8080\"",
            Self::Seconds => "21600",
            Self::Days => "30",
            Self::PerMinute => "300",
            Self::List => "[\"one\", \"two\"]",
            Self::Flag => "true",
            Self::LogFormat => "\"json\"",
            Self::Secret => "\"postgres://reeve@/reeve\"",
        }
    }

    /// Reads a value; `None` if it is not of this kind. A flag that is neither on nor off is off
    /// (decision 0004); [`flag`] tells.
    pub(crate) fn read(self, text: &str) -> Option<Value> {
        let number = |least, most| {
            let number = text.trim().parse().ok()?;
            (least..=most)
                .contains(&number)
                .then_some(Value::Number(number))
        };
        match self {
            Self::Text => Some(Value::Text(text.to_owned())),
            Self::Path => Some(Value::Path(PathBuf::from(text))),
            Self::Address => text.trim().parse().ok().map(Value::Address),
            Self::Seconds => number(1, SECONDS),
            Self::Days => number(0, DAYS),
            Self::PerMinute => number(0, PER_MINUTE),
            Self::List => Some(Value::List(entries(text))),
            Self::Flag => Some(Value::Flag(flag(text).unwrap_or(false))),
            Self::LogFormat => {
                let word = text.trim().to_lowercase();
                matches!(word.as_str(), "text" | "json").then_some(Value::Text(word))
            }
            Self::Secret => Some(Value::Secret(SecretString::from(text.to_owned()))),
        }
    }
}

fn entries(text: &str) -> Vec<String> {
    text.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a text says on or off, in any case; `None` if it says neither.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// A setting's value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Path(PathBuf),
    Address(SocketAddr),
    /// Of [`Kind::Seconds`], [`Kind::Days`] and [`Kind::PerMinute`].
    Number(u32),
    List(Vec<String>),
    Flag(bool),
    Secret(SecretString),
}

impl Value {
    /// The value itself, a secret too: to compare and to hash, never to show.
    pub(super) fn exposed(&self) -> String {
        match self {
            Self::Secret(secret) => secret.expose_secret().to_owned(),
            shown => shown.to_string(),
        }
    }

    /// As JSON, a secret masked.
    pub(crate) fn json(&self) -> serde_json::Value {
        match self {
            Self::Number(number) => json!(number),
            Self::List(entries) => json!(entries),
            Self::Flag(on) => json!(on),
            Self::Text(_) | Self::Path(_) | Self::Address(_) | Self::Secret(_) => {
                json!(self.to_string())
            }
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.exposed() == other.exposed()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Path(path) => path.display().fmt(f),
            Self::Address(address) => address.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::List(entries) => f.write_str(&entries.join(", ")),
            Self::Flag(on) => f.write_str(if *on { "on" } else { "off" }),
            Self::Secret(_) => f.write_str("***"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_on_or_off_by_the_words_of_the_guide_in_any_case_and_else_off() {
        for on in ["1", "true", "YES", "On", " on "] {
            assert_eq!(flag(on), Some(true), "{on}");
        }
        for off in ["0", "False", "NO", "off"] {
            assert_eq!(flag(off), Some(false), "{off}");
        }
        for unclear in ["banana", "2", "enabled", ""] {
            assert_eq!(flag(unclear), None, "{unclear}");
            assert_eq!(Kind::Flag.read(unclear), Some(Value::Flag(false)));
        }
    }

    #[test]
    fn numbers_are_whole_and_within_their_range() {
        for (kind, good, bad) in [
            (Kind::Seconds, ["1", " 31536000 "], ["0", "31536001"]),
            (Kind::Days, ["0", "3650"], ["-1", "3651"]),
            (Kind::PerMinute, ["0", "10000000"], ["-1", "10000001"]),
        ] {
            assert!(good.iter().all(|text| kind.read(text).is_some()));
            let bad = bad.iter().chain(&["6h", "1.5", "banana", ""]);
            assert!(bad.clone().all(|text| kind.read(text).is_none()));
        }
    }

    #[test]
    fn a_secret_is_shown_by_nothing_but_the_hash() {
        let secret = Kind::Secret.read("canary").unwrap();
        let shown = format!("{secret} {secret:?} {}", secret.json());
        assert!(
            shown.contains("***") && !shown.contains("canary"),
            "{shown}"
        );
        assert_eq!(secret.exposed(), "canary");
    }
}
