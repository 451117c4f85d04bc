//! E-mail addresses as text.

use domain::identity::Email;
use proptest::prelude::*;

use crate::cases;

#[test]
fn an_address_is_trimmed_and_put_in_lower_case() {
    let email = "  Ada.Lovelace@Example.ORG\n".parse::<Email>().unwrap();
    assert_eq!(email.as_str(), "ada.lovelace@example.org");
    assert_eq!(email.domain(), "example.org");
    assert_eq!(
        "ZOË@köln.example".parse::<Email>().unwrap().as_str(),
        "zoë@köln.example"
    );
}

#[test]
fn what_is_no_address_is_refused() {
    let long = format!("{}@example.org", "a".repeat(243));
    for bad in [
        "",
        "@",
        "ada",
        "ada@",
        "@example.org",
        "ada@@example.org",
        "ada@b@example.org",
        "a da@example.org",
        "ada@exam ple.org",
        "ada,bob@example.org",
        "ada;bob@example.org",
        "ada@example..org",
        "ada@.example.org",
        "ada@example.org.",
        "ada@-example.org",
        "ada@example-.org",
        "ada@example.org,bob@example.org",
        "a\0da@example.org",
        "ada@example.org>",
        long.as_str(),
    ] {
        assert!(bad.parse::<Email>().is_err(), "{bad:?}");
    }
    let longest = format!("{}@example.org", "a".repeat(242));
    assert_eq!(longest.len(), 254);
    assert!(longest.parse::<Email>().is_ok());
}

#[test]
fn a_refusal_quotes_at_most_eighty_characters() {
    let message = "ä".repeat(5000).parse::<Email>().unwrap_err().to_string();
    assert!(message.chars().count() < 160, "{message}");
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_text_makes_the_parser_panic_and_what_it_takes_it_takes_again(
        text in prop_oneof![".*", "[a-zA-ZÄÖİΣ.@ -]{1,20}", "[A-Za-z.]{1,8}@[A-Za-z.-]{1,12}"],
    ) {
        if let Ok(email) = text.parse::<Email>() {
            prop_assert_eq!(email.as_str().parse::<Email>(), Ok(email.clone()));
            prop_assert_eq!(email.as_str().matches('@').count(), 1);
            prop_assert!(email.as_str().ends_with(email.domain()) && !email.domain().is_empty());
            let json = serde_json::to_string(&email).unwrap();
            prop_assert_eq!(serde_json::from_str::<Email>(&json).unwrap(), email);
        }
    }
}
