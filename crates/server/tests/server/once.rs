//! Mutations that carry `Idempotency-Key`.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use testkit::World;
use tokio::task::JoinSet;

use crate::client::{Answer, Api, Asker, ORIGIN, boss_and_reader, count, token};

const NOTES: &str = "/v1/admin/evidence/some-id/notes";

async fn note(api: &Api, asker: &Asker, key: &str, decision: &str) -> Answer {
    let body = json!({ "decision": decision });
    let headers = [("idempotency-key", key)];
    api.ask_with(asker, Method::POST, NOTES, Some(body), &headers)
        .await
}

#[tokio::test]
async fn the_same_key_again_changes_nothing_and_is_answered_as_the_first() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    let first = note(&api, &boss, "key-1", "one").await;
    assert_eq!(first.status.as_u16(), 201);
    assert!(first.headers.get("idempotency-replayed").is_none());
    let again = note(&api, &boss, "key-1", "one").await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("x-revision"), first.header("x-revision"));
    assert!(!again.header("x-revision").is_empty());
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!((again.status, &again.json), (first.status, &first.json));
    assert_eq!(count(&world, "evidence_note").await, 1);
    assert_eq!(world.audit("evidence.note").await.len(), 1);
    let other = note(&api, &boss, "key-1", "two").await;
    assert_eq!(other.error(), (422, "invalid_request"));
    assert!(
        other.json["detail"]
            .as_str()
            .unwrap()
            .starts_with("Idempotency-Key")
    );
    assert_eq!(note(&api, &boss, "key-2", "two").await.status.as_u16(), 201);
    assert_eq!(count(&world, "evidence_note").await, 2);
}

#[tokio::test]
async fn a_key_is_its_callers_own_and_has_a_shape() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    let chief = world.person("chief").role("admin").build().await;
    let chief = token(&world, chief, None).await;
    for asker in [&boss, &chief] {
        let answer = note(&api, asker, "key-1", "one").await;
        assert_eq!(answer.status.as_u16(), 201);
        assert!(answer.headers.get("idempotency-replayed").is_none());
    }
    assert_eq!(count(&world, "evidence_note").await, 2);
    for key in ["", "a b", &"x".repeat(256)] {
        let answer = note(&api, &boss, key, "one").await;
        assert_eq!(answer.error(), (400, "invalid_request"), "{key}");
    }
    let nobody = note(&api, &crate::client::ANONYMOUS, "key-1", "one").await;
    assert_eq!(nobody.error(), (401, "unauthenticated"));
}

#[tokio::test]
async fn what_was_refused_or_failed_may_be_tried_again_with_the_same_key() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    for _ in 0..2 {
        let refused = note(&api, &reader, "key-1", "one").await;
        assert_eq!(refused.error(), (403, "insufficient_permissions"));
        let invalid = note(&api, &boss, "key-1", " ").await;
        assert_eq!(invalid.error(), (400, "invalid_request"));
    }
    assert_eq!(world.audit("evidence.note").await.len(), 2, "both refusals");
    let me = api.get(&reader, "/v1/me").await.ok();
    let who = me["user_id"].as_str().unwrap();
    let place = app::role::Place::default();
    app::role::assign(world.reeve(), &world.caller(), who, "admin", &place)
        .await
        .unwrap();
    let done = note(&api, &reader, "key-1", "one").await;
    assert_eq!(done.status.as_u16(), 201, "{done:?}");
}

#[tokio::test]
async fn a_key_whose_answer_was_lost_refuses_and_says_where_to_look() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    let first = note(&api, &boss, "key-1", "one").await;
    let sql = "update idempotency_key set status = null, body = null";
    sqlx::query(sql)
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    let again = note(&api, &boss, "key-1", "one").await;
    assert_eq!(again.error(), (409, "conflict"));
    let remedy = again.json["remedy"].as_str().unwrap();
    assert!(
        remedy.contains(first.header("x-correlation-id")),
        "{remedy}"
    );
    assert_eq!(count(&world, "evidence_note").await, 1);
}

#[tokio::test]
async fn one_key_fifty_times_at_once_has_one_effect() {
    let world = World::empty().await;
    let (boss, _) = boss_and_reader(&world).await;
    let api = std::sync::Arc::new(Api::of(&world));
    let mut effects = Vec::new();
    for round in 0..20 {
        let mut all = JoinSet::new();
        for _ in 0..50 {
            let (api, boss) = (std::sync::Arc::clone(&api), boss.clone());
            all.spawn(async move { note(&api, &boss, &format!("key-{round}"), "one").await });
        }
        let answers = all.join_all().await;
        let of = |status: u16| answers.iter().filter(move |a| a.status.as_u16() == status);
        assert_eq!(of(201).count() + of(409).count(), 50);
        let mut ids: Vec<&Value> = of(201).map(|answer| &answer.json["note_id"]).collect();
        let made = of(201).filter(|a| a.headers.get("idempotency-replayed").is_none());
        assert_eq!(made.count(), 1, "round {round}");
        ids.dedup();
        assert_eq!(ids.len(), 1, "round {round}");
        effects.push(ids[0].clone());
    }
    assert_eq!(count(&world, "evidence_note").await, 20);
    assert_eq!(world.audit("evidence.note").await.len(), 20);
    effects.dedup();
    assert_eq!(effects.len(), 20);
}

#[tokio::test]
async fn an_operation_of_many_transactions_happens_once_too() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    let plan = world.plan().await.unwrap().plan_id;
    let path = format!("/v1/admin/plans/{plan}/apply");
    let headers = [("idempotency-key", "apply-1")];
    let first = api
        .ask_with(&boss, Method::POST, &path, None, &headers)
        .await
        .ok();
    assert!(first["applied"].as_u64().unwrap() > 0, "{first}");
    let again = api
        .ask_with(&boss, Method::POST, &path, None, &headers)
        .await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json, first);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    note(&api, &boss, "old", "one").await;
    let sql = "update idempotency_key set created_at = now() - interval '25 hours'";
    sqlx::query(sql)
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    note(&api, &boss, "new", "one").await;
    app::prune::prune(world.reeve()).await.unwrap();
    assert_eq!(count(&world, "idempotency_key").await, 1);
    let again = note(&api, &boss, "new", "one").await;
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn a_token_is_made_once_for_a_key_and_its_secret_is_shown_once() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let browser = api.browser(&world, ada).await;
    let make = async || {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/v1/me/tokens")
            .header(header::COOKIE, &browser.cookie)
            .header(header::ORIGIN, ORIGIN)
            .header("x-csrf-token", &browser.csrf)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", "key-1");
        let body = Body::from(json!({ "name": "ci" }).to_string());
        api.send(request.body(body).unwrap()).await
    };
    let first = make().await;
    assert_eq!(first.status.as_u16(), 201, "{first:?}");
    let secret = first.json["token"].as_str().unwrap();
    assert!(secret.starts_with("reeve_pat_"), "{secret}");
    let again = make().await;
    assert_eq!(again.status, first.status);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json["token_id"], first.json["token_id"]);
    assert!(again.json["token"].is_null(), "{again:?}");
    assert!(!again.text.contains("reeve_pat_"), "{again:?}");
    let mine = format!("personal_access_token where user_id = '{ada}'");
    assert_eq!(count(&world, &mine).await, 1);
    let kept = "idempotency_key k where k::text like '%reeve_pat_%'";
    assert_eq!(count(&world, kept).await, 0);
}
