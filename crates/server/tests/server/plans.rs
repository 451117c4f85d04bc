//! Plans over HTTP: made, looked at, held, approved, applied.

use app::governance::Number;
use domain::id::UserId;
use serde_json::json;
use testkit::World;

use crate::client::{Api, boss_and_reader, token};

/// Ada lost the role that entitles her, and the guard holds every suspension.
async fn world() -> (World, UserId) {
    let world = World::discord_leading().await;
    let ada = world.person("ada").linked(1).mapped_role().build().await;
    world.person("bob").linked(2).mapped_role().build().await;
    world.scan().await;
    world.reconcile().await;
    for (number, to) in [(Number::GuardFew, 0), (Number::GuardSharePercent, 0)] {
        app::governance::set_number(world.reeve(), &world.caller(), number, to, false)
            .await
            .unwrap();
    }
    world.discord(1, &[]);
    world.scan().await;
    (world, ada)
}

#[tokio::test]
async fn plans_are_listed_page_by_page_newest_first() {
    let (world, _) = world().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    let made = api.post(&boss, "/v1/admin/plans", json!({})).await.ok();
    let plan_id = made["plan"]["plan_id"].as_str().unwrap();
    let listed = api.get(&boss, "/v1/admin/plans?limit=1").await.ok();
    assert_eq!(listed["plans"][0]["plan_id"], plan_id);
    let next = listed["next"].as_str().unwrap();
    let older = api
        .get(&boss, &format!("/v1/admin/plans?limit=1&cursor={next}"))
        .await
        .ok();
    assert_ne!(older["plans"][0]["plan_id"], plan_id);
}

#[tokio::test]
async fn a_held_plan_is_approved_by_whoever_may_and_then_applied() {
    let (world, ada) = world().await;
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    let refused = api.post(&reader, "/v1/admin/plans", json!({})).await;
    assert_eq!(refused.error(), (403, "insufficient_permissions"));
    let made = api.post(&boss, "/v1/admin/plans", json!({})).await.ok();
    assert_eq!(made["plan"]["guard"]["verdict"], "held", "{made}");
    let plan_id = made["plan"]["plan_id"].as_str().unwrap();
    let path = format!("/v1/admin/plans/{plan_id}");
    let shown = api.get(&boss, &path).await.ok();
    assert_eq!(shown["steps"].as_array().unwrap().len(), 2, "{shown}");
    assert_eq!(shown["state"], "held");

    let approval = format!("{path}/approval");
    let ada_is = || world.status_of(ada);
    let chief = world.person("chief").role("admin").build().await;
    let narrow = token(&world, chief, Some(&["plans:read", "plans:manage"])).await;
    for nobody in [&reader, &narrow] {
        let answer = api.put(nobody, &approval, json!({})).await;
        assert_eq!(answer.error(), (403, "insufficient_permissions"));
        let detail = answer.json["detail"].as_str().unwrap();
        assert!(detail.contains("plans:approve"), "{detail}");
    }
    let apply = format!("{path}/apply");
    let applied = api.post(&boss, &apply, json!({})).await.ok();
    assert_eq!(
        (ada_is().await.as_str(), &applied["held"]),
        ("active", &json!(2))
    );
    let approved = api.put(&boss, &approval, json!({})).await.ok();
    assert_eq!(approved["plan_id"], plan_id);
    let twice = api.put(&boss, &approval, json!({})).await;
    assert_eq!(twice.error(), (409, "conflict"));
    let applied = api.post(&boss, &apply, json!({})).await.ok();
    assert_eq!(
        (ada_is().await.as_str(), &applied["suspended"]),
        ("suspended", &json!(2))
    );
    assert_eq!(
        api.post(&reader, &apply, json!({})).await.error(),
        (401, "unauthenticated"),
        "the plan suspended the reader"
    );
    let rows = world.audit("plan.approve").await;
    let outcomes: Vec<_> = rows.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["success", "denied", "denied"]);
}

#[tokio::test]
async fn a_plan_of_which_nothing_is_known_is_not_found_and_nothing_to_change_is_no_plan() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let boss = world.person("boss").role("admin").build().await;
    let boss = token(&world, boss, None).await;
    world.person("ada").linked(1).mapped_role().build().await;
    world.scan().await;
    world.reconcile().await;
    let made = api.post(&boss, "/v1/admin/plans", json!({})).await.ok();
    assert!(made["plan"].is_null(), "{made}");
    let missing = api.get(&boss, "/v1/admin/plans/abcdef").await;
    assert_eq!(missing.error(), (404, "not_found"));
}
