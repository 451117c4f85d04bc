//! Joiner, mover, leaver (P-08 to P-10): all twenty changes, by a table written by hand.

use domain::governance::jml::{Event, Standing, event};

#[test]
fn each_change_of_standing_has_the_name_of_this_table() {
    // Recorded, present: what it is called. `se` is in scope and entitled, `--` neither.
    let table = [
        ("never", "se", "joiner"),
        ("never", "s-", "nothing"),
        ("never", "-e", "nothing"),
        ("never", "--", "nothing"),
        ("se", "se", "nothing"),
        ("se", "s-", "leaver"),
        ("se", "-e", "leaver"),
        ("se", "--", "leaver"),
        ("s-", "se", "mover"),
        ("s-", "s-", "nothing"),
        ("s-", "-e", "mover"),
        ("s-", "--", "mover"),
        ("-e", "se", "mover"),
        ("-e", "s-", "mover"),
        ("-e", "-e", "nothing"),
        ("-e", "--", "mover"),
        ("--", "se", "mover"),
        ("--", "s-", "mover"),
        ("--", "-e", "mover"),
        ("--", "--", "nothing"),
    ];
    let standing = |text: &str| Standing {
        in_scope: text.starts_with('s'),
        entitled: text.ends_with('e'),
    };
    for (recorded, present, expected) in table {
        let before = (recorded != "never").then(|| standing(recorded));
        let name =
            event(before, standing(present), false).map_or("nothing", |event| event.as_str());
        assert_eq!(name, expected, "{recorded} to {present}");
        assert_eq!(
            event(before, standing(present), true),
            Some(Event::Leaver),
            "suspended is leaving"
        );
    }
}
