//! Whoever calls, and their tokens (U-23, U-71 to U-73, R-19).

use serde_json::json;
use testkit::World;

use crate::client::{Api, Asker, token};

#[tokio::test]
async fn a_token_is_shown_once_works_is_listed_without_its_secret_and_is_gone_when_revoked() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    // A token makes no tokens, so the first is the operator's gift.
    let first = token(&world, ada, None).await;
    let denied = api
        .post(&first, "/v1/me/tokens", json!({ "name": "ci" }))
        .await;
    assert_eq!(denied.error(), (403, "insufficient_permissions"));
    let second = token(&world, ada, None).await;
    let me = api.get(&second, "/v1/me").await.ok();
    assert_eq!(me["user_id"], ada.to_string());
    let listed = api.get(&first, "/v1/me/tokens").await.ok();
    let tokens = listed["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 2);
    let secret = second.0.as_ref().unwrap();
    assert!(!listed.to_string().contains(&secret[20..40]), "{listed}");
    assert!(!tokens[1]["last_used_at"].is_null(), "{listed}");
    let newest = tokens[0]["token_id"].as_str().unwrap();
    let path = format!("/v1/me/tokens/{newest}");
    let gone = api.delete(&first, &path).await;
    assert_eq!(gone.status.as_u16(), 204);
    assert_eq!(api.get(&second, "/v1/me").await.error().0, 401);
    let left = api.get(&first, "/v1/me/tokens").await.ok();
    assert_eq!(left["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(
        api.delete(&first, &path).await.error(),
        (403, "insufficient_permissions")
    );
}

#[tokio::test]
async fn nobody_revokes_somebody_elses_token_and_cannot_tell_it_from_a_missing_one() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (ada, bob) = (
        world.person("ada").build().await,
        world.person("bob").build().await,
    );
    let (ada, other) = (
        token(&world, ada, None).await,
        token(&world, bob, None).await,
    );
    let bobs = api.get(&other, "/v1/me/tokens").await.ok();
    let his = bobs["tokens"][0]["token_id"].as_str().unwrap();
    let missing = "00000000-0000-7000-8000-0000000000ff";
    let mut answers = Vec::new();
    for id in [his, missing] {
        let answer = api.delete(&ada, &format!("/v1/me/tokens/{id}")).await;
        answers.push((answer.status, answer.json["detail"].clone()));
    }
    assert_eq!(answers[0], answers[1]);
    api.get(&other, "/v1/me").await.ok();
}

#[tokio::test]
async fn sessions_revoked_by_sql_end_every_token_issued_until_then() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let before = token(&world, ada, None).await;
    api.get(&before, "/v1/me").await.ok();
    let mut operator = world.db.operator().await;
    sqlx::query("update app_user set session_revoked_at = now() where user_id = $1")
        .bind(ada.0)
        .execute(&mut operator)
        .await
        .unwrap();
    assert_eq!(
        api.get(&before, "/v1/me").await.error(),
        (401, "unauthenticated")
    );
    let after = token(&world, ada, None).await;
    api.get(&after, "/v1/me").await.ok();
}

#[tokio::test]
async fn whoever_is_suspended_or_disabled_is_nobody() {
    let world = World::empty().await;
    let api = Api::of(&world);
    for status in ["suspended", "disabled"] {
        let person = world.person(status).status(status).build().await;
        let Asker(secret) = token(&world, person, None).await;
        let answer = api.get(&Asker(secret), "/v1/me").await;
        assert_eq!(answer.error(), (401, "unauthenticated"), "{status}");
        assert!(answer.json["detail"].as_str().unwrap().contains(status));
    }
}
