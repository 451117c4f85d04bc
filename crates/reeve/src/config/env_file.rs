//! The env file: lines `NAME=VALUE`, written so that a shell that sources the file reads the same.
//! It is the one source that is read again by a reload (decision 0019).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::error::Error;

/// An env file as it was when it was read.
#[derive(Clone, Debug)]
pub(crate) struct EnvFile {
    pub(crate) path: PathBuf,
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    line: usize,
    text: SecretString,
}

impl EnvFile {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|problem| Error::Unreadable {
            what: "env file",
            path: path.to_owned(),
            problem,
        })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let mut entries = BTreeMap::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in (1..).zip(text.lines()) {
            let malformed = |problem: String| Error::Malformed {
                path: path.to_owned(),
                line: number,
                problem,
            };
            let Some((name, text)) = entry(line).map_err(|problem| malformed(problem.into()))?
            else {
                continue;
            };
            if name == "REEVE_ENV_FILE" {
                return Err(malformed("an env file can't name another one".into()));
            }
            let entry = Entry {
                line: number,
                text: text.into(),
            };
            if let Some(Entry { line, .. }) = entries.insert(name.to_owned(), entry) {
                return Err(malformed(format!("{name} stands on line {line} already")));
            }
        }
        Ok(Self {
            path: path.to_owned(),
            entries,
        })
    }

    /// What stands here for a name, empty or not, and on which line.
    pub(super) fn get(&self, name: &str) -> Option<(&str, usize)> {
        let entry = self.entries.get(name)?;
        Some((entry.text.expose_secret(), entry.line))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }
}

/// Reads one line: a name and its text, nothing (a comment, an empty line), or what is wrong with
/// it, said without repeating it, for it may hold a secret.
fn entry(line: &str) -> Result<Option<(&str, String)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let (name, rest) = line.split_once('=').ok_or("expected NAME=VALUE")?;
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !begins_well || name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        return Err("expected a name of letters, digits and `_` right before the `=`");
    }
    let (text, rest) = match rest.chars().next() {
        Some('\'') => single_quoted(&rest[1..])?,
        Some('"') => double_quoted(&rest[1..])?,
        _ => return Ok(Some((name, unquoted(rest).to_owned()))),
    };
    let after = rest.trim_start();
    if after.is_empty() || (after.len() < rest.len() && after.starts_with('#')) {
        Ok(Some((name, text)))
    } else {
        Err("expected nothing but a comment after the closing quote")
    }
}

fn single_quoted(text: &str) -> Result<(String, &str), &'static str> {
    let (text, rest) = text.split_once('\'').ok_or("the single quote has no end")?;
    Ok((text.to_owned(), rest))
}

/// As in a shell, a backslash escapes `"`, `\`, `$` and a backquote, and stands for itself before
/// anything else. Nothing is expanded.
fn double_quoted(text: &str) -> Result<(String, &str), &'static str> {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (character, characters.peek()) {
            ('"', _) => return Ok((value, &text[at + 1..])),
            ('\\', Some((_, escaped @ ('"' | '\\' | '$' | '`')))) => {
                value.push(*escaped);
                characters.next();
            }
            (character, _) => value.push(character),
        }
    }
    Err("the double quote has no end")
}

/// To the end of the line, or to a `#` after white space.
fn unquoted(text: &str) -> &str {
    let comment = text
        .char_indices()
        .find(|(at, c)| *c == '#' && text[..*at].ends_with(char::is_whitespace));
    text[..comment.map_or(text.len(), |(at, _)| at)].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<EnvFile, Error> {
        EnvFile::parse(Path::new("x.env"), text)
    }

    #[test]
    fn lines_are_read_as_a_shell_reads_them() {
        let text = "\n# comment\nA=1\nexport B=two # said\nC='a \"b\" # c'\nD=\"x \\\"y\\\" \\n\" # z\n\
                    E=\nF=a@x.org b@x.org \nG=p#w\nH=''\r\n";
        let file = parse(text).unwrap();
        let expected = [
            ("A", "1"),
            ("B", "two"),
            ("C", "a \"b\" # c"),
            ("D", "x \"y\" \\n"),
            ("E", ""),
            ("F", "a@x.org b@x.org"),
            ("G", "p#w"),
            ("H", ""),
        ];
        for (name, text) in expected {
            assert_eq!(file.get(name).map(|(text, _)| text), Some(text), "{name}");
        }
        assert_eq!(file.names().count(), expected.len());
        assert_eq!(file.get("B").map(|(_, line)| line), Some(4));
    }

    #[test]
    fn anything_else_is_an_error_with_file_and_line_that_does_not_repeat_it() {
        for wrong in [
            "canary",
            "A B=canary",
            "A =canary",
            "1A=canary",
            "=canary",
            "A='canary",
            "A=\"canary",
            "A=\"canary\\\"",
            "A='canary' b",
            "A='canary'#b",
            "A=canary\nA=canary",
            "REEVE_ENV_FILE=canary",
        ] {
            let error = parse(&format!("# first\n{wrong}")).unwrap_err().to_string();
            let line = 1 + wrong.lines().count();
            assert!(
                error.starts_with(&format!("x.env line {line}: ")),
                "{error}"
            );
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
