//! People over HTTP (U-16).

use axum::http::Method;
use serde_json::{Value, json};
use testkit::World;

use crate::client::{Answer, Api, Asker, token};

/// The names on every page of a list, in their order.
async fn everybody(api: &Api, asker: &Asker, filter: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/admin/users?limit=2&{filter}{cursor}");
        let page = api.get(asker, &path).await.ok();
        let people = page["people"].as_array().unwrap();
        assert!(people.len() <= 2);
        let name = |one: &Value| one["email"].as_str().unwrap().replace("@example.test", "");
        found.extend(people.iter().map(name));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

async fn boss(world: &World) -> Asker {
    let boss = world.person("boss").role("admin").build().await;
    token(world, boss, None).await
}

fn detail(answer: &Answer) -> &str {
    answer.json["detail"].as_str().unwrap()
}

#[tokio::test]
async fn people_are_found_by_status_role_organization_text_and_drift_page_by_page() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let asker = boss(&world).await;
    let north = world.organization("north").await;
    let south = world.organization("south").await;
    world
        .person("ada")
        .role("reader")
        .linked(1)
        .mapped_role()
        .build()
        .await;
    world
        .person("bob+x")
        .role_in("tenant_admin", north)
        .linked(2)
        .in_guild()
        .build()
        .await;
    world
        .person("cleo")
        .status("suspended")
        .member_of(south)
        .linked(3)
        .mapped_role()
        .build()
        .await;
    world
        .person("dan")
        .role("reader")
        .member_of(north)
        .linked(4)
        .mapped_role()
        .build()
        .await;
    world
        .person("eve")
        .role("reader")
        .status("disabled")
        .build()
        .await;
    world.scan().await;
    let all = ["ada", "bob+x", "boss", "cleo", "dan", "eve"];
    assert_eq!(everybody(&api, &asker, "").await, all);
    for (filter, expected) in [
        ("status=suspended", &["cleo"][..]),
        ("status=active&role=reader", &["ada", "dan"]),
        ("role=reader", &["ada", "dan", "eve"]),
        ("role=tenant_admin", &["bob+x"]),
        ("organization=north", &["bob+x", "dan"]),
        ("organization=north&role=reader", &["dan"]),
        ("search=EO@exam", &["cleo"]),
        ("search=b", &["bob+x", "boss"]),
        ("search=100%25", &[]),
        ("drift=any", &["bob+x", "boss", "cleo"]),
        ("drift=suspended_though_owed", &["cleo"]),
        ("drift=any&organization=north", &["bob+x"]),
    ] {
        assert_eq!(everybody(&api, &asker, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_that_can_not_be_used_is_named() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let asker = boss(&world).await;
    for (filter, field) in [
        ("role=none", "role"),
        ("organization=none", "organization"),
        ("status=gone", "status"),
        ("drift=some", "drift"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
    ] {
        let answer = api.get(&asker, &format!("/v1/admin/users?{filter}")).await;
        assert_eq!(answer.error(), (400, "invalid_request"), "{filter}");
        assert!(detail(&answer).contains(field), "{filter}: {answer:?}");
    }
}

/// A page goes on where the last ended, whatever became of whoever stood there.
#[tokio::test]
async fn a_cursor_stays_good_when_the_last_of_its_page_is_called_otherwise() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let asker = boss(&world).await;
    let ada = world.person("ada").build().await;
    let page = api.get(&asker, "/v1/admin/users?limit=1").await.ok();
    let change = json!({ "email": "zoe@example.test" });
    let path = format!("/v1/admin/users/{ada}");
    api.ask(&asker, Method::PATCH, &path, Some(change))
        .await
        .ok();
    let next = page["next"].as_str().unwrap();
    let page = api
        .get(&asker, &format!("/v1/admin/users?cursor={next}"))
        .await
        .ok();
    let emails: Vec<_> = page["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["email"])
        .collect();
    assert_eq!(emails, ["boss@example.test", "zoe@example.test"]);
}

#[tokio::test]
async fn a_person_is_created_and_called_otherwise_and_an_address_is_one_persons() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let asker = boss(&world).await;
    let new = json!({ "email": "Ada@Example.test", "display_name": "Ada" });
    let made = api.post(&asker, "/v1/admin/users", new.clone()).await;
    assert_eq!(made.status.as_u16(), 201);
    let path = format!("/v1/admin/users/{}", made.json["user_id"].as_str().unwrap());
    let again = api.post(&asker, "/v1/admin/users", new).await;
    assert_eq!(again.error(), (409, "conflict"));
    let change = json!({ "email": " BOSS@example.test" });
    let taken = api.ask(&asker, Method::PATCH, &path, Some(change)).await;
    assert_eq!(taken.error(), (409, "conflict"));
    assert!(detail(&taken).starts_with("email: "), "{taken:?}");
    let change = json!({ "email": "ada.l@example.test", "display_name": null });
    let changed = api
        .ask(&asker, Method::PATCH, &path, Some(change))
        .await
        .ok();
    assert_eq!(changed["email"], "ada.l@example.test");
    assert!(changed["display_name"].is_null());
    let rows = world.audit("identity.update").await;
    assert_eq!(rows.len(), 1);
    let image = rows[0].after_json.as_ref().unwrap();
    assert_eq!(image, &json!({ "changed": ["email", "display_name"] }));
    let shown = api.get(&asker, &path).await.ok();
    assert_eq!(shown["status"], "active");
    assert_eq!(shown["organizations"][0]["is_default"], true);
}

#[tokio::test]
async fn a_persons_detail_has_what_belongs_to_them_for_who_may_see_it() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let north = world.organization("north").await;
    let ada = world
        .person("ada")
        .role_in("tenant_admin", north)
        .linked(7)
        .build()
        .await;
    let Asker(secret) = token(&world, ada, None).await;
    let chief = world.person("chief").role("admin").build().await;
    let asker = token(&world, chief, None).await;
    let path = format!("/v1/admin/users/{ada}");
    let overrides = json!({ "preserved": ["reader"], "reason": "on leave" });
    api.ask(
        &asker,
        Method::PUT,
        &format!("{path}/role-overrides"),
        Some(overrides),
    )
    .await
    .ok();
    sqlx::query(
        "insert into session (user_id, hash, method, created_at, last_used_at)
         select $1, sha256(age::text::bytea), 'link', now() - age, now() - age
           from unnest(array['0', '9 hours']::interval[]) age",
    )
    .bind(ada.0)
    .execute(&mut world.scene().await)
    .await
    .unwrap();
    let shown = api.get(&asker, &path).await.ok();
    assert_eq!(shown["links"][0]["external_id"], "7");
    let slugs: Vec<_> = shown["organizations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["slug"])
        .collect();
    assert_eq!(slugs, ["default", "north"]);
    assert_eq!(shown["memberships"][1]["name"], "north");
    assert_eq!(shown["overrides"]["preserved"], json!(["reader"]));
    assert_eq!(shown["overrides"]["in_force"], true);
    let quota = json!([{ "quota": "tokens", "used": 1, "limit": 20, "usual": true }]);
    assert_eq!(shown["quotas"], quota);
    assert_eq!(shown["tokens"][0]["name"], "test");
    assert!(!shown.to_string().contains(&secret.unwrap()[20..40]));
    let sessions = shown["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 1, "the other was idle for too long");
    assert_eq!(sessions[0]["method"], "link");
    let narrow = token(&world, chief, Some(&["identities:read"])).await;
    let shown = api.get(&narrow, &path).await.ok();
    for part in ["overrides", "quotas", "tokens", "sessions", "passkeys"] {
        assert!(shown[part].is_null(), "{part}");
    }
}

#[tokio::test]
async fn a_timeline_has_every_row_about_a_person_once_newest_first() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let asker = boss(&world).await;
    let ada = world.person("ada").build().await;
    world.person("bob").build().await;
    let mut expected = Vec::new();
    for (step, action) in [
        ("disable", "identity.disable"),
        ("enable", "identity.enable"),
    ]
    .repeat(3)
    {
        let path = format!("/v1/admin/users/{ada}/{step}");
        api.post(&asker, &path, json!({ "reason": "r" })).await.ok();
        expected.push(action.to_owned());
    }
    // By raw SQL, which names nobody but the row.
    let mut operator = world.db.operator().await;
    sqlx::query("update app_user set status = 'suspended' where user_id = $1")
        .bind(ada.0)
        .execute(&mut operator)
        .await
        .unwrap();
    expected.push("sql.update".to_owned());
    expected.reverse();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/admin/users/{ada}/timeline?limit=2{cursor}");
        let page = api.get(&asker, &path).await.ok();
        let rows = page["rows"].as_array().unwrap();
        found.extend(
            rows.iter()
                .map(|row| row["action"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, expected);
    let path = format!("/v1/admin/users/{ada}/timeline?cursor=1");
    assert_eq!(
        api.get(&asker, &path).await.error(),
        (400, "invalid_request")
    );
}

#[tokio::test]
async fn an_account_that_is_somebody_elses_is_a_conflict_that_names_nobody() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let asker = boss(&world).await;
    let ada = world.person("ada").linked(7).build().await;
    let bob = world.person("bob").build().await;
    let links = |who| format!("/v1/admin/users/{who}/links");
    let conflict = api
        .post(&asker, &links(bob), json!({ "discord_id": "7" }))
        .await;
    assert_eq!(conflict.error(), (409, "conflict"));
    let said = conflict.json.to_string();
    assert!(
        !said.contains("ada") && !said.contains(&ada.to_string()),
        "{said}"
    );
    let again = api
        .post(&asker, &links(ada), json!({ "discord_id": "7" }))
        .await;
    assert_eq!(
        (again.status.as_u16(), &again.json["new"]),
        (200, &json!(false))
    );
    let second = api
        .post(&asker, &links(ada), json!({ "discord_id": "8" }))
        .await;
    assert_eq!(second.error(), (409, "conflict"));
    let gone = api
        .delete(&asker, &format!("{}/discord/7", links(ada)))
        .await;
    assert_eq!(gone.status.as_u16(), 204);
    let made = api
        .post(&asker, &links(bob), json!({ "discord_id": "7" }))
        .await;
    assert_eq!(made.status.as_u16(), 201);
}

/// An issuer's URL is one segment of the path, escaped; what it calls somebody is not in the log.
#[tokio::test]
async fn an_openid_link_is_taken_by_its_issuer_and_its_subject_stays_out_of_the_log() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let asker = boss(&world).await;
    let ada = world.person("ada").build().await;
    sqlx::query(
        "insert into identity_link (user_id, provider, external_id) values ($1, 'https://id.test/a', 'ada@id')",
    )
    .bind(ada.0)
    .execute(&mut world.scene().await)
    .await
    .unwrap();
    let path = format!("/v1/admin/users/{ada}/links/https%3A%2F%2Fid.test%2Fa/ada@id");
    assert_eq!(api.delete(&asker, &path).await.status.as_u16(), 204);
    assert_eq!(api.delete(&asker, &path).await.error(), (404, "not_found"));
    let rows = world.audit("identity.unlink").await;
    assert_eq!(
        rows[0].before_json,
        Some(json!({ "provider": "https://id.test/a" }))
    );
}

#[tokio::test]
async fn holds_and_exemptions_are_listed_page_by_page() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let asker = boss(&world).await;
    let mut ids = Vec::new();
    for name in ["ada", "bob", "cleo"] {
        ids.push(world.person(name).hold(1).exempt(2).build().await);
    }
    for (path, list) in [("holds", "holds"), ("exemptions", "exemptions")] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let url = format!("/v1/admin/{path}?limit=2{cursor}");
            let page = api.get(&asker, &url).await.ok();
            let rows = page[list].as_array().unwrap();
            found.extend(
                rows.iter()
                    .map(|row| row["user_id"].as_str().unwrap().to_owned()),
            );
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        found.sort();
        let mut all: Vec<_> = ids.iter().map(ToString::to_string).collect();
        all.sort();
        assert_eq!(found, all, "{path}");
        let url = format!("/v1/admin/{path}?user_id={}", ids[0]);
        let one = api.get(&asker, &url).await.ok();
        assert_eq!(one[list].as_array().unwrap().len(), 1);
        let url = format!("/v1/admin/{path}?cursor=x");
        assert_eq!(
            api.get(&asker, &url).await.error(),
            (400, "invalid_request")
        );
    }
    let due = api.get(&asker, "/v1/admin/exemptions?due=true").await.ok();
    assert_eq!(due["exemptions"], json!([]));
}

#[tokio::test]
async fn people_are_listed_by_page_and_shown_to_admins_and_to_nobody_else() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let boss = world.person("boss").role("admin").build().await;
    let ada = world.person("ada").role("reader").build().await;
    let boss = token(&world, boss, None).await;
    let page = api.get(&boss, "/v1/admin/users?limit=1").await.ok();
    assert_eq!(page["people"][0]["email"], "ada@example.test");
    let next = page["next"].as_str().unwrap();
    let page = api
        .get(&boss, &format!("/v1/admin/users?limit=1&cursor={next}"))
        .await
        .ok();
    assert_eq!(page["people"][0]["email"], "boss@example.test");
    assert!(page["next"].is_null());
    let shown = api.get(&boss, &format!("/v1/admin/users/{ada}")).await.ok();
    assert_eq!(shown["roles"][0]["role"], "reader");
    let reader = token(&world, ada, None).await;
    for path in [
        "/v1/admin/users".to_owned(),
        format!("/v1/admin/users/{ada}"),
    ] {
        let answer = api.get(&reader, &path).await;
        assert_eq!(answer.error(), (403, "insufficient_permissions"), "{path}");
        assert!(
            answer.json["detail"]
                .as_str()
                .unwrap()
                .contains("identities:read")
        );
    }
}

#[tokio::test]
async fn an_admins_token_does_no_more_than_its_scopes_say() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let boss = world.person("boss").role("admin").build().await;
    let narrow = token(&world, boss, Some(&["audit:read"])).await;
    let answer = api.get(&narrow, "/v1/admin/users").await;
    assert_eq!(answer.error(), (403, "insufficient_permissions"));
    let wide = token(&world, boss, Some(&["identities:read"])).await;
    api.get(&wide, "/v1/admin/users").await.ok();
}
