//! What is wrong with the TOML of `access.login`, in words for its author.
//!
//! The parser's position is kept; its words speak of its own types.

use super::eligibility::BadPolicy;

/// The keys of the document, with what each takes.
const KEYS: [(&str, &str); 6] = [
    ("everyone", "true or false"),
    ("organizations", "a list of slugs, like [\"hauling\"]"),
    ("email_domains", "a list of domains, like [\"example.org\"]"),
    ("groups", "a list of names, like [\"drivers\"]"),
    (
        "include",
        "a list of ids or e-mail addresses, like [\"ada@example.org\"]",
    ),
    (
        "exclude",
        "a list of ids or e-mail addresses, like [\"ada@example.org\"]",
    ),
];

/// The error of a text that the parser refused.
pub(super) fn unreadable(text: &str, error: &toml::de::Error) -> BadPolicy {
    let offset = error.span().map_or(0, |span| span.start);
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let on_line = before.get(line_start..).unwrap_or_default();
    BadPolicy::Unreadable {
        line: before.matches('\n').count() + 1,
        column: on_line.chars().count() + 1,
        problem: problem(text, before, error.message()),
    }
}

fn problem(text: &str, before: &str, message: &str) -> String {
    if message.starts_with("duplicate key") {
        return "the key stands there twice".to_owned();
    }
    if toml::from_str::<toml::Table>(text).is_err() {
        return "this is no TOML: expected lines like everyone = true or groups = [\"drivers\"]"
            .to_owned();
    }
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let name = rest.split('`').next().unwrap_or_default();
        let known = KEYS.map(|(key, _)| key).join(", ");
        return format!("unknown key `{name}`; known are {known}");
    }
    let key = key_of(before);
    if message.starts_with("invalid ") {
        return match key {
            Some((key, takes)) => format!("{key}: expected {takes}"),
            None => "a value of another kind was expected here".to_owned(),
        };
    }
    // The words of the value's own type, such as a slug's.
    match key {
        Some((key, _)) => format!("{key}: {message}"),
        None => message.to_owned(),
    }
}

/// The key whose value stands after `before`: the last that begins a line.
fn key_of(before: &str) -> Option<(&'static str, &'static str)> {
    before.lines().rev().find_map(|line| {
        let (name, _) = line.split_once('=')?;
        let name = name.trim().trim_matches(['"', '\'']);
        KEYS.into_iter().find(|(key, _)| *key == name)
    })
}
