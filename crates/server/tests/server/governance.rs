//! Changing what decides access over HTTP.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::World;

use crate::client::{Api, Asker, boss_and_reader};

/// Each change, with its audit action.
fn changes() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        (
            "/v1/admin/governance/mode",
            json!({ "mode": "portal" }),
            "governance.set_mode",
        ),
        (
            "/v1/admin/governance/mapping/701",
            json!({ "roles": ["711"] }),
            "governance.map_role",
        ),
        (
            "/v1/admin/governance/numbers/guard-few",
            json!({ "value": 7 }),
            "governance.set_number",
        ),
        (
            "/v1/admin/governance/policy",
            json!({ "policy": "everyone = true\nexclude = ['reader@example.test']" }),
            "policy.set",
        ),
    ]
}

async fn put(
    api: &Api,
    asker: &Asker,
    path: &str,
    body: &Value,
    id: &str,
) -> crate::client::Answer {
    let headers = [("x-correlation-id", id)];
    api.ask_with(asker, Method::PUT, path, Some(body.clone()), &headers)
        .await
}

#[tokio::test]
async fn each_change_is_one_audit_row_with_the_requests_id_and_a_dry_run_is_none() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    for (path, body, action) in changes() {
        let before = world.audit(action).await.len();
        let shown = api.get(&boss, "/v1/admin/governance").await.ok();
        let dry = put(&api, &boss, &format!("{path}?dry_run=true"), &body, "dry").await;
        assert!(dry.headers.get("x-revision").is_none(), "{path}");
        let dry = dry.ok();
        assert_eq!(
            (&dry["changed"], &dry["dry_run"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(api.get(&boss, "/v1/admin/governance").await.ok(), shown);
        assert_eq!(world.audit(action).await.len(), before, "{path}");

        let done = put(&api, &boss, path, &body, "done-1").await;
        let revision = done.header("x-revision").to_owned();
        assert_eq!(done.ok()["changed"], true);
        let rows = world.audit(action).await;
        assert_eq!(rows.len(), before + 1, "{path}");
        assert_eq!(rows[0].correlation_id.as_deref(), Some("done-1"));
        assert_eq!(rows[0].revision.as_deref(), Some(revision.as_str()));
        assert_eq!(rows[0].outcome, "success");
        assert_ne!(api.get(&boss, "/v1/admin/governance").await.ok(), shown);

        let again = put(&api, &boss, path, &body, "again").await.ok();
        assert_eq!(again["changed"], false, "{path}");
        let refused = put(&api, &reader, path, &body, "refused-1").await;
        assert_eq!(refused.error(), (403, "insufficient_permissions"), "{path}");
        let rows = world.audit(action).await;
        assert_eq!(rows.len(), before + 2, "{path}");
        assert_eq!(rows[0].outcome, "denied");
        assert_eq!(rows[0].correlation_id.as_deref(), Some("refused-1"));
    }
}

#[tokio::test]
async fn what_cant_be_set_is_refused_with_the_name_of_the_field() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    for (path, body, field) in [
        ("mode", json!({ "mode": "odd" }), "mode"),
        ("mode", json!({}), "mode"),
        ("mapping/700", json!({ "roles": ["-1"] }), "roles"),
        ("numbers/guard-few", json!({ "value": -1 }), "value"),
        (
            "numbers/guard-share-percent",
            json!({ "value": 101 }),
            "value",
        ),
        ("policy", json!({ "policy": "colour = 'red'" }), "policy"),
        (
            "policy",
            json!({ "policy": "include = ['no@example.test']" }),
            "include",
        ),
    ] {
        let answer = api
            .put(&boss, &format!("/v1/admin/governance/{path}"), body)
            .await;
        assert_eq!(
            answer.error(),
            (400, "invalid_request"),
            "{path}: {answer:?}"
        );
        let detail = answer.json["detail"].as_str().unwrap();
        assert!(detail.contains(field), "{path}: {detail}");
    }
    for (path, body) in [
        ("numbers/odd", json!({ "value": 1 })),
        ("mapping/odd", json!({ "roles": [] })),
    ] {
        let path = format!("/v1/admin/governance/{path}");
        let answer = api.put(&boss, &path, body).await;
        assert_eq!(answer.error(), (404, "not_found"), "{path}");
    }
}
