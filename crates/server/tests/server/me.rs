//! Whoever calls, and their tokens (U-23, U-71 to U-73, R-19).

use serde_json::json;
use testkit::World;

use crate::client::{Api, Asker, forget, token};

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

/// What is one's own is no exception to what a token is made for (decision 0037).
#[tokio::test]
async fn a_token_made_for_something_else_reaches_nothing_of_its_owner_and_its_tries_are_on_record()
{
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let ada = world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    let narrow = token(&world, ada, Some(&["hauling.member"])).await;
    let me = api.get(&narrow, "/v1/me").await.ok();
    assert_eq!(me["email"], "ada@example.test");
    for part in [
        "overrides",
        "quotas",
        "tokens",
        "sessions",
        "holds",
        "exemptions",
        "changes",
    ] {
        assert!(me[part].is_null(), "{part}: {me}");
    }
    let explain = json!({ "permission": "hauling:use" });
    let refused = [
        api.get(&narrow, &format!("/v1/admin/users/{ada}/sessions"))
            .await,
        api.get(&narrow, "/v1/me/tokens").await,
        api.post(&narrow, "/v1/me/explain", explain).await,
    ];
    for answer in refused {
        assert_eq!(answer.error(), (403, "insufficient_permissions"));
    }
    let tokens = app::token::list(world.reeve(), &world.caller(), &ada.to_string()).await;
    let own = tokens.unwrap()[0].token_id;
    api.browser(&world, ada).await;
    let sessions = app::session::list(world.reeve(), &world.caller(), &ada.to_string()).await;
    let session = sessions.unwrap()[0].session_id;
    let own = [
        format!("/v1/me/tokens/{own}"),
        format!("/v1/admin/users/{ada}/sessions/{session}"),
    ];
    for path in own {
        let answer = api.delete(&narrow, &path).await;
        assert_eq!(answer.error(), (403, "insufficient_permissions"), "{path}");
    }
    for action in ["token.revoke", "session.revoke"] {
        let outcomes: Vec<_> = world
            .audit(action)
            .await
            .into_iter()
            .map(|row| row.outcome)
            .collect();
        assert_eq!(outcomes, ["denied"], "{action}");
    }
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
    forget(&world);
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
