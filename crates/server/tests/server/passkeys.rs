//! Passkeys: registering them, signing in by them, removing them; and everything that does neither.

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::id::UserId;
use serde_json::{Value, json};
use testkit::World;
use testkit::authenticator::Authenticator;

use crate::client::{Answer, Api, Browser, ORIGIN};

/// What a browser keeps of a sign-in that it began, and what it was asked for.
struct Begun {
    cookie: String,
    options: Value,
}

impl Api {
    /// Registers a passkey of whoever is signed in in this browser.
    async fn register(&self, browser: &Browser, authenticator: &mut Authenticator) -> Value {
        let begun = self.ceremony(browser).await;
        let credential = authenticator.create(&begun["public_key"]);
        let answer = self.end_ceremony(browser, &begun, credential).await;
        answer.ok()
    }

    async fn ceremony(&self, browser: &Browser) -> Value {
        let path = "/v1/me/passkeys/ceremonies";
        self.browse(browser, Method::POST, path).await.ok()
    }

    async fn end_ceremony(&self, browser: &Browser, begun: &Value, credential: Value) -> Answer {
        let body = json!({
            "name": "laptop", "ceremony": begun["ceremony"], "credential": credential,
        });
        self.browse_with(browser, Method::POST, "/v1/me/passkeys", body)
            .await
    }

    async fn begin(&self) -> Begun {
        let answer = self.login("begin", "", ORIGIN, &json!({})).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        Begun {
            cookie: cookie.to_owned(),
            options: answer.ok()["public_key"].clone(),
        }
    }

    async fn finish(&self, begun: &Begun, shown: &Value) -> Answer {
        self.login("finish", &begun.cookie, ORIGIN, shown).await
    }

    async fn login(&self, what: &str, cookie: &str, origin: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/login/passkey/{what}"))
            .header(header::ORIGIN, origin)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        self.send(request.unwrap()).await
    }

    /// Signs in by the passkey of an authenticator.
    async fn show(&self, authenticator: &mut Authenticator) -> Answer {
        let begun = self.begin().await;
        let shown = authenticator.get(&begun.options);
        self.finish(&begun, &shown).await
    }
}

/// Somebody with a passkey.
async fn with_passkey(world: &World, api: &Api, name: &str) -> (UserId, Authenticator) {
    let user_id = world.person(name).build().await;
    let browser = api.browser(world, user_id).await;
    let mut authenticator = Authenticator::at(ORIGIN);
    api.register(&browser, &mut authenticator).await;
    (user_id, authenticator)
}

#[tokio::test]
async fn whoever_registered_a_passkey_signs_in_by_it_and_says_nothing_of_who_they_are() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let browser = api.browser(&world, ada).await;
    let mut authenticator = Authenticator::at(ORIGIN);
    let made = api.register(&browser, &mut authenticator).await;
    assert_eq!(made["name"], "laptop");
    let signed_in = api.show(&mut authenticator).await;
    assert_eq!(signed_in.json["next"], "/me", "{signed_in:?}");
    let browser = api.signed_in(&signed_in).await;
    let me = api.browse(&browser, Method::GET, "/v1/me").await.ok();
    assert_eq!(me["user_id"], ada.to_string());
}
