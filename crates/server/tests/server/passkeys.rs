//! Passkeys: registering them, signing in by them, removing them; and everything that does neither.

mod page;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::credential::passkey::MOST;
use domain::governance::privileged::BreakGlass;
use domain::id::UserId;
use serde_json::{Value, json};
use testkit::World;
use testkit::authenticator::Authenticator;
use tokio::task::JoinSet;

use crate::client::{
    ANONYMOUS, Answer, Api, Asker, Browser, ORIGIN, boss_and_reader, count, token,
};

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
        let answer = self.login("start", "", ORIGIN, &json!({})).await;
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
    let next = signed_in.json["next"].as_str().unwrap();
    let page = api.get(&ANONYMOUS, next).await;
    assert!(page.status.is_success(), "{next} is no page");
    let browser = api.signed_in(&signed_in).await;
    let me = api.browse(&browser, Method::GET, "/v1/me").await.ok();
    assert_eq!(me["user_id"], ada.to_string());
}

type Lie = fn(&mut Authenticator);

/// What an authenticator or its browser may say wrongly, and where that shows.
const LIES: [(&str, Lie); 4] = [
    ("another origin", |liar| {
        liar.origin = "http://localhost:8081".to_owned();
    }),
    ("another site", |liar| {
        liar.rp_id = Some("example.org".to_owned());
    }),
    ("another challenge", |liar| {
        liar.challenge = Some("c29tZXRoaW5n".to_owned());
    }),
    ("no verified user", |liar| liar.verifies = false),
];

#[tokio::test]
async fn an_answer_to_another_question_signs_nobody_in() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (_, mut ada) = with_passkey(&world, &api, "ada").await;
    let (_, bob) = with_passkey(&world, &api, "bob").await;
    let (ada_id, bob_handle) = (ada.credential_id.clone(), bob.user_handle.clone());
    let sessions = count(&world, "session").await;
    let mut wrong: Vec<(&str, Authenticator)> = Vec::new();
    for (what, lie) in LIES {
        let mut liar = ada.clone();
        lie(&mut liar);
        wrong.push((what, liar));
    }
    let mut stranger = Authenticator::at(ORIGIN);
    stranger.user_handle = ada.user_handle.clone();
    wrong.push(("nobody's passkey", stranger.clone()));
    stranger.credential_id = ada_id;
    wrong.push(("another key", stranger));
    let mut nameless = ada.clone();
    nameless.user_handle = None;
    wrong.push(("nobody's handle", nameless));
    let mut as_bob = ada.clone();
    as_bob.user_handle = bob_handle;
    wrong.push(("another's handle", as_bob));
    let mut said = BTreeSet::new();
    for (what, mut liar) in wrong {
        let answer = api.show(&mut liar).await;
        assert_eq!(answer.error(), (401, "unauthenticated"), "{what}");
        said.insert(answer.json["detail"].to_string());
    }
    assert_eq!(said.len(), 1, "it tells what was wrong: {said:?}");
    assert_eq!(count(&world, "session").await, sessions);
    api.signed_in(&api.show(&mut ada).await).await;
}

#[tokio::test]
async fn an_answer_to_another_question_registers_nothing() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let browser = api.browser(&world, ada).await;
    for (what, lie) in LIES {
        let begun = api.ceremony(&browser).await;
        let mut liar = Authenticator::at(ORIGIN);
        lie(&mut liar);
        let credential = liar.create(&begun["public_key"]);
        let answer = api.end_ceremony(&browser, &begun, credential).await;
        assert_eq!(answer.error(), (400, "invalid_request"), "{what}");
        let mut honest = Authenticator::at(ORIGIN);
        let credential = honest.create(&begun["public_key"]);
        let again = api.end_ceremony(&browser, &begun, credential).await;
        assert_eq!(again.error(), (400, "invalid_request"), "{what}: used up");
    }
    let begun = api.ceremony(&browser).await;
    let mut forgetful = Authenticator::at(ORIGIN).create(&begun["public_key"]);
    forgetful["clientExtensionResults"]["credProps"]["rk"] = json!(false);
    let answer = api.end_ceremony(&browser, &begun, forgetful).await;
    assert_eq!(answer.error(), (400, "invalid_request"));
    assert_eq!(count(&world, "passkey").await, 0);
}

#[tokio::test]
async fn a_ceremony_is_good_once_for_whoever_began_it_and_for_what() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (_, mut ada) = with_passkey(&world, &api, "ada").await;
    let bob = world.person("bob").build().await;
    let bob = api.browser(&world, bob).await;
    let eve = world.person("eve").build().await;
    let eve = api.browser(&world, eve).await;

    let begun = api.ceremony(&bob).await;
    let made = Authenticator::at(ORIGIN).create(&begun["public_key"]);
    let foreign = api.end_ceremony(&eve, &begun, made.clone()).await;
    assert_eq!(foreign.error(), (400, "invalid_request"), "another's");
    let as_sign_in = Begun {
        cookie: format!("reeve_passkey={}", begun["ceremony"].as_str().unwrap()),
        options: json!({ "rpId": "localhost", "challenge": begun["public_key"]["challenge"] }),
    };
    let shown = ada.get(&as_sign_in.options);
    let answer = api.finish(&as_sign_in, &shown).await;
    assert_eq!(answer.error().0, 401, "a registration signs nobody in");
    let old = "update passkey_ceremony set expires_at = now()";
    execute(&world, old).await;
    let answer = api.end_ceremony(&bob, &begun, made).await;
    assert_eq!(answer.error(), (400, "invalid_request"), "over");

    let begun = api.begin().await;
    let shown = ada.get(&begun.options);
    let secret = begun.cookie.split_once('=').unwrap().1;
    let as_registration = json!({ "ceremony": secret });
    let answer = api.end_ceremony(&bob, &as_registration, json!({})).await;
    assert_eq!(answer.error(), (400, "invalid_request"));
    for cookie in [
        "",
        "reeve_passkey=reeve_pky_00",
        &format!("{}; {}", begun.cookie, begun.cookie),
    ] {
        let answer = api.login("finish", cookie, ORIGIN, &shown).await;
        assert_eq!(answer.error().0, 401, "{cookie}");
    }
    api.signed_in(&api.finish(&begun, &shown).await).await;
    let replayed = api.finish(&begun, &shown).await;
    assert_eq!(replayed.error().0, 401, "a second time");
    let replayed = api.finish(&api.begin().await, &shown).await;
    assert_eq!(replayed.error().0, 401, "to another challenge");
    let begun = api.begin().await;
    execute(&world, old).await;
    let shown = ada.get(&begun.options);
    assert_eq!(api.finish(&begun, &shown).await.error().0, 401, "over");
    api.begin().await;
    assert_eq!(
        count(&world, "passkey_ceremony").await,
        1,
        "those over are gone"
    );
}

#[tokio::test]
async fn of_fifty_who_answer_one_challenge_at_once_one_is_signed_in() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (_, mut ada) = with_passkey(&world, &api, "ada").await;
    let sessions = count(&world, "session").await;
    let id = world.caller().correlation_id;
    let started = app::passkey::sign_in::start(world.reeve(), &id);
    let started = started.await.unwrap();
    let mut tries = JoinSet::new();
    for _ in 0..50 {
        // Each signs anew: no counter is in the others' way.
        let (reeve, shown) = (world.reeve().clone(), ada.get(&started.public_key));
        let (secret, id) = (started.secret.clone(), world.caller().correlation_id);
        tries.spawn(async move {
            let ended = app::passkey::sign_in::finish(&reeve, secret.expose(), shown, &id).await;
            ended.is_ok()
        });
    }
    let signed_in = tries.join_all().await.into_iter().filter(|ok| *ok).count();
    assert_eq!(signed_in, 1);
    assert_eq!(count(&world, "session").await, sessions + 1);
}

#[tokio::test]
async fn a_counter_that_goes_back_lets_nobody_in_and_is_on_record() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (user_id, mut ada) = with_passkey(&world, &api, "ada").await;
    let mut copy = ada.clone();
    api.signed_in(&api.show(&mut ada).await).await;
    api.signed_in(&api.show(&mut ada).await).await;
    let answer = api.show(&mut copy).await;
    assert_eq!(answer.error(), (401, "unauthenticated"));
    assert!(answer.json["detail"].to_string().contains("copied"));
    let rows = world.audit("session.begin").await;
    let denied: Vec<_> = rows.iter().filter(|row| row.outcome == "denied").collect();
    assert_eq!(denied.len(), 1);
    assert_eq!(denied[0].target_user_id, Some(user_id.0));
    let reason = denied[0].reason.as_deref().unwrap();
    assert!(reason.contains("its counter went back"), "{reason}");
    // An authenticator without a counter says nought each time.
    let (_, mut bob) = with_passkey(&world, &api, "bob").await;
    bob.counts = false;
    for _ in 0..2 {
        api.signed_in(&api.show(&mut bob).await).await;
    }
}

#[tokio::test]
async fn whoever_may_not_be_here_is_refused_as_with_a_link_and_on_record() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (user_id, mut ada) = with_passkey(&world, &api, "ada").await;
    let who = user_id.to_string();
    for status in ["suspended", "disabled"] {
        execute(
            &world,
            &format!(
                "update app_user set status = '{status}'
             where user_id = '{user_id}'"
            ),
        )
        .await;
        let link = app::session::create_link(world.reeve(), &world.caller(), &who).await;
        let link = link.unwrap().link;
        let by_link = api
            .form("/login/link", link.split_once('?').unwrap().1)
            .await;
        let by_passkey = api.show(&mut ada).await;
        assert_eq!(by_passkey.error(), (401, "unauthenticated"), "{status}");
        assert_eq!(
            by_passkey.json["detail"], by_link.json["detail"],
            "{status}"
        );
        let rows = world.audit("session.begin").await;
        let last = rows.iter().max_by_key(|row| row.audit_id).unwrap();
        assert_eq!(last.outcome, "denied");
        assert_eq!(last.after_json.as_ref().unwrap()["method"], "passkey");
    }
    execute(
        &world,
        "update app_user set status = 'active' where status = 'disabled'",
    )
    .await;
    api.signed_in(&api.show(&mut ada).await).await;
    // By its address the list counts for who proved that; a passkey proves none.
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.break_glass = BreakGlass::parse("", "ada@example.test");
    world.reeve().live.set(settings.clone());
    let browser = api.signed_in(&api.show(&mut ada).await).await;
    let answer = api.browse(&browser, Method::GET, "/v1/admin/users").await;
    assert_eq!(answer.error().0, 403);
    settings.break_glass = BreakGlass::parse(&who, "");
    world.reeve().live.set(settings);
    let browser = api.signed_in(&api.show(&mut ada).await).await;
    let answer = api.browse(&browser, Method::GET, "/v1/admin/users").await;
    answer.ok();
}

#[tokio::test]
async fn a_removed_passkey_signs_nobody_in_whoever_removed_it() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    for by in [
        "its owner",
        "an administrator",
        "the operator",
        "sql",
        "an erasure",
    ] {
        let name = by.replace(' ', "-");
        let (user_id, mut authenticator) = with_passkey(&world, &api, &name).await;
        let signed_in = api.signed_in(&api.show(&mut authenticator).await).await;
        let path = format!("/v1/admin/users/{user_id}/passkeys");
        let listed = api.get(&boss, &path).await.ok();
        let id = listed["passkeys"][0]["passkey_id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(listed["passkeys"][0]["last_used_at"].is_string());
        let detail = api
            .get(&boss, &format!("/v1/admin/users/{user_id}"))
            .await
            .ok();
        assert_eq!(detail["passkeys"], listed["passkeys"]);
        assert_eq!(api.get(&reader, &path).await.error().0, 403);
        let one = format!("{path}/{id}");
        assert_eq!(api.delete(&reader, &one).await.error().0, 403);
        let foreign = api.delete(&reader, &format!("/v1/me/passkeys/{id}")).await;
        assert_eq!(foreign.error().0, 403);
        take_away(&world, &api, &boss, &signed_in, by, user_id, &id).await;
        assert_eq!(api.show(&mut authenticator).await.error().0, 401, "{by}");
        if by != "an erasure" {
            assert_eq!(api.delete(&boss, &one).await.error().0, 404, "{by}");
            let rows =
                world.audit("passkey.remove").await.len() + world.audit("sql.delete").await.len();
            assert!(rows > 0, "{by}");
            api.browse(&signed_in, Method::GET, "/v1/me").await.ok();
        }
    }
    let removed = world.audit("passkey.remove").await;
    assert_eq!(
        removed
            .iter()
            .filter(|row| row.outcome == "success")
            .count(),
        3
    );
}

#[tokio::test]
async fn a_token_registers_no_passkey_and_nobody_has_anothers_or_too_many() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (ada, mut authenticator) = with_passkey(&world, &api, "ada").await;
    let asker = token(&world, ada, None).await;
    let body = json!({ "name": "n", "ceremony": "c", "credential": {} });
    for (path, body) in [("ceremonies", json!({})), ("", body)] {
        let path = format!("/v1/me/passkeys/{path}");
        let answer = api.post(&asker, path.trim_end_matches('/'), body).await;
        assert_eq!(answer.error(), (403, "insufficient_permissions"));
    }
    let rows = world.audit("passkey.register").await;
    assert_eq!(rows.iter().filter(|row| row.outcome == "denied").count(), 2);

    let bob = world.person("bob").build().await;
    let bob = api.browser(&world, bob).await;
    let begun = api.ceremony(&bob).await;
    let credential = authenticator.create(&begun["public_key"]);
    let answer = api.end_ceremony(&bob, &begun, credential).await;
    assert_eq!(answer.error(), (409, "conflict"), "it is Ada's");

    let ada = api.browser(&world, ada).await;
    let excluded = api.ceremony(&ada).await;
    let excluded = excluded["public_key"]["excludeCredentials"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(excluded, 1, "the browser is told which there are");
    let last = api.ceremony(&ada).await;
    for _ in 1..MOST {
        api.register(&ada, &mut Authenticator::at(ORIGIN)).await;
    }
    let path = "/v1/me/passkeys/ceremonies";
    let answer = api.browse(&ada, Method::POST, path).await;
    assert_eq!(answer.error(), (409, "conflict"));
    let credential = Authenticator::at(ORIGIN).create(&last["public_key"]);
    let answer = api.end_ceremony(&ada, &last, credential).await;
    assert_eq!(answer.error(), (409, "conflict"), "one that began before");
    let listed = api.browse(&ada, Method::GET, "/v1/me/passkeys").await.ok();
    assert_eq!(listed["passkeys"].as_array().unwrap().len(), MOST);
}

async fn execute(world: &World, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
}

/// Removes a passkey, by one of the ways that there are.
async fn take_away(
    world: &World,
    api: &Api,
    boss: &Asker,
    owner: &Browser,
    by: &str,
    user_id: UserId,
    id: &str,
) {
    let user = format!("/v1/admin/users/{user_id}");
    match by {
        "its owner" => {
            let own = format!("/v1/me/passkeys/{id}");
            api.browse(owner, Method::DELETE, &own).await.ok();
        }
        "an administrator" => {
            let one = format!("{user}/passkeys/{id}");
            api.delete(boss, &one).await.ok();
        }
        "the operator" => {
            let (reeve, caller) = (world.reeve(), world.caller());
            let removed = app::passkey::remove(reeve, &caller, id.parse().unwrap(), None);
            assert_eq!(removed.await.unwrap(), user_id);
        }
        "sql" => {
            let sql = "delete from passkey where user_id = $1";
            let delete = sqlx::query(sql).bind(user_id.0);
            delete
                .execute(&mut world.db.operator().await)
                .await
                .unwrap();
        }
        _ => {
            let confirm = format!("{}@example.test", by.replace(' ', "-"));
            let body = json!({ "reason": "r", "confirm": confirm });
            let erased = api.post(boss, &format!("{user}/erase"), body).await.ok();
            assert_eq!(erased["passkeys"], 1);
        }
    }
}
