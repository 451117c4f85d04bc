//! From when and until when a role is given.

use domain::access::validity::{NoSuchTime, validity};

use crate::plain::{MOMENT, NOW};

#[test]
fn a_time_is_to_come_and_ends_after_it_begins() {
    let (past, soon, later) = (NOW - MOMENT, NOW + MOMENT, NOW + MOMENT + MOMENT);
    for (from, until) in [
        (None, None),
        (Some(soon), None),
        (None, Some(soon)),
        (Some(soon), Some(later)),
    ] {
        assert_eq!(validity(from, until, NOW), Ok(()), "{from:?} {until:?}");
    }
    for (from, until, why) in [
        (Some(past), None, NoSuchTime::BeginsInThePast),
        (Some(NOW), Some(later), NoSuchTime::BeginsInThePast),
        (None, Some(NOW), NoSuchTime::EndsInThePast),
        (None, Some(past), NoSuchTime::EndsInThePast),
        (Some(later), Some(soon), NoSuchTime::EndsBeforeItBegins),
        (Some(soon), Some(soon), NoSuchTime::EndsBeforeItBegins),
    ] {
        assert_eq!(validity(from, until, NOW), Err(why), "{from:?} {until:?}");
    }
}
