//! Moves over HTTP (I-26).

use serde_json::json;
use testkit::World;

use crate::client::{Api, token};

#[tokio::test]
async fn a_move_is_asked_for_approved_by_somebody_else_and_seen_by_both_organizations() {
    let world = World::empty().await;
    let (north, south) = (
        world.organization("north").await,
        world.organization("south").await,
    );
    let ada = world.person("ada").role_in("tenant_member", north);
    let ada = ada.build().await;
    let boss = world.person("boss").role("admin").build().await;
    let chief = world.person("chief").role("admin").build().await;
    let vic = world.person("vic").role_in("tenant_admin", south);
    let vic = vic.build().await;
    let [boss, chief, vic] = [
        token(&world, boss, None).await,
        token(&world, chief, None).await,
        token(&world, vic, None).await,
    ];
    let api = Api::of(&world);
    let wanted = json!({ "identity": ada, "from": "north", "to": "south", "reason": "new team" });
    let hidden = api.post(&vic, "/v1/admin/rehomes", wanted.clone()).await;
    assert_eq!(hidden.error(), (404, "not_found"), "north is not his");
    let asked = api.post(&boss, "/v1/admin/rehomes", wanted.clone()).await;
    assert_eq!(asked.status.as_u16(), 201);
    let asked = asked.ok();
    assert_eq!(asked["state"], "requested");
    assert_eq!(asked["loses"][0]["role"], "tenant_member");
    let twice = api.post(&boss, "/v1/admin/rehomes", wanted).await;
    assert_eq!(twice.error(), (409, "conflict"));
    let id = asked["rehome_id"].as_str().unwrap();
    let approve = format!("/v1/admin/rehomes/{id}/approve");
    let own = api.post(&boss, &approve, json!(null)).await;
    assert_eq!(own.error(), (403, "insufficient_permissions"));
    assert_eq!(api.post(&vic, &approve, json!(null)).await.error().0, 404);
    let seen = api
        .get(&vic, "/v1/admin/rehomes?organization=south&state=requested")
        .await;
    let seen = seen.ok();
    assert_eq!(seen["rehomes"][0]["rehome_id"], id);
    assert_eq!(seen["rehomes"][0]["to"], "south");
    let hidden = (
        &seen["rehomes"][0]["from"],
        &seen["rehomes"][0]["from_tenant"],
    );
    assert!(
        hidden.0.is_null() && hidden.1.is_null(),
        "where she belongs is not his: {seen}"
    );
    let done = api.post(&chief, &approve, json!(null)).await;
    let correlation_id = done.header("x-correlation-id").to_owned();
    assert_eq!(done.ok()["state"], "done");
    let row = world.audit("rehome.move").await.remove(0);
    assert_eq!(row.correlation_id, Some(correlation_id));
    let again = api.post(&chief, &approve, json!(null)).await;
    assert_eq!(again.error(), (409, "conflict"));
    let cancel = format!("/v1/admin/rehomes/{id}/cancel");
    assert_eq!(
        api.post(&chief, &cancel, json!(null)).await.error(),
        (409, "conflict")
    );
}

#[tokio::test]
async fn a_move_to_where_somebody_is_names_the_field() {
    let world = World::empty().await;
    world.organization("north").await;
    let boss = world.person("boss").role("admin").build().await;
    let boss = token(&world, boss, None).await;
    let api = Api::of(&world);
    let odd = json!({ "identity": "x", "from": "north", "to": "north", "reason": "r" });
    let odd = api.post(&boss, "/v1/admin/rehomes", odd).await;
    assert_eq!(odd.error(), (400, "invalid_request"));
    assert!(odd.json["detail"].as_str().unwrap().starts_with("to: "));
}
