//! A PostgreSQL of one's own, by `DATABASE_URL`.

use secrecy::ExposeSecret;
use sqlx::Executor;
use testkit::TestDb;
use testkit::database::EmptyDb;

use crate::http;
use crate::program::{Program, Serving};
use crate::scratch::Scratch;

fn serve(program: &Program) -> (Scratch, Serving) {
    let scratch = Scratch::new();
    let data_dir = scratch.path.to_str().unwrap();
    let program = program.clone().flag("--data-dir").flag(data_dir);
    let serving = program.serve();
    (scratch, serving)
}

#[tokio::test]
async fn serve_uses_the_database_of_database_url_and_starts_none_of_its_own() {
    let db = TestDb::new().await;
    let (scratch, serving) = serve(&Program::on(&db));
    let page = http::get(serving.address, "/readyz").unwrap();
    assert_eq!(page.status, 200);
    assert!(!scratch.path.join("pg").exists());
    let answer = serving.stop("TERM");
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(!answer.err.contains("superuser"), "{answer:?}");
}

#[tokio::test]
async fn a_superuser_works_with_a_warning() {
    let db = TestDb::new().await;
    let url = db.owner_url();
    let program = Program::default().set("DATABASE_URL", url.expose_secret());
    let (_scratch, serving) = serve(&program);
    assert_eq!(http::get(serving.address, "/readyz").unwrap().status, 200);
    let answer = serving.stop("TERM");
    assert!(
        answer.err.contains("WARN") && answer.err.contains("superuser"),
        "{answer:?}"
    );
    let created = program.json(&["organization", "create", "acme"]);
    assert_eq!(created["slug"], "acme");
    let rows = program.json(&["audit", "list", "--action", "organization.create"]);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["source"], "command_line", "not taken for raw SQL");
}

#[tokio::test]
async fn a_superuser_gets_an_empty_database_ready() {
    let empty = EmptyDb::new().await;
    let name = &empty.name;
    let mut postgres = empty.server.superuser("postgres").connect().await;
    let create = sqlx::AssertSqlSafe(format!("create database {name}"));
    postgres.execute(create).await.unwrap();
    let url = empty.server.superuser(name).url;
    let program = Program::default().set("DATABASE_URL", url.expose_secret());
    let check = program.run(&["migrate", "--check", "-o", "json"]);
    assert_eq!((check.code, &check.json()["state"]), (1, &"behind".into()));
    let refused = program.run(&["role", "list"]);
    refused.failed_saying(&["migrations", "reeve migrate"]);
    let (_scratch, serving) = serve(&program);
    assert_eq!(program.json(&["migrate", "--check"])["state"], "current");
    assert_eq!(serving.stop("TERM").code, 0);
    empty.drop().await;
}

#[tokio::test]
async fn a_login_that_may_not_migrate_is_told_to_name_the_owner() {
    let empty = EmptyDb::new().await;
    empty.bootstrap().await;
    let name = &empty.name;
    let (runtime, owner) = (
        empty.server.runtime(name).url,
        empty.server.superuser(name).url,
    );
    let program = Program::default().set("DATABASE_URL", runtime.expose_secret());
    let refused = program.run(&["migrate"]);
    refused.failed_saying(&["DATABASE_OWNER_URL", "reeve_owner"]);
    let program = program.set("DATABASE_OWNER_URL", owner.expose_secret());
    let migrated = program.json(&["migrate"]);
    assert!(migrated["migrations"].as_u64().unwrap() > 0, "{migrated}");
    assert_eq!(program.json(&["migrate"])["migrations"], 0);
    empty.drop().await;
}

#[tokio::test]
async fn a_schema_newer_than_the_binary_is_refused() {
    let db = TestDb::new().await;
    db.superuser()
        .await
        .execute(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (99999999, 'from the future', true, '', 0)",
        )
        .await
        .unwrap();
    let program = Program::on(&db);
    let scratch = Scratch::new();
    let data_dir = scratch.path.to_str().unwrap();
    let serve = ["--data-dir", data_dir, "serve", "--listen", "127.0.0.1:0"];
    for arguments in [&["role", "list"][..], &["migrate"], &serve] {
        program.run(arguments).failed_saying(&["newer Reeve"]);
    }
    let check = program.run(&["migrate", "--check", "-o", "json"]);
    assert_eq!((check.code, &check.json()["state"]), (1, &"newer".into()));
}

#[tokio::test]
async fn with_database_url_the_operators_connection_is_somebody_elses_to_give() {
    let db = TestDb::new().await;
    let program = Program::on(&db);
    for arguments in [&["db", "url"][..], &["db", "psql"]] {
        let answer = program.run(arguments);
        answer.failed_saying(&["reeve_operator", "ask who runs the server"]);
    }
}
