//! What holds for every operation on people: who may, one audit row, what is missing, what is malformed.

use axum::http::Method;
use domain::id::UserId;
use serde_json::{Value, json};
use store::audit::{Filter, Row};
use testkit::World;

use crate::client::{Answer, Api, Asker, token};

const NO_ID: &str = "00000000-0000-7000-8000-0000000000ff";

/// One operation. In path and bodies `ADA` stands for a person's id, `HOLD`, `EXEMPTION` and `TOKEN` for
/// the ids that calls before it gave.
struct Call {
    method: Method,
    path: &'static str,
    body: Option<Value>,
    /// The actions of the rows that it writes.
    rows: &'static [&'static str],
    /// A body that can't be used, and the field that is named for it.
    malformed: Option<(Value, &'static str)>,
}

fn call(
    method: Method,
    path: &'static str,
    body: impl Into<Option<Value>>,
    rows: &'static [&'static str],
    malformed: impl Into<Option<(Value, &'static str)>>,
) -> Call {
    Call {
        method,
        path,
        body: body.into(),
        rows,
        malformed: malformed.into(),
    }
}

/// Every change, in an order in which each works.
fn changes() -> impl Iterator<Item = Call> {
    let all = [
        to_the_account(),
        to_what_belongs_to_it(),
        sparing(),
        vec![erasing()],
    ];
    all.into_iter().flatten()
}

fn why() -> Value {
    json!({ "reason": "r" })
}

fn nothing() -> (Value, &'static str) {
    (json!({}), "reason")
}

fn to_the_account() -> Vec<Call> {
    let status = |path, rows| call(Method::POST, path, why(), rows, nothing());
    vec![
        call(
            Method::POST,
            "/v1/admin/users",
            json!({ "email": "new@example.test" }),
            &["identity.create"],
            (json!({ "email": "nobody" }), "email"),
        ),
        call(
            Method::PATCH,
            "/v1/admin/users/ADA",
            json!({ "display_name": "Ada" }),
            &["identity.update"],
            (json!({ "email": "x" }), "email"),
        ),
        status("/v1/admin/users/ADA/suspend", &["identity.suspend"]),
        call(
            Method::POST,
            "/v1/admin/users/ADA/restore",
            json!({ "reason": "r", "for_seconds": 60 }),
            &["hold.add", "identity.restore"],
            (
                json!({ "reason": "r", "for_seconds": 1, "until": "2100-01-01T00:00:00Z" }),
                "until",
            ),
        ),
        status("/v1/admin/users/ADA/disable", &["identity.disable"]),
        status("/v1/admin/users/ADA/enable", &["identity.enable"]),
    ]
}

fn to_what_belongs_to_it() -> Vec<Call> {
    vec![
        call(
            Method::PUT,
            "/v1/admin/users/ADA/role-overrides",
            json!({ "preserved": ["Reader"] }),
            &["overrides.set"],
            (json!({ "preserved": ["nobodys"] }), "preserved"),
        ),
        call(
            Method::PATCH,
            "/v1/admin/users/ADA/role-overrides",
            json!({ "enabled": true, "reason": "r" }),
            &["overrides.set"],
            (json!({ "enabled": "yes" }), "enabled"),
        ),
        call(
            Method::DELETE,
            "/v1/admin/users/ADA/role-overrides",
            None,
            &["overrides.clear"],
            None,
        ),
        call(
            Method::PUT,
            "/v1/admin/users/ADA/quotas/tokens",
            json!({ "limit": 5 }),
            &["quota.set"],
            (json!({ "limit": 5000 }), "limit"),
        ),
        call(
            Method::DELETE,
            "/v1/admin/users/ADA/quotas/tokens",
            None,
            &["quota.clear"],
            None,
        ),
        call(
            Method::POST,
            "/v1/admin/users/ADA/links",
            json!({ "discord_id": "5" }),
            &["identity.link"],
            (json!({ "discord_id": "five" }), "discord_id"),
        ),
        call(
            Method::DELETE,
            "/v1/admin/users/ADA/links/discord/5",
            None,
            &["identity.unlink"],
            None,
        ),
        call(
            Method::DELETE,
            "/v1/admin/users/ADA/tokens/TOKEN",
            None,
            &["token.revoke"],
            None,
        ),
    ]
}

fn sparing() -> Vec<Call> {
    vec![
        call(
            Method::POST,
            "/v1/admin/holds",
            json!({ "user_id": "ADA", "reason": "r", "for_seconds": 60 }),
            &["hold.add"],
            (json!({ "user_id": "ADA", "reason": "r" }), "until"),
        ),
        call(
            Method::POST,
            "/v1/admin/holds/HOLD/end",
            why(),
            &["hold.end"],
            (json!({ "why": "r" }), "why"),
        ),
        call(
            Method::POST,
            "/v1/admin/exemptions",
            json!({ "user_id": "ADA", "reason": "r", "for_seconds": 60 }),
            &["exemption.add"],
            (
                json!({ "user_id": "ADA", "reason": " ", "for_seconds": 60 }),
                "reason",
            ),
        ),
        call(
            Method::POST,
            "/v1/admin/exemptions/EXEMPTION/review",
            why(),
            &["exemption.review"],
            nothing(),
        ),
        call(
            Method::POST,
            "/v1/admin/exemptions/EXEMPTION/end",
            json!({}),
            &["exemption.end"],
            (json!({ "reason": "" }), "reason"),
        ),
    ]
}

fn erasing() -> Call {
    call(
        Method::POST,
        "/v1/admin/users/ADA/erase",
        json!({ "reason": "r", "confirm": "ada@example.test" }),
        &["identity.erase"],
        (
            json!({ "reason": "r", "confirm": "other@example.test" }),
            "confirm",
        ),
    )
}

struct Scene {
    world: World,
    api: Api,
    boss: Asker,
    reader: Asker,
    /// Ids by the words that stand for them.
    ids: Vec<(&'static str, String)>,
}

impl Scene {
    async fn new() -> (Self, UserId) {
        let world = World::empty().await;
        let boss = world.person("boss").role("admin").build().await;
        let reader = world.person("reader").role("reader").build().await;
        let ada = world.person("ada").build().await;
        token(&world, ada, None).await;
        let who = ada.to_string();
        let tokens = app::token::list(world.reeve(), &world.caller(), &who).await;
        let token_id = tokens.unwrap()[0].token_id.to_string();
        let scene = Self {
            api: Api::of(&world),
            boss: token(&world, boss, None).await,
            reader: token(&world, reader, None).await,
            ids: vec![("ADA", who), ("TOKEN", token_id)],
            world,
        };
        (scene, ada)
    }

    fn named(&self, text: &str) -> String {
        self.ids
            .iter()
            .fold(text.to_owned(), |text, (word, id)| text.replace(word, id))
    }

    fn unnamed(&self, text: &str) -> String {
        self.ids
            .iter()
            .fold(text.to_owned(), |text, (word, _)| text.replace(word, NO_ID))
    }

    async fn ask(&self, asker: &Asker, call: &Call, body: Option<&Value>) -> Answer {
        let body = body.map(|body| self.named(&body.to_string()).parse().unwrap());
        let path = self.named(call.path);
        self.api.ask(asker, call.method.clone(), &path, body).await
    }

    /// The rows of one request.
    async fn rows(&self, answer: &Answer) -> Vec<Row> {
        let filter = Filter {
            correlation_id: Some(answer.header("x-correlation-id").to_owned()),
            limit: 10,
            ..Filter::default()
        };
        let rows = app::audit::list(self.world.reeve(), &self.world.caller(), &filter).await;
        rows.unwrap()
    }
}

#[tokio::test]
async fn every_change_is_for_who_may_names_what_is_wrong_and_writes_its_audit_row() {
    let (mut scene, ada) = Scene::new().await;
    for call in changes() {
        let what = format!("{} {}", call.method, call.path);
        let denied = scene.ask(&scene.reader, &call, call.body.as_ref()).await;
        assert_eq!(denied.error(), (403, "insufficient_permissions"), "{what}");
        let rows = scene.rows(&denied).await;
        assert_eq!(rows.len(), 1, "{what}: {rows:?}");
        assert_eq!(rows[0].outcome, "denied", "{what}");
        assert!(call.rows.contains(&&*rows[0].action), "{what}");
        let unnamed = scene.unnamed(call.path);
        let body = call
            .body
            .as_ref()
            .map(|body| scene.unnamed(&body.to_string()));
        if unnamed != call.path || body != call.body.as_ref().map(ToString::to_string) {
            let body = body.map(|body| body.parse().unwrap());
            let missing = scene
                .api
                .ask(&scene.boss, call.method.clone(), &unnamed, body)
                .await;
            assert_eq!(missing.error(), (404, "not_found"), "{what}");
        }
        if let Some((body, field)) = &call.malformed {
            let refused = scene.ask(&scene.boss, &call, Some(body)).await;
            assert_eq!(refused.error(), (400, "invalid_request"), "{what}");
            let detail = refused.json["detail"].as_str().unwrap();
            assert!(detail.contains(field), "{what}: {detail}");
            assert!(scene.rows(&refused).await.is_empty(), "{what}");
        }
        let done = scene.ask(&scene.boss, &call, call.body.as_ref()).await;
        assert!(done.status.is_success(), "{what}: {done:?}");
        let rows = scene.rows(&done).await;
        let mut actions: Vec<_> = rows.iter().map(|row| &*row.action).collect();
        actions.sort_unstable();
        assert_eq!(actions, call.rows, "{what}");
        assert!(rows.iter().all(|row| row.outcome == "success"), "{what}");
        for (word, field) in [("HOLD", "hold_id"), ("EXEMPTION", "exemption_id")] {
            if let Some(id) = done.json[field].as_str() {
                scene.ids.push((word, id.to_owned()));
            }
        }
    }
    assert_eq!(scene.world.status_of(ada).await, "disabled");
}

#[tokio::test]
async fn every_look_is_for_who_may_and_says_of_nobody_that_there_is_nobody() {
    let (scene, _) = Scene::new().await;
    for path in [
        "/v1/admin/users",
        "/v1/admin/users/ADA",
        "/v1/admin/users/ADA/timeline",
        "/v1/admin/users/ADA/role-overrides",
        "/v1/admin/users/ADA/quotas",
        "/v1/admin/users/ADA/tokens",
        "/v1/admin/holds",
        "/v1/admin/holds?user_id=ADA",
        "/v1/admin/exemptions",
        "/v1/admin/exemptions?due=true",
    ] {
        let denied = scene.api.get(&scene.reader, &scene.named(path)).await;
        assert_eq!(denied.error(), (403, "insufficient_permissions"), "{path}");
        assert!(scene.rows(&denied).await.is_empty(), "{path}");
        let unnamed = scene.unnamed(path);
        if unnamed != path {
            let missing = scene.api.get(&scene.boss, &unnamed).await;
            assert_eq!(missing.error(), (404, "not_found"), "{path}");
        }
        scene.api.get(&scene.boss, &scene.named(path)).await.ok();
    }
}

#[tokio::test]
async fn a_token_makes_no_token_for_anybody_and_revokes_none_under_anothers_name() {
    let (scene, _) = Scene::new().await;
    let path = scene.named("/v1/admin/users/ADA/tokens");
    let refused = scene
        .api
        .post(&scene.boss, &path, json!({ "name": "x" }))
        .await;
    assert_eq!(refused.error(), (403, "insufficient_permissions"));
    let rows = scene.rows(&refused).await;
    assert_eq!(
        (&*rows[0].action, &*rows[0].outcome),
        ("token.create", "denied")
    );
    let reader = scene.world.person("other").build().await;
    let path = scene.named(&format!("/v1/admin/users/{reader}/tokens/TOKEN"));
    let missing = scene.api.delete(&scene.boss, &path).await;
    assert_eq!(missing.error(), (404, "not_found"));
    let listed = scene
        .api
        .get(&scene.boss, &scene.named("/v1/admin/users/ADA/tokens"))
        .await;
    assert_eq!(listed.ok()["tokens"].as_array().unwrap().len(), 1);
}
