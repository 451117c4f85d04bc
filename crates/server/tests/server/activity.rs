//! When somebody was last here (DESIGN, section 5): known to the hour, and written nowhere else.

use axum::http::Method;
use domain::id::UserId;
use serde_json::{Value, json};
use testkit::World;
use testkit::oidc::Issuer;

use crate::client::{Api, Asker, count, forget, token};

async fn run(world: &World, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    let mut superuser = world.db.superuser().await;
    sqlx::raw_sql(sql).execute(&mut superuser).await.unwrap();
}

/// Which transaction wrote somebody's activity and account last, and how far the feed is.
async fn written(world: &World, user_id: UserId) -> (Option<String>, String, i64) {
    sqlx::query_as(
        "select (select xmin::text from identity_activity where user_id = $1),
                (select xmin::text || ctid::text from app_user where user_id = $1),
                (select count(*) from change_feed)",
    )
    .bind(user_id.0)
    .fetch_one(&mut world.db.superuser().await)
    .await
    .unwrap()
}

/// Makes credentials look as if they were last used two minutes ago, and their owners seen then.
async fn minutes_pass(world: &World) {
    let aged = "update personal_access_token set last_used_at = last_used_at - interval '2 min';
                update session set last_used_at = last_used_at - interval '2 min';
                update identity_activity set last_seen_at = last_seen_at - interval '2 min'";
    run(world, aged).await;
}

async fn detail(api: &Api, boss: &Asker, user_id: UserId) -> Value {
    let path = format!("/v1/admin/users/{user_id}");
    api.get(boss, &path).await.ok()
}

#[tokio::test]
async fn using_a_token_is_noted_once_an_hour_and_touches_neither_account_nor_feed() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let boss = world.person("boss").role("admin").build().await;
    let boss = token(&world, boss, None).await;
    let ada = world.person("ada").build().await;
    let adas = token(&world, ada, None).await;
    let (none, account, feed) = written(&world, ada).await;
    assert_eq!(none, None);
    assert_eq!(detail(&api, &boss, ada).await["last_seen_at"], json!(null));
    api.get(&adas, "/v1/me").await.ok();
    let (first, ..) = written(&world, ada).await;
    assert!(first.is_some());
    minutes_pass(&world).await;
    let aged = written(&world, ada).await;
    api.get(&adas, "/v1/me").await.ok();
    assert_eq!(written(&world, ada).await, aged, "within the hour");
    run(
        &world,
        "update identity_activity set last_seen_at = now() - interval '61 min';
         update personal_access_token set last_used_at = last_used_at - interval '2 min'",
    )
    .await;
    forget(&world);
    api.get(&adas, "/v1/me").await.ok();
    let recent = "identity_activity where last_seen_at > now() - interval '1 min' and last_sign_in_at is null";
    assert!(count(&world, recent).await >= 1);
    let (_, account_after, feed_after) = written(&world, ada).await;
    assert_eq!((account_after, feed_after), (account, feed));
    let shown = detail(&api, &boss, ada).await;
    assert!(shown["last_seen_at"].is_string());
    assert_eq!(shown["last_sign_in_at"], json!(null));
}

#[tokio::test]
async fn signing_in_is_noted_and_so_is_going_on_an_hour_later() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let ada = world.person("ada").build().await;
    let browser = api.browser(&world, ada).await;
    let signed_in = "identity_activity where last_sign_in_at = last_seen_at";
    assert_eq!(count(&world, signed_in).await, 1);
    run(
        &world,
        "update session set last_used_at = last_used_at - interval '61 min';
         update identity_activity set last_seen_at = last_seen_at - interval '61 min',
                last_sign_in_at = last_sign_in_at - interval '61 min'",
    )
    .await;
    forget(&world);
    api.browse(&browser, Method::GET, "/v1/me").await.ok();
    let later = "identity_activity where last_sign_in_at < last_seen_at - interval '1 hour'";
    assert_eq!(count(&world, later).await, 1);
    let view = "auth.users u join identity_activity a on a.user_id = u.id and a.last_seen_at = u.last_sign_in_at";
    assert_eq!(count(&world, view).await, 1);
}

#[tokio::test]
async fn a_token_of_the_provider_is_noted_and_whoever_may_not_be_here_is_not() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let issuer = Issuer::start(world.now().await).await;
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.oidc = Some(issuer.settings());
    world.reeve().live.set(settings);
    let claims =
        json!({ "sub": "ada", "email": "ada@example.test", "email_verified": true, "name": "Ada" });
    let bearer = Asker(Some(issuer.token(claims)));
    for _ in 0..2 {
        api.get(&bearer, "/v1/me").await.ok();
    }
    assert_eq!(count(&world, "identity_activity").await, 1);
    let late = world.person("late").build().await;
    let lates = token(&world, late, None).await;
    run(
        &world,
        "delete from identity_activity; update app_user set status = 'suspended'",
    )
    .await;
    for asker in [&bearer, &lates] {
        assert_eq!(api.get(asker, "/v1/me").await.error().0, 401);
    }
    assert_eq!(count(&world, "identity_activity").await, 0);
}
