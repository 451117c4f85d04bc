//! Signing in by the identity provider: codes, break-glass, logout, and the limit of failures.

use std::net::SocketAddr;

use app::explain::Question;
use app::role::Place;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use domain::governance::privileged::BreakGlass;
use serde_json::{Value, json};
use testkit::World;
use testkit::oidc::{Algorithm, Issuer};
use tokio::task::JoinSet;

use crate::client::{Answer, Api, Asker, count, token};

async fn trusting(world: &World) -> Issuer {
    let issuer = Issuer::start(world.now().await).await;
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.oidc = Some(issuer.settings());
    world.reeve().live.set(settings);
    issuer
}

fn list(world: &World, emails: &str) {
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.break_glass = BreakGlass::parse("", emails);
    world.reeve().live.set(settings);
}

/// A browser that was sent to the provider: its cookie, and where to.
async fn sent(api: &Api) -> (String, String) {
    let request = Request::builder().uri("/login/oidc/start");
    let answer = api.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status.as_u16(), 303, "{answer:?}");
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    (cookie.to_owned(), answer.header("location").to_owned())
}

async fn back(api: &Api, cookie: &str, query: &str) -> Answer {
    let request = Request::builder()
        .uri(format!("/login/oidc/callback?{query}"))
        .header(header::COOKIE, cookie);
    api.send(request.body(Body::empty()).unwrap()).await
}

async fn sign_in(api: &Api, issuer: &Issuer, claims: Value) -> Answer {
    let (cookie, address) = sent(api).await;
    back(api, &cookie, &issuer.approve(&address, claims)).await
}

fn ada() -> Value {
    json!({ "sub": "ada", "email": "ada@example.test", "email_verified": true, "name": "Ada", "groups": [] })
}

#[tokio::test]
async fn somebody_signs_in_by_the_provider_and_is_who_it_says() {
    let world = World::empty().await;
    let (api, issuer) = (Api::of(&world), trusting(&world).await);
    let browser = api.signed_in(&sign_in(&api, &issuer, ada()).await).await;
    let me = api.browse(&browser, Method::GET, "/v1/me").await.ok();
    assert_eq!(me["email"], "ada@example.test");
    assert_eq!(world.audit("session.begin").await.len(), 1);
}

#[tokio::test]
async fn a_return_in_another_browser_or_a_second_time_or_with_another_nonce_signs_nobody_in() {
    let world = World::empty().await;
    let (api, issuer) = (Api::of(&world), trusting(&world).await);
    let (cookie, address) = sent(&api).await;
    let (other_cookie, _) = sent(&api).await;
    let query = issuer.approve(&address, ada());
    assert_eq!(back(&api, &other_cookie, &query).await.error().0, 401);
    assert_eq!(back(&api, "x=y", &query).await.error().0, 401);
    let other_state = format!("{}0", &query[..query.len() - 1]);
    if other_state != query {
        assert_eq!(back(&api, &cookie, &other_state).await.error().0, 401);
    }
    api.signed_in(&back(&api, &cookie, &query).await).await;
    let again = issuer.approve(&address, ada());
    assert_eq!(back(&api, &cookie, &again).await.error().0, 401, "used up");
    let mut replayed = ada();
    replayed["nonce"] = json!("another");
    assert_eq!(sign_in(&api, &issuer, replayed).await.error().0, 401);
    assert_eq!(
        back(&api, &cookie, "error=access_denied").await.error().0,
        401
    );
}

#[tokio::test]
async fn of_fifty_who_come_back_with_one_state_at_once_one_is_signed_in() {
    let world = World::empty().await;
    let issuer = trusting(&world).await;
    for round in 0..20 {
        let id = world.caller().correlation_id;
        let started = app::sign_in::start(world.reeve(), &id).await.unwrap();
        let mut tries = JoinSet::new();
        for _ in 0..50 {
            // Each with a code of its own, which the provider would take.
            let query = issuer.approve(&started.address, ada());
            let (code, state) = query.split_once('&').unwrap();
            let code = code.strip_prefix("code=").unwrap().to_owned();
            let state = state.strip_prefix("state=").unwrap().to_owned();
            let (reeve, kept, id) = (world.reeve().clone(), started.secret.clone(), id.clone());
            tries.spawn(async move {
                let finished = app::sign_in::finish(&reeve, kept.expose(), &state, &code, &id);
                finished.await.is_ok()
            });
        }
        let outcomes = tries.join_all().await;
        let signed_in = outcomes.iter().filter(|ok| **ok).count();
        assert_eq!(signed_in, 1, "round {round}");
    }
    assert_eq!(count(&world, "session").await, 20);
}

#[tokio::test]
async fn a_listed_person_who_is_suspended_and_without_roles_acts_as_admin_and_is_not_entitled_by_it()
 {
    let world = World::discord_leading().await;
    let (api, issuer) = (Api::of(&world), trusting(&world).await);
    api.signed_in(&sign_in(&api, &issuer, ada()).await).await;
    sqlx::query("update app_user set status = 'suspended' where email = 'ada@example.test'")
        .execute(&mut world.scene().await)
        .await
        .unwrap();
    assert_eq!(sign_in(&api, &issuer, ada()).await.error().0, 401);
    list(&world, "Ada@Example.test");
    let browser = api.signed_in(&sign_in(&api, &issuer, ada()).await).await;
    api.browse(&browser, Method::GET, "/v1/admin/users")
        .await
        .ok();
    assert!(!world.audit("break_glass.use").await.is_empty());
    let question = |permission: &str| Question {
        identity: "ada@example.test".to_owned(),
        permission: permission.to_owned(),
        place: Place::default(),
        owner: None,
    };
    let ask = async |permission: &str| {
        app::explain::explain(world.reeve(), &world.caller(), &question(permission))
            .await
            .unwrap()
            .allowed
    };
    assert!(ask("site_configs:manage").await);
    assert!(!ask("hauling:use").await, "the list entitles nobody");
    list(&world, "");
    let after = api.browse(&browser, Method::GET, "/v1/me").await;
    assert_eq!(after.error().0, 401, "off the list, out at once");
}

#[tokio::test]
async fn an_address_that_was_not_proven_is_no_key_to_break_glass() {
    let world = World::empty().await;
    let (api, issuer) = (Api::of(&world), trusting(&world).await);
    let ada_id = api.signed_in(&sign_in(&api, &issuer, ada()).await).await;
    let me = api.browse(&ada_id, Method::GET, "/v1/me").await.ok();
    list(&world, "ada@example.test");
    let old = api.browse(&ada_id, Method::GET, "/v1/admin/users").await;
    assert_eq!(old.error().0, 403, "signed in before");
    for unproven in [json!(false), json!(null), json!("yes")] {
        let mut claims = ada();
        claims["email_verified"] = unproven;
        let browser = api
            .signed_in(&sign_in(&api, &issuer, claims.clone()).await)
            .await;
        let answer = api.browse(&browser, Method::GET, "/v1/admin/users").await;
        assert_eq!(answer.error().0, 403, "{claims}");
        let bearer = Asker(Some(issuer.token(claims)));
        assert_eq!(api.get(&bearer, "/v1/admin/users").await.error().0, 403);
    }
    let user_id = me["user_id"].as_str().unwrap().parse().unwrap();
    let personal = token(&world, user_id, None).await;
    assert_eq!(api.get(&personal, "/v1/admin/users").await.error().0, 403);
    let proven = Asker(Some(issuer.token(ada())));
    api.get(&proven, "/v1/admin/users").await.ok();
}

#[tokio::test]
async fn a_logout_at_the_provider_ends_the_sessions_that_it_began() {
    let world = World::empty().await;
    let (api, issuer) = (Api::of(&world), trusting(&world).await);
    let mut claims = ada();
    claims["sid"] = json!("s1");
    let browser = api.signed_in(&sign_in(&api, &issuer, claims).await).await;
    let other = api.signed_in(&sign_in(&api, &issuer, ada()).await).await;
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let logout = |more: Value| {
        let claims = issuer.claims(more);
        let token = issuer.sign(Algorithm::Es256, json!({ "typ": "logout+jwt" }), &claims);
        format!("logout_token={token}")
    };
    let forged = logout(json!({ "sub": "ada", "events": {} }));
    assert_eq!(
        api.form("/logout/backchannel", &forged).await.error().0,
        401
    );
    let by_session = logout(json!({ "sub": null, "sid": "s1", "events": event }));
    assert!(
        api.form("/logout/backchannel", &by_session)
            .await
            .status
            .is_success()
    );
    assert_eq!(
        api.browse(&browser, Method::GET, "/v1/me")
            .await
            .status
            .as_u16(),
        401
    );
    assert_eq!(
        api.browse(&other, Method::GET, "/v1/me")
            .await
            .status
            .as_u16(),
        200
    );
    let by_subject = logout(json!({ "sub": "ada", "events": event }));
    assert!(
        api.form("/logout/backchannel", &by_subject)
            .await
            .status
            .is_success()
    );
    assert_eq!(
        api.browse(&other, Method::GET, "/v1/me")
            .await
            .status
            .as_u16(),
        401
    );
}

#[tokio::test]
async fn thirty_failures_from_an_address_are_answered_by_a_wait_and_other_addresses_are_not() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let show = async |address: &str, forwarded: &str, token: &str| {
        let mut request = Request::builder()
            .uri("/v1/me")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header("x-forwarded-for", forwarded)
            .body(Body::empty())
            .unwrap();
        let peer: SocketAddr = address.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        api.send(request).await
    };
    let Asker(good) = token(&world, world.person("ada").build().await, None).await;
    let good = good.unwrap();
    for i in 0..30 {
        // An invented origin makes no difference.
        let answer = show("198.51.100.1:1", &format!("9.9.9.{i}"), "reeve_pat_x").await;
        assert_eq!(answer.error(), (401, "unauthenticated"));
    }
    let answer = show("198.51.100.1:2", "", "reeve_pat_x").await;
    assert_eq!(answer.error(), (429, "rate_limited"));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    show("198.51.100.2:1", "", &good).await.ok();
}

/// What they may hangs on the list, though their being here does not (D18).
#[tokio::test]
async fn a_token_of_somebody_active_who_is_listed_by_id_is_on_record_once_an_hour() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let asker = token(&world, ada, None).await;
    let path = "/v1/admin/break-glass";
    assert_eq!(api.get(&asker, path).await.error().0, 403);
    assert!(world.audit("break_glass.use").await.is_empty());
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.break_glass = BreakGlass::parse(&ada.to_string(), "");
    world.reeve().live.set(settings);
    for _ in 0..2 {
        api.get(&asker, path).await.ok();
    }
    let rows = world.audit("break_glass.use").await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].entity_type.as_str(), rows[0].target_user_id),
        ("personal_access_token", Some(ada.0))
    );
}
