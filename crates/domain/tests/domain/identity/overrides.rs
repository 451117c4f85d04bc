//! Role overrides (U-39, U-47, U-48): names as people type them, and as they may stand in stored
//! JSON.

use domain::identity::RoleOverrides;
use proptest::prelude::*;

use crate::cases;

fn stored(json: &str) -> RoleOverrides {
    serde_json::from_str(json).unwrap()
}

#[test]
fn names_are_trimmed_put_in_lower_case_and_doubles_are_dropped() {
    let overrides = RoleOverrides::new(true, [" Auditor", "AUDITOR ", "reader", " "], ["X"]);
    assert_eq!(
        serde_json::to_string(&overrides).unwrap(),
        r#"{"enabled":true,"preserved":["auditor","reader"],"suppressed":["x"]}"#
    );
}

#[test]
fn a_role_is_preserved_in_any_case_of_any_script() {
    let overrides = RoleOverrides::new(false, ["Éditeur", "reader"], []);
    for role in ["éditeur", "ÉDITEUR", "Éditeur", "READER"] {
        assert!(overrides.preserves(role), "{role}");
    }
    assert!(!overrides.preserves("editeur") && !overrides.preserves(""));
}

/// `claims` may be written by SQL: what is read is normalized like what is typed.
#[test]
fn stored_json_with_odd_case_doubles_and_blanks_is_read_as_if_it_were_typed() {
    let typed = RoleOverrides::new(true, ["auditor", "éditeur"], ["reader"]);
    let json = r#"{"enabled": true, "preserved": [" AUDITOR", "auditor", "ÉDITEUR", " "],
                   "suppressed": ["Reader "]}"#;
    assert_eq!(stored(json), typed);
    let older = json
        .replace("preserved", "preserved_roles")
        .replace("suppressed", "suppressed_roles");
    assert_eq!(stored(&older), typed);
    assert_eq!(stored("{}"), RoleOverrides::default());
    assert!(stored(json).preserves("auditor"));
}

#[test]
fn stored_json_of_another_shape_is_an_error_not_an_empty_override() {
    for wrong in [
        "null",
        r#""auditor""#,
        r#"{"preserved": "auditor"}"#,
        r#"{"enabled": "yes"}"#,
    ] {
        assert!(
            serde_json::from_str::<RoleOverrides>(wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn overrides_count_until_their_end_and_not_at_it() {
    let end: jiff::Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
    let json = r#"{"enabled": true, "preserved": ["a"], "reason": "leave", "expires_at": "2026-02-01T01:00:00+01:00"}"#;
    let overrides = stored(json);
    assert_eq!(overrides.expires_at, Some(end));
    let before = end - jiff::SignedDuration::from_micros(1);
    assert_eq!(overrides.clone().in_force(before), overrides);
    assert_eq!(overrides.in_force(end), RoleOverrides::default());
    let lasting = RoleOverrides::new(false, ["a"], []);
    assert_eq!(lasting.clone().in_force(jiff::Timestamp::MAX), lasting);
}

#[test]
fn only_what_overrides_something_is_kept_and_no_role_is_on_both_lists() {
    let reason_alone = stored(r#"{"reason": "none", "expires_at": null}"#);
    assert!(reason_alone.is_empty());
    for json in [
        r#"{"enabled": true}"#,
        r#"{"preserved": ["a"]}"#,
        r#"{"suppressed": ["a"]}"#,
    ] {
        assert!(!stored(json).is_empty(), "{json}");
    }
    let both = RoleOverrides::new(false, ["a", "b"], ["B ", "c"]);
    assert_eq!(both.contradiction(), Some("b"));
    assert!(both.suppresses("C") && !both.suppresses("a"));
    assert_eq!(
        RoleOverrides::new(false, ["a"], ["c"]).contradiction(),
        None
    );
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_written_is_read_the_same_and_preserves_what_was_named(
        names in prop::collection::vec("[ a-zA-ZéÉ_.]{0,6}", 0..5), role in "[a-zA-ZéÉ_.]{1,3}",
    ) {
        let overrides = RoleOverrides::new(true, names.iter().map(String::as_str), []);
        let json = serde_json::to_string(&overrides).unwrap();
        prop_assert_eq!(stored(&json), overrides.clone());
        let raw = serde_json::json!({ "preserved": names, "enabled": true }).to_string();
        prop_assert_eq!(stored(&raw), overrides.clone());
        let named = names.iter().any(|name| name.trim().to_lowercase() == role.to_lowercase());
        prop_assert_eq!(overrides.preserves(&role), named);
    }
}
