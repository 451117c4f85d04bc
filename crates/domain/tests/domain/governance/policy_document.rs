//! `access.login` as people write it: what is refused, and with which words.

use domain::governance::eligibility::{AccessPolicy, PolicyDocument};
use proptest::prelude::*;

use crate::cases;

fn refusal(text: &str) -> String {
    PolicyDocument::parse(text).unwrap_err().to_string()
}

#[test]
fn an_unknown_key_is_refused_and_named() {
    // A misspelt `exclude` would let people in.
    let message = refusal("everyone = true\nexcludes = ['ada@example.org']");
    assert!(message.contains("excludes"), "{message}");
    assert!(message.contains("line 2"), "{message}");
    assert!(message.contains("access.login"), "{message}");
}

#[test]
fn a_policy_that_matches_nobody_is_refused() {
    for empty in [
        "",
        "everyone = false",
        "exclude = ['ada@example.org']",
        "groups = []\ninclude = []",
    ] {
        let message = refusal(empty);
        assert!(
            message.contains("nobody would be in scope"),
            "{empty}: {message}"
        );
    }
}

#[test]
fn a_bad_domain_is_refused_and_key_and_value_are_named() {
    for bad in [
        "",
        "@example.org",
        "example..org",
        ".org",
        "-a.org",
        "a b.org",
        "a.org.",
        "*.org",
    ] {
        let message = refusal(&format!("email_domains = ['example.org', '{bad}']"));
        assert!(
            message.contains("email_domains") && message.contains(&format!("`{bad}`")),
            "{message}"
        );
    }
}

#[test]
fn a_blank_group_is_refused_and_the_key_is_named() {
    for blank in ["", " ", "\\t"] {
        let message = refusal(&format!("groups = [\"drivers\", \"{blank}\"]"));
        assert!(message.contains("groups"), "{message}");
    }
}

#[test]
fn a_bad_slug_or_a_value_of_the_wrong_kind_is_refused_where_it_stands() {
    let message = refusal("organizations = ['Hauling']");
    assert!(
        message.contains("organizations") && message.contains("`Hauling` is not a slug"),
        "{message}"
    );
    let message = refusal("everyone = 'yes'");
    assert!(message.contains("everyone"), "{message}");
}

#[test]
fn a_policy_that_cannot_be_read_names_the_place_the_key_and_what_it_takes() {
    for (text, expected) in [
        (
            "everyone = 'yes'",
            "line 1, column 12: everyone: expected true or false",
        ),
        (
            "everyone = true\ngroups = 'ops'",
            "line 2, column 10: groups: expected a list of names, like [\"drivers\"]",
        ),
        (
            "exclude = [\n  'ada@example.org',\n  5,\n]",
            "line 3, column 3: exclude: expected a list of ids or e-mail addresses, like [\"ada@example.org\"]",
        ),
        (
            "everyone = true\neveryone = true",
            "line 2, column 1: the key stands there twice",
        ),
        (
            "# who\n\neveryone true",
            "line 3, column 10: this is no TOML: expected lines like everyone = true or groups = [\"drivers\"]",
        ),
        (
            "include = []\nany = 1",
            "line 2, column 1: unknown key `any`; known are everyone, organizations, email_domains, groups, include, exclude",
        ),
    ] {
        assert_eq!(refusal(text), format!("access.login: {expected}"));
    }
}

#[test]
fn a_policy_is_stored_whole_or_not_at_all() {
    let whole = r#"{"everyone":true,"organizations":[],"email_domains":[],"groups":[],"include":[],"exclude":[]}"#;
    assert!(
        serde_json::from_str::<AccessPolicy>(whole)
            .unwrap()
            .everyone
    );
    // What is missing could be an `exclude`.
    assert!(serde_json::from_str::<AccessPolicy>(r#"{"everyone":true}"#).is_err());
    let more = whole.replace("exclude", "excluded");
    assert!(serde_json::from_str::<AccessPolicy>(&more).is_err());
}

fn any_line() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "everyone",
        "organizations",
        "email_domains",
        "groups",
        "include",
        "exclude",
        "other",
    ]);
    let value = prop_oneof![
        Just("true".to_owned()),
        Just("[]".to_owned()),
        "[a-z.@ -]{0,12}".prop_map(|text| format!("['{text}']")),
        ".{0,8}",
    ];
    (key, value).prop_map(|(key, value)| format!("{key} = {value}"))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_text_makes_the_policy_parser_panic(text in ".*") {
        let _ = PolicyDocument::parse(&text);
    }

    #[test]
    fn what_is_accepted_can_be_written_and_read_again(
        lines in prop::collection::vec(any_line(), 0..4),
    ) {
        if let Ok(document) = PolicyDocument::parse(&lines.join("\n")) {
            let written = toml::to_string(&document).unwrap();
            prop_assert_eq!(PolicyDocument::parse(&written).unwrap(), document);
        }
    }
}
