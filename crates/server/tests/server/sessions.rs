//! Browsers' sessions and the links that begin them.

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::id::UserId;
use serde_json::json;
use testkit::World;
use tokio::task::JoinSet;

use crate::client::{ANONYMOUS, Api, Browser, ORIGIN, forget, token};

/// Changes something by raw SQL, which the server has noticed then.
async fn sql(world: &World, statement: &'static str, user_id: UserId) {
    sqlx::query(statement)
        .bind(user_id.0)
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    forget(world);
}

async fn status(api: &Api, browser: &Browser) -> u16 {
    let answer = api.browse(browser, Method::GET, "/v1/me").await;
    answer.status.as_u16()
}

#[tokio::test]
async fn a_link_signs_in_once_by_its_button_and_not_by_being_looked_at() {
    let world = World::empty().await;
    let api = Api::of(&world);
    world.person("ada").build().await;
    let link = app::session::create_link(world.reeve(), &world.caller(), "ada@example.test")
        .await
        .unwrap();
    let path = link.link.strip_prefix(ORIGIN).unwrap();
    for _ in 0..2 {
        let page = api.get(&ANONYMOUS, path).await;
        assert!(page.status.is_success());
        assert!(page.text.contains("<button"), "{page:?}");
        assert!(page.header("set-cookie").is_empty());
    }
    let (_, query) = path.split_once('?').unwrap();
    let first = api.form("/login/link", query).await;
    let cookie = first.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let browser = api.signed_in(&first).await;
    let me = api.browse(&browser, Method::GET, "/v1/me").await.ok();
    assert_eq!(me["user_id"], link.user_id.to_string());
    let second = api.form("/login/link", query).await;
    assert_eq!(second.error(), (401, "unauthenticated"));
    for kept in [
        "select encode(hash, 'hex') from session",
        "select encode(hash, 'hex') from login_link",
    ] {
        let hash: String = sqlx::query_scalar(kept)
            .fetch_one(&mut world.db.superuser().await)
            .await
            .unwrap();
        assert!(!browser.cookie.contains(&hash) && !path.contains(&hash));
    }
}

#[tokio::test]
async fn of_fifty_who_use_a_link_at_once_one_is_signed_in() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    for round in 1..=20 {
        let link = app::session::create_link(world.reeve(), &world.caller(), &ada.to_string())
            .await
            .unwrap();
        let (_, token) = link.link.split_once("token=").unwrap();
        let mut tries = JoinSet::new();
        for _ in 0..50 {
            let (reeve, token) = (world.reeve().clone(), token.to_owned());
            let id = world.caller().correlation_id;
            tries.spawn(async move {
                app::session::sign_in_by_link(&reeve, &token, &id)
                    .await
                    .is_ok()
            });
        }
        let outcomes = tries.join_all().await;
        let signed_in = outcomes.iter().filter(|ok| **ok).count();
        assert_eq!(signed_in, 1, "round {round}");
        let sessions = app::session::list(world.reeve(), &world.caller(), &ada.to_string()).await;
        assert_eq!(sessions.unwrap().len(), round);
    }
}

#[tokio::test]
async fn a_link_that_is_over_or_mistyped_or_sent_from_elsewhere_signs_nobody_in() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let link = app::session::create_link(world.reeve(), &world.caller(), &ada.to_string())
        .await
        .unwrap();
    let (_, query) = link.link.split_once('?').unwrap();
    for origin in ["https://evil.example", "null", ""] {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/login/link")
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(query.to_owned()));
        let answer = api.send(request.unwrap()).await;
        assert_eq!(
            answer.error(),
            (403, "insufficient_permissions"),
            "{origin}"
        );
    }
    let mistyped = format!("{query}0");
    assert_eq!(api.form("/login/link", &mistyped).await.error().0, 401);
    sql(
        &world,
        "update login_link set expires_at = now() where user_id = $1",
        ada,
    )
    .await;
    assert_eq!(api.form("/login/link", query).await.error().0, 401);
}

#[tokio::test]
async fn a_session_ends_unused_after_its_idle_limit_and_in_any_case_after_the_absolute_one() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    for (age, alive) in [
        (
            "update session set last_used_at = now() - interval '7 h 59 min' where user_id = $1",
            true,
        ),
        (
            "update session set last_used_at = now() - interval '8 h' where user_id = $1",
            false,
        ),
        (
            "update session set last_used_at = now(), created_at = now() - interval '6 d 23 h' where user_id = $1",
            true,
        ),
        (
            "update session set last_used_at = now(), created_at = now() - interval '7 d' where user_id = $1",
            false,
        ),
    ] {
        let browser = api.browser(&world, ada).await;
        sql(
            &world,
            "update app_user set session_epoch = 'epoch' where user_id = $1",
            ada,
        )
        .await;
        sql(&world, age, ada).await;
        let expected = if alive { 200 } else { 401 };
        assert_eq!(status(&api, &browser).await, expected, "{age}");
        sql(&world, "delete from session where user_id = $1", ada).await;
    }
}

#[tokio::test]
async fn a_change_by_cookie_needs_our_origin_and_the_sessions_own_word() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let browser = api.browser(&world, ada).await;
    let other = api.browser(&world, ada).await;
    let send = |origin: Option<&'static str>, csrf: Option<String>| {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri("/v1/me/tokens")
            .header(header::COOKIE, &browser.cookie)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let body = Body::from(json!({ "name": "ci" }).to_string());
        api.send(request.body(body).unwrap())
    };
    let own = || Some(browser.csrf.clone());
    for (origin, csrf) in [
        (None, own()),
        (Some("https://evil.example"), own()),
        (Some("null"), own()),
        (Some("http://localhost:8081"), own()),
        (Some(ORIGIN), None),
        (Some(ORIGIN), Some(String::new())),
        (Some(ORIGIN), Some(other.csrf.clone())),
    ] {
        let answer = send(origin, csrf.clone()).await;
        assert_eq!(
            answer.error(),
            (403, "insufficient_permissions"),
            "{origin:?} {csrf:?}"
        );
    }
    assert_eq!(send(Some(ORIGIN), own()).await.status.as_u16(), 201);
}

#[tokio::test]
async fn signing_out_ends_this_session_alone() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let (here, there) = (
        api.browser(&world, ada).await,
        api.browser(&world, ada).await,
    );
    let out = api.browse(&here, Method::DELETE, "/v1/me/session").await;
    assert_eq!(out.status.as_u16(), 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(status(&api, &here).await, 401);
    assert_eq!(status(&api, &there).await, 200);
}

#[tokio::test]
async fn administrators_see_and_end_others_sessions_and_nobody_else_does() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let browser = api.browser(&world, ada).await;
    let boss = token(
        &world,
        world.person("boss").role("admin").build().await,
        None,
    )
    .await;
    let bob = token(&world, world.person("bob").build().await, None).await;
    let path = format!("/v1/admin/users/{ada}/sessions");
    assert_eq!(api.get(&bob, &path).await.error().0, 403);
    assert_eq!(api.delete(&bob, &path).await.error().0, 403);
    let listed = api.get(&boss, &path).await.ok();
    assert_eq!(listed["sessions"][0]["method"], "link");
    assert!(!listed.to_string().contains("reeve_ses_"));
    let id = listed["sessions"][0]["session_id"].as_str().unwrap();
    let elsewhere = format!(
        "/v1/admin/users/{}/sessions/{id}",
        UserId(uuid::Uuid::nil())
    );
    assert_eq!(api.delete(&boss, &elsewhere).await.error().0, 404);
    assert_eq!(
        api.delete(&bob, &format!("{path}/{id}")).await.error().0,
        403
    );
    assert_eq!(status(&api, &browser).await, 200);
    assert_eq!(
        api.delete(&boss, &format!("{path}/{id}"))
            .await
            .status
            .as_u16(),
        204
    );
    assert_eq!(status(&api, &browser).await, 401);
    let another = api.browser(&world, ada).await;
    assert_eq!(api.delete(&boss, &path).await.ok()["ended"], 1);
    assert_eq!(status(&api, &another).await, 401);
}

#[tokio::test]
async fn a_session_ends_when_sql_revokes_sessions_and_when_its_owner_is_suspended() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    for change in [
        "update app_user set session_revoked_at = now() where user_id = $1",
        "update app_user set status = 'suspended' where user_id = $1",
    ] {
        let browser = api.browser(&world, ada).await;
        assert_eq!(status(&api, &browser).await, 200);
        sqlx::query(change)
            .bind(ada.0)
            .execute(&mut world.db.operator().await)
            .await
            .unwrap();
        forget(&world);
        assert_eq!(status(&api, &browser).await, 401, "{change}");
    }
    // Back again, the old session stays ended (D11).
    sqlx::query(
        "update app_user set status = 'active', session_revoked_at = null where user_id = $1",
    )
    .bind(ada.0)
    .execute(&mut world.db.operator().await)
    .await
    .unwrap();
    let browser = api.browser(&world, ada).await;
    assert_eq!(status(&api, &browser).await, 200);
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_the_host() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let plain = api.browser(&world, ada).await;
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.public_url = "https://reeve.example.org".parse().unwrap();
    world.reeve().live.set(settings);
    let link = app::session::create_link(world.reeve(), &world.caller(), &ada.to_string())
        .await
        .unwrap();
    let (origin, query) = link.link.split_once("/login/link?").unwrap();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/login/link")
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(query.to_owned()));
    let answer = api.send(request.unwrap()).await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-reeve_session=reeve_ses_"),
        "{cookie}"
    );
    assert!(
        cookie.contains("; Secure") && cookie.contains("Path=/;"),
        "{cookie}"
    );
    assert_eq!(
        status(&api, &plain).await,
        401,
        "a cookie that any host could set"
    );
}
