//! Errors are problems, with ids, whoever makes them.

use axum::body::Body;
use axum::http::{Method, Request};
use testkit::World;

use crate::client::{ANONYMOUS, Api, Asker, token};

#[tokio::test]
async fn what_is_not_there_and_what_is_malformed_are_problems_with_the_ids_of_the_request() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = token(&world, world.person("ada").build().await, None).await;
    let missing = api.get(&ANONYMOUS, "/nowhere").await;
    assert_eq!(missing.error(), (404, "not_found"));
    assert_eq!(missing.header("content-type"), "application/problem+json");
    let id = missing.json["correlation_id"].as_str().unwrap();
    assert_eq!(missing.header("x-correlation-id"), id);
    assert_eq!(missing.json["trace_id"].as_str().unwrap().len(), 32);
    let method = api.ask(&ada, Method::PUT, "/v1/me", None).await;
    assert_eq!(method.error(), (405, "invalid_request"));
    assert_eq!(method.header("allow"), "GET,HEAD");
    let query = api.get(&ada, "/v1/admin/users?colour=red").await;
    assert_eq!(query.error(), (400, "invalid_request"));
    assert!(
        query.json["detail"].as_str().unwrap().contains("colour"),
        "{query:?}"
    );
    let body = api
        .post(&ada, "/v1/me/tokens", serde_json::json!({ "nam": "x" }))
        .await;
    assert_eq!(body.error(), (400, "invalid_request"));
    assert!(
        body.json["detail"].as_str().unwrap().contains("nam"),
        "{body:?}"
    );
}

#[tokio::test]
async fn a_sound_correlation_id_is_kept_and_an_unsound_one_is_replaced() {
    let world = World::empty().await;
    let api = Api::of(&world);
    for (sent, kept) in [("abc-1.2_3", true), ("a b", false), ("", false)] {
        let request = Request::builder()
            .uri("/v1/me")
            .header("x-correlation-id", sent)
            .header(
                "traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            );
        let answer = api.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("x-correlation-id") == sent, kept, "{sent}");
        assert_eq!(answer.json["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn without_a_database_the_answer_is_service_unavailable_and_names_nothing_of_it() {
    let world = World::empty().await;
    let ada = token(&world, world.person("ada").build().await, None).await;
    let api = Api::of(&world);
    world.reeve().database.close().await;
    let answer = api.get(&ada, "/v1/me").await;
    assert_eq!(answer.error(), (503, "service_unavailable"));
    let detail = answer.json["detail"].as_str().unwrap();
    assert_eq!(detail, "the database does not answer; nothing was changed");
}

#[tokio::test]
async fn a_token_that_is_none_is_refused_in_the_same_words_as_one_that_is_gone() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let gone = token(&world, ada, None).await;
    let tokens = app::token::list(world.reeve(), &world.caller(), &ada.to_string()).await;
    let token_id = tokens.unwrap()[0].token_id;
    api.get(&gone, "/v1/me").await.ok();
    app::token::revoke(world.reeve(), &world.caller(), token_id)
        .await
        .unwrap();
    let mut words = Vec::new();
    for asker in [
        gone,
        Asker(Some("reeve_pat_0".to_owned())),
        Asker(Some("x".to_owned())),
    ] {
        let answer = api.get(&asker, "/v1/me").await;
        assert_eq!(answer.error(), (401, "unauthenticated"), "{asker:?}");
        words.push(answer.json["detail"].to_string());
    }
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
}

#[tokio::test]
async fn a_text_that_no_database_can_keep_is_the_callers_mistake() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let boss = token(
        &world,
        world.person("boss").role("admin").build().await,
        None,
    )
    .await;
    let searched = api.get(&boss, "/v1/admin/users?search=a%00b").await;
    assert_eq!(searched.error(), (400, "invalid_request"));
    assert!(
        searched.json["detail"].as_str().unwrap().contains("U+0000"),
        "{searched:?}"
    );
}
