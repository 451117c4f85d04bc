//! Roles and assignments: the two families, the ceiling in a denial, validity (I-10, I-11, I-16, I-22).

use jiff::SignedDuration;
use serde_json::json;
use testkit::World;

use crate::client::{Api, Asker, token};

async fn scene() -> (World, Api, Asker, Asker) {
    let world = World::empty().await;
    let north = world.organization("north").await;
    let boss = world.person("boss").role("admin").build().await;
    let tina = world.person("tina").role_in("tenant_admin", north);
    let tina = tina.build().await;
    world.person("ada").member_of(north).build().await;
    let (boss, tina) = (
        token(&world, boss, None).await,
        token(&world, tina, None).await,
    );
    let api = Api::of(&world);
    (world, api, boss, tina)
}

#[tokio::test]
async fn a_ceiling_denial_says_the_ceiling_and_which_roles_may_be_given() {
    let (world, api, _, tina) = scene().await;
    let role = json!({ "identity": "ada@example.test", "role": "tenant_owner" });
    for _ in 0..2 {
        let refused = api
            .post(&tina, "/v1/orgs/north/assignments", role.clone())
            .await;
        assert_eq!(refused.error(), (403, "insufficient_permissions"));
        assert_eq!(refused.json["ceiling"], 60);
        let may = json!(["tenant_admin", "tenant_member", "tenant_viewer"]);
        assert_eq!(refused.json["grantable_roles"], may);
    }
    let row = world.audit("role.assign").await.remove(0);
    assert_eq!(
        row.after_json.unwrap()["role"],
        "tenant_owner",
        "what was tried"
    );
}

#[tokio::test]
async fn platform_roles_are_given_and_taken_by_platform_admins_on_their_own_path() {
    let (_world, api, boss, tina) = scene().await;
    let role = json!({ "identity": "ada@example.test", "role": "reader" });
    let refused = api
        .post(&tina, "/v1/platform/assignments", role.clone())
        .await;
    assert_eq!(refused.error(), (403, "insufficient_permissions"));
    assert_eq!(refused.json["grantable_roles"], json!([]));
    let inside = api
        .post(&boss, "/v1/orgs/north/assignments", role.clone())
        .await;
    assert_eq!(
        inside.error(),
        (400, "invalid_request"),
        "there is no such tenant role"
    );
    let given = api
        .post(&boss, "/v1/platform/assignments", role.clone())
        .await;
    assert_eq!(given.ok()["changed"], true);
    let again = api.post(&boss, "/v1/platform/assignments", role).await;
    assert_eq!(again.ok()["changed"], false);
    let listed = api
        .get(&boss, "/v1/platform/assignments?role=reader")
        .await
        .ok();
    assert_eq!(listed["assignments"][0]["source"], "token");
    let taking = "/v1/platform/assignments?identity=ada@example.test&role=reader";
    assert_eq!(api.delete(&boss, taking).await.ok()["taken"], 1);
    assert_eq!(api.delete(&boss, taking).await.ok()["taken"], 0);
    assert_eq!(api.delete(&tina, taking).await.error().0, 403);
    assert_eq!(
        api.get(&tina, "/v1/platform/assignments").await.error().0,
        403
    );
}

#[tokio::test]
async fn a_time_that_is_over_is_refused_by_field_and_one_to_come_is_listed() {
    let (world, api, _, tina) = scene().await;
    let now = world.now().await;
    let hour = SignedDuration::from_hours(1);
    let role = |until| json!({ "identity": "ada@example.test", "role": "tenant_member", "valid_until": until });
    let path = "/v1/orgs/north/assignments";
    let over = api.post(&tina, path, role(now - hour)).await;
    assert_eq!(over.error(), (400, "invalid_request"));
    assert!(
        over.json["detail"]
            .as_str()
            .unwrap()
            .starts_with("valid_until: ")
    );
    api.post(&tina, path, role(now + hour)).await.ok();
    let listed = api
        .get(&tina, &format!("{path}?role=tenant_member"))
        .await
        .ok();
    assert!(!listed["assignments"][0]["valid_until"].is_null());
    assert_eq!(listed["assignments"][0]["in_force"], true);
}

#[tokio::test]
async fn platform_roles_are_defined_by_platform_admins_alone() {
    let (_world, api, boss, tina) = scene().await;
    let new = json!({ "name": "curator", "scope": "platform", "permissions": ["bookmarks:read"] });
    assert_eq!(
        api.post(&tina, "/v1/platform/roles", new.clone())
            .await
            .error()
            .0,
        403
    );
    let made = api.post(&boss, "/v1/platform/roles", new).await;
    assert_eq!(made.status.as_u16(), 201);
    let path = "/v1/platform/roles/curator";
    let changed = api
        .patch(&boss, path, json!({ "description": "curates" }))
        .await;
    assert_eq!(changed.ok()["description"], "curates");
    let built_in = api
        .patch(&boss, "/v1/platform/roles/admin", json!({ "rank": 1 }))
        .await;
    assert_eq!(built_in.error(), (403, "insufficient_permissions"));
    assert_eq!(api.delete(&tina, path).await.error().0, 403);
    assert_eq!(api.delete(&boss, path).await.status.as_u16(), 204);
    let roles = api.get(&boss, "/v1/roles").await.ok();
    assert_eq!(roles["roles"][0]["name"], "admin");
    assert_eq!(roles["roles"][0]["grantable"], true);
}
