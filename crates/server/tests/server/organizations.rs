//! Organizations and everything inside one, operation by operation (U-19, I-01): the right role does it
//! with its audit row, another tenant's is as if it were not there, a member may not, and what can't be
//! used is named.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::World;

use crate::client::{Answer, Api, Asker, token};

/// `north` with its owner Una and its member Mia; `south` with its owner Vic; Boss, platform admin; Ada,
/// member of `north`.
struct Scene {
    world: World,
    api: Api,
    boss: Asker,
    una: Asker,
    vic: Asker,
    mia: Asker,
}

async fn scene() -> Scene {
    let world = World::empty().await;
    let north = world.organization("north").await;
    let south = world.organization("south").await;
    world.organization("west").await;
    world.project(north, "road").await;
    let boss = world.person("boss").role("admin").build().await;
    let una = world.person("una").role_in("tenant_owner", north);
    let una = una.build().await;
    let vic = world.person("vic").role_in("tenant_owner", south);
    let vic = vic.build().await;
    let mia = world.person("mia").role_in("tenant_member", north);
    let mia = mia.build().await;
    world.person("ada").member_of(north).build().await;
    Scene {
        api: Api::of(&world),
        boss: token(&world, boss, None).await,
        una: token(&world, una, None).await,
        vic: token(&world, vic, None).await,
        mia: token(&world, mia, None).await,
        world,
    }
}

/// A change in an organization, in an order in which each works.
struct Change {
    method: Method,
    /// Below `/v1/orgs/{org}`, or `/v1/admin/orgs/{org}` if it begins with `!`.
    path: &'static str,
    body: Option<Value>,
    action: &'static str,
}

fn change(method: Method, path: &'static str, body: Option<Value>, action: &'static str) -> Change {
    Change {
        method,
        path,
        body,
        action,
    }
}

fn changes() -> Vec<Change> {
    let mut all = changes_of_places();
    all.extend(changes_of_roles());
    all
}

fn changes_of_places() -> Vec<Change> {
    let (post, patch, delete) = (Method::POST, Method::PATCH, Method::DELETE);
    vec![
        change(
            patch.clone(),
            "!",
            Some(json!({ "description": "cold" })),
            "organization.update",
        ),
        change(
            post.clone(),
            "/projects",
            Some(json!({ "slug": "lane" })),
            "project.create",
        ),
        change(
            patch.clone(),
            "/projects/lane",
            Some(json!({ "name": "Lane" })),
            "project.update",
        ),
        change(delete.clone(), "/projects/lane", None, "project.delete"),
        change(
            post.clone(),
            "/members",
            Some(json!({ "members": [{ "identity": "new@example.test" }] })),
            "membership.add",
        ),
        change(
            post.clone(),
            "!/members",
            Some(json!({ "members": [{ "identity": "newer@example.test" }] })),
            "membership.add",
        ),
    ]
}

fn changes_of_roles() -> Vec<Change> {
    let ada = json!({ "identity": "ada@example.test", "role": "tenant_viewer" });
    let inside = json!({ "identity": "ada@example.test", "role": "project_member" });
    let (post, patch, delete) = (Method::POST, Method::PATCH, Method::DELETE);
    vec![
        change(post.clone(), "/assignments", Some(ada), "role.assign"),
        change(
            delete.clone(),
            "/assignments?identity=ada@example.test&role=tenant_viewer",
            None,
            "role.revoke",
        ),
        change(
            post.clone(),
            "/projects/road/assignments",
            Some(inside),
            "role.assign",
        ),
        change(
            delete.clone(),
            "/projects/road/assignments?identity=ada@example.test&role=project_member",
            None,
            "role.revoke",
        ),
        change(
            post,
            "/roles",
            Some(json!({ "name": "scribe", "scope": "tenant", "permissions": ["projects:read"] })),
            "role.create",
        ),
        change(
            patch,
            "/roles/scribe",
            Some(json!({ "rank": 5 })),
            "role.update",
        ),
        change(delete, "/roles/scribe", None, "role.delete"),
    ]
}

fn path(organization: &str, below: &str) -> String {
    match below.strip_prefix('!') {
        Some(below) => format!("/v1/admin/orgs/{organization}{below}"),
        None => format!("/v1/orgs/{organization}{below}"),
    }
}

/// What a client sees of an answer, its ids left out.
fn seen(answer: &Answer) -> (u16, Value, Value) {
    let json = &answer.json;
    (
        answer.status.as_u16(),
        json["code"].clone(),
        json["detail"].clone(),
    )
}

#[tokio::test]
async fn every_change_inside_is_done_by_the_owner_and_by_nobody_else() {
    let scene = scene().await;
    let api = &scene.api;
    for change in changes() {
        let (method, body) = (&change.method, &change.body);
        let here = path("north", change.path);
        let name = format!("{method} {here}");
        let ask = async |asker: &Asker, path: &str, body: &Option<Value>| {
            api.ask(asker, method.clone(), path, body.clone()).await
        };
        let by_member = ask(&scene.mia, &here, body).await;
        assert_eq!(
            by_member.error(),
            (403, "insufficient_permissions"),
            "{name}"
        );
        let foreign = ask(&scene.vic, &here, body).await;
        let missing = ask(&scene.vic, &path("nowhere", change.path), body).await;
        assert_eq!(seen(&foreign), seen(&missing), "{name}");
        assert_eq!(foreign.error(), (404, "not_found"), "{name}");
        if let Some(body) = body {
            let mut odd = body.clone();
            odd["colour"] = json!("red");
            let refused = ask(&scene.una, &here, &Some(odd)).await;
            assert_eq!(refused.error(), (400, "invalid_request"), "{name}");
            assert!(
                refused.json["detail"].to_string().contains("colour"),
                "{name}"
            );
        }
        let done = ask(&scene.una, &here, body).await;
        assert!(done.status.is_success(), "{name}: {done:?}");
        let id = done.header("x-correlation-id");
        let rows = scene.world.audit(change.action).await;
        let own: Vec<_> = rows
            .iter()
            .filter(|row| row.correlation_id.as_deref() == Some(id))
            .collect();
        assert_eq!(own.len(), 1, "{name}");
        assert_eq!(own[0].outcome, "success", "{name}");
        let denied = rows.iter().filter(|row| row.outcome == "denied").count();
        assert!(
            denied >= 2,
            "{name}: the member's and the stranger's tries are on record"
        );
    }
}

#[tokio::test]
async fn everything_inside_is_shown_to_the_owner_and_is_nothing_to_strangers() {
    let scene = scene().await;
    for below in [
        "!",
        "!/members",
        "/members",
        "/projects",
        "/projects/road",
        "/assignments",
        "/projects/road/assignments",
    ] {
        let here = path("north", below);
        scene.api.get(&scene.una, &here).await.ok();
        scene.api.get(&scene.boss, &here).await.ok();
        let foreign = scene.api.get(&scene.vic, &here).await;
        let missing = scene.api.get(&scene.vic, &path("nowhere", below)).await;
        assert_eq!(seen(&foreign), seen(&missing), "{below}");
        assert_eq!(foreign.error(), (404, "not_found"), "{below}");
    }
    for below in ["!/members", "/members", "/assignments"] {
        let refused = scene.api.get(&scene.mia, &path("north", below)).await;
        assert_eq!(
            refused.error(),
            (403, "insufficient_permissions"),
            "{below}"
        );
    }
    let roles = "/v1/roles?organization=north";
    scene.api.get(&scene.una, roles).await.ok();
    assert_eq!(scene.api.get(&scene.vic, roles).await.error().0, 404);
}

#[tokio::test]
async fn organizations_are_created_searched_and_deleted_by_platform_admins() {
    let scene = scene().await;
    let api = &scene.api;
    let new = json!({ "slug": "acme", "name": "Acme", "description": "makes things" });
    let refused = api.post(&scene.una, "/v1/admin/orgs", new.clone()).await;
    assert_eq!(refused.error(), (403, "insufficient_permissions"));
    let made = api.post(&scene.boss, "/v1/admin/orgs", new.clone()).await;
    assert_eq!(made.status.as_u16(), 201);
    let made = made.ok();
    let again = api.post(&scene.boss, "/v1/admin/orgs", new).await;
    assert_eq!(again.error(), (409, "conflict"));
    assert!(again.json["detail"].as_str().unwrap().starts_with("slug: "));
    let bad = json!({ "slug": "Not a slug" });
    let bad = api.post(&scene.boss, "/v1/admin/orgs", bad).await;
    assert_eq!(bad.error(), (400, "invalid_request"));
    assert!(bad.json["detail"].as_str().unwrap().contains("slug"));
    let id = made["id"].as_str().unwrap();
    let shown = api.get(&scene.boss, &format!("/v1/admin/orgs/{id}")).await;
    assert_eq!(shown.ok()["description"], "makes things");
    let found = api
        .get(&scene.boss, "/v1/admin/orgs?search=ACM&limit=5")
        .await;
    assert_eq!(found.ok()["organizations"][0]["members"], 0);
    let page = api.get(&scene.boss, "/v1/admin/orgs?limit=2").await.ok();
    let next = page["next"].as_str().unwrap();
    let rest = api
        .get(&scene.boss, &format!("/v1/admin/orgs?cursor={next}"))
        .await;
    assert_eq!(rest.ok()["organizations"][0]["slug"], "north");
    assert_eq!(
        api.get(&scene.boss, "/v1/admin/orgs?limit=0")
            .await
            .error()
            .0,
        400
    );
    let unsure = api.delete(&scene.boss, "/v1/admin/orgs/acme").await;
    assert_eq!(unsure.error(), (409, "conflict"));
    let sure = "/v1/admin/orgs/acme?confirm=acme";
    assert_eq!(api.delete(&scene.una, sure).await.error().0, 403);
    api.delete(&scene.boss, sure).await.ok();
    assert_eq!(
        api.delete(&scene.boss, sure).await.error(),
        (404, "not_found")
    );
    let default = "/v1/admin/orgs/default?confirm=default";
    assert_eq!(
        api.delete(&scene.boss, default).await.error(),
        (409, "conflict")
    );
    assert_eq!(
        scene.world.audit("organization.delete").await.len(),
        2,
        "one of them denied"
    );
    let mine = api.get(&scene.una, "/v1/me/organizations").await.ok();
    assert_eq!(mine["organizations"][1]["roles"], json!(["tenant_owner"]));
}

#[tokio::test]
async fn a_project_of_another_organization_is_a_mismatch_to_who_sees_both_and_missing_to_others() {
    let scene = scene().await;
    let api = &scene.api;
    let wrong = "/v1/orgs/south/projects/road";
    let mismatch = api.get(&scene.boss, wrong).await;
    assert_eq!(mismatch.error(), (409, "scope_mismatch"));
    assert_eq!(api.get(&scene.vic, wrong).await.error(), (404, "not_found"));
    let given = json!({ "identity": "ada@example.test", "role": "project_member" });
    let changed = api
        .post(&scene.vic, &format!("{wrong}/assignments"), given.clone())
        .await;
    assert_eq!(changed.error(), (404, "not_found"));
    let row = scene.world.audit("role.assign").await.remove(0);
    assert!(
        row.reason.unwrap().starts_with("scope mismatch"),
        "the log holds the class"
    );
    let moved = json!({ "to": "south" });
    let refused = api
        .post(
            &scene.una,
            "/v1/orgs/north/projects/road/move",
            moved.clone(),
        )
        .await;
    assert_eq!(
        refused.error(),
        (404, "not_found"),
        "the other side is not hers"
    );
    let done = api
        .post(&scene.boss, "/v1/orgs/north/projects/road/move", moved)
        .await;
    assert_eq!(done.ok()["project"]["organization"], "south");
}

#[tokio::test]
async fn changes_of_organizations_are_counted_by_action_and_outcome() {
    use metrics_exporter_prometheus::PrometheusBuilder;
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let world = World::empty().await;
    let _guard = metrics::set_default_local_recorder(&recorder);
    world.organization("acme").await;
    let text = handle.render();
    let line =
        "reeve_organization_changes_total{action=\"organization.create\",outcome=\"success\"} 1";
    assert!(text.contains(line), "{text}");
}
