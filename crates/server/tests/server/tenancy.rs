//! Strict mode and the pause over HTTP (I-12, I-20).

use serde_json::json;
use testkit::World;

use crate::client::{Api, token};

#[tokio::test]
async fn strict_mode_is_switched_by_admins_and_does_not_begin_over_a_violation() {
    let world = World::empty().await;
    let (north, south) = (
        world.organization("north").await,
        world.organization("south").await,
    );
    let ada = world.person("ada").member_of(north).member_of(south);
    let ada = ada.build().await;
    let boss = world.person("boss").role("admin").build().await;
    let (boss, member) = (
        token(&world, boss, None).await,
        token(&world, ada, None).await,
    );
    let api = Api::of(&world);
    let path = "/v1/admin/governance/strict-membership";
    let on = json!({ "on": true });
    assert_eq!(api.patch(&member, path, on.clone()).await.error().0, 403);
    let refused = api.patch(&boss, path, on.clone()).await;
    assert_eq!(refused.error(), (409, "conflict"));
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(
        detail.contains("ada@example.test (north, south)"),
        "{detail}"
    );
    let gone = format!("/v1/orgs/south/members/{ada}");
    api.delete(&boss, &gone).await.ok();
    assert_eq!(api.patch(&boss, path, on).await.ok()["changed"], true);
    let shown = api.get(&boss, "/v1/admin/governance/tenancy").await.ok();
    assert_eq!(shown["strict_membership"], true);
    let odd = api.patch(&boss, path, json!({ "on": "yes" })).await;
    assert_eq!(odd.error(), (400, "invalid_request"));
}

#[tokio::test]
async fn while_paused_many_at_once_is_operation_paused_and_one_is_not() {
    let world = World::empty().await;
    world.organization("north").await;
    let boss = world.person("boss").role("admin").build().await;
    let ada = world.person("ada").build().await;
    let (boss, ada) = (
        token(&world, boss, None).await,
        token(&world, ada, None).await,
    );
    let api = Api::of(&world);
    let path = "/v1/admin/iam/pause";
    let why = json!({ "reason": "too many denials" });
    assert_eq!(api.post(&ada, path, why.clone()).await.error().0, 403);
    assert_eq!(api.post(&boss, path, why).await.ok()["changed"], true);
    let shown = api.get(&boss, path).await.ok();
    assert_eq!(shown["paused"]["reason"], "too many denials");
    let members = "/v1/orgs/north/members";
    let many =
        json!({ "members": [{ "identity": "a@example.test" }, { "identity": "b@example.test" }] });
    let refused = api.post(&boss, members, many.clone()).await;
    assert_eq!(refused.error(), (503, "operation_paused"));
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(detail.contains("too many denials"), "{detail}");
    let one = json!({ "members": [{ "identity": "a@example.test" }] });
    api.post(&boss, members, one).await.ok();
    let empty = api.post(&boss, path, json!({ "reason": " " })).await;
    assert_eq!(empty.error(), (400, "invalid_request"));
    assert_eq!(api.delete(&boss, path).await.ok()["changed"], true);
    api.post(&boss, members, many).await.ok();
}
