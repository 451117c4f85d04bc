//! Every command of docs/runbooks, run as printed, in its order, on the sample organization.

use std::path::Path;
use std::process::Command;

use crate::documents::root;
use crate::program::{Answer, Program, Serving, installation};
use crate::scratch::Scratch;

/// The sample, served, with the first plan applied.
fn sample() -> (Scratch, Program, Serving) {
    let (scratch, program) = installation();
    let arguments = ["quickstart", "--listen", "127.0.0.1:0"];
    let serving = Serving::start(program.command(&arguments));
    program.done(&["reconcile", "run"]);
    (scratch, program, serving)
}

/// A command line of a page, and the code that it is to end with.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    shell: String,
    code: i32,
}

fn lines(page: &str) -> Vec<Line> {
    let path = root().join("docs/runbooks").join(page);
    let text = std::fs::read_to_string(path).unwrap();
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            line if inside => {
                let line = line
                    .strip_prefix("$ ")
                    .unwrap_or_else(|| panic!("{page}: {line}"));
                let (shell, code) = match line.rsplit_once(" # exit ") {
                    Some((shell, code)) => (shell, code.parse().unwrap()),
                    None => (line, 0),
                };
                lines.push(Line {
                    shell: shell.to_owned(),
                    code,
                });
            }
            _ => {}
        }
    }
    assert!(lines.len() > 5, "{page} has commands");
    lines
}

/// What a word in capitals stands for now.
fn meaning(program: &Program, word: &str) -> String {
    let (arguments, field): (&[&str], _) = match word {
        "HOLD" => (&["hold", "list"], "hold_id"),
        "EXEMPTION" => (&["exemption", "list"], "exemption_id"),
        "PLAN" => (&["reconcile", "list"], "plan_id"),
        _ => (&["identity", "list", "--limit", "1"], "user_id"),
    };
    let answer = program.json(arguments);
    let first = answer.get("people").unwrap_or(&answer).get(0).cloned();
    first.unwrap_or_else(|| panic!("nothing for {word}"))[field]
        .as_str()
        .unwrap()
        .to_owned()
}

fn run_page(page: &str) {
    let (scratch, program, serving) = sample();
    let folder = Path::new(env!("CARGO_BIN_EXE_reeve")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    for Line { mut shell, code } in lines(page) {
        for word in ["HOLD", "EXEMPTION", "PLAN", "IDENTITY"] {
            if shell.split([' ', '"']).any(|part| part == word) {
                shell = shell.replace(word, &meaning(&program, word));
            }
        }
        let output = Command::new("bash")
            .args(["-c", &shell])
            .env("PATH", &path)
            .env("REEVE_DATA_DIR", &scratch.path)
            .output()
            .unwrap();
        let answer = Answer::from(output);
        assert_eq!(answer.code, code, "{page}: {shell}\n{answer:?}");
        assert!(
            !answer.out.trim().is_empty(),
            "{page}: {shell} says nothing"
        );
    }
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn the_runbook_of_reconcile_runs_as_printed() {
    run_page("reconcile.md");
}

#[test]
fn the_runbook_of_recovery_runs_as_printed() {
    run_page("recovery.md");
}

#[test]
fn the_runbook_of_break_glass_runs_as_printed() {
    run_page("break-glass.md");
}

#[test]
fn every_page_is_run_and_listed() {
    let mut pages: Vec<String> = std::fs::read_dir(root().join("docs/runbooks"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    pages.sort_unstable();
    assert_eq!(pages, ["break-glass.md", "reconcile.md", "recovery.md"]);
    let index = std::fs::read_to_string(root().join("docs/runbooks/README.md")).unwrap();
    for page in pages {
        assert!(index.contains(&page), "{page} is not listed");
    }
}
