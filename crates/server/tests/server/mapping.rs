//! Trying out the mapping over HTTP (U-14).

use domain::identity::mapping::Mapping;
use serde_json::json;
use testkit::World;

use crate::client::{Api, token};

#[tokio::test]
async fn the_mapping_is_tried_out_step_by_step_and_changes_nothing() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.mapping =
        Mapping::parse(r"admins=admin\nops=publisher\nops=auditor", "reader").unwrap();
    world.reeve().live.set(settings);
    let boss = token(
        &world,
        world.person("boss").role("admin").build().await,
        None,
    )
    .await;
    let ask = json!({
        "claims": { "groups": ["Ops", "others"] },
        "held": ["admin", "reader"],
        "overrides": { "suppressed": ["auditor"] },
    });
    let tested = api
        .post(&boss, "/v1/admin/mapping/test", ask.clone())
        .await
        .ok();
    let roles = json!([{ "role": "publisher" }, { "role": "reader" }]);
    assert_eq!(tested["roles"], roles, "{tested}");
    assert_eq!(tested["take"], json!([{ "role": "admin" }]));
    let words = tested["words"].to_string();
    for step in [
        "everybody gets reader",
        "the group `ops` gives publisher",
        "no entry has the group `others`",
        "auditor is suppressed",
        "+ publisher",
        "- admin",
    ] {
        assert!(words.contains(step), "{step}: {words}");
    }
    let ada = token(&world, world.person("ada").build().await, None).await;
    let denied = api.post(&ada, "/v1/admin/mapping/test", ask).await;
    assert_eq!(denied.error(), (403, "insufficient_permissions"));
}
