//! The page `docs/configuration.md`, made from the table so that it can't say anything else.

use super::table::{Otherwise, SETTINGS, Setting, When};
use super::value::Kind;

const HEAD: &str = "\
# Configuration

<!-- Made by `reeve config docs` from crates/reeve/src/config/; a test compares. -->

Reeve starts without any configuration. What there is to set stands here, each setting with its key
in `reeve.toml`, its environment variable and its flag. `reeve config show` says what is in force and
where it came from; it needs no database, masks secrets, and names variables that are empty or that
Reeve does not know.

## Which source wins

1. A flag.
2. The environment. The [env file](#the-env-file-and-sighup) is part of it and wins over the
   process's own environment, for the names that it holds.
3. `reeve.toml`: the file of `--config` or `REEVE_CONFIG`, else `reeve.toml` in the data directory,
   if there is one.
4. The default.

`reeve.toml` is one flat table, as in

```toml
listen = \"0.0.0.0:8080\"
log = \"info\"
```

A key that Reeve does not know is an error, and so is a value of the wrong kind.

## Empty variables

An empty variable, or one of blanks only, counts as unset
([decision 0004](decisions/0004-an-empty-environment-variable-is-unset.md)). The default holds, and
the log and `reeve config show` name the variable.

So nothing is ever switched off by an empty or missing variable: **unset means the default, and only
an explicitly falsy value (`0`, `false`, `no`, `off`) disables**. Where the default of a flag is on,
removing its variable switches it on again. What is neither truthy nor falsy, such as `banana`,
counts as off, and a warning says so.

## Secrets in files

For each secret there is a second variable with `_FILE` at its end. It names a file that holds the
value; one newline at the end is left out. Setting both is an error. Secrets are never printed and
never logged.

## The env file and SIGHUP

`--env-file FILE` or `REEVE_ENV_FILE` names a file of variables, one a line:

```sh
# Comments and empty lines are left out.
ADMIN_BREAKGLASS_EMAILS=ada@example.com
export DISCORD_SNAPSHOT_MAX_AGE_SECONDS=\"21600\"
```

A value may stand in single quotes (taken as it is) or double quotes (a backslash escapes `\"`, `\\`,
`$` and a backquote). Nothing is expanded. Any other line is an error with its number.

The environment of a running process can't be changed from outside, but this file can be read again:
send SIGHUP to `reeve serve` or `reeve quickstart`, as in `kill -HUP PID`. The settings marked
*live* then take effect; a name that is no longer in the file is cleared. The log says which have
changed, and which others take a restart. If the file can't be read, or has an error, an
error is logged and everything stays as it was. `reeve.toml` is not read again.

## What belongs into the database

Settings marked *new installation* decide access, so all nodes must agree on them: they are taken once,
when an installation is made, and live in the database from then on
([decision 0023](decisions/0023-settings-that-decide-access-live-in-the-database.md)).
`reeve governance set` changes them.

Nodes of one installation should have the same configuration. `reeve config show` prints a hash to
compare, over all settings except those that may differ by node.

## Kinds of values

| kind | what may be written | in `reeve.toml` |
|---|---|---|
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for kind in Kind::ALL {
        let (name, expected, example) = (kind.name(), kind.expected(), kind.example());
        page.push_str(&format!("| {name} | {expected} | `{example}` |\n"));
    }
    page.push_str(
        "\nIn the environment, a flag is written in any case of letters.\n\n## The settings\n",
    );
    for setting in SETTINGS {
        page.push_str(&section(setting));
    }
    page
}

fn section(setting: &Setting) -> String {
    let mut text = format!(
        "\n### `{}`\n\n{}\n\n| | |\n|---|---|\n",
        setting.key, setting.about
    );
    let mut row = |name: &str, value: &str| {
        text.push_str(&format!("| {name} | {value} |\n"));
    };
    row("kind", setting.kind.name());
    row(
        "in `reeve.toml`",
        &if setting.in_file {
            format!("`{}`", setting.key)
        } else {
            "no".to_owned()
        },
    );
    row("variable", &variables(setting));
    if let Some(flag) = setting.flag {
        row("flag", &format!("`{flag}`"));
    }
    row(
        "default",
        &match setting.otherwise {
            Otherwise::Value(value) => format!("`{value}`"),
            Otherwise::Nothing(words) => words.to_owned(),
        },
    );
    row(
        "read",
        match setting.when {
            When::Start => "at start",
            When::Live => "live: at start and at each reload",
            When::Seed => "once, for a new installation",
        },
    );
    row(
        "nodes",
        if setting.per_node {
            "may differ"
        } else {
            "should agree"
        },
    );
    text
}

fn variables(setting: &Setting) -> String {
    let variable = format!("`{}`", setting.variable);
    match setting.file_variable() {
        Some(file) => format!("{variable} or `{file}`"),
        None => variable,
    }
}
