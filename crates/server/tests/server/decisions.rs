//! Decisions over HTTP: the sample of a governed right (D21), explanations, refused reads (D27).

use domain::governance::privileged::BreakGlass;
use jiff::SignedDuration;
use serde_json::json;
use testkit::World;

use crate::client::{Api, boss_and_reader, count, token};

#[tokio::test]
async fn hauling_lets_in_who_is_in_scope_entitled_and_observed_lately_and_says_why_not() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let ada = world.person("ada").linked(1).mapped_role().build().await;
    let bob = world.person("bob").linked(2).build().await;
    let (ada_asks, bob_asks) = (
        token(&world, ada, None).await,
        token(&world, bob, None).await,
    );
    let narrow = token(&world, ada, Some(&["hauling.member"])).await;
    world.scan().await;
    let inside = api.get(&ada_asks, "/v1/hauling").await.ok();
    assert_eq!(inside["user_id"], ada.to_string());
    let refused = api.get(&narrow, "/v1/hauling").await;
    assert!(
        refused.json["detail"]
            .as_str()
            .unwrap()
            .contains("token is not made for")
    );
    let why = |answer: crate::client::Answer| {
        assert_eq!(answer.error(), (403, "insufficient_permissions"));
        assert!(answer.json["actor_user_id"].is_string(), "{answer:?}");
        answer.json["detail"].as_str().unwrap().to_owned()
    };
    let not_entitled = why(api.get(&bob_asks, "/v1/hauling").await);
    world
        .policy("exclude = ['ada@example.test']\neveryone = true")
        .await;
    let not_eligible = why(api.get(&ada_asks, "/v1/hauling").await);
    world.policy("everyone = true").await;
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    let stale = why(api.get(&ada_asks, "/v1/hauling").await);
    assert_ne!(not_entitled, not_eligible);
    assert!(stale.contains("stale") || stale.contains("old"), "{stale}");
    assert_ne!(stale, not_entitled);
}

/// An explanation about oneself must not be a way to ask what there is elsewhere.
#[tokio::test]
async fn asking_about_oneself_tells_of_no_organization_project_or_person_elsewhere() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let north = world.organization("north").await;
    world.project(north, "road").await;
    let south = world.organization("south").await;
    world.person("ceo").build().await;
    let ada = world.person("ada").member_of(south).build().await;
    let asker = token(&world, ada, None).await;
    let ask = async |more: serde_json::Value| {
        let mut about = json!({ "identity": ada, "permission": "bookmarks:read" });
        about
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        api.post(&asker, "/v1/explain", about).await
    };
    ask(json!({ "organization": "south" })).await.ok();
    ask(json!({ "owner": ada })).await.ok();
    for pair in [
        [
            json!({ "organization": "north" }),
            json!({ "organization": "missing" }),
        ],
        [
            json!({ "organization": "north", "project": "road" }),
            json!({ "organization": "north", "project": "missing" }),
        ],
        [
            json!({ "owner": "ceo@example.test" }),
            json!({ "owner": "no@example.test" }),
        ],
    ] {
        let mut answers = Vec::new();
        for more in pair {
            let answer = ask(more).await;
            answers.push((answer.status, answer.json["detail"].clone()));
        }
        assert_ne!(answers[0].0, 200);
        assert_eq!(answers[0], answers[1]);
    }
}

/// Whoever is on the break-glass list passes as far as being there goes, and no further.
#[tokio::test]
async fn the_break_glass_list_opens_administration_and_no_member_route() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let person = |name| world.person(name);
    let cases = [
        (person("owed").linked(1).mapped_role(), 200),
        (person("unlinked"), 403),
        (person("roleless").linked(2).in_guild(), 403),
        (person("outside").linked(3).mapped_role(), 403),
        (
            person("suspended").linked(4).in_guild().status("suspended"),
            403,
        ),
        (
            person("disabled")
                .linked(5)
                .mapped_role()
                .status("disabled"),
            401,
        ),
    ];
    let mut people = Vec::new();
    for (person, expected) in cases {
        let user_id = person.build().await;
        people.push((user_id, token(&world, user_id, None).await, expected));
    }
    world.scan().await;
    world
        .policy("exclude = ['outside@example.test']\neveryone = true")
        .await;
    let ids: Vec<_> = people.iter().map(|(id, ..)| id.to_string()).collect();
    let mut settings = world.reeve().live.get().as_ref().clone();
    settings.break_glass = BreakGlass::parse(&ids.join(" "), "");
    world.reeve().live.set(settings);
    for (user_id, asks, expected) in &people {
        let hauling = api.get(asks, "/v1/hauling").await;
        assert_eq!(hauling.status.as_u16(), *expected, "{user_id}: {hauling:?}");
        let admin = api.get(asks, "/v1/admin/users").await;
        let administers = if *expected == 401 { 401 } else { 200 };
        assert_eq!(admin.status.as_u16(), administers, "{user_id}: {admin:?}");
    }
    world.age_snapshots(SignedDuration::from_hours(7)).await;
    for (user_id, asks, expected) in &people {
        let stale = api.get(asks, "/v1/hauling").await.status.as_u16();
        let nobody = if *expected == 401 { 401 } else { 403 };
        assert_eq!(stale, nobody, "{user_id}");
    }
}

#[tokio::test]
async fn everybody_is_told_why_about_themselves_and_only_whoever_may_about_others() {
    let world = World::discord_leading().await;
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    let mine = json!({ "permission": "hauling:use" });
    let me = api.post(&reader, "/v1/me/explain", mine).await.ok();
    assert_eq!(me["allowed"], false);
    assert_eq!(me["gates"].as_array().unwrap().len(), 5);
    let about = |who: &str| json!({ "identity": who, "permission": "hauling:use" });
    let other = api
        .post(&boss, "/v1/explain", about("reader@example.test"))
        .await
        .ok();
    assert_eq!(other["user_id"], me["user_id"]);
    for who in ["boss@example.test", "nobody@example.test"] {
        let refused = api.post(&reader, "/v1/explain", about(who)).await;
        assert_eq!(refused.error(), (403, "insufficient_permissions"), "{who}");
    }
}

#[tokio::test]
async fn refused_reads_become_one_row_for_actor_permission_and_minute_and_nobody_waits_for_it() {
    let world = World::empty().await;
    let api = Api::of(&world);
    let (boss, reader) = boss_and_reader(&world).await;
    for _ in 0..3 {
        let refused = api.get(&reader, "/v1/admin/governance").await;
        assert_eq!(refused.error().0, 403);
    }
    api.get(&reader, "/v1/admin/audit").await;
    assert_eq!(count(&world, "decision_log").await, 0);
    app::records::flush(world.reeve()).await.unwrap();
    let again = api.get(&reader, "/v1/admin/governance").await;
    app::records::flush(world.reeve()).await.unwrap();
    let listed = api
        .get(
            &boss,
            "/v1/admin/decisions?permission=governance:read&actor=reader@example.test",
        )
        .await
        .ok();
    let rows = listed["decisions"].as_array().unwrap();
    let refusals: i64 = rows.iter().map(|row| row["count"].as_i64().unwrap()).sum();
    assert_eq!(refusals, 4, "{listed}");
    assert!(rows.len() <= 2, "one, or two if a minute passed: {listed}");
    assert_eq!(rows[0]["gate"], "permission");
    assert_eq!(rows[0]["last_correlation_id"], again.json["correlation_id"]);
    let page = api.get(&boss, "/v1/admin/decisions?limit=1").await.ok();
    let next = page["next"].as_str().unwrap();
    let rest = api
        .get(&boss, &format!("/v1/admin/decisions?limit=1&cursor={next}"))
        .await
        .ok();
    assert_ne!(page["decisions"][0], rest["decisions"][0]);
}

#[tokio::test]
async fn the_decision_log_is_bounded_by_age_and_number() {
    let world = World::empty().await;
    let sql = "insert into decision_log (actor_user_id, permission, minute, gate, reason, count, last_at,
                                         last_correlation_id)
               select uuid_v7(), 'x', now() - make_interval(days => 40 * (i % 2), secs => i), 'x', 'x', 1,
                      now(), 'x' from generate_series(1, 100) i";
    sqlx::query(sql)
        .execute(&mut world.db.superuser().await)
        .await
        .unwrap();
    let mut tx = world
        .reeve()
        .database
        .system("test", &store::scope::Context::default())
        .await
        .unwrap();
    store::decision::prune(&mut tx, 30, 20).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&world, "decision_log").await, 20);
    assert_eq!(
        count(
            &world,
            "decision_log where minute < now() - interval '30 days'"
        )
        .await,
        0
    );
}
