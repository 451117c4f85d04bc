//! The help: every command has one, and all tests that walk the commands take them from it.

use crate::program::Program;

/// The subcommands that the help of a command lists.
fn subcommands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    lines
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Every command that has no subcommands, in words, like `reconcile plan`.
pub(crate) fn leaf_commands() -> Vec<String> {
    let mut leaves = Vec::new();
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let below = subcommands(&help(&command));
        if below.is_empty() {
            leaves.push(command);
        } else {
            let below = below.iter().rev();
            open.extend(below.map(|name| format!("{command} {name}").trim().to_owned()));
        }
    }
    leaves
}

fn help(command: &str) -> String {
    let words: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
    let answer = Program::default().run(&words);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{command}");
    answer.out
}

#[test]
fn every_command_has_a_help_that_says_what_it_does() {
    let leaves = leaf_commands();
    for known in [
        "quickstart",
        "healthcheck",
        "db psql",
        "reconcile apply",
        "audit list",
    ] {
        assert!(leaves.iter().any(|leaf| leaf == known), "{leaves:?}");
    }
    for leaf in &leaves {
        let help = help(leaf);
        let (about, usage) = help.split_once("Usage: reeve").unwrap();
        assert!(about.trim().len() > 5, "{leaf}: {help}");
        assert!(usage.trim_start().starts_with(leaf), "{leaf}: {help}");
        for option in ["--data-dir", "--output"] {
            assert!(help.contains(option), "{leaf} lacks {option}");
        }
    }
}

#[test]
fn version_is_the_packages() {
    let version = Program::default().done(&["--version"]);
    assert_eq!(version, format!("reeve {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_runbooks_name_of_reconcile_is_an_alias() {
    let names = ["reconcile", "reconcile_discord_entitlements"];
    let [ours, theirs] = names.map(|name| Program::default().done(&[name, "run", "--help"]));
    assert_eq!(ours, theirs);
}
