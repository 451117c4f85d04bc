//! Periods of validity: half-open, to the microsecond.

use domain::time::Period;
use jiff::Timestamp;
use proptest::prelude::*;

use crate::cases;
use crate::plain::{MOMENT, NOW};

#[test]
fn a_period_holds_its_first_instant_and_not_its_last() {
    let period = Period {
        from: NOW,
        until: Some(NOW + MOMENT + MOMENT),
    };
    let inside =
        [NOW - MOMENT, NOW, NOW + MOMENT, NOW + MOMENT + MOMENT].map(|at| period.contains(at));
    assert_eq!(inside, [false, true, true, false]);
    let endless = Period {
        from: NOW,
        until: None,
    };
    assert!(endless.contains(Timestamp::MAX) && !endless.contains(NOW - MOMENT));
    let empty = Period {
        from: NOW,
        until: Some(NOW),
    };
    assert!(!empty.contains(NOW));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_period_holds_what_lies_between(from in -9_i64..9, until in -9_i64..9, at in -9_i64..9) {
        let time = |seconds| Timestamp::from_second(seconds).unwrap();
        let period = Period { from: time(from), until: Some(time(until)) };
        prop_assert_eq!(period.contains(time(at)), (from..until).contains(&at));
    }
}
