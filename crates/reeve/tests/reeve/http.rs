//! What `serve` answers over HTTP; and a client of a few lines, since it needs no more.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use testkit::TestDb;

use crate::program::{Program, Serving};
use crate::scratch::Scratch;

/// An answer.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    /// With lower-case names.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The cookie of this name that it sets, without its attributes.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut set = lines.filter(|(field, _)| field.eq_ignore_ascii_case("set-cookie"));
        set.find_map(|(_, value)| {
            let (pair, _) = value.split_once(';')?;
            pair.strip_prefix(name)?
                .strip_prefix('=')
                .map(str::to_owned)
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|problem| panic!("{problem}: {self:?}"))
    }
}

/// One GET; an error if nobody listens.
pub(crate) fn get(address: SocketAddr, path: &str) -> std::io::Result<Page> {
    ask(address, "GET", path, &[], "")
}

/// One request with these headers and this body.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Page> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\
         Content-Length: {length}\r\n\r\n{body}"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok(Page {
        status: status.ok_or(std::io::ErrorKind::InvalidData)?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// A server on a database of its own; its data directory holds lock and address only.
async fn served() -> (Serving, Scratch, TestDb) {
    let (db, scratch) = (TestDb::new().await, Scratch::new());
    let data_dir = scratch.path.to_str().unwrap();
    let program = Program::on(&db).flag("--data-dir").flag(data_dir);
    (program.serve(), scratch, db)
}

#[tokio::test]
async fn livez_answers_ok() {
    let (serving, _scratch, _db) = served().await;
    let page = get(serving.address, "/livez").unwrap();
    assert_eq!((page.status, page.body.as_str()), (200, "ok"));
}

#[tokio::test]
async fn readyz_and_healthz_say_what_they_checked() {
    let (serving, _scratch, _db) = served().await;
    for path in ["/readyz", "/healthz"] {
        let page = get(serving.address, path).unwrap();
        assert_eq!(page.status, 200, "{page:?}");
        let answer = page.json();
        assert_eq!(answer["status"], "ready");
        assert_eq!(answer["checks"][0]["name"], "database");
        assert_eq!(answer["checks"][0]["ok"], true);
    }
}

#[tokio::test]
async fn metrics_count_the_jobs_in_the_text_format_of_prometheus() {
    let (serving, _scratch, _db) = served().await;
    crate::scratch::wait_until("the first job has run", || {
        let page = get(serving.address, "/metrics").unwrap();
        assert_eq!(page.status, 200);
        let done = r#"reeve_job_runs_total{job="audit-partitions",result="done"} 1"#;
        page.body.contains("# TYPE reeve_job_runs_total counter") && page.body.contains(done)
    });
}

#[tokio::test]
async fn an_unknown_path_is_a_problem_with_code_and_correlation_id() {
    let (serving, _scratch, _db) = served().await;
    let page = get(serving.address, "/no/such?page=1").unwrap();
    assert_eq!(page.status, 404);
    assert_eq!(
        page.header("content-type"),
        Some("application/problem+json")
    );
    let problem = page.json();
    assert_eq!(problem["code"], "not_found");
    assert_eq!(problem["status"], 404);
    let id = problem["correlation_id"].as_str().unwrap();
    assert!(!id.is_empty());
    assert_eq!(page.header("x-correlation-id"), Some(id));
    assert!(
        problem["detail"].as_str().unwrap().contains("/no/such"),
        "{problem}"
    );
}
