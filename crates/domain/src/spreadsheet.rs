//! What may stand in a cell of a file that people open in a spreadsheet.

use std::borrow::Cow;

/// A cell that no spreadsheet takes for a formula: one that begins like one (after blanks, too) gets an
/// apostrophe in front, which spreadsheets do not show. What is exported comes from outside, and a
/// formula in it would run with the rights of whoever opens the file.
pub fn cell(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches(' ').chars().next();
    // Also the full-width forms, which some programs fold into the plain ones.
    let formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    );
    if formula {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
