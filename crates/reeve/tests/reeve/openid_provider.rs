//! A real OpenID provider, which nobody here wrote: `oidc-provider` from npm, on loopback. Its id tokens
//! are sparse, its access tokens signed or opaque, its keys change. Part of `./test --soak`; skipped on a
//! machine without Node.

mod browser;
mod provider;

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use browser::Browser;
use provider::Installation;

#[tokio::test]
async fn a_real_providers_people_sign_in_and_get_the_roles_of_their_groups() {
    let Some(mut installation) = Installation::start().await else {
        return;
    };
    installation.provider.knows("ada", &["staff"]);
    let mut browser = Browser::new();
    let back = installation.sign_in(&mut browser, "ada").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{back:?}");
    let (status, me) = installation.me(&mut browser).await;
    assert_eq!(status, StatusCode::OK, "{me}");
    assert_eq!(me["email"], "ada@example.test", "by userinfo alone");
    let mut operator = installation.db.operator().await;
    let (name, session, links, begun): (String, bool, i64, i64) = sqlx::query_as(
        "select u.display_name, s.provider_session is not null,
                (select count(*) from identity_link where user_id = u.user_id and provider = $1
                    and external_id = 'ada'),
                (select count(*) from audit_log where action = 'session.begin' and target_user_id = u.user_id)
           from app_user u join session s using (user_id) where s.issuer = $1",
    )
    .bind(&installation.provider.issuer)
    .fetch_one(&mut installation.db.superuser().await)
    .await
    .unwrap();
    assert_eq!(
        (name.as_str(), session, links, begun),
        ("ada of the provider", true, 1, 1)
    );
    let roles = installation.roles(&mut operator, "ada@example.test").await;
    assert_eq!(roles, ["reader"]);
    installation.provider.knows("ada", &["ops"]);
    installation.sign_in(&mut Browser::new(), "ada").await;
    let roles = installation.roles(&mut operator, "ada@example.test").await;
    assert_eq!(roles, ["operator"], "another group, another role");
}

#[tokio::test]
async fn while_a_real_provider_says_nothing_of_people_nobody_new_gets_in_and_nobody_loses_a_role() {
    let Some(mut installation) = Installation::start().await else {
        return;
    };
    installation.provider.knows("ada", &["staff"]);
    installation.sign_in(&mut Browser::new(), "ada").await;
    installation.provider.knows("ada", &[]);
    installation.provider.knows("bob", &["staff"]);
    installation.provider.tell(&json!({ "outage": true }));
    let mut browser = Browser::new();
    let back = installation.sign_in(&mut browser, "ada").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{back:?}");
    assert_eq!(installation.me(&mut browser).await.0, StatusCode::OK);
    let mut operator = installation.db.operator().await;
    let roles = installation.roles(&mut operator, "ada@example.test").await;
    assert_eq!(roles, ["reader"], "unknown groups are not no groups");
    let refused = installation.sign_in(&mut Browser::new(), "bob").await;
    assert_eq!(
        refused.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{refused:?}"
    );
    let made: i64 =
        sqlx::query_scalar("select count(*) from identity_link where external_id = 'bob'")
            .fetch_one(&mut operator)
            .await
            .unwrap();
    assert_eq!(made, 0);
    installation.provider.tell(&json!({ "outage": false }));
    installation.sign_in(&mut Browser::new(), "ada").await;
    let roles = installation.roles(&mut operator, "ada@example.test").await;
    assert!(roles.is_empty(), "{roles:?}");
    let back = installation.sign_in(&mut Browser::new(), "bob").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{back:?}");
}

#[tokio::test]
async fn signing_out_at_a_real_provider_ends_that_session_here_and_no_other() {
    let Some(mut installation) = Installation::start().await else {
        return;
    };
    installation.provider.knows("ada", &[]);
    let (mut here, mut elsewhere) = (Browser::new(), Browser::new());
    installation.sign_in(&mut here, "ada").await;
    installation.sign_in(&mut elsewhere, "ada").await;
    let end = format!(
        "{}/session/end?client_id=reeve",
        installation.provider.issuer
    );
    here.sign_out(&end).await;
    assert_eq!(installation.me(&mut here).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(installation.me(&mut elsewhere).await.0, StatusCode::OK);
    let (ended, audited): (i64, i64) = sqlx::query_as(
        "select (select count(*) from session where revoked_at is not null),
                (select count(*) from audit_log where action = 'session.revoke')",
    )
    .fetch_one(&mut installation.db.superuser().await)
    .await
    .unwrap();
    assert_eq!((ended, audited), (1, 1));
}

/// What signed and opaque tokens of the provider are asked for with; `provider.mjs` has the list.
const SIGNED: &str = "https://reeve.example.test/signed";
const OPAQUE: &str = "https://reeve.example.test/opaque";
const ELSEWHERE: &str = "https://elsewhere.example.test";

#[tokio::test]
async fn a_real_providers_access_tokens_count_signed_or_opaque_if_they_are_for_this_api() {
    let Some(mut installation) = Installation::start().await else {
        return;
    };
    installation.provider.knows("ada", &["staff"]);
    let opaque = installation.access_token("reeve", "ada", "").await;
    assert!(!opaque.contains('.'), "{opaque}");
    let (status, me) = installation.bearer(&opaque).await;
    assert_eq!(
        (status, &me["email"]),
        (200, &json!("ada@example.test")),
        "{me}"
    );
    for (client, resource) in [
        ("reeve", SIGNED),
        ("other", SIGNED),
        ("reeve", OPAQUE),
        ("other", OPAQUE),
    ] {
        let token = installation.access_token(client, "ada", resource).await;
        assert_eq!(token.contains('.'), resource == SIGNED, "{token}");
        let (status, again) = installation.bearer(&token).await;
        assert_eq!(status, 200, "{client} {resource}: {again}");
        assert_eq!(again["user_id"], me["user_id"]);
    }
    let mut operator = installation.db.operator().await;
    let roles = installation.roles(&mut operator, "ada@example.test").await;
    assert_eq!(roles, ["reader"], "tokens that say no groups take none");

    let for_elsewhere = installation.access_token("reeve", "ada", ELSEWHERE).await;
    let anothers = installation.access_token("other", "ada", "").await;
    let id_token = installation.tokens("reeve", "ada", "").await["id_token"].clone();
    for (bad, why) in [
        (for_elsewhere.as_str(), "made out to another API"),
        (&anothers, "an opaque token of another client, for no API"),
        (id_token.as_str().unwrap(), "an id token"),
        (&opaque[1..], "a part of a token"),
    ] {
        assert_eq!(installation.bearer(bad).await.0, 401, "{why}");
    }
    assert_eq!(installation.bearer(&opaque).await.0, 200);
    installation
        .post("reeve", "/token/revocation", format!("token={opaque}"))
        .await;
    let revoked = Instant::now();
    loop {
        let asked_at = revoked.elapsed();
        if installation.bearer(&opaque).await.0 == 401 {
            break;
        }
        let limit = Duration::from_secs(1);
        assert!(asked_at < limit, "revoked there, still taken here");
    }
}

#[tokio::test]
async fn a_token_by_which_userinfo_says_nothing_lets_nobody_new_in_and_is_no_outage() {
    let Some(mut installation) = Installation::start().await else {
        return;
    };
    installation.provider.knows("ada", &["staff"]);
    let token = installation.access_token("reeve", "ada", SIGNED).await;
    let (status, problem) = installation.bearer(&token).await;
    assert_eq!(
        (status, &problem["code"]),
        (401, &json!("unauthenticated")),
        "{problem}"
    );
    installation.sign_in(&mut Browser::new(), "ada").await;
    assert_eq!(installation.bearer(&token).await.0, 200, "known by now");
}

/// How long Reeve may go without asking for keys again, and then some.
const KEYS_ARE_ASKED_FOR: Duration = Duration::from_secs(90);

#[tokio::test]
async fn after_a_real_provider_changed_its_keys_the_new_ones_count_and_the_old_ones_end() {
    let Some(mut installation) = Installation::start().await else {
        return;
    };
    installation.provider.knows("ada", &["staff"]);
    installation.sign_in(&mut Browser::new(), "ada").await;
    let old = installation.access_token("reeve", "ada", SIGNED).await;
    assert_eq!(installation.bearer(&old).await.0, 200);
    installation.provider.tell(&json!({ "rotate": true }));
    let new = installation.access_token("reeve", "ada", SIGNED).await;
    let start = Instant::now();
    while installation.bearer(&new).await.0 != 200 {
        assert!(
            start.elapsed() < KEYS_ARE_ASKED_FOR,
            "the new key is never known"
        );
        // Not at once again: each try is a failed attempt, of which a minute allows so many.
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert_eq!(
        installation.bearer(&old).await.0,
        401,
        "signed by a key that is gone"
    );
    let back = installation.sign_in(&mut Browser::new(), "ada").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{back:?}");
}
