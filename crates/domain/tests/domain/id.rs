//! Ids as text: Discord's snowflakes and correlation ids.

use domain::id::{CorrelationId, DiscordId, GuildId, UserId};
use proptest::prelude::*;

use crate::cases;

#[test]
fn a_snowflake_is_a_whole_number_from_one_to_the_greatest_bigint() {
    assert_eq!("1".parse::<GuildId>().unwrap().get(), 1);
    assert_eq!(
        "9223372036854775807".parse::<DiscordId>().unwrap().get(),
        i64::MAX
    );
    for bad in [
        "",
        "0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "0x1",
        "1e3",
        "９",
        "9223372036854775808",
        "a",
    ] {
        let refused = bad.parse::<DiscordId>().unwrap_err().to_string();
        assert!(
            refused.starts_with(&format!("`{bad}` is not a Discord id")),
            "{refused}"
        );
    }
    assert!(DiscordId::try_from(0).is_err() && DiscordId::try_from(-1).is_err());
}

/// Numbers above 2^53 lose digits in JSON readers, so only text is taken.
#[test]
fn in_json_a_snowflake_is_text() {
    let id = serde_json::from_str::<DiscordId>("\"1100000000000000001\"").unwrap();
    assert_eq!(
        serde_json::to_string(&id).unwrap(),
        "\"1100000000000000001\""
    );
    assert!(serde_json::from_str::<DiscordId>("1100000000000000001").is_err());
    assert!(serde_json::from_str::<DiscordId>("\"\"").is_err());
}

#[test]
fn a_correlation_id_is_one_to_sixty_four_plain_characters() {
    let longest = "a".repeat(64);
    for good in ["a", "A-z_0.9", longest.as_str()] {
        assert_eq!(good.parse::<CorrelationId>().unwrap().as_str(), good);
    }
    let long = "a".repeat(65);
    for bad in ["", " ", "a b", "a\n", "a/b", "é", "a:b", long.as_str()] {
        assert!(bad.parse::<CorrelationId>().is_err(), "{bad:?}");
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_positive_number_is_a_snowflake_and_reads_back(number in 1..=i64::MAX) {
        let id = number.to_string().parse::<DiscordId>().unwrap();
        prop_assert_eq!(id.get(), number);
        prop_assert_eq!(String::from(id), number.to_string());
    }

    #[test]
    fn no_text_makes_an_id_panic(text in prop_oneof![".*", "[0-9]{0,25}"]) {
        let _ = (text.parse::<UserId>(), text.parse::<CorrelationId>());
        if let Ok(id) = text.parse::<DiscordId>() {
            prop_assert!(id.get() > 0);
        }
    }
}
