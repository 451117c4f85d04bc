//! Metrics: what is counted, and that the documents name what there is (I-02, I-32).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::Method;
use domain::audit::Action;
use domain::governance::mode::Mode;
use domain::health::{Check, Severity, condition};
use domain::review::Subject;
use jiff::ToSpan;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use store::scope::Context;
use testkit::World;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::client::{ANONYMOUS, Api, boss_and_reader};

/// The names of Reeve's metrics in a text; a histogram's parts count as the histogram.
fn names(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
        .filter(|word| word.starts_with("reeve_"))
        .map(|word| {
            let parts = ["_bucket", "_sum", "_count"];
            let part = parts.iter().find_map(|part| word.strip_suffix(part));
            part.unwrap_or(word).to_owned()
        })
        .collect()
}

fn document(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}

#[tokio::test]
async fn every_metric_that_the_documents_name_is_there_and_every_one_there_is_documented() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let world = World::discord_leading().await;
    let api = Api::with(&world, handle);
    world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    world.reconcile().await;
    let fallen = world.person("fallen").role("admin").status("suspended");
    fallen.build().await;
    begin_a_review(&world).await;
    server::jobs::pass(world.reeve(), &server::jobs::all()).await;
    let (boss, reader) = boss_and_reader(&world).await;
    world.organization("northway").await;
    let note = "/v1/admin/evidence/x/notes";
    api.post(&boss, note, json!({ "decision": "d" })).await.ok();
    api.post(&reader, note, json!({ "decision": "d" })).await;
    // So many lines that some are lost.
    for _ in 0..10_001 {
        world.reeve().records.line(store::log::Line {
            at: app::records::clock(),
            level: "info".to_owned(),
            correlation_id: "x".to_owned(),
            line: json!({}),
        });
    }
    app::records::flush(world.reeve()).await.unwrap();
    forget_the_audit_row(&world).await;
    lose_a_span();
    let shown = api.get(&ANONYMOUS, "/metrics").await.text;
    let there = names(&shown);
    let documented = names(&document("metrics.md"));
    assert_eq!(there, documented, "docs/metrics.md against /metrics");
    let alerted = names(&document("prometheus-alerts.yml"));
    let unknown: Vec<_> = alerted.difference(&there).collect();
    assert!(
        unknown.is_empty(),
        "docs/prometheus-alerts.yml: {unknown:?}"
    );
    let of = |outcome: &str, code: &str| {
        let labels = [
            format!("outcome=\"{outcome}\""),
            format!("code=\"{code}\""),
            "operation=\"POST /v1/admin/evidence/{correlation_id}/notes\"".to_owned(),
        ];
        shown.lines().any(|line| {
            line.starts_with("reeve_iam_operations_total{")
                && labels.iter().all(|label| line.contains(label))
        })
    };
    assert!(shown.contains("reeve_audit_gaps_total 1\n"), "{shown}");
    assert!(of("success", "ok"), "{shown}");
    assert!(of("denied", "insufficient_permissions"), "{shown}");
}

/// One that is due so soon that its reviewer is reminded.
async fn begin_a_review(world: &World) {
    let review = app::review::New {
        name: "Q4".to_owned(),
        subject: Subject::Assignments,
        organization: None,
        due_at: world.now().await + 20.hours(),
        reviewers: vec!["ada@example.test".to_owned()],
    };
    app::review::begin(world.reeve(), &world.caller(), &review)
        .await
        .unwrap();
}

/// A span ends, and nobody is there to send it.
fn lose_a_span() {
    let settings = connect::traces::Settings {
        endpoint: connect::traces::endpoint("http://127.0.0.1:1").unwrap(),
        headers: connect::traces::headers(&Default::default()).unwrap(),
        service: "test".to_owned(),
        version: "0",
        ratio: 1.0,
    };
    let (tracer, exporter) = connect::traces::start(&settings).unwrap();
    drop(exporter);
    let subscriber = tracing_subscriber::registry().with(tracer.layer());
    tracing::subscriber::with_default(subscriber, || {
        drop(tracing::trace_span!("lost", otel.name = "lost"));
    });
}

/// What an operation with a defect would do in a request: change a fact and write no row (I-29).
async fn forget_the_audit_row(world: &World) {
    let request = Arc::new(app::Request::default());
    let change = async {
        let context = Context {
            correlation_id: Some("forgotten-1".parse().unwrap()),
            operation: Some(Action::GovernanceSetMode),
            ..Context::default()
        };
        let database = &world.reeve().database;
        let mut tx = database.system("test", &context).await.unwrap();
        store::governance::set_mode(&mut tx, Mode::Portal)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    Arc::clone(&request).answer(change).await;
    assert!(request.told().revision.is_some());
}

/// The number of active people that the metrics show.
async fn active(api: &Api) -> String {
    let shown = api.get(&ANONYMOUS, "/metrics").await.text;
    let line = shown
        .lines()
        .find(|line| line.starts_with("reeve_identities{status=\"active\"}"));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn asking_for_metrics_again_and_again_does_not_count_everybody_again_and_again() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let world = World::empty().await;
    let api = Api::with(&world, handle);
    let first = active(&api).await;
    world.person("ada").build().await;
    let asked = futures_util::future::join_all((0..50).map(|_| active(&api))).await;
    assert!(asked.iter().all(|shown| *shown == first), "{asked:?}");
    app::health::count_people(world.reeve()).await.unwrap();
    assert_ne!(active(&api).await, first, "counted again, it is another");
}

#[test]
fn the_alert_rules_take_denials_for_no_failures_and_judge_failures_as_reeve_does() {
    let rules = document("prometheus-alerts.yml");
    let mut of_mutations = 0;
    for rule in rules.split("- alert: ").skip(1) {
        let (name, rule) = rule.split_once('\n').unwrap();
        let of_outcomes = rule.matches("reeve_iam_operations_total{outcome=").count();
        of_mutations += of_outcomes;
        let counts_denials = rule.contains("outcome=\"denied\"");
        assert!(!counts_denials || rule.contains("severity: info"), "{name}");
        assert!(
            !rule.contains("insufficient_permissions") && !rule.contains("invalid_request"),
            "{name}"
        );
    }
    assert!(of_mutations > 0);
    let (_, failing) = rules.split_once("ReeveIamMutationsFail\n").unwrap();
    let (failing, _) = failing.split_once("- alert: ").unwrap();
    for number in [
        format!("[{}m]", condition::FAILURES_WITHIN_MINUTES),
        format!(">= {}", condition::FAILURES),
        format!("> 0.{:02} *", condition::FAILURE_SHARE_PERCENT),
    ] {
        assert!(failing.contains(&number), "{number}");
    }
}

#[tokio::test]
async fn failed_mutations_raise_an_alert_and_refused_ones_do_not() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (_, reader) = boss_and_reader(&world).await;
    let note = "/v1/admin/evidence/x/notes";
    let severity = async || {
        app::records::flush(world.reeve()).await.unwrap();
        let findings = app::health::findings(world.reeve()).await.unwrap();
        let found = findings
            .into_iter()
            .find(|one| one.check == Check::Mutations);
        found.unwrap().severity
    };
    for _ in 0..20 {
        let refused = api.post(&reader, note, json!({ "decision": "d" })).await;
        assert_eq!(refused.error().0, 403);
    }
    assert_eq!(severity().await, Severity::Ok);
    let mut superuser = world.db.superuser().await;
    let broken = "revoke select on role from reeve_system";
    sqlx::query(broken).execute(&mut superuser).await.unwrap();
    for _ in 0..5 {
        let failed = api
            .ask(
                &reader,
                Method::POST,
                note,
                Some(json!({ "decision": "d" })),
            )
            .await;
        assert_eq!(failed.error(), (500, "internal_error"));
    }
    let mended = "grant select on role to reeve_system";
    sqlx::query(mended).execute(&mut superuser).await.unwrap();
    assert_eq!(severity().await, Severity::Error);
    server::jobs::pass(world.reeve(), &server::jobs::all()).await;
    let alerts = app::alert::list(world.reeve(), &world.caller(), false, 100).await;
    let alert = alerts
        .unwrap()
        .into_iter()
        .find(|one| one.kind == "mutations");
    assert!(alert.unwrap().summary.starts_with("5 of 25"));
}

#[tokio::test]
async fn invented_methods_make_no_series_and_no_operation() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let world = World::empty().await;
    let api = Api::with(&world, handle);
    for method in ["AAA", "BBB", "DELETE"] {
        let method: Method = method.parse().unwrap();
        let answer = api.ask(&ANONYMOUS, method, "/v1/me", None).await;
        assert_eq!(answer.error().0, 405);
    }
    let shown = api.get(&ANONYMOUS, "/metrics").await.text;
    assert!(!shown.contains("AAA") && !shown.contains("BBB"), "{shown}");
    assert!(shown.contains("method=\"other\""), "{shown}");
    assert!(!shown.contains("reeve_iam_operations_total{"), "{shown}");
}
