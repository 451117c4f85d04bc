//! `reeve.toml`: one flat table of the settings' keys. A key that no setting has is an error, so
//! that a slip of the keys does not silently leave a default in force.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Error;
use super::nearest::nearest;
use super::table::{Name, SETTINGS, Setting};
use super::value::{Kind, Value};

/// The file as it was when the process started.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    values: Vec<(Name, Value, usize)>,
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|problem| Error::Unreadable {
            what: "configuration",
            path: path.to_owned(),
            problem,
        })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let line_of = |at: usize| {
            let before = text.as_bytes().iter().take(at);
            1 + before.filter(|byte| **byte == b'\n').count()
        };
        // The parser's own display repeats the line, which may hold a secret.
        let table = DeTable::parse(text).map_err(|error| Error::Malformed {
            path: path.to_owned(),
            line: line_of(error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })?;
        let mut values = Vec::new();
        for (key, value) in table.get_ref() {
            let line = line_of(key.span().start);
            let setting = known(path, line, key.get_ref())?;
            let value = typed(setting.kind, value.get_ref()).ok_or_else(|| Error::WrongInFile {
                path: path.to_owned(),
                line,
                key: setting.key,
                expected: setting.kind.expected(),
                example: setting.kind.example(),
            })?;
            values.push((setting.name, value, line));
        }
        Ok(Self {
            path: path.to_owned(),
            values,
        })
    }

    /// What it says of a setting, and on which line.
    pub(super) fn get(&self, name: Name) -> Option<(&Value, usize)> {
        let found = self.values.iter().find(|(named, ..)| *named == name);
        found.map(|(_, value, line)| (value, *line))
    }
}

fn known(path: &Path, line: usize, key: &str) -> Result<&'static Setting, Error> {
    let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
        let keys = SETTINGS.iter().filter(|setting| setting.in_file);
        return Err(Error::UnknownKey {
            path: path.to_owned(),
            line,
            key: key.to_owned(),
            nearest: nearest(key, keys.map(|setting| setting.key)),
        });
    };
    if setting.in_file {
        return Ok(setting);
    }
    Err(Error::NotInFile {
        path: path.to_owned(),
        line,
        key: setting.key,
        variable: setting.variable,
    })
}

/// A value of the kind, written as TOML writes such values.
fn typed(kind: Kind, value: &DeValue<'_>) -> Option<Value> {
    match (kind, value) {
        (Kind::Seconds | Kind::Days | Kind::PerMinute, DeValue::Integer(number))
            if number.radix() == 10 =>
        {
            kind.read(number.as_str())
        }
        (Kind::Flag, DeValue::Boolean(on)) => Some(Value::Flag(*on)),
        (Kind::List, DeValue::Array(entries)) => {
            let text = |entry: &Spanned<DeValue<'_>>| entry.get_ref().as_str().map(str::to_owned);
            let entries: Option<Vec<_>> = entries.iter().map(text).collect();
            entries.map(Value::List)
        }
        (Kind::Seconds | Kind::Days | Kind::PerMinute | Kind::Flag, _) => None,
        (_, DeValue::String(text)) if !text.trim().is_empty() => kind.read(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let refused = File::parse(Path::new("reeve.toml"), text);
        refused.unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_file_line_and_the_nearest_known_one() {
        let error = refused("listen = \"127.0.0.1:1\"\n\ndatabse_url = \"canary\"\n");
        assert!(error.starts_with("reeve.toml line 3: "), "{error}");
        assert!(
            error.contains("`databse_url`") && error.contains("`database_url`?"),
            "{error}"
        );
        assert!(!error.contains("canary"), "{error}");
        assert!(refused("[certificate]\nlisten = 1").contains("line 1: there is no setting"));
    }

    #[test]
    fn a_value_of_the_wrong_kind_names_key_kind_and_example() {
        for (text, example) in [
            ("listen = 8080", "listen = \"127.0.0.1:8080\""),
            ("listen = \"here\"", "listen = \"127.0.0.1:8080\""),
            ("log = [\"warn\"]", "log = \"warn\""),
            ("pg_bin = \" \"", "pg_bin = \"/srv/reeve\""),
            (
                "discord_snapshot_max_age_seconds = \"6h\"",
                "discord_snapshot_max_age_seconds = 21600",
            ),
            (
                "discord_snapshot_max_age_seconds = 0",
                "discord_snapshot_max_age_seconds = 21600",
            ),
            (
                "database_url = 5",
                "database_url = \"postgres://reeve@/reeve\"",
            ),
        ] {
            let error = refused(text);
            assert!(error.contains(&format!("like {example}")), "{error}");
            assert!(
                error.contains("line 1: ") && error.contains("expected "),
                "{error}"
            );
        }
    }

    #[test]
    fn lists_are_arrays_and_flags_are_booleans() {
        let value = |kind, text| typed(kind, DeValue::parse(text).unwrap().get_ref());
        let list = Value::List(vec!["a=b".to_owned(), "c d".to_owned()]);
        assert_eq!(value(Kind::List, "[\"a=b\", \"c d\"]"), Some(list));
        assert_eq!(value(Kind::List, "[1]"), None);
        assert_eq!(value(Kind::Flag, "false"), Some(Value::Flag(false)));
        assert_eq!(value(Kind::Flag, "\"banana\""), None);
    }

    #[test]
    fn break_glass_and_where_things_are_do_not_belong_here() {
        for key in [
            "admin_breakglass_emails",
            "admin_breakglass_user_ids",
            "data_dir",
        ] {
            let error = refused(&format!("{key} = \"canary\""));
            assert!(error.contains("not taken from this file"), "{error}");
            assert!(error.contains(&key.to_uppercase()), "{error}");
        }
    }

    #[test]
    fn what_is_no_toml_is_an_error_with_its_line_that_does_not_repeat_it() {
        for wrong in [
            "database_url = \"canary",
            "database_url = canary",
            "database_url = 'a' canary",
            "database_url: canary",
        ] {
            let error = refused(&format!("log = \"warn\"\n{wrong}\n"));
            assert!(error.starts_with("reeve.toml line 2: "), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
