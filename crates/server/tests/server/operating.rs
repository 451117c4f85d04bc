//! The reading half of the operating routes: who may, and what is no question.

use serde_json::json;
use testkit::World;

use crate::client::{Api, boss_and_reader};

/// Each route that only reads, with the permission that it needs.
const ROUTES: [(&str, &str); 12] = [
    ("/v1/admin/audit", "audit:read"),
    ("/v1/admin/audit/export", "audit:read"),
    ("/v1/admin/governance", "governance:read"),
    ("/v1/admin/plans", "plans:read"),
    ("/v1/admin/status-map", "governance:read"),
    ("/v1/admin/drift", "governance:read"),
    ("/v1/admin/freshness", "governance:read"),
    ("/v1/admin/jml", "governance:read"),
    ("/v1/admin/alerts", "governance:read"),
    ("/v1/admin/break-glass", "governance:read"),
    ("/v1/admin/decisions", "audit:read"),
    ("/v1/admin/logs/some-id", "audit:read"),
];

#[tokio::test]
async fn every_operating_route_answers_an_administrator_and_names_the_permission_to_others() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    for (path, permission) in ROUTES {
        let answer = api.get(&boss, path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {answer:?}");
        let refused = api.get(&reader, path).await;
        assert_eq!(refused.error(), (403, "insufficient_permissions"), "{path}");
        let detail = refused.json["detail"].as_str().unwrap();
        assert!(detail.contains(permission), "{path}: {detail}");
    }
}

#[tokio::test]
async fn a_question_that_cant_be_answered_is_refused_with_the_name_of_the_field() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    for (path, field) in [
        ("/v1/admin/audit?limit=0", "limit"),
        ("/v1/admin/audit?limit=201", "limit"),
        ("/v1/admin/audit?cursor=odd", "cursor"),
        ("/v1/admin/audit?actor=odd", "actor"),
        ("/v1/admin/audit?target=odd", "target"),
        ("/v1/admin/audit?since=odd", "query"),
        ("/v1/admin/audit?colour=red", "colour"),
        ("/v1/admin/audit/export?format=xls", "xls"),
        ("/v1/admin/plans?cursor=1.odd", "cursor"),
        ("/v1/admin/plans/odd", "plan"),
        ("/v1/admin/status-map?compliance=odd", "compliance"),
        ("/v1/admin/status-map?outcome=odd", "outcome"),
        ("/v1/admin/status-map?drift=odd", "drift"),
        ("/v1/admin/status-map?cursor=odd", "cursor"),
        ("/v1/admin/drift?kind=odd", "kind"),
        ("/v1/admin/jml?event=odd", "event"),
        ("/v1/admin/jml?limit=0", "limit"),
        ("/v1/admin/alerts?cursor=odd", "cursor"),
        ("/v1/admin/decisions?cursor=odd", "cursor"),
        ("/v1/admin/logs/a%20b", "correlation_id"),
        ("/v1/admin/evidence/a%20b", "correlation_id"),
    ] {
        let answer = api.get(&boss, path).await;
        assert_eq!(answer.error(), (400, "invalid_request"), "{path}");
        let detail = answer.json["detail"].as_str().unwrap();
        assert!(detail.contains(field), "{path}: {detail}");
    }
}

#[tokio::test]
async fn a_body_that_cant_be_used_is_refused_with_the_name_of_the_field() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    for (path, body, field) in [
        (
            "/v1/admin/plans",
            json!({ "max_age_seconds": 0 }),
            "max_age_seconds",
        ),
        (
            "/v1/explain",
            json!({ "identity": "x", "permission": "odd" }),
            "permission",
        ),
        (
            "/v1/me/explain",
            json!({ "permission": "hauling:use", "organization": "Not A Slug" }),
            "organization",
        ),
        (
            "/v1/me/explain",
            json!({ "permission": "hauling:use", "x": 1 }),
            "x",
        ),
        (
            "/v1/admin/evidence/id/notes",
            json!({ "decision": " " }),
            "decision",
        ),
    ] {
        let answer = api.post(&boss, path, body).await;
        assert_eq!(answer.error(), (400, "invalid_request"), "{path}");
        let detail = answer.json["detail"].as_str().unwrap();
        assert!(detail.contains(field), "{path}: {detail}");
    }
}

#[tokio::test]
async fn where_everybody_stands_is_shown_filtered_and_by_page() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    for (name, id) in [("ada", 1), ("bob", 2)] {
        world.person(name).linked(id).mapped_role().build().await;
    }
    world.scan().await;
    world.reconcile().await;
    let page = api
        .get(&boss, "/v1/admin/status-map?entitled=true&limit=1")
        .await
        .ok();
    assert_eq!(page["counts"]["people"], 2);
    assert_eq!(page["people"].as_array().unwrap().len(), 1);
    let next = page["next_cursor"].as_str().unwrap();
    let path = format!("/v1/admin/status-map?entitled=true&limit=1&cursor={next}");
    let page = api.get(&boss, &path).await.ok();
    assert_eq!(page["people"][0]["email"], "bob@example.test");
    assert!(page["next_cursor"].is_null());
    let jml = api
        .get(&boss, "/v1/admin/jml?event=joiner&limit=1")
        .await
        .ok();
    assert_eq!(jml["events"].as_array().unwrap().len(), 1);
    let next = jml["next"].as_str().unwrap();
    let path = format!("/v1/admin/jml?event=joiner&limit=1&cursor={next}");
    let rest = api.get(&boss, &path).await.ok();
    assert_ne!(jml["events"][0]["user_id"], rest["events"][0]["user_id"]);
    assert!(rest["next"].is_null());
    let fresh = api.get(&boss, "/v1/admin/freshness").await.ok();
    assert_eq!(fresh["guilds"][0]["lose_access"], 2, "{fresh}");
    let drift = api.get(&boss, "/v1/admin/drift").await.ok();
    assert_eq!(drift["counts"]["with_access"], 0, "{drift}");
}
