//! Cells of exported files.

use domain::spreadsheet::cell;
use proptest::prelude::*;

#[test]
fn a_cell_that_begins_like_a_formula_is_defused_and_any_other_stays() {
    for text in [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1",
    ] {
        assert_eq!(cell(text), format!("'{text}"));
    }
    for text in ["", "ada@example.test", "role.assign", "1-1", "'=1", " a"] {
        assert_eq!(cell(text), text);
    }
}

proptest! {
    #[test]
    fn no_cell_begins_with_what_starts_a_formula(text in "\\PC*") {
        let cell = cell(&text);
        let starts = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n');
        prop_assert!(!cell.trim_start_matches(' ').starts_with(starts));
        prop_assert!(cell.ends_with(text.as_str()));
    }
}
