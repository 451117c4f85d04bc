//! Mutations that are sent with a key, so that sending them again changes nothing.

/// Longest key, in characters.
pub const LONGEST: usize = 255;

/// For so long, in hours, a key is remembered: longer than any client goes on trying, a day.
pub const REMEMBERED_HOURS: i32 = 24;

/// Whether a text may be a key: 1 to [`LONGEST`] visible characters of ASCII.
pub fn is_key(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// What a key that is known means for a request that brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the same request, and was answered: the same answer again.
    Replay,
    /// It is the same request. It is under way, or was carried out and its answer is lost.
    Unanswered,
    /// It is another request.
    Misused,
}

/// Judges a request whose key is known.
pub fn judge(kept_request: &[u8], request: &[u8], answered: bool) -> Verdict {
    match (kept_request == request, answered) {
        (false, _) => Verdict::Misused,
        (true, true) => Verdict::Replay,
        (true, false) => Verdict::Unanswered,
    }
}
