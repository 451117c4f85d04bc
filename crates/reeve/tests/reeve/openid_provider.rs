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
    assert_eq!((name.as_str(), session, links, begun), ("ada of the provider", true, 1, 1));
    let roles = installation.roles(&mut operator, "ada@example.test").await;
    assert_eq!(roles, ["reader"]);
    installation.provider.knows("ada", &["ops"]);
    installation.sign_in(&mut Browser::new(), "ada").await;
    let roles = installation.roles(&mut operator, "ada@example.test").await;
    assert_eq!(roles, ["operator"], "another group, another role");
}
