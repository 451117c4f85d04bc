//! Limits: of failures by address and by secret, of sign-ins that begin, of requests by person.

use std::net::SocketAddr;

use app::rate::Rates;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use testkit::World;
use testkit::oidc::Issuer;

use crate::client::{Answer, Api, Asker, ORIGIN, token};

/// Two failures, three sign-ins, four requests.
const FEW: Rates = Rates {
    failed_attempts: 2,
    sign_ins: 3,
    requests: 4,
};

async fn limited(rates: Rates) -> (World, Api) {
    let world = World::empty().await;
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.rates = rates;
    world.reeve().live.set(settings);
    let api = Api::of(&world);
    (world, api)
}

/// A request of an address.
async fn from(api: &Api, address: &str, mut request: Request<Body>) -> Answer {
    let peer: SocketAddr = address.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    api.send(request).await
}

async fn show(api: &Api, address: &str, token: &str) -> Answer {
    let request = Request::builder()
        .uri("/v1/me")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    from(api, address, request.body(Body::empty()).unwrap()).await
}

/// Asserts that somebody was told to wait, and for how long at most.
fn told_to_wait(answer: &Answer) {
    assert_eq!(answer.error(), (429, "rate_limited"));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_secret_that_failed_too_often_has_to_wait_wherever_it_is_shown_and_no_other_has() {
    let (world, api) = limited(FEW).await;
    let ada = world.person("ada").build().await;
    let Asker(good) = token(&world, ada, None).await;
    let Asker(revoked) = token(&world, ada, None).await;
    let (good, revoked) = (good.unwrap(), revoked.unwrap());
    let newest = app::token::list(world.reeve(), &world.caller(), &ada.to_string()).await;
    let token_id = newest.unwrap()[0].token_id;
    app::token::revoke(world.reeve(), &world.caller(), token_id)
        .await
        .unwrap();
    for i in 1..=2 {
        let answer = show(&api, &format!("198.51.100.{i}:1"), &revoked).await;
        assert_eq!(answer.error(), (401, "unauthenticated"));
    }
    told_to_wait(&show(&api, "198.51.100.3:1", &revoked).await);
    show(&api, "198.51.100.3:1", &good).await.ok();
}

#[tokio::test]
async fn a_link_that_failed_too_often_has_to_wait() {
    let (world, api) = limited(FEW).await;
    world.person("ada").build().await;
    let link = app::session::create_link(world.reeve(), &world.caller(), "ada@example.test").await;
    let link = link.unwrap().link;
    let (_, query) = link.split_once('?').unwrap();
    let used = api.form("/login/link", query).await;
    assert_eq!(used.status.as_u16(), 303);
    for _ in 0..2 {
        assert_eq!(api.form("/login/link", query).await.error().0, 401);
    }
    told_to_wait(&api.form("/login/link", query).await);
}

#[tokio::test]
async fn a_session_that_failed_too_often_has_to_wait() {
    let (world, api) = limited(Rates { requests: 0, ..FEW }).await;
    let ada = world.person("ada").build().await;
    let browser = api.browser(&world, ada).await;
    app::session::revoke_all(world.reeve(), &world.caller(), &ada.to_string())
        .await
        .unwrap();
    for _ in 0..2 {
        let answer = api.browse(&browser, Method::GET, "/v1/me").await;
        assert_eq!(answer.error().0, 401);
    }
    told_to_wait(&api.browse(&browser, Method::GET, "/v1/me").await);
}

#[tokio::test]
async fn the_addresses_of_one_ipv6_network_count_as_one() {
    let (world, api) = limited(FEW).await;
    let Asker(good) = token(&world, world.person("ada").build().await, None).await;
    for i in 1..=2 {
        let answer = show(
            &api,
            &format!("[2001:db8::{i}]:1"),
            &format!("reeve_pat_{i}"),
        )
        .await;
        assert_eq!(answer.error().0, 401);
    }
    told_to_wait(&show(&api, "[2001:db8::9:9:9:9]:1", "reeve_pat_x").await);
    show(&api, "[2001:db8:0:1::1]:1", &good.unwrap()).await.ok();
}

#[tokio::test]
async fn an_address_begins_so_many_sign_ins_and_others_begin_theirs() {
    let (world, api) = limited(FEW).await;
    let issuer = Issuer::start(world.now().await).await;
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.oidc = Some(issuer.settings());
    world.reeve().live.set(settings);
    let begin = async |address: &str| {
        let request = Request::builder().uri("/login/oidc/start");
        from(&api, address, request.body(Body::empty()).unwrap()).await
    };
    for _ in 0..3 {
        assert_eq!(begin("198.51.100.1:1").await.status.as_u16(), 303);
    }
    told_to_wait(&begin("198.51.100.1:2").await);
    assert_eq!(begin("198.51.100.2:1").await.status.as_u16(), 303);
    let passkey = Request::post("/login/passkey/start").header(header::ORIGIN, ORIGIN);
    let passkey = passkey.body(Body::empty()).unwrap();
    told_to_wait(&from(&api, "198.51.100.1:3", passkey).await);
    assert_eq!(crate::client::count(&world, "passkey_ceremony").await, 0);
    let kept = crate::client::count(&world, "sign_in_attempt").await;
    assert_eq!(kept, 4, "what is refused leaves no row");
}

#[tokio::test]
async fn a_person_asks_so_often_by_all_their_tokens_and_sessions_together() {
    let (world, api) = limited(FEW).await;
    let ada = world.person("ada").build().await;
    let (one, other) = (
        token(&world, ada, None).await,
        token(&world, ada, None).await,
    );
    let browser = api.browser(&world, ada).await;
    api.get(&one, "/v1/me").await.ok();
    api.get(&other, "/v1/me").await.ok();
    api.browse(&browser, Method::GET, "/v1/me").await.ok();
    told_to_wait(&api.get(&one, "/v1/me").await);
    told_to_wait(&api.browse(&browser, Method::GET, "/v1/me/session").await);
    let bob = token(&world, world.person("bob").build().await, None).await;
    api.get(&bob, "/v1/me").await.ok();
}

#[tokio::test]
async fn a_limit_of_0_is_none() {
    let (_world, api) = limited(Rates {
        failed_attempts: 0,
        sign_ins: 0,
        requests: 0,
    })
    .await;
    for _ in 0..40 {
        let answer = show(&api, "198.51.100.1:1", "reeve_pat_x").await;
        assert_eq!(answer.error().0, 401);
    }
    let request = Request::builder()
        .method(Method::POST)
        .uri("/login/link")
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(Body::from("token=x")).unwrap();
    assert_eq!(from(&api, "198.51.100.1:1", request).await.error().0, 401);
}
