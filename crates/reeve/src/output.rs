//! How answers are printed: tables for people, one JSON document for programs. Only the answer goes
//! to stdout; logs, progress and errors go to stderr.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use app::warning::Warning;
use clap::ValueEnum;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::command::pasteable;
use crate::failure::Failure;

/// `-o`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON document, stable.
    Json,
}

impl Format {
    /// Prints an answer: as JSON, or as the text that `text` makes of it, whose commands can be pasted.
    pub(crate) fn print<T: Serialize>(
        self,
        answer: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        self.print_document(answer, |answer| pasteable(&text(answer)))
    }

    /// The same of a document, in which nothing is changed.
    pub(crate) fn print_document<T: Serialize>(
        self,
        answer: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        let answer = match self {
            Self::Json => serde_json::to_string_pretty(answer)?,
            Self::Table => printable(&text(answer)),
        };
        let mut out = std::io::stdout().lock();
        match writeln!(out, "{}", answer.trim_end()).and_then(|()| out.flush()) {
            // Whoever read the answer had enough (`| head`).
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }
}

/// Text without what would move the cursor or colour the terminal: names come from outside.
fn printable(text: &str) -> String {
    let keep = |c: char| {
        if c.is_control() && c != '\n' {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(keep).collect()
}

/// A table without lines, as wide as it needs to be.
pub(crate) fn table<const N: usize>(
    headers: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(headers.map(str::to_uppercase));
    for row in rows {
        table.add_row(row);
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A bar on stderr while it is a terminal. `length` is the number of things to do, if known.
pub(crate) fn progress(what: &'static str, length: Option<u64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let template = if length.is_some() {
        "{msg} {wide_bar} {human_pos}/{human_len} {per_sec}"
    } else {
        "{spinner} {msg} {human_pos} {per_sec}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A duration in the largest unit that says enough: `42 s`, `7 min`, `5 h`, `3 d`.
pub(crate) fn age(seconds: i64) -> String {
    match seconds.abs() {
        0..=99 => format!("{seconds} s"),
        100..=5_999 => format!("{} min", seconds / 60),
        6_000..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// An instant to the second, UTC.
pub(crate) fn instant(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A line each, to stand behind an answer.
pub(crate) fn warnings(warnings: &[Warning]) -> String {
    warnings
        .iter()
        .map(|warning| format!("\nwarning: {warning}"))
        .collect()
}

/// `1 person`, `2 people`.
pub(crate) fn people(count: u64) -> String {
    if count == 1 {
        "1 person".to_owned()
    } else {
        format!("{count} people")
    }
}
