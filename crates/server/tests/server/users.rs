//! People over HTTP (U-16).

use testkit::World;

use crate::client::{Api, token};

#[tokio::test]
async fn people_are_listed_by_page_and_shown_to_admins_and_to_nobody_else() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let boss = world.person("boss").role("admin").build().await;
    let ada = world.person("ada").role("reader").build().await;
    let boss = token(&world, boss, None).await;
    let page = api.get(&boss, "/v1/admin/users?limit=1").await.ok();
    assert_eq!(page["people"][0]["email"], "ada@example.test");
    let next = page["next"].as_str().unwrap();
    let page = api
        .get(&boss, &format!("/v1/admin/users?limit=1&cursor={next}"))
        .await
        .ok();
    assert_eq!(page["people"][0]["email"], "boss@example.test");
    assert!(page["next"].is_null());
    let shown = api.get(&boss, &format!("/v1/admin/users/{ada}")).await.ok();
    assert_eq!(shown["roles"][0]["role"], "reader");
    let reader = token(&world, ada, None).await;
    for path in [
        "/v1/admin/users".to_owned(),
        format!("/v1/admin/users/{ada}"),
    ] {
        let answer = api.get(&reader, &path).await;
        assert_eq!(answer.error(), (403, "insufficient_permissions"), "{path}");
        assert!(
            answer.json["detail"]
                .as_str()
                .unwrap()
                .contains("identities:read")
        );
    }
}

#[tokio::test]
async fn an_admins_token_does_no_more_than_its_scopes_say() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let boss = world.person("boss").role("admin").build().await;
    let narrow = token(&world, boss, Some(&["audit:read"])).await;
    let answer = api.get(&narrow, "/v1/admin/users").await;
    assert_eq!(answer.error(), (403, "insufficient_permissions"));
    let wide = token(&world, boss, Some(&["identities:read"])).await;
    api.get(&wide, "/v1/admin/users").await.ok();
}
