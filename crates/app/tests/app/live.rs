//! Settings that change while Reeve runs.

use app::live::{Live, Settings};
use domain::governance::privileged::BreakGlass;

fn listing(email: &str) -> Settings {
    Settings {
        break_glass: BreakGlass::parse("", email),
        ..Settings::default()
    }
}

#[test]
fn a_change_is_seen_by_every_clone_but_not_by_who_read_before() {
    let live = Live::default();
    let clone = live.clone();
    let read_before = clone.get();
    live.set(listing("ada@example.test"));
    assert_eq!(*clone.get(), listing("ada@example.test"));
    assert_eq!(*read_before, Settings::default());
}

#[test]
fn nobody_passes_by_break_glass_unless_it_is_set() {
    assert!(Live::default().get().break_glass.is_empty());
}
