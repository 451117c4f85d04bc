//! The switches of user management over HTTP (U-01 to U-09, U-31, U-79, D14).

use app::role::Place;
use app::{Caller, Error};
use domain::actor::Actor;
use domain::flags::Flags;
use serde_json::json;
use testkit::World;

use crate::client::{ANONYMOUS, Api, boss_and_reader, token};

fn switch(world: &World, core: Option<bool>, enforce: Option<bool>) {
    let live = &world.reeve().live;
    let mut settings = live.get().as_ref().clone();
    settings.flags = Flags::of(core, None, enforce, None);
    live.set(settings);
}

const HIDDEN: [&str; 6] = [
    "/v1/admin/users",
    "/v1/admin/users/00000000-0000-7000-8000-0000000000ff",
    "/v1/admin/audit",
    "/v1/admin/audit/export",
    "/v1/orgs/default/members",
    "/v1/platform/assignments",
];

#[tokio::test]
async fn without_core_people_and_audit_are_not_there_and_the_next_request_after_a_reload_sees_them()
{
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    switch(&world, Some(false), None);
    for path in HIDDEN {
        for asker in [&boss, &ANONYMOUS] {
            let answer = api.get(asker, path).await;
            assert_eq!(answer.error(), (404, "not_found"), "{path}");
        }
    }
    for path in ["/v1/me", "/v1/admin/governance", "/v1/admin/decisions"] {
        api.get(&boss, path).await.ok();
    }
    switch(&world, None, None);
    api.get(&boss, "/v1/admin/users").await.ok();
    api.get(&boss, "/v1/admin/audit").await.ok();
}

#[tokio::test]
async fn without_enforcement_roles_are_not_asked_but_ceilings_signing_in_and_tenants_walls_stay() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (_, reader) = boss_and_reader(&world).await;
    let acme = world.organization("acme").await;
    let viewer = world.person("viewer").role_in("tenant_viewer", acme);
    let viewer = token(&world, viewer.build().await, None).await;
    let members = "/v1/admin/orgs/acme/members";
    let rename = json!({ "name": "Another" });
    let acme = "/v1/admin/orgs/acme";
    assert_eq!(api.get(&viewer, members).await.error().0, 403);
    assert_eq!(
        api.patch(&viewer, acme, rename.clone()).await.error().0,
        403
    );
    switch(&world, None, Some(false));
    api.get(&viewer, members).await.ok();
    assert_eq!(
        api.patch(&viewer, acme, rename.clone()).await.ok()["name"],
        "Another"
    );
    // What reaches into every organization.
    for asker in [&reader, &viewer] {
        for path in ["/v1/admin/audit", "/v1/admin/users", "/v1/admin/orgs"] {
            assert_eq!(api.get(asker, path).await.error().0, 403, "{path}");
        }
        let gone = api.delete(asker, "/v1/admin/orgs/acme?confirm=acme").await;
        assert_eq!(gone.error(), (403, "insufficient_permissions"));
    }
    assert_eq!(api.patch(&reader, acme, rename).await.error().0, 404);
    // Signing in.
    let nobody = api.get(&ANONYMOUS, "/v1/admin/audit").await;
    assert_eq!(nobody.error(), (401, "unauthenticated"));
    // What governs a right is no role.
    assert_eq!(api.get(&reader, "/v1/hauling").await.error().0, 403);
    // The ceiling.
    let me = api.get(&reader, "/v1/me").await.ok();
    let user_id = me["user_id"].as_str().unwrap().parse().unwrap();
    let caller = Caller::new(Actor::Person { user_id });
    let (reeve, platform) = (world.reeve(), Place::default());
    let who = user_id.to_string();
    let crowned = app::role::assign(reeve, &caller, &who, "admin", &platform).await;
    assert!(matches!(crowned, Err(Error::Ceiling(_))), "{crowned:?}");
    // The walls between tenants.
    world.organization("northway").await;
    let slug = "northway".parse().unwrap();
    let inside = app::membership::list(reeve, &caller, &slug, 10).await;
    assert!(matches!(inside, Err(Error::Refused(_))), "{inside:?}");
    switch(&world, None, None);
    assert_eq!(api.get(&viewer, members).await.error().0, 403);
}

#[tokio::test]
async fn without_the_pages_the_api_stays_as_it_is() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, _) = boss_and_reader(&world).await;
    let live = &world.reeve().live;
    let mut settings = live.get().as_ref().clone();
    settings.flags = Flags::of(None, Some(false), None, None);
    live.set(settings);
    for path in [
        "/v1/me",
        "/v1/admin/users",
        "/v1/admin/audit",
        "/v1/admin/governance",
    ] {
        api.get(&boss, path).await.ok();
    }
}
