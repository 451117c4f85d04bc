//! Members of an organization, many at once (U-19, I-01).

use serde_json::{Value, json};
use testkit::World;

use crate::client::{Api, Asker, token};

async fn scene() -> (World, Api, Asker) {
    let world = World::empty().await;
    let north = world.organization("north").await;
    let tina = world.person("tina").role_in("tenant_admin", north);
    let tina = tina.build().await;
    let tina = token(&world, tina, None).await;
    let api = Api::of(&world);
    (world, api, tina)
}

fn people(members: &[(&str, Option<&str>)]) -> Value {
    let each = members
        .iter()
        .map(|(who, role)| json!({ "identity": who, "role": role }));
    json!({ "members": each.collect::<Vec<_>>() })
}

#[tokio::test]
async fn each_of_many_has_a_result_of_its_own() {
    let (world, api, tina) = scene().await;
    world.person("ada").build().await;
    let wanted = people(&[
        ("ada@example.test", Some("tenant_member")),
        ("tina@example.test", None),
        ("bob@example.test", Some("tenant_owner")),
        ("no address", None),
        ("00000000-0000-7000-8000-0000000000ff", None),
        ("eve@example.test", Some("emperor")),
    ]);
    let done = api.post(&tina, "/v1/orgs/north/members", wanted).await.ok();
    let results: Vec<_> = done["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (result["outcome"].as_str().unwrap(), result["code"].as_str()))
        .collect();
    assert_eq!(
        results,
        [
            ("added", None),
            ("already", None),
            ("denied", Some("insufficient_permissions")),
            ("denied", Some("invalid_request")),
            ("denied", Some("not_found")),
            ("denied", Some("invalid_request")),
        ]
    );
    let page = api
        .get(&tina, "/v1/orgs/north/members?search=ada")
        .await
        .ok();
    assert_eq!(page["members"][0]["roles"], json!(["tenant_member"]));
    let first = api.get(&tina, "/v1/orgs/north/members?limit=1").await.ok();
    let next = first["next"].as_str().unwrap();
    let rest = format!("/v1/orgs/north/members?limit=1&cursor={next}");
    let rest = api.get(&tina, &rest).await.ok();
    assert_eq!(rest["members"][0]["email"], "tina@example.test");
    assert!(rest["next"].is_null());
    let nobody = api
        .post(&tina, "/v1/orgs/north/members", json!({ "members": [] }))
        .await;
    assert_eq!(nobody.error(), (400, "invalid_request"));
}

/// Whether an address is known must not show in the answer.
#[tokio::test]
async fn a_known_and_an_unknown_address_get_the_same_answer() {
    let (world, api, tina) = scene().await;
    for status in ["active", "suspended", "disabled"] {
        let known = world.person(status).status(status).build().await;
        let known = known.to_string();
        let unknown = format!("no-{status}@example.test");
        let mut answers = Vec::new();
        for who in [format!("{status}@example.test"), unknown.clone()] {
            let wanted = people(&[(&who, Some("tenant_viewer"))]);
            let done = api.post(&tina, "/v1/orgs/north/members", wanted).await.ok();
            let text = done.to_string().replace(&who, "WHO");
            let id = done["results"][0]["user_id"].as_str().unwrap();
            answers.push(text.replace(id, "ID"));
        }
        assert_eq!(answers[0], answers[1], "{status}, {known}");
    }
}

#[tokio::test]
async fn a_member_is_removed_by_id_and_then_is_not_there() {
    let (world, api, tina) = scene().await;
    let ada = world.person("ada").build().await;
    let path = format!("/v1/orgs/north/members/{ada}");
    let wanted = people(&[("ada@example.test", Some("tenant_member"))]);
    api.post(&tina, "/v1/orgs/north/members", wanted).await.ok();
    let gone = api.delete(&tina, &path).await.ok();
    assert_eq!(gone["assignments_taken"], 1);
    let again = api.delete(&tina, &path).await;
    let nobody = "/v1/orgs/north/members/00000000-0000-7000-8000-0000000000ff";
    let nobody = api.delete(&tina, nobody).await;
    assert_eq!(again.error(), (404, "not_found"));
    assert_eq!(again.json["detail"], nobody.json["detail"]);
}

#[tokio::test]
async fn in_strict_mode_a_second_organization_is_a_cross_tenant_conflict() {
    let (world, api, tina) = scene().await;
    let south = world.organization("south").await;
    world.person("ada").member_of(south).build().await;
    app::tenancy::set_strict(world.reeve(), &world.caller(), true)
        .await
        .unwrap();
    for _ in 0..2 {
        let wanted = people(&[("ada@example.test", None)]);
        let done = api.post(&tina, "/v1/orgs/north/members", wanted).await.ok();
        assert_eq!(done["results"][0]["code"], "cross_tenant_conflict");
    }
    let boss = world.person("boss").role("admin").build().await;
    let boss = token(&world, boss, None).await;
    let role = json!({ "identity": "ada@example.test", "role": "tenant_viewer" });
    let refused = api.post(&boss, "/v1/orgs/north/assignments", role).await;
    assert_eq!(refused.error(), (409, "cross_tenant_conflict"));
}
