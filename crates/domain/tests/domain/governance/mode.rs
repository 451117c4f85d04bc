//! The governance mode as text.

use domain::governance::mode::Mode;
use proptest::prelude::*;

use crate::cases;

#[test]
fn the_two_modes_are_called_discord_and_portal() {
    assert_eq!("discord".parse(), Ok(Mode::Discord));
    assert_eq!("portal".parse(), Ok(Mode::Portal));
    let refused = "Discord".parse::<Mode>().unwrap_err().to_string();
    assert_eq!(
        refused,
        "`Discord` is not a governance mode: expected discord or portal"
    );
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_other_text_is_no_mode(text in ".{0,9}") {
        match text.parse::<Mode>() {
            Ok(mode) => prop_assert_eq!(mode.as_str(), text),
            Err(_) => prop_assert!(text != "discord" && text != "portal"),
        }
    }
}
