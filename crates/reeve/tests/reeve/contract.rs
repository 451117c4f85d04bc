//! `docs/contract.md`: complete, in order, and each promise shown by tests that exist.

use std::collections::BTreeSet;
use std::fs;

use crate::documents::{files, root};

/// How many rows each document has.
const ROWS: [(char, usize); 6] = [
    ('R', 50),
    ('P', 26),
    ('L', 64),
    ('U', 83),
    ('I', 32),
    ('X', 24),
];

struct Row {
    id: String,
    shown_by: String,
}

fn contract() -> String {
    fs::read_to_string(root().join("docs/contract.md")).unwrap()
}

/// The cells of a table's line.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(inner.split(" | ").collect())
}

fn rows() -> Vec<Row> {
    let text = contract();
    let is_id = |cell: &str| {
        let (prefix, number) = cell.split_once('-')?;
        let sound = prefix.len() == 1 && number.len() == 2 && number.parse::<u8>().is_ok();
        sound.then(|| cell.to_owned())
    };
    text.lines()
        .filter_map(cells)
        .filter_map(|cells| {
            let id = is_id(cells[0])?;
            assert_eq!(cells.len(), 3, "{id}: id, what holds, shown by");
            assert!(cells[1].len() > 20, "{id} promises something");
            Some(Row {
                id,
                shown_by: cells[2].to_owned(),
            })
        })
        .collect()
}

/// The milestones that the file explains.
fn milestones() -> BTreeSet<String> {
    let text = contract();
    let table = text.split("| milestone |").nth(1).unwrap();
    let table = table.split("\n\n").next().unwrap();
    let names = table.lines().skip(2).filter_map(cells);
    names.map(|cells| cells[0].to_owned()).collect()
}

/// The names of all functions under `crates/`.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files(&root().join("crates"), ".rs") {
        let text = fs::read_to_string(file).unwrap();
        for after in text.split("fn ").skip(1) {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            names.insert(after[..end.unwrap_or(after.len())].to_owned());
        }
    }
    names
}

#[test]
fn the_contract_has_every_row_once_and_in_order() {
    let expected = ROWS.iter().flat_map(|(prefix, count)| {
        let ids = 1..=*count;
        ids.map(move |number| format!("{prefix}-{number:02}"))
    });
    let found: Vec<_> = rows().into_iter().map(|row| row.id).collect();
    assert_eq!(found, expected.collect::<Vec<_>>());
}

#[test]
fn every_promise_is_shown_by_tests_that_exist_or_has_a_milestone() {
    let (functions, milestones) = (functions(), milestones());
    assert!(milestones.len() > 5, "{milestones:?}");
    let mut wrong = Vec::new();
    for Row { id, shown_by } in rows().into_iter().filter(|row| !row.id.starts_with('X')) {
        if let Some(milestone) = shown_by.strip_prefix("later: ") {
            if !milestones.contains(milestone) {
                wrong.push(format!("{id}: there is no milestone {milestone}"));
            }
            continue;
        }
        for name in shown_by.split(", ") {
            match name
                .strip_prefix('`')
                .and_then(|name| name.strip_suffix('`'))
            {
                Some(name) if functions.contains(name) => {}
                _ => wrong.push(format!("{id}: there is no test {name}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_conflict_is_settled_by_a_decision_or_where_it_stands() {
    for Row { id, shown_by } in rows().into_iter().filter(|row| row.id.starts_with('X')) {
        if shown_by == "stated here" {
            continue;
        }
        let link = shown_by.split_once("](").map(|(_, link)| link);
        let path = link.and_then(|link| link.strip_suffix(')'));
        let path = path.unwrap_or_else(|| panic!("{id}: {shown_by}"));
        assert!(path.starts_with("decisions/0"), "{id}: {path}");
        assert!(root().join("docs").join(path).is_file(), "{id}: {path}");
    }
}
