//! Keys of mutations.

use domain::idempotency::{Verdict, is_key, judge};

#[test]
fn a_key_is_1_to_255_visible_characters() {
    for key in ["a", "7f6c-1", "\"quoted\"", &"x".repeat(255)] {
        assert!(is_key(key), "{key}");
    }
    for text in ["", " ", "a b", "a\tb", "\u{e4}", &"x".repeat(256)] {
        assert!(!is_key(text), "{text}");
    }
}

#[test]
fn a_known_key_replays_the_same_request_and_nothing_else() {
    assert_eq!(judge(b"one", b"one", true), Verdict::Replay);
    assert_eq!(judge(b"one", b"one", false), Verdict::Unanswered);
    assert_eq!(judge(b"one", b"two", true), Verdict::Misused);
    assert_eq!(judge(b"one", b"two", false), Verdict::Misused);
}
