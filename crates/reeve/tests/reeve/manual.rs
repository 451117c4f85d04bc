//! Completions and manual pages, made from the parser.

use std::collections::BTreeSet;
use std::fs;

use crate::help::leaf_commands;
use crate::program::{Program, installation};
use crate::scratch::Scratch;

#[test]
fn each_shell_gets_completions_that_know_every_command() {
    let words: BTreeSet<_> = leaf_commands()
        .iter()
        .flat_map(|leaf| leaf.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Program::default().done(&["completions", shell]);
        for word in &words {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
        let answer = Program::default().json(&["completions", shell]);
        assert_eq!(answer["shell"], shell);
        assert_eq!(
            answer["script"].as_str().unwrap().trim_end(),
            script.trim_end()
        );
    }
    assert_eq!(Program::default().run(&["completions", "cmd"]).code, 2);
}

#[test]
fn every_command_has_a_page_in_the_manual() {
    let scratch = Scratch::new();
    let folder = scratch.folder("share/man1");
    let said = Program::default().done(&["man", &folder]);
    for leaf in leaf_commands() {
        let page = format!("{folder}/reeve-{}.1", leaf.replace(' ', "-"));
        assert!(said.lines().any(|line| line == page), "{page}: {said}");
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.contains(".TH"), "{page}");
        assert!(text.contains("SYNOPSIS"), "{page}");
    }
    assert!(fs::exists(format!("{folder}/reeve.1")).unwrap());
    let count = fs::read_dir(&folder).unwrap().count();
    assert_eq!(said.lines().count(), count, "what is said is what is there");
}

#[test]
fn neither_takes_a_configuration_that_works() {
    let (scratch, program) = installation();
    let program = program.set("REEVE_CONFIG", "/nowhere/reeve.toml");
    program.done(&["completions", "bash"]);
    program.done(&["man", &scratch.folder("man")]);
    let file = scratch.file("file", "");
    let answer = program.run(&["man", &file]);
    answer.failed_saying(&[&file]);
}
