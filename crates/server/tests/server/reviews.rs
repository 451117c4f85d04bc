//! Review campaigns over HTTP (U-80, P-23).

use domain::id::UserId;
use domain::identity::RoleOverrides;
use jiff::ToSpan;
use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use crate::client::{Answer, Api, Asker, token};

struct Scene {
    world: World,
    api: Api,
    boss: Asker,
    /// Reviewer and admin of the organization north, so that she can take what is below her.
    rita: Asker,
    rita_id: UserId,
    stranger: Asker,
}

async fn scene() -> Scene {
    let world = World::empty().await;
    let api = Api::of(&world);
    let north = world.organization("north").await;
    let boss = world.person("boss").role("admin").build().await;
    let rita_id = world
        .person("rita")
        .role_in("tenant_admin", north)
        .build()
        .await;
    world
        .person("olga")
        .role_in("tenant_owner", north)
        .build()
        .await;
    world
        .person("max")
        .role_in("tenant_member", north)
        .build()
        .await;
    let stranger = world.person("stranger").build().await;
    Scene {
        boss: token(&world, boss, None).await,
        rita: token(&world, rita_id, None).await,
        stranger: token(&world, stranger, None).await,
        world,
        api,
        rita_id,
    }
}

impl Scene {
    async fn begin(&self, subject: &str) -> String {
        let due = self.world.now().await + 24.hours();
        let body = json!({
            "name": "Q4", "subject": subject, "organization": "north", "due_at": due,
            "reviewers": ["rita@example.test"],
        });
        let begun = self
            .api
            .post(&self.boss, "/v1/admin/reviews", body)
            .await
            .ok();
        begun["campaign_id"].as_str().unwrap().to_owned()
    }

    async fn show(&self, campaign: &str) -> Value {
        let path = format!("/v1/admin/reviews/{campaign}");
        self.api.get(&self.rita, &path).await.ok()
    }

    /// The grant of somebody.
    async fn item(&self, campaign: &str, name: &str) -> String {
        let page = self.show(campaign).await;
        let email = format!("{name}@example.test");
        let items = page["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["email"] == email.as_str());
        item.unwrap()["item_id"].as_str().unwrap().to_owned()
    }

    async fn decide(&self, asker: &Asker, item: &str, verdict: &str) -> Answer {
        let path = format!("/v1/admin/review-items/{item}/decision");
        let body = json!({ "verdict": verdict, "reason": "looked at" });
        self.api.post(asker, &path, body).await
    }

    async fn sign_off(&self, asker: &Asker, campaign: &str) -> Answer {
        let path = format!("/v1/admin/reviews/{campaign}/sign-off");
        self.api.post(asker, &path, json!({ "note": "done" })).await
    }
}

#[tokio::test]
async fn a_reviewer_keeps_revokes_up_to_their_ceiling_and_signs_off_when_all_is_decided() {
    let scene = scene().await;
    let campaign = scene.begin("assignments").await;
    let (max, olga) = (
        scene.item(&campaign, "max").await,
        scene.item(&campaign, "olga").await,
    );
    let own = scene.item(&campaign, "rita").await;
    let taken = scene.decide(&scene.rita, &max, "revoke").await.ok();
    assert_eq!(taken, json!({ "verdict": "revoke", "taken": true }));
    let again = scene.decide(&scene.rita, &max, "revoke").await.ok();
    assert_eq!(again["taken"], false, "it is gone already");
    let above = scene.decide(&scene.rita, &olga, "revoke").await;
    assert_eq!(
        above.error(),
        (403, "insufficient_permissions"),
        "an owner is above her"
    );
    assert_eq!(scene.show(&campaign).await["campaign"]["undecided"], 2);
    scene.decide(&scene.rita, &olga, "keep").await.ok();
    let herself = scene.decide(&scene.rita, &own, "keep").await;
    assert_eq!(herself.error(), (403, "insufficient_permissions"));
    assert_eq!(
        scene.sign_off(&scene.rita, &campaign).await.error(),
        (409, "conflict")
    );
    let own: Uuid = own.parse().unwrap();
    let verdict = domain::review::Verdict::Keep;
    let operator = scene.world.caller();
    app::review::decide(scene.world.reeve(), &operator, own, verdict, "looked at")
        .await
        .unwrap();
    assert_eq!(
        scene.sign_off(&scene.rita, &campaign).await.status.as_u16(),
        204
    );
    assert_eq!(
        scene.decide(&scene.rita, &olga, "keep").await.error(),
        (409, "conflict")
    );
    assert!(
        scene
            .world
            .roles_of(scene.rita_id)
            .await
            .contains(&"tenant_admin".to_owned())
    );
}

#[tokio::test]
async fn a_campaign_is_nobodys_business_but_its_reviewers_and_the_administrators() {
    let scene = scene().await;
    let campaign = scene.begin("memberships").await;
    let item = scene.item(&campaign, "max").await;
    let answer = scene.decide(&scene.stranger, &item, "revoke").await;
    let missing = scene
        .decide(&scene.stranger, &Uuid::nil().to_string(), "revoke")
        .await;
    assert_eq!(answer.error(), (404, "not_found"));
    assert_eq!(answer.json["detail"], missing.json["detail"]);
    let path = format!("/v1/admin/reviews/{campaign}");
    let shown = scene.api.get(&scene.stranger, &path).await;
    assert_eq!(shown.error(), (403, "insufficient_permissions"));
    let listed = scene.api.get(&scene.rita, "/v1/admin/reviews").await;
    assert_eq!(listed.error(), (403, "insufficient_permissions"));
    let listed = scene
        .api
        .get(&scene.boss, "/v1/admin/reviews?open=true")
        .await
        .ok();
    assert_eq!(listed["reviews"][0]["items"], 3);
}

#[tokio::test]
async fn the_export_is_the_whole_population_and_no_cell_is_a_formula() {
    let scene = scene().await;
    scene
        .world
        .person("=1+1")
        .email("=evil@example.test")
        .role_in("tenant_viewer", tenant(&scene).await)
        .build()
        .await;
    let campaign = scene.begin("assignments").await;
    let path = format!("/v1/admin/reviews/{campaign}/export");
    let answer = scene.api.get(&scene.boss, &path).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = answer.text.lines().collect();
    assert_eq!(lines.len(), 5, "{}", answer.text);
    assert!(lines[0].starts_with("email,user_id,organization,project,role,source"));
    assert!(
        answer.text.contains("'=evil@example.test"),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("\n=evil"), "{}", answer.text);
}

async fn tenant(scene: &Scene) -> domain::id::OrganizationId {
    let all = app::organization::list(scene.world.reeve(), &scene.world.caller())
        .await
        .unwrap();
    all.into_iter().find(|one| one.slug == "north").unwrap().id
}

#[tokio::test]
async fn overrides_are_revoked_one_by_one_by_who_may_put_them_and_by_nobody_else() {
    let scene = scene().await;
    let world = &scene.world;
    let overrides = app::overrides::Wanted {
        enabled: Some(true),
        preserved: Some(vec!["reader".to_owned()]),
        suppressed: Some(vec!["publisher".to_owned()]),
        ..Default::default()
    };
    let replace = app::overrides::How::Replace;
    app::overrides::set(
        world.reeve(),
        &world.caller(),
        "max@example.test",
        &overrides,
        replace,
    )
    .await
    .unwrap();
    let due = world.now().await + 24.hours();
    let body = json!({
        "name": "Q4", "subject": "overrides", "due_at": due,
        "reviewers": ["rita@example.test", "boss@example.test"],
    });
    let begun = scene
        .api
        .post(&scene.boss, "/v1/admin/reviews", body)
        .await
        .ok();
    assert_eq!(begun["items"], 3);
    let campaign = begun["campaign_id"].as_str().unwrap();
    let page = scene.show(campaign).await;
    let items = page["items"].as_array().unwrap();
    let id = |source: &str| {
        let item = items.iter().find(|item| item["source"] == source).unwrap();
        assert_eq!(item["email"], "max@example.test");
        assert!(
            item["since"].is_string() && item["granted_by"].is_string(),
            "{item}"
        );
        item["item_id"].as_str().unwrap().to_owned()
    };
    let (kept, away) = (id("override:preserved"), id("override:suppressed"));
    let refused = scene.decide(&scene.rita, &kept, "revoke").await;
    assert_eq!(refused.error(), (403, "insufficient_permissions"));
    scene.decide(&scene.rita, &away, "keep").await.ok();
    for item in [kept, id("override:paused")] {
        let taken = scene.decide(&scene.boss, &item, "revoke").await.ok();
        assert_eq!(taken["taken"], true);
    }
    let left = app::overrides::show(world.reeve(), &world.caller(), "max@example.test").await;
    let left = left.unwrap().overrides;
    assert_eq!(left, RoleOverrides::new(false, [], ["publisher"]));
    let path = format!("/v1/admin/reviews/{campaign}/export");
    let csv = scene.api.get(&scene.boss, &path).await.text;
    assert!(csv.contains(",publisher,override:suppressed,"), "{csv}");
    let audited = world.audit("overrides.set").await;
    let outcomes: Vec<_> = audited.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["success", "success", "denied", "success"]);
}
