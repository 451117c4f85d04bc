//! Traces: what arrives at a collector, and what happens when none is there.

use std::collections::BTreeSet;
use std::net::TcpListener;

use serde_json::Value;
use testkit::World;
use testkit::collector::{Arrived, Asked, Collector};

use crate::http;
use crate::program::{Program, Serving};
use crate::scratch::{Scratch, wait_until};

/// A trace that began elsewhere.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A server that sends its traces to this address.
fn server(world: &World, scratch: &Scratch, endpoint: &str) -> Program {
    Program::on(&world.db)
        .flag("--data-dir")
        .flag(scratch.path.to_str().unwrap())
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
}

fn ask(serving: &Serving, path: &str, headers: &[(&str, &str)]) -> http::Page {
    http::ask(serving.address, "GET", path, headers, "").unwrap()
}

fn named<'a>(spans: &'a [Arrived], name: &str) -> &'a Arrived {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no `{name}` in {spans:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_of_a_request_and_its_operations_arrive_in_the_trace_of_whoever_asked() {
    let (world, scratch, collector) = (
        World::empty().await,
        Scratch::new(),
        Collector::start().await,
    );
    world.person("ada").build().await;
    let program = server(&world, &scratch, collector.url())
        .set("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x%2Cy")
        .set("OTEL_SERVICE_NAME", "reeve-north");
    let create = "token create --identity ada@example.test --name test";
    let token = program.json(&create.split(' ').collect::<Vec<_>>());
    let token = format!("Bearer {}", token["token"].as_str().unwrap());
    assert!(collector.asked().is_empty(), "a command exports nothing");
    let serving = program.serve();
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let headers = [
        ("traceparent", traceparent.as_str()),
        ("authorization", &token),
        ("x-correlation-id", "correlation-1"),
    ];
    assert_eq!(ask(&serving, "/v1/me", &headers).status, 200);
    let missing = ask(&serving, "/v1/me/tokens?ada@example.test", &[]).json();
    jobs_are_told_of(&collector);
    // What was answered last is sent before the server ends.
    assert_eq!(serving.stop("TERM").code, 0);
    let spans = collector.spans();
    let request = named(&spans, "GET /v1/me");
    assert_eq!(
        (request.trace_id.as_str(), request.parent_id.as_str()),
        (TRACE, PARENT)
    );
    for (attribute, value) in [
        ("http.route", "/v1/me"),
        ("http.response.status_code", "200"),
        ("reeve.correlation_id", "correlation-1"),
        ("reeve.outcome", "success"),
        ("reeve.code", "ok"),
    ] {
        assert_eq!(request.attributes[attribute], value, "{attribute}");
    }
    assert_eq!(request.resource["service.name"], "reeve-north");
    let operation = named(&spans, "authenticate");
    assert_eq!(
        (&operation.trace_id, &operation.parent_id),
        (&request.trace_id, &request.span_id)
    );
    assert_eq!(
        operation.attributes["reeve.correlation_id"],
        "correlation-1"
    );
    assert_eq!(operation.attributes["reeve.outcome"], "committed");
    let sent = collector.asked();
    let shown = |one: &Asked| one.headers["authorization"] == "Bearer x,y";
    assert!(sent.iter().all(shown));
    without_a_trace_there_is_a_new_one(&spans, &missing);
}

/// Waits for the first pass of the jobs.
fn jobs_are_told_of(collector: &Collector) {
    let told = || {
        let spans = collector.spans();
        spans.iter().any(|span| span.name == "job alerts")
    };
    wait_until("the first pass of the jobs is told of", told);
}

/// A request without a trace gets one, which is also the one that it is told; so does a job.
fn without_a_trace_there_is_a_new_one(spans: &[Arrived], missing: &Value) {
    let refused = named(spans, "GET /v1/me/tokens");
    assert_eq!(missing["trace_id"], refused.trace_id.as_str());
    assert_eq!(refused.parent_id, "");
    assert_eq!(refused.attributes["reeve.code"], "unauthenticated");
    assert!(!refused.failed, "a refusal is no failure");
    let job = named(spans, "job alerts");
    assert_eq!(job.parent_id, "");
    nothing_else_left_the_house(spans);
}

/// What spans may say, and nothing more: a new attribute is looked at by whoever writes it down here.
fn nothing_else_left_the_house(spans: &[Arrived]) {
    let known = BTreeSet::from([
        "db.system.name",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "reeve.actor_user_id",
        "reeve.code",
        "reeve.correlation_id",
        "reeve.operation",
        "reeve.outcome",
        "reeve.role",
        "server.address",
        "url.path",
    ]);
    for span in spans {
        assert_eq!(span.events, 0, "log lines stay here: {span:?}");
        for (attribute, value) in &span.attributes {
            assert!(known.contains(attribute.as_str()), "{attribute}: {span:?}");
            assert!(!value.contains('@'), "{attribute}: {span:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_asked_for_an_answer_learns_the_trace_and_an_unwanted_trace_is_not_sent() {
    let (world, scratch, collector) = (
        World::empty().await,
        Scratch::new(),
        Collector::start().await,
    );
    // The collector is also the provider that is asked; it knows nothing, but it is asked.
    let serving = server(&world, &scratch, collector.url())
        .set("OIDC_ISSUER", collector.url())
        .set("OIDC_CLIENT_ID", "reeve")
        .set("OIDC_ALLOW_PRIVATE", "on")
        .serve();
    let unwanted = format!("00-{}-{PARENT}-00", "a".repeat(32));
    let answer = ask(&serving, "/v1/me/holds", &[("traceparent", &unwanted)]);
    assert_eq!(answer.json()["trace_id"], "a".repeat(32));
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let headers = [
        ("traceparent", traceparent.as_str()),
        ("authorization", "Bearer e30.e30.e30"),
    ];
    ask(&serving, "/v1/me", &headers);
    let start = ask(&serving, "/login/oidc/start", &headers[..1]);
    assert_eq!(start.status, 503, "{start:?}");
    assert_eq!(serving.stop("TERM").code, 0);
    let asked = collector.asked();
    let discovery = asked
        .iter()
        .find(|one| one.path == "/.well-known/openid-configuration")
        .unwrap();
    let spans = collector.spans();
    let fetch = named(&spans, "fetch 127.0.0.1");
    let expected = format!("00-{TRACE}-{}-01", fetch.span_id);
    assert_eq!(discovery.headers["traceparent"], expected);
    assert_eq!(fetch.trace_id, TRACE);
    assert!(fetch.failed);
    assert!(named(&spans, "GET /login/oidc/start").failed);
    assert!(spans.iter().all(|span| span.trace_id != "a".repeat(32)));
    nothing_else_left_the_house(&spans);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_not_there_or_never_answers_costs_no_request_and_one_warning() {
    let world = World::empty().await;
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = nobody.local_addr().unwrap();
    drop(nobody);
    for (address, tries) in [(closed, 2), (silent.local_addr().unwrap(), 0)] {
        let scratch = Scratch::new();
        let program = server(&world, &scratch, &format!("http://{address}"));
        let serving = program.serve();
        for _ in 0..20 {
            assert_eq!(ask(&serving, "/v1/me", &[]).status, 401);
        }
        if tries > 0 {
            wait_until("it is said", || {
                serving.err().contains("does not take traces")
            });
        }
        assert_eq!(ask(&serving, "/readyz", &[]).status, 200);
        let ended = serving.stop("TERM");
        assert_eq!(ended.code, 0);
        let said = ended.err.matches("does not take traces").count();
        assert!(said <= 1, "{}", ended.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_unless_an_endpoint_is_set_and_what_cant_be_used_stops_the_start() {
    let (world, scratch, collector) = (
        World::empty().await,
        Scratch::new(),
        Collector::start().await,
    );
    let program = server(&world, &scratch, "")
        .set("OTEL_EXPORTER_OTLP_HEADERS", "a=b")
        .set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.url())
        .set("OTEL_TRACES_EXPORTER", "otlp");
    let serving = program.serve();
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let answer = ask(&serving, "/v1/me", &[("traceparent", &traceparent)]);
    assert_eq!(answer.json()["trace_id"], TRACE);
    assert_eq!(serving.stop("TERM").code, 0);
    assert!(collector.asked().is_empty());
    for (variable, text) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "canary"),
        ("OTEL_TRACES_SAMPLER_ARG", "2"),
    ] {
        let answer = program.clone().set(variable, text).run(&["config", "show"]);
        answer.failed_saying(&[variable]);
        assert!(!answer.err.contains("canary"));
    }
}
