//! Secrets stay where they are: in the data directory's `secrets/`, and in `reeve db url`.

use std::fs;

use crate::program::{Serving, installation};

#[test]
fn a_secret_is_printed_by_db_url_and_nothing_else() {
    let (scratch, program) = installation();
    let loud = program.clone().set("REEVE_LOG", "trace");
    let arguments = ["quickstart", "--listen", "127.0.0.1:0"];
    let serving = Serving::start(loud.command(&arguments));
    let folder = scratch.path.join("secrets");
    let secrets: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            (name, text.trim().to_owned())
        })
        .collect();
    let mut names: Vec<_> = secrets.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["reeve", "reeve_operator", "superuser"]);
    let mut said = Vec::new();
    for words in [
        "governance show",
        "governance show -o json",
        "audit list --limit 5000 -o json",
        "reconcile run -o json",
        "reconcile list -o json",
        "healthcheck -o json",
        "migrate",
        "db bootstrap-sql",
        "db psql -Xqc \\conninfo",
    ] {
        let words: Vec<_> = words.split(' ').collect();
        let answer = loud.run(&words);
        assert_eq!(answer.code, 0, "{answer:?}");
        said.push((words.join(" "), answer.out + &answer.err));
    }
    let arguments = fs::read(format!("/proc/{}/cmdline", serving.pid())).unwrap();
    said.push((
        "the process list".to_owned(),
        String::from_utf8(arguments).unwrap(),
    ));
    let operator = program.done(&["db", "url"]);
    let ended = serving.stop("INT");
    assert!(ended.err.contains("DEBUG"), "the log was loud: {ended:?}");
    said.push(("quickstart's output".to_owned(), ended.out));
    said.push(("quickstart's log".to_owned(), ended.err));
    let log = fs::read_to_string(scratch.path.join("pg.log")).unwrap();
    said.push(("PostgreSQL's log".to_owned(), log));
    for (name, secret) in &secrets {
        assert!(secret.len() >= 32, "{name}");
        for (who, text) in &said {
            let line = text.lines().find(|line| line.contains(secret.as_str()));
            assert_eq!(line, None, "{who} shows the secret {name}");
        }
        assert_eq!(operator.contains(secret.as_str()), name == "reeve_operator");
    }
}
