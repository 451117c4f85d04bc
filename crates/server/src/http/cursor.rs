//! Cursors whose place is a text: in hexadecimal, so that they need no escaping in a URL.

use super::problem::ApiError;

/// The cursor of a place.
pub(super) fn encode(place: &str) -> String {
    place.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The place of a cursor.
pub(super) fn decode(cursor: &str) -> Result<String, ApiError> {
    let digits: Option<Vec<u8>> = cursor
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let text = digits
        .filter(|digits| digits.len().is_multiple_of(2))
        .map(|digits| digits.chunks(2).map(byte).collect())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| !text.contains('\0'));
    text.ok_or_else(malformed)
}

fn byte(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |byte, digit| byte << 4 | digit)
}

/// What is said of a cursor that no page gave.
pub(super) fn malformed() -> ApiError {
    ApiError::invalid("cursor: expected what an earlier page gave as its next")
}

/// How many a page has, 50 if nobody says.
pub(super) fn limit(asked: Option<u16>) -> Result<u16, ApiError> {
    /// More on a page serves nobody.
    const MOST: u16 = 200;
    match asked.unwrap_or(50) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(ApiError::invalid(format!("limit: expected 1 to {MOST}"))),
    }
}

/// Cuts what was read with one more than `limit` to a page; says where the next begins.
pub(super) fn page<T>(
    mut found: Vec<T>,
    limit: u16,
    cursor: impl Fn(&T) -> String,
) -> (Vec<T>, Option<String>) {
    let more = found.len() > usize::from(limit);
    found.truncate(limit.into());
    let next = found.last().filter(|_| more).map(cursor);
    (found, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_anything_else_is_refused() {
        for place in ["", "ada+x@example.test", "ü@müller.test"] {
            assert_eq!(decode(&encode(place)).unwrap(), place);
        }
        for broken in ["6", "zz", "ff", "00", "ada@example.test"] {
            assert!(decode(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_page_names_the_next_only_if_there_is_one() {
        let two = || vec![1, 2];
        assert_eq!(page(two(), 2, i32::to_string), (two(), None));
        assert_eq!(
            page(two(), 1, i32::to_string),
            (vec![1], Some("1".to_owned()))
        );
    }
}
