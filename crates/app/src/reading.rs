//! What is wrong with a file, in words for whoever wrote it.
//!
//! The parsers speak of their own types (`invalid type: map, expected a string`). Their position is
//! kept by the callers; what stands here is what to look for there.

use serde_json::error::Category;

/// A JSON text that can't be read.
pub(crate) fn json(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "the JSON ends in the middle: is the file cut off?".to_owned(),
        Category::Io | Category::Syntax => {
            "this is no JSON: look for a missing quote, comma or bracket, and for bytes that are not \
             UTF-8"
                .to_owned()
        }
        Category::Data => data(&error.to_string()),
    }
}

/// JSON that says something else than was asked for. The types' own `expecting` texts say what that
/// is; what stands there instead is in the file.
fn data(text: &str) -> String {
    let text = text.rsplit_once(" at line ").map_or(text, |(text, _)| text);
    if let Some(field) = text.strip_prefix("missing field ") {
        return format!("{field} is missing");
    }
    if let Some(field) = text.strip_prefix("duplicate field ") {
        return format!("{field} stands there twice");
    }
    match text.rsplit_once(", expected ") {
        Some((_, expected)) if text.starts_with("invalid ") => format!("expected {expected}"),
        // A text of Reeve's own.
        _ => text.to_owned(),
    }
}

/// A line of CSV that can't be read.
pub(crate) fn csv(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => {
            "it holds bytes that are not UTF-8: save the file as UTF-8".to_owned()
        }
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "{len} columns where the header has {expected_len}: a text with a comma in it stands in \
             double quotes"
        ),
        _ => "this is no CSV: look for a double quote that is not closed".to_owned(),
    }
}
