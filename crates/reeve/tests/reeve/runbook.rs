//! The reconcile runbook's SQL, as printed, typed through `reeve db psql`.

use std::path::Path;

use crate::program::{Program, Serving, installation};
use crate::scratch::Scratch;

const VERIFICATION: &str = "  SELECT action, entity_pk, after_json, created_at
    FROM audit_log
   WHERE action = 'entitlement.reconcile'
   ORDER BY created_at DESC
   LIMIT 50;";

const MONITORING: &str = "  SELECT action, entity_pk, after_json, created_at
    FROM audit_log
   WHERE action = 'entitlement.admin_selfheal'
   ORDER BY created_at DESC
   LIMIT 50;";

/// The sample, reconciled.
fn reconciled() -> (Scratch, Program, Serving) {
    let (scratch, program) = installation();
    let arguments = ["quickstart", "--listen", "127.0.0.1:0"];
    let serving = Serving::start(program.command(&arguments));
    program.done(&["reconcile", "run"]);
    (scratch, program, serving)
}

fn psql(program: &Program, sql: &str) -> String {
    program.done(&[
        "db",
        "psql",
        "--",
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        sql,
    ])
}

#[test]
fn the_runbooks_queries_run_through_psql_and_show_the_changes() {
    let (_scratch, program, serving) = reconciled();
    let shown = psql(&program, VERIFICATION);
    assert_eq!(shown.lines().count(), 50, "{shown}");
    for line in shown.lines() {
        let columns: Vec<_> = line.split('|').collect();
        assert_eq!((columns.len(), columns[0]), (4, "entitlement.reconcile"));
        let after: serde_json::Value = serde_json::from_str(columns[2]).unwrap();
        assert!(after["status"].is_string(), "{line}");
    }
    assert_eq!(psql(&program, MONITORING), "");
    assert_eq!(psql(&program, "SHOW app.user_id"), "\n");
    assert_eq!(psql(&program, "SELECT session_user"), "reeve_operator\n");
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn activating_somebody_by_sql_takes_effect_is_audited_and_opens_a_hold() {
    let (_scratch, program, serving) = reconciled();
    let person = "nadia.ferreira@example.com";
    let status = format!("SELECT status FROM app_user WHERE email = '{person}'");
    assert_eq!(psql(&program, &status), "suspended\n");
    let activate = format!("UPDATE app_user SET status='active' WHERE email = '{person}'");
    psql(&program, &activate);
    assert_eq!(psql(&program, &status), "active\n");
    let audit = [
        "audit",
        "list",
        "--action",
        "sql.update",
        "--entity",
        person,
    ];
    let rows = program.json(&audit);
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows[0]["source"], "sql:reeve_operator");
    assert_eq!(rows[0]["before_json"]["status"], "suspended");
    assert_eq!(rows[0]["after_json"]["status"], "active");
    let hold = format!(
        "SELECT source, round(extract(epoch from ends_at - now()) / 3600)
           FROM hold JOIN app_user USING (user_id) WHERE email = '{person}'"
    );
    assert_eq!(psql(&program, &hold), "sql:reeve_operator|24\n");
    program.done(&["reconcile", "run"]);
    assert_eq!(
        psql(&program, &status),
        "active\n",
        "the hold keeps reconcile away"
    );
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn db_url_is_a_way_in_for_psql_and_other_tools() {
    let (_scratch, program, serving) = reconciled();
    let url = program.done(&["db", "url"]);
    let sql = "SELECT session_user, current_setting('app.user_id')";
    let mut psql = testkit::cluster::program("psql");
    let answer = psql.args([url.trim(), "-XAtqc", sql]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&answer.stdout), "reeve_operator|\n");
    let json = program.json(&["db", "url"]);
    assert_eq!(json["url"], url.trim());
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn psql_passes_its_exit_code_on_and_may_not_rewrite_the_log() {
    let (_scratch, program, serving) = reconciled();
    let forge = "UPDATE audit_log SET reason = 'forged'";
    let arguments = [
        "db",
        "psql",
        "--",
        "-Xq",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        forge,
    ];
    let refused = program.run(&arguments);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{refused:?}");
    assert!(refused.err.contains("permission denied"), "{refused:?}");
    let exit = program.run(&["db", "psql", "--", "-X", "-c", "\\q", "--no-such-flag"]);
    assert_ne!(exit.code, 0);
    assert_eq!(serving.stop("INT").code, 0);
}

#[test]
fn bootstrap_sql_prints_what_a_dba_runs_and_needs_no_database() {
    let (_scratch, program) = installation();
    let sql = program.done(&["db", "bootstrap-sql"]);
    for role in [
        "reeve_owner",
        "reeve_system",
        "reeve_app",
        "reeve_views",
        "reeve_operator",
    ] {
        assert!(sql.contains(role), "{role}");
    }
    assert_eq!(
        program.json(&["db", "bootstrap-sql"])["sql"]
            .as_str()
            .unwrap()
            .trim(),
        sql.trim()
    );
}

#[test]
fn psql_is_found_where_postgresqls_programs_are() {
    let (scratch, program, serving) = reconciled();
    let postgres = testkit::cluster::program("postgres");
    let folder = Path::new(postgres.get_program()).parent().unwrap();
    let program = program
        .set("REEVE_PG_BIN", folder.to_str().unwrap())
        .set("PATH", scratch.path.to_str().unwrap());
    assert_eq!(psql(&program, "SELECT 1"), "1\n");
    assert_eq!(serving.stop("INT").code, 0);
}
