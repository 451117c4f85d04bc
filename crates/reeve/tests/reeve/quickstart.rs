//! From nothing to a first plan, and on as the printed commands say.

use serde_json::Value;

use crate::program::{Program, Serving, installation};

const QUICKSTART: [&str; 3] = ["quickstart", "--listen", "127.0.0.1:0"];

fn quickstart(program: &Program) -> Serving {
    Serving::start(program.command(&QUICKSTART))
}

#[test]
fn quickstart_on_an_empty_directory_prints_address_plan_and_the_next_three_commands() {
    let (scratch, program) = installation();
    let serving = quickstart(&program);
    let address = serving.address.to_string();
    assert_ne!(serving.address.port(), 0);
    assert_eq!(scratch.address().as_deref(), Some(address.as_str()));
    crate::scratch::wait_until("everything is said", || serving.out().contains("Ctrl-C"));
    let said = serving.out();
    assert!(
        said.starts_with(&format!("Reeve listens on http://{address}\n")),
        "{said}"
    );
    assert!(
        said.contains("a sample organization was loaded: 500 people"),
        "{said}"
    );
    assert!(
        said.contains("a plan was made: restore 5, suspend 14"),
        "{said}"
    );
    let data_dir = scratch.path.to_str().unwrap();
    let mut commands = Vec::new();
    let program = concat!("  ", env!("CARGO_BIN_EXE_reeve"), " ");
    for line in said.lines().filter(|line| line.starts_with(program)) {
        let command = line.trim().split("   ").next().unwrap();
        let words: Vec<_> = command.split_whitespace().collect();
        assert_eq!(
            words[..3],
            [env!("CARGO_BIN_EXE_reeve"), "--data-dir", data_dir]
        );
        commands.push(words[3..].join(" "));
    }
    assert_eq!(
        commands,
        [
            "reconcile show latest",
            "reconcile apply latest",
            "audit list"
        ]
    );
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn quickstart_with_json_prints_one_document_and_nothing_else() {
    let (_scratch, program) = installation();
    let mut arguments = QUICKSTART.to_vec();
    arguments.extend(["-o", "json"]);
    let serving = Serving::start(program.command(&arguments));
    let address = serving.address;
    let document = serving.stop("INT").json();
    assert_eq!(document["listen"], format!("http://{address}"));
    assert_eq!(document["sample"]["people"], 500);
    assert_eq!(document["plan"]["new"], true);
    assert_eq!(document["plan"]["counts"]["suspend"], 14);
}

/// Everything in the database that a start may not touch.
fn content(program: &Program) -> String {
    let everything = "
        select jsonb_build_object(
          'people', (select jsonb_agg(to_jsonb(u) order by user_id) from app_user u),
          'roles', (select jsonb_agg(to_jsonb(r) order by assignment_id) from user_roles r),
          'plans', (select jsonb_agg(to_jsonb(p) order by plan_id) from reconcile_plan p),
          'audit', (select count(*) from audit_log))";
    program.done(&["db", "psql", "-XAtqc", everything])
}

#[test]
fn a_second_quickstart_on_the_same_directory_touches_nothing() {
    let (_scratch, program) = installation();
    let first = quickstart(&program);
    let before = content(&program);
    assert_eq!(first.stop("INT").code, 0);
    let second = quickstart(&program);
    crate::scratch::wait_until("everything is said", || second.out().contains("Ctrl-C"));
    assert!(
        second
            .out()
            .contains("there are people already, so no sample was loaded"),
        "{}",
        second.out()
    );
    assert_eq!(content(&program), before);
    assert_eq!(second.stop("INT").code, 0);
}

#[test]
fn a_newcomer_sees_the_plan_applies_it_sees_the_audit_and_a_second_run_changes_nothing() {
    let (_scratch, program) = installation();
    let serving = quickstart(&program);
    let shown = program.done(&["reconcile", "show", "latest"]);
    assert!(
        shown.contains("+ restore  ada.brightwell@example.com"),
        "{shown}"
    );
    assert!(
        shown.contains("- suspend  nadia.ferreira@example.com"),
        "{shown}"
    );
    assert!(
        shown.contains("not entitled: no mapped Discord role"),
        "{shown}"
    );
    let applied = program.json(&["reconcile", "apply", "latest"]);
    assert_eq!(
        (&applied["applied"], &applied["skipped"], &applied["held"]),
        (&Value::from(455), &Value::from(0), &Value::from(0))
    );
    assert_eq!(
        (
            &applied["restored"],
            &applied["suspended"],
            &applied["changed"]
        ),
        (&Value::from(5), &Value::from(14), &Value::from(436))
    );
    let action = ["audit", "list", "--action", "entitlement.reconcile"];
    let rows = program.json(&[&action[..], &["--limit", "1000"]].concat());
    assert_eq!(rows.as_array().unwrap().len(), 455);
    assert!(
        program
            .done(&["audit", "list"])
            .contains("entitlement.reconcile")
    );
    let before = content(&program);
    let again = program.done(&["reconcile", "run"]);
    assert_eq!(again, "nothing to change: everybody is as they should be\n");
    assert_eq!(content(&program), before);
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn a_printed_command_works_when_pasted_into_a_shell() {
    let (_scratch, program) = installation();
    let serving = quickstart(&program);
    let shown = program.done(&["reconcile", "show", "latest"]);
    let line = shown
        .lines()
        .find(|line| line.starts_with("apply it with: "));
    let command = line.unwrap().strip_prefix("apply it with: ").unwrap();
    // The shell knows nothing of the installation: the command says it all.
    let shell = std::process::Command::new("sh")
        .env_clear()
        .args(["-c", command])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&shell.stdout).into_owned();
    assert!(shell.status.success(), "{command}: {shell:?}");
    assert!(said.contains("5 restored, 14 suspended"), "{said}");
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn a_mapping_of_groups_to_an_unknown_role_stops_quickstart_with_its_name() {
    let (_scratch, program) = installation();
    let unknown = program
        .clone()
        .set("OIDC_GROUP_ROLE_MAP", "ops=no_such_role");
    unknown.run(&QUICKSTART).failed_saying(&["no_such_role"]);
    assert_eq!(quickstart(&program).stop("INT").code, 0);
}
