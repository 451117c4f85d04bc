//! The identity provider's tokens as credentials, and the people and roles that come of them (U-10 to U-14,
//! U-24, U-38, U-48 to U-50, U-82).

use app::Live;
use domain::id::UserId;
use domain::identity::mapping::Mapping;
use domain::time::End;
use serde_json::{Value, json};
use testkit::World;
use testkit::oidc::Issuer;

use crate::client::{Api, Asker, token};

/// The deployment guide's example.
const MAP: &str = r"admins=admin\nops=publisher\nops=auditor";

/// A world that trusts a provider.
struct Scene {
    world: World,
    api: Api,
    issuer: Issuer,
}

fn change(live: &Live, change: impl FnOnce(&mut app::live::Settings)) {
    let mut settings = live.get().as_ref().clone();
    change(&mut settings);
    live.set(settings);
}

impl Scene {
    async fn new() -> Self {
        let world = World::empty().await;
        let issuer = Issuer::start(world.now().await).await;
        change(&world.reeve().live, |settings| {
            settings.oidc = Some(issuer.settings());
            settings.mapping = Mapping::parse(MAP, "reader").unwrap();
        });
        Self {
            api: Api::of(&world),
            world,
            issuer,
        }
    }

    /// Shows a token with these claims.
    async fn arrive(&self, claims: Value) -> crate::client::Answer {
        let token = Asker(Some(self.issuer.token(claims)));
        self.api.get(&token, "/v1/me").await
    }

    async fn roles(&self, user_id: UserId) -> Vec<String> {
        self.world.roles_of(user_id).await
    }

    async fn overrides(&self, user_id: UserId, overrides: Value) {
        sqlx::query(
            "update app_user set claims = claims || jsonb_build_object('role_overrides', $2::jsonb)
              where user_id = $1",
        )
        .bind(user_id.0)
        .bind(overrides)
        .execute(&mut self.world.scene().await)
        .await
        .unwrap();
    }
}

fn id(me: &Value) -> UserId {
    me["user_id"].as_str().unwrap().parse().unwrap()
}

fn of(subject: &str, groups: &[&str]) -> Value {
    json!({ "sub": subject, "email": format!("{subject}@example.test"), "name": subject, "groups": groups })
}

#[tokio::test]
async fn a_first_token_makes_the_person_with_the_roles_of_the_groups_and_the_next_finds_them() {
    let scene = Scene::new().await;
    let me = scene.arrive(of("ada", &["OPS"])).await.ok();
    assert_eq!(me["email"], "ada@example.test");
    assert_eq!(me["display_name"], "ada");
    let ada = id(&me);
    assert_eq!(scene.roles(ada).await, ["auditor", "publisher", "reader"]);
    let again = scene.arrive(of("ada", &["ops"])).await.ok();
    assert_eq!(id(&again), ada);
    assert_eq!(scene.world.audit("provisioning.create").await.len(), 1);
    assert_eq!(scene.world.audit("provisioning.grant").await.len(), 3);
    let boss = scene.arrive(of("boss", &["admins"])).await.ok();
    assert_eq!(scene.roles(id(&boss)).await, ["admin", "reader"]);
}

#[tokio::test]
async fn groups_that_are_gone_take_their_roles_and_no_others() {
    let scene = Scene::new().await;
    // The last administrator would stay one.
    scene.world.person("boss").role("admin").build().await;
    let ada = id(&scene.arrive(of("ada", &["ops", "admins"])).await.ok());
    let place = app::role::Place::default();
    app::role::assign(
        scene.world.reeve(),
        &scene.world.caller(),
        &ada.to_string(),
        "auditor",
        &place,
    )
    .await
    .unwrap();
    scene.arrive(of("ada", &[])).await.ok();
    assert_eq!(
        scene.roles(ada).await,
        ["auditor", "reader"],
        "the gift of a person stays"
    );
}

#[tokio::test]
async fn the_last_administrator_stays_one_and_everything_else_is_still_taken() {
    let scene = Scene::new().await;
    let ada = id(&scene.arrive(of("ada", &["ops", "admins"])).await.ok());
    scene.arrive(of("ada", &[])).await.ok();
    assert_eq!(scene.roles(ada).await, ["admin", "reader"]);
}

#[tokio::test]
async fn absent_groups_overage_and_an_outage_of_userinfo_take_nothing() {
    let scene = Scene::new().await;
    let ada = id(&scene.arrive(of("ada", &["ops"])).await.ok());
    let before = scene.roles(ada).await;
    scene.arrive(json!({ "sub": "ada" })).await.ok();
    scene
        .arrive(json!({ "sub": "ada", "_claim_names": { "groups": "src1" } }))
        .await
        .ok();
    assert_eq!(scene.roles(ada).await, before);
    scene.issuer.says("ada", json!({ "groups": [] }));
    scene.issuer.silence(Some("/userinfo"));
    scene
        .arrive(json!({ "sub": "ada", "jti": "outage" }))
        .await
        .ok();
    assert_eq!(scene.roles(ada).await, before);
    let newcomer = scene.arrive(json!({ "sub": "new" })).await;
    assert_eq!(newcomer.error(), (503, "service_unavailable"));
    scene.issuer.silence(None);
    scene
        .arrive(json!({ "sub": "ada", "jti": "back" }))
        .await
        .ok();
    assert_eq!(
        scene.roles(ada).await,
        ["reader"],
        "now the groups are known to be none"
    );
}

#[tokio::test]
async fn a_token_that_userinfo_does_not_take_lets_nobody_new_in_and_is_no_outage() {
    let scene = Scene::new().await;
    let mut said = scene.issuer.claims(json!({ "sub": "ada" }));
    said["active"] = json!(true);
    scene.issuer.opaque("for-this-api-alone", said);
    let asker = Asker(Some("for-this-api-alone".to_owned()));
    let newcomer = scene.api.get(&asker, "/v1/me").await;
    assert_eq!(newcomer.error(), (401, "unauthenticated"));
    let ada = id(&scene.arrive(of("ada", &["ops"])).await.ok());
    let before = scene.roles(ada).await;
    let known = scene.api.get(&asker, "/v1/me").await.ok();
    assert_eq!(id(&known), ada);
    scene.api.get(&asker, "/v1/me").await.ok();
    assert_eq!(scene.issuer.asked("/userinfo"), 2, "not for each request");
    assert_eq!(scene.roles(ada).await, before);
}

#[tokio::test]
async fn overrides_preserve_suppress_and_pause() {
    let scene = Scene::new().await;
    // The last administrator would stay one.
    scene.world.person("boss").role("admin").build().await;
    let ada = id(&scene.arrive(of("ada", &["ops", "admins"])).await.ok());
    scene
        .overrides(
            ada,
            json!({ "preserved": ["admin"], "suppressed": ["auditor"] }),
        )
        .await;
    scene.arrive(of("ada", &["ops"])).await.ok();
    assert_eq!(scene.roles(ada).await, ["admin", "publisher", "reader"]);
    scene.overrides(ada, json!({ "enabled": true })).await;
    scene.arrive(of("ada", &[])).await.ok();
    assert_eq!(scene.roles(ada).await, ["admin", "publisher", "reader"]);
    scene.overrides(ada, json!({ "enabled": false })).await;
    scene
        .arrive(json!({ "sub": "ada", "groups": [], "jti": "again" }))
        .await
        .ok();
    assert_eq!(scene.roles(ada).await, ["reader"]);
}

#[tokio::test]
async fn a_sync_by_hand_goes_by_the_groups_last_known_and_the_mapping_of_today() {
    let scene = Scene::new().await;
    let ada = id(&scene.arrive(of("ada", &["ops"])).await.ok());
    let boss = scene.world.person("boss").role("admin").build().await;
    let asker = token(&scene.world, boss, None).await;
    change(&scene.world.reeve().live, |settings| {
        settings.mapping = Mapping::parse("ops=operator", "").unwrap();
    });
    let path = format!("/v1/admin/users/{ada}/provisioning-sync");
    let synced = scene.api.post(&asker, &path, json!({})).await.ok();
    assert_eq!(synced["given"], json!([{ "role": "operator" }]), "{synced}");
    assert_eq!(scene.roles(ada).await, ["operator"]);
    let again = scene.api.post(&asker, &path, json!({})).await.ok();
    assert_eq!((&again["given"], &again["taken"]), (&json!([]), &json!([])));
    let unlinked = format!("/v1/admin/users/{boss}/provisioning-sync");
    assert_eq!(
        scene.api.post(&asker, &unlinked, json!({})).await.error(),
        (409, "conflict")
    );
    let reader = token(&scene.world, ada, None).await;
    assert_eq!(
        scene.api.post(&reader, &path, json!({})).await.error().0,
        403
    );
}

/// What an operator restored must not go again at the next sign-in (D10).
#[tokio::test]
async fn a_hold_keeps_the_roles_of_groups_as_they_are_until_it_ends() {
    let scene = Scene::new().await;
    let ada = id(&scene.arrive(of("ada", &["ops"])).await.ok());
    let before = scene.roles(ada).await;
    let (reeve, caller) = (scene.world.reeve(), scene.world.caller());
    let day = End::After(jiff::SignedDuration::from_hours(24));
    let who = ada.to_string();
    let hold = app::hold::add(reeve, &caller, &who, day, "needed today");
    let (hold_id, _) = hold.await.unwrap();
    scene.arrive(of("ada", &["admins"])).await.ok();
    assert_eq!(scene.roles(ada).await, before);
    let boss = scene.world.person("boss").role("admin").build().await;
    let asker = token(&scene.world, boss, None).await;
    let path = format!("/v1/admin/users/{ada}/provisioning-sync");
    let synced = scene.api.post(&asker, &path, json!({})).await.ok();
    let last = synced["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(*last, json!({ "step": "on_hold" }), "{synced}");
    assert_eq!(scene.roles(ada).await, before);
    app::hold::end(reeve, &caller, hold_id, None).await.unwrap();
    scene.arrive(of("ada", &["admins"])).await.ok();
    assert_eq!(scene.roles(ada).await, ["admin", "reader"]);
}

#[tokio::test]
async fn an_address_binds_nobody_unless_set_and_then_no_administrator() {
    let scene = Scene::new().await;
    let boss = scene.world.person("boss").role("admin").build().await;
    let bob = scene.world.person("bob").build().await;
    let verified = |subject: &str, name: &str| {
        let email = format!("{name}@example.test");
        json!({ "sub": subject, "email": email, "email_verified": true, "name": name, "groups": [] })
    };
    let stranger = scene.arrive(verified("s1", "bob")).await.ok();
    assert_ne!(id(&stranger), bob);
    assert!(
        stranger["email"]
            .as_str()
            .unwrap()
            .ends_with("@unclaimed.invalid")
    );
    change(&scene.world.reeve().live, |settings| {
        settings.oidc.as_mut().unwrap().claim_by_verified_email = true;
    });
    let mut unverified = verified("s2", "bob");
    unverified["email_verified"] = json!(false);
    assert_ne!(id(&scene.arrive(unverified).await.ok()), bob);
    assert_eq!(id(&scene.arrive(verified("s3", "bob")).await.ok()), bob);
    assert_ne!(
        id(&scene.arrive(verified("s4", "bob")).await.ok()),
        bob,
        "once only"
    );
    assert_ne!(id(&scene.arrive(verified("s5", "boss")).await.ok()), boss);
    // Nor whoever becomes one later.
    let coming = scene.world.person("coming").build().await;
    sqlx::query(
        "insert into user_roles (user_id, role_id, valid_from)
         select $1, role_id, now() + interval '1 day' from role where name = 'admin'",
    )
    .bind(coming.0)
    .execute(&mut scene.world.scene().await)
    .await
    .unwrap();
    assert_ne!(
        id(&scene.arrive(verified("s6", "coming")).await.ok()),
        coming
    );
}

#[tokio::test]
async fn whoever_is_not_active_gets_no_role_and_is_not_let_in() {
    let scene = Scene::new().await;
    let ada = id(&scene.arrive(of("ada", &[])).await.ok());
    sqlx::query("update app_user set status = 'suspended' where user_id = $1")
        .bind(ada.0)
        .execute(&mut scene.world.scene().await)
        .await
        .unwrap();
    let answer = scene.arrive(of("ada", &["admins"])).await;
    assert_eq!(answer.error(), (401, "unauthenticated"));
    assert_eq!(scene.roles(ada).await, ["reader"]);
}

#[tokio::test]
async fn without_user_management_nobody_new_is_brought_in() {
    let scene = Scene::new().await;
    change(&scene.world.reeve().live, |settings| {
        settings.flags.core = false;
    });
    let answer = scene.arrive(of("ada", &["ops"])).await;
    assert_eq!(answer.error(), (401, "unauthenticated"));
}

#[tokio::test]
async fn two_first_tokens_at_once_make_one_person() {
    let scene = Scene::new().await;
    let arrivals = (0..8).map(|i| {
        let mut claims = of("ada", &["ops"]);
        claims["jti"] = json!(i);
        scene.arrive(claims)
    });
    let answers = futures_util::future::join_all(arrivals).await;
    let people: std::collections::BTreeSet<_> = answers.into_iter().map(|a| id(&a.ok())).collect();
    assert_eq!(people.len(), 1);
    assert_eq!(scene.world.audit("provisioning.create").await.len(), 1);
}

#[tokio::test]
async fn a_mapping_with_an_unknown_role_or_an_owner_is_refused_and_one_with_admin_is_pointed_out() {
    let world = World::empty().await;
    world.organization("acme").await;
    let check = async |map: &str| {
        let mapping = Mapping::parse(map, "").unwrap();
        app::mapping::check(world.reeve(), &mapping).await
    };
    for bad in [
        "a=no_such",
        "a=tenant_member",
        "a=reader@acme",
        "a=tenant_member@nowhere",
        "a=tenant_owner@acme",
        "a=subadmin",
    ] {
        let refused = check(bad).await.unwrap_err().to_string();
        assert!(
            refused.contains(bad.strip_prefix("a=").unwrap()),
            "{refused}"
        );
    }
    assert_eq!(check("a=tenant_admin@acme,b=reader").await.unwrap(), []);
    assert_eq!(check("a=admin").await.unwrap().len(), 1);
}
