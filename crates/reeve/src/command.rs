//! How a command of Reeve is written for people, in this one place.
//!
//! Texts everywhere, in `domain` too, name commands as `reeve role list`. Whoever pastes one has to reach
//! the installation that said it: so when a text is printed, the program is named as it was called here,
//! with the flags that lead to the same data directory and files. What no flag can say (`DATABASE_URL`)
//! is in the environment, and stays there.

use std::path::{Path, absolute};
use std::sync::OnceLock;

use clap::CommandFactory;

use crate::config::Config;

/// What stands before a subcommand, as a shell reads it.
static PROGRAM: OnceLock<String> = OnceLock::new();

const NAME: &str = "reeve ";

/// Sets how commands are written from now on; may be called once.
pub(crate) fn set(config: &Config) {
    let program = std::env::args().next();
    let mut words = quoted(&program.unwrap_or_else(|| NAME.trim_end().to_owned()));
    for (flag, path) in config.path_flags() {
        let path = absolute(path).unwrap_or_else(|_| path.to_owned());
        words += &format!(" {flag} {}", shown(&path));
    }
    // A second call would be a second configuration, and there is one a process.
    let _unless_set = PROGRAM.set(words);
}

fn shown(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A text whose commands work where it is read.
pub(crate) fn pasteable(text: &str) -> String {
    match PROGRAM.get() {
        Some(program) => with_program(text, program, is_command),
        None => text.to_owned(),
    }
}

fn is_command(word: &str) -> bool {
    crate::cli::Cli::command().find_subcommand(word).is_some()
}

/// Writes `program` in the place of `reeve` wherever a command begins.
fn with_program(text: &str, program: &str, is_command: impl Fn(&str) -> bool) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NAME) {
        let (before, found) = rest.split_at(at);
        let (name, after) = found.split_at(NAME.len());
        let begins = before.chars().next_back().or(written.chars().next_back());
        let begins = begins.is_none_or(|c| c.is_whitespace() || "`(".contains(c));
        let ends = |c: char| !(c.is_ascii_lowercase() || c == '-');
        let word = after.split(ends).next().unwrap_or_default();
        written += before;
        if begins && is_command(word) {
            written += program;
            written.push(' ');
        } else {
            written += name;
        }
        rest = after;
    }
    written + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_stands_where_a_command_begins_and_nowhere_else() {
        let known = |word: &str| ["role", "db"].contains(&word);
        let written = |text| with_program(text, "./reeve --data-dir /d", known);
        for (text, expected) in [
            ("reeve role list", "./reeve --data-dir /d role list"),
            (
                "see `reeve db url`, or (reeve role x)",
                "see `./reeve --data-dir /d db url`, or (./reeve --data-dir /d role x)",
            ),
            ("next: reeve role", "next: ./reeve --data-dir /d role"),
            ("the reeve of the manor", "the reeve of the manor"),
            (
                "a reeve_pat and /bin/reeve role",
                "a reeve_pat and /bin/reeve role",
            ),
            ("reeve reeve role", "reeve ./reeve --data-dir /d role"),
            ("", ""),
        ] {
            assert_eq!(written(text), expected);
        }
    }

    #[test]
    fn a_word_with_blanks_or_quotes_is_one_word_to_a_shell() {
        assert_eq!(quoted("/var/lib/reeve"), "/var/lib/reeve");
        assert_eq!(quoted("/my files"), "'/my files'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("$(rm)"), "'$(rm)'");
    }
}
