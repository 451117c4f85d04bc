//! The project's documents: there, complete, and their links lead somewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// Every file below a folder whose name ends so; what is built or hidden is left out.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// The targets of a text's links, code left out.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // A code span between two links is no link itself, but one may stand in a link's text.
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let Some((target, end)) = after.split_once(')') else {
                break;
            };
            links.push(target.split(' ').next().unwrap_or_default().to_owned());
            rest = end;
        }
    }
    links
}

/// A heading as links name it.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn the_documents_of_a_project_are_there() {
    let root = root();
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "docs/contract.md",
        "docs/decisions/README.md",
    ] {
        let length = fs::metadata(root.join(name)).map_or(0, |file| file.len());
        assert!(length > 200, "{name} is missing or next to empty");
    }
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let root = root();
    let documents = files(&root, ".md");
    assert!(documents.len() > 30);
    let mut broken = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => document.clone(),
                path => document.parent().unwrap().join(path),
            };
            let leads = target.exists()
                && (heading.is_empty()
                    || fs::read_to_string(&target).is_ok_and(|text| {
                        let mut headings = text.lines().filter(|line| line.starts_with('#'));
                        headings.any(|line| anchor(line) == heading)
                    }));
            if !leads {
                let document = document.strip_prefix(&root).unwrap().display();
                broken.push(format!("{document}: {link}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_decision_is_a_page_with_its_four_parts_and_a_row_of_the_list() {
    let folder = root().join("docs/decisions");
    let list = fs::read_to_string(folder.join("README.md")).unwrap();
    let mut pages = BTreeMap::new();
    for path in files(&folder, ".md") {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "README.md" {
            continue;
        }
        let number: usize = name[..4].parse().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for part in ["Status:", "Context", "Decision", "Consequences"] {
            assert!(text.contains(part), "{name} has no {part}");
        }
        let title = text.lines().next().unwrap();
        let title = title.trim_start_matches("# ");
        let title = title.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let row = format!("| [{}]({name}) | {} |", &name[..4], title.trim());
        assert!(list.contains(&row), "the list has no row {row}");
        assert_eq!(pages.insert(number, name), None, "{number} is there twice");
    }
    assert!(pages.len() >= 33, "{pages:?}");
    assert!(pages.keys().copied().eq(1..=pages.len()), "{pages:?}");
    let rows = list.lines().filter(|line| line.starts_with("| [0"));
    assert_eq!(rows.count(), pages.len());
}
