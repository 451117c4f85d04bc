//! Self-heal: whom it brings back, whom it leaves, and what it writes.

use app::Caller;
use app::live::Settings;
use domain::actor::Actor;
use domain::governance::privileged::BreakGlass;
use domain::id::UserId;
use serde_json::json;
use testkit::World;

use crate::sql::{count, force, rows, scene};
use crate::watch::{Census, account, audit_of};

fn cron() -> Caller {
    Caller::new(Actor::Job {
        name: "scheduled_cron",
    })
}

async fn heal(world: &World) -> Vec<UserId> {
    app::heal::self_heal(world.reeve(), &cron()).await.unwrap()
}

fn allow(world: &World, user_ids: &str, emails: &str) {
    let break_glass = BreakGlass::parse(user_ids, emails);
    world.reeve().live.set(Settings {
        break_glass,
        ..Settings::default()
    });
}

/// Somebody whom raw SQL or a reconcile gone wrong has suspended, sessions revoked.
async fn suspended(world: &World, name: &str, role: Option<&str>) -> UserId {
    let person = world.person(name);
    let person = match role {
        Some(role) => person.role(role),
        None => person,
    };
    let user = person.build().await;
    let sql = format!(
        "update app_user set status = 'suspended', session_revoked_at = now() where user_id = '{user}'"
    );
    scene(world, sql).await;
    user
}

#[tokio::test]
async fn a_suspended_admin_is_active_again_and_doing_it_twice_is_doing_it_once() {
    let world = World::empty().await;
    let boss = suspended(&world, "boss", Some("admin")).await;
    let before = account(&world, boss).await;
    assert_eq!(heal(&world).await, [boss]);
    let healed = account(&world, boss).await;
    assert_eq!(
        (healed.status.as_str(), healed.revoked_at),
        ("active", None)
    );
    assert_eq!(
        healed.epoch, before.epoch,
        "what was issued before the suspension stays refused"
    );
    let census = Census::of(&world).await;
    assert_eq!(heal(&world).await, []);
    census.assert_nothing_written(&world).await;
    assert_eq!(count(&world, "hold").await, 0, "healing opens no hold");
}

#[tokio::test]
async fn a_subadmin_is_healed_like_an_admin() {
    let world = World::empty().await;
    let deputy = suspended(&world, "deputy", Some("subadmin")).await;
    assert_eq!(heal(&world).await, [deputy]);
}

#[tokio::test]
async fn only_administrators_and_people_on_the_break_glass_list_are_healed() {
    let world = World::empty().await;
    let by_id = suspended(&world, "by-id", None).await;
    let by_email = suspended(&world, "by-email", None).await;
    let others = [
        suspended(&world, "plain", None).await,
        suspended(&world, "reader", Some("reader")).await,
        suspended(&world, "operator", Some("operator")).await,
        suspended(&world, "was-admin", Some("admin")).await,
    ];
    suspended(&world, "boss", Some("admin")).await;
    force(
        &world,
        "set session_replication_role = replica;
         update user_roles set valid_from = now() - interval '2 hours', valid_until = now() - interval '1 hour'
           from app_user u where u.user_id = user_roles.user_id and u.email = 'was-admin@example.test'",
    )
    .await;
    allow(
        &world,
        &by_id.to_string(),
        "  BY-EMAIL@example.test, nobody@example.test",
    );
    let healed = heal(&world).await;
    assert_eq!(healed.len(), 3, "{healed:?}");
    assert!(healed.contains(&by_id) && healed.contains(&by_email));
    for other in others {
        assert_eq!(world.status_of(other).await, "suspended");
    }
}

#[tokio::test]
async fn a_disabled_administrator_stays_disabled_also_on_the_break_glass_list() {
    let world = World::empty().await;
    let boss = world
        .person("boss")
        .role("admin")
        .status("disabled")
        .build()
        .await;
    allow(&world, &boss.to_string(), "");
    let census = Census::of(&world).await;
    assert_eq!(heal(&world).await, []);
    census.assert_nothing_written(&world).await;
}

#[tokio::test]
async fn each_heal_is_one_row_that_the_runbooks_monitoring_query_shows() {
    let world = World::empty().await;
    let boss = suspended(&world, "boss", Some("admin")).await;
    let revoked: (String,) = rows(
        &world,
        "select to_json(session_revoked_at at time zone 'utc')::text from app_user where status = 'suspended'",
    )
    .await
    .remove(0);
    let caller = cron();
    app::heal::self_heal(world.reeve(), &caller).await.unwrap();
    let written = audit_of(&world, &caller).await;
    assert_eq!(written.len(), 1);
    let row = &written[0];
    assert_eq!(row.action, "entitlement.admin_selfheal");
    assert_eq!(row.target_user_id, Some(boss.0));
    let after = row.after_json.as_ref().unwrap();
    assert_eq!(after["previous_status"], "suspended");
    assert_eq!(after["source"], "scheduled_cron");
    assert_eq!(after["status"], "active");
    assert_eq!(after["session_revoked_at"], json!(null));
    let kept = after["previous_session_revoked_at"].as_str().unwrap();
    assert!(
        revoked
            .0
            .trim_matches('"')
            .starts_with(kept.trim_end_matches('Z').get(..23).unwrap()),
        "{revoked:?} {kept}"
    );
    let at: jiff::Timestamp = after["remediated_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(at, row.created_at, "the time of the remedy");
    let mut operator = world.db.operator().await;
    let shown: Vec<(String, String, serde_json::Value)> = sqlx::query_as(
        "SELECT action, entity_pk, after_json
           FROM audit_log
          WHERE action = 'entitlement.admin_selfheal'
          ORDER BY created_at DESC
          LIMIT 50",
    )
    .fetch_all(&mut operator)
    .await
    .unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].1, boss.to_string());
}

#[tokio::test]
async fn reconcile_and_self_heal_alternate_and_the_second_round_writes_nothing() {
    let world = World::discord_leading().await;
    world.people(20).await;
    world.discord_leaves(1_000_001);
    for (name, role, status) in [
        ("admin-out", "admin", "suspended"),
        ("admin-in", "admin", "active"),
        ("deputy", "subadmin", "suspended"),
        ("admin-off", "admin", "disabled"),
        ("plain-off", "reader", "disabled"),
        ("listed", "reader", "suspended"),
        ("owed", "reader", "suspended"),
    ] {
        let person = world.person(name).role(role).status(status);
        let person = if name == "owed" {
            person.linked(9).mapped_role()
        } else {
            person
        };
        person.build().await;
    }
    allow(&world, "", "listed@example.test");
    world.scan().await;
    let mut first = None;
    for round in 0..20 {
        world.reconcile().await;
        heal(&world).await;
        match &first {
            None => first = Some(Census::of(&world).await),
            Some(first) => first.assert_nothing_written(&world).await,
        }
        if round == 0 {
            let active = "app_user where status = 'active' and email in ('admin-out@example.test',
                'admin-in@example.test', 'deputy@example.test', 'listed@example.test', 'owed@example.test')";
            assert_eq!(count(&world, active).await, 5);
            let out = "app_user where status = 'suspended'";
            assert_eq!(count(&world, out).await, 1, "the one who left the guild");
        }
    }
}

#[tokio::test]
async fn a_row_that_an_operator_has_open_keeps_nobody_else_from_being_healed() {
    let world = World::empty().await;
    let open = suspended(&world, "open", Some("admin")).await;
    let boss = suspended(&world, "boss", Some("admin")).await;
    let mut operator = world.db.operator().await;
    let hold = format!("begin; update app_user set display_name = 'x' where user_id = '{open}'");
    sqlx::Executor::execute(&mut operator, sqlx::AssertSqlSafe(hold))
        .await
        .unwrap();
    assert_eq!(heal(&world).await, [boss]);
    sqlx::Executor::execute(&mut operator, "rollback")
        .await
        .unwrap();
    assert_eq!(heal(&world).await, [open]);
}

#[tokio::test]
async fn whom_a_running_servers_list_matches_is_spared_and_healed_by_every_other_process() {
    let world = World::discord_leading().await;
    world.person("boss").linked(1).mapped_role().build().await;
    let listed = world.person("listed").role("reader").build().await;
    world.scan().await;
    let node = domain::health::condition::Node {
        version: "1".to_owned(),
        settings_hash: String::new(),
        break_glass_entries: 1,
    };
    allow(&world, "", "LISTED@example.test");
    let node_id = store::id::new_id();
    app::job::hear(world.reeve(), node_id, &node).await.unwrap();
    // From here on this is a command without the server's environment.
    world.reeve().live.set(Settings::default());
    world.reconcile().await;
    assert_eq!(world.status_of(listed).await, "active");
    assert_eq!(world.roles_of(listed).await, ["reader"]);
    scene(
        &world,
        format!("update app_user set status = 'suspended' where user_id = '{listed}'"),
    )
    .await;
    assert_eq!(heal(&world).await, [listed]);
    app::job::leave(world.reeve(), node_id).await.unwrap();
    world.reconcile().await;
    assert_eq!(
        world.status_of(listed).await,
        "suspended",
        "nobody lists them any more"
    );
}
