//! How many of something one person may have (U-42).

use domain::quota::{Exceeded, HIGHEST, Quota, may_have_one_more};

#[test]
fn the_last_one_within_the_limit_is_given_and_the_next_is_not() {
    let quota = Quota::Tokens;
    assert_eq!(may_have_one_more(quota, 19, 20), Ok(()));
    for (used, limit) in [(20, 20), (21, 20), (0, 0)] {
        let no = Err(Exceeded { quota, used, limit });
        assert_eq!(
            may_have_one_more(quota, used, limit),
            no,
            "{used} of {limit}"
        );
    }
}

#[test]
fn every_quota_is_found_by_its_name_and_its_usual_limit_can_be_given() {
    for quota in Quota::ALL {
        assert_eq!(Quota::of(quota.as_str()), Some(quota));
        let json = serde_json::to_value(quota).unwrap();
        assert_eq!(json, quota.as_str());
        assert!((1..=HIGHEST).contains(&quota.usual()));
    }
    assert_eq!(Quota::of("Tokens"), None);
}
