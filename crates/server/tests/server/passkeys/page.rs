//! The page of the button, its cookie and its limit.

use std::net::SocketAddr;

use app::Caller;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use domain::actor::Actor;
use domain::id::SessionId;
use serde_json::json;
use testkit::World;
use testkit::authenticator::Authenticator;

use crate::client::{ANONYMOUS, Api, ORIGIN};

use super::with_passkey;

#[tokio::test]
async fn only_our_own_page_signs_in_and_its_script_is_the_only_one_that_runs_there() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (_, mut ada) = with_passkey(&world, &api, "ada").await;
    for origin in ["https://evil.example", "null", "http://localhost:8081", ""] {
        let answer = api.login("start", "", origin, &json!({})).await;
        assert_eq!(answer.error().0, 403, "{origin}");
        let begun = api.begin().await;
        let shown = ada.get(&begun.options);
        let answer = api.login("finish", &begun.cookie, origin, &shown).await;
        assert_eq!(answer.error().0, 403, "{origin}");
    }
    let asked = api.begin().await.options;
    assert_eq!(asked["allowCredentials"], json!([]), "who has an account");
    assert_eq!(asked["userVerification"], "required");
    let page = api.get(&ANONYMOUS, "/login").await;
    assert!(page.text.contains("Sign in with a passkey"), "{page:?}");
    assert!(!page.text.contains("<script>") && !page.text.contains("onclick"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; connect-src 'self';"));
    assert!(!policy.contains("unsafe"), "{policy}");
    let script = api.get(&ANONYMOUS, "/login/passkey.js").await;
    assert!(script.header("content-type").starts_with("text/javascript"));
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.public_url = "http://127.0.0.1:8080".parse().unwrap();
    world.reeve().live.set(settings);
    let page = api.get(&ANONYMOUS, "/login").await;
    assert!(!page.text.contains("passkey"), "an address is no host");
    assert!(
        !page
            .header("content-security-policy")
            .contains("script-src")
    );
    let answer = api
        .login("start", "", "http://127.0.0.1:8080", &json!({}))
        .await;
    assert_eq!(answer.error(), (409, "conflict"));
}

#[tokio::test]
async fn behind_https_a_passkey_gives_a_cookie_that_no_other_host_can_set() {
    const SECURE: &str = "https://reeve.example.org";
    let world = World::empty().await;
    let api = Api::of(&world);
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.public_url = SECURE.parse().unwrap();
    world.reeve().live.set(settings);
    let user_id = world.person("ada").build().await;
    let ada = Caller {
        session: Some(SessionId(store::id::new_id())),
        ..Caller::new(Actor::Person { user_id })
    };
    let started = app::passkey::start(world.reeve(), &ada).await.unwrap();
    assert_eq!(started.public_key["rp"]["id"], "reeve.example.org");
    let selection = &started.public_key["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["userVerification"], "required");
    let mut authenticator = Authenticator::at(SECURE);
    let wanted = app::passkey::Wanted {
        name: "laptop".to_owned(),
        ceremony: started.ceremony,
        credential: authenticator.create(&started.public_key),
    };
    let registered = app::passkey::register(world.reeve(), &ada, &wanted).await;
    assert_eq!(registered.unwrap().user_id, user_id);
    let begun = api.login("start", "", SECURE, &json!({})).await;
    let cookie = begun.header("set-cookie").to_owned();
    assert!(
        cookie.starts_with("__Host-reeve_passkey=reeve_pky_"),
        "{cookie}"
    );
    let shown = authenticator.get(&begun.ok()["public_key"]);
    let kept = cookie.split(';').next().unwrap();
    let answer = api.login("finish", kept, SECURE, &shown).await;
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
    let session = cookies.find(|cookie| cookie.starts_with("__Host-reeve_session=reeve_ses_"));
    let session = session.unwrap();
    assert!(
        session.contains("HttpOnly") && session.contains("; Secure"),
        "{session}"
    );
}

#[tokio::test]
async fn thirty_failures_by_passkey_are_answered_by_a_wait() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let show = async || {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri("/login/passkey/finish")
            .header(header::ORIGIN, ORIGIN)
            .header(header::COOKIE, "reeve_passkey=reeve_pky_00")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"))
            .unwrap();
        let peer: SocketAddr = "198.51.100.1:1".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        api.send(request).await
    };
    for _ in 0..30 {
        assert_eq!(show().await.error(), (401, "unauthenticated"));
    }
    assert_eq!(show().await.error(), (429, "rate_limited"));
}
