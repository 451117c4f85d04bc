//! Log lines and evidence by correlation id (I-07 to I-09, I-13, I-21, I-30, I-31).

use axum::http::Method;
use serde_json::json;
use server::log::Keep;
use testkit::World;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::client::{Api, boss_and_reader, count};

/// Keeps the lines of this test's thread.
fn keep(world: &World) -> tracing::subscriber::DefaultGuard {
    let keep = Keep::new(world.reeve().records.clone()).with_filter(filter_fn(Keep::wants));
    tracing::subscriber::set_default(tracing_subscriber::registry().with(keep))
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test]
async fn a_refused_change_is_one_document_with_envelope_decision_path_rows_lines_ids_and_notes() {
    let world = World::discord_leading().await;
    let _kept = keep(&world);
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let headers = [("x-correlation-id", "incident-1"), ("traceparent", &parent)];
    let body = json!({ "mode": "portal" });
    let path = "/v1/admin/governance/mode";
    let refused = api
        .ask_with(&reader, Method::PUT, path, Some(body), &headers)
        .await;
    assert_eq!(refused.error(), (403, "insufficient_permissions"));
    app::records::flush(world.reeve()).await.unwrap();

    let lines = api.get(&boss, "/v1/admin/logs/incident-1").await.ok();
    let lines = lines["lines"].as_array().unwrap();
    assert!(lines.len() >= 2, "{lines:?}");
    let actor = &refused.json["actor_user_id"];
    for line in lines {
        let line = &line["line"];
        assert_eq!(line["correlation_id"], "incident-1");
        assert_eq!(line["trace_id"], TRACE);
        assert_eq!(&line["actor_user_id"], actor, "{line}");
        assert!(!line.to_string().contains("reeve_pat_"), "{line}");
    }
    let note = json!({ "decision": "as the policy says", "remediation": "told the reader" });
    let made = api
        .post(&boss, "/v1/admin/evidence/incident-1/notes", note)
        .await;
    assert_eq!(made.status.as_u16(), 201);
    assert_eq!(world.audit("evidence.note").await.len(), 1);

    let evidence = api.get(&boss, "/v1/admin/evidence/incident-1").await;
    assert_eq!(
        evidence.header("content-disposition"),
        "attachment; filename=\"evidence-incident-1.json\""
    );
    let evidence = evidence.ok();
    assert_eq!(evidence["envelopes"][0], refused.json);
    let path = evidence["decision_paths"][0].as_str().unwrap();
    assert_eq!(
        path,
        "identity=passed session=passed membership=not_asked permission=permission_not_held"
    );
    assert_eq!(evidence["audit"][0]["action"], "governance.set_mode");
    assert_eq!(evidence["audit"][0]["outcome"], "denied");
    assert_eq!(&evidence["actor_user_ids"][0], actor);
    assert_eq!(evidence["trace_ids"][0], TRACE);
    assert_eq!(evidence["notes"][0]["remediation"], "told the reader");
    let refused = api.get(&reader, "/v1/admin/evidence/incident-1").await;
    assert_eq!(refused.error(), (403, "insufficient_permissions"));
    let missing = api.get(&boss, "/v1/admin/evidence/nothing-1").await;
    assert_eq!(missing.error(), (404, "not_found"));
}

#[tokio::test]
async fn a_refused_read_is_in_the_evidence_with_its_decision_path() {
    let world = World::empty().await;
    let _kept = keep(&world);
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    let refused = api.get(&reader, "/v1/admin/governance").await;
    app::records::flush(world.reeve()).await.unwrap();
    let id = refused.json["correlation_id"].as_str().unwrap();
    let evidence = api
        .get(&boss, &format!("/v1/admin/evidence/{id}"))
        .await
        .ok();
    assert_eq!(evidence["decisions"][0]["permission"], "governance:read");
    assert_eq!(evidence["envelopes"][0], refused.json);
    assert_eq!(evidence["decision_paths"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn log_lines_are_bounded_by_age_and_number() {
    let world = World::empty().await;
    let sql = "insert into log_line (at, level, correlation_id, line)
               select now() - make_interval(days => 8 * (i % 2)), 'info', 'x', '{}'
                 from generate_series(1, 100) i";
    sqlx::query(sql)
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    let mut tx = world
        .reeve()
        .database
        .system("test", &store::scope::Context::default())
        .await
        .unwrap();
    store::log::prune(&mut tx, 7, 20).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&world, "log_line").await, 10);
}
