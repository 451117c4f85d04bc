//! Slugs of organizations (U-40, U-44), strict mode (I-20), and moves between organizations (I-26).

mod membership;
mod rehome;

use domain::tenancy::organization::{DEFAULT_SLUG, Slug};
use proptest::prelude::*;

use crate::cases;

#[test]
fn a_slug_is_lower_case_letters_digits_and_inner_hyphens() {
    let longest = "a".repeat(63);
    for good in [
        "a",
        "0",
        "hauling",
        "a-b",
        "a--b",
        "x1-2",
        longest.as_str(),
        DEFAULT_SLUG,
    ] {
        assert_eq!(good.parse::<Slug>().unwrap().as_str(), good);
    }
    let long = "a".repeat(64);
    for bad in [
        "",
        "-",
        "-a",
        "a-",
        "A",
        "a b",
        "a_b",
        "a.b",
        "é",
        " a",
        long.as_str(),
    ] {
        let refused = bad.parse::<Slug>().unwrap_err().to_string();
        assert!(
            refused.contains(&format!("`{bad}` is not a slug")),
            "{refused}"
        );
    }
}

#[test]
fn nothing_new_is_named_by_a_slug_that_an_id_could_be() {
    for id in [
        "00000000-0000-7000-8000-0000000000ff",
        "000000000000700080000000000000ff",
    ] {
        let slug: Slug = id.parse().unwrap();
        assert!(slug.as_id().is_some());
        assert!(slug.as_new_name().is_err(), "{id}");
    }
    for name in ["north", "00000000-0000-7000-8000-0000000000fg", "abc-def"] {
        let slug: Slug = name.parse().unwrap();
        assert_eq!(slug.as_new_name(), Ok(&slug));
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_text_is_a_slug_exactly_if_each_character_may_stand_there(
        text in prop_oneof![".*", "[a-c0-2A-]{0,8}", "[a-z-]{60,66}"],
    ) {
        let letters = text.chars().collect::<Vec<_>>();
        let last = letters.len().saturating_sub(1);
        let good = |(place, letter): (usize, &char)| match letter {
            'a'..='z' | '0'..='9' => true,
            '-' => place != 0 && place != last,
            _ => false,
        };
        let expected = !letters.is_empty() && letters.len() <= 63 && letters.iter().enumerate().all(good);
        prop_assert_eq!(text.parse::<Slug>().is_ok(), expected);
        prop_assert_eq!(serde_json::from_value::<Slug>(text.into()).is_ok(), expected);
    }
}
