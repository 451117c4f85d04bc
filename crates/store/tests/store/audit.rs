//! The audit log: raw SQL is in it whoever types it, operations write their own rows, and what can't
//! be recorded does not happen.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::{TestDb, World};

use crate::sql::{acting, column, operating, refusal, rows, run, value};

/// An operation and a statement that does it.
type Change = (&'static str, &'static str);

/// For each fact table: what may be done to it, one change a statement. The order matters: a
/// statement may lean on those before it. `false` where operators have no right to; then a superuser
/// types it.
#[rustfmt::skip]
const CHANGES: &[(&str, bool, &[Change])] = &[
    ("app_user", true, &[
        ("insert", "insert into app_user (user_id, email) values ('00000000-0000-7000-8000-00000000000a', 'ada@example.test')"),
        ("update", "update app_user set status = 'suspended' where email = 'ada@example.test'"),
    ]),
    ("identity_link", true, &[
        ("insert", "insert into identity_link (user_id, provider, external_id) values ('00000000-0000-7000-8000-00000000000a', 'discord', '5')"),
        ("update", "update identity_link set user_id = '00000000-0000-7000-8000-000000000001' where external_id = '5'"),
        ("delete", "delete from identity_link where external_id = '5'"),
    ]),
    ("organization", true, &[
        ("insert", "insert into organization (id, slug, name) values ('00000000-0000-7000-8000-00000000000b', 'acme', 'Acme')"),
        ("update", "update organization set slug = 'acme-2' where slug = 'acme'"),
    ]),
    ("membership", true, &[
        ("insert", "insert into membership (organization_id, user_id) values ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-00000000000a')"),
        ("update", "update membership set exclusive = true where organization_id = '00000000-0000-7000-8000-00000000000b'"),
    ]),
    ("project", true, &[
        ("insert", "insert into project (tenant_id, slug, name) values ('00000000-0000-7000-8000-00000000000b', 'p', 'P')"),
        ("update", "update project set slug = 'q'"),
        ("delete", "delete from project"),
    ]),
    ("role", true, &[
        ("insert", "insert into role (name, scope, tenant_id) values ('driver', 'tenant', '00000000-0000-7000-8000-00000000000b')"),
        ("update", "update role set rank = 5 where name = 'driver'"),
    ]),
    ("role_permission", true, &[
        ("insert", "insert into role_permission (role_id, permission) select role_id, 'projects:read' from role where name = 'driver'"),
        ("delete", "delete from role_permission where role_id = (select role_id from role where name = 'driver')"),
    ]),
    ("user_roles", true, &[
        ("insert", "insert into user_roles (user_id, tenant_id, role_id) select '00000000-0000-7000-8000-00000000000a', tenant_id, role_id from role where name = 'driver'"),
        ("update", "update user_roles set valid_until = now() + interval '1 day'"),
        ("delete", "delete from user_roles"),
    ]),
    ("role", true, &[("delete", "delete from role where name = 'driver'")]),
    ("membership", true, &[("delete", "delete from membership where organization_id = '00000000-0000-7000-8000-00000000000b'")]),
    ("organization", true, &[("delete", "delete from organization where slug = 'acme-2'")]),
    ("hold", true, &[
        ("insert", "insert into hold (user_id, reason, source, ends_at) values ('00000000-0000-7000-8000-00000000000a', 'r', 's', now() + interval '1 day')"),
        ("update", "update hold set ended_at = now()"),
        ("delete", "delete from hold"),
    ]),
    ("exemption", true, &[
        ("insert", "insert into exemption (user_id, reason, ends_at, review_at) values ('00000000-0000-7000-8000-00000000000a', 'r', now() + interval '1 day', now())"),
        ("update", "update exemption set ended_at = now()"),
        ("delete", "delete from exemption"),
    ]),
    ("governance_setting", true, &[("update", "update governance_setting set guard_few = 6")]),
    ("governance_setting", false, &[
        ("delete", "delete from governance_setting"),
        ("insert", "insert into governance_setting default values"),
    ]),
    ("access_policy", false, &[
        ("insert", "insert into access_policy (name, resolved, source) values ('access.login', '{}', '')"),
        ("update", "update access_policy set source = '#'"),
        ("delete", "delete from access_policy"),
    ]),
    ("entitlement_mapping", false, &[
        ("insert", "insert into entitlement_mapping values ('hauling.member', 1, 2)"),
        ("delete", "delete from entitlement_mapping"),
    ]),
    ("discord_snapshot", false, &[
        ("insert", "insert into discord_snapshot values (uuid_v7(), 1, now(), now(), 1, 1, 0, 0, 'test')"),
        ("update", "update discord_snapshot set members = 2"),
        ("delete", "delete from discord_snapshot"),
    ]),
    ("discord_member", false, &[
        ("insert", "insert into discord_member values (1, 5, '{2}')"),
        ("update", "update discord_member set roles = '{3}'"),
        ("delete", "delete from discord_member"),
    ]),
    ("stripped_assignment", false, &[
        ("insert", "insert into stripped_assignment (assignment_id, user_id, role_id, source, valid_from, plan_id) values (uuid_v7(), '00000000-0000-7000-8000-00000000000a', uuid_v7(), 's', now(), 'p')"),
        ("update", "update stripped_assignment set source = 't'"),
        ("delete", "delete from stripped_assignment"),
    ]),
    ("personal_access_token", false, &[
        ("insert", "insert into personal_access_token (user_id, name, hash, expires_at) values ('00000000-0000-7000-8000-00000000000a', 'ci', sha256('a'), now() + interval '1 day')"),
    ]),
    ("personal_access_token", true, &[("update", "update personal_access_token set revoked_at = now()")]),
    ("personal_access_token", false, &[("delete", "delete from personal_access_token")]),
    ("passkey", false, &[
        ("insert", "insert into passkey (user_id, name, credential_id, credential) values ('00000000-0000-7000-8000-00000000000a', 'key', 'k', '{}')"),
        ("update", "update passkey set name = 'other'"),
    ]),
    ("passkey", true, &[("delete", "delete from passkey")]),
    ("session", false, &[
        ("insert", "insert into session (user_id, hash, method) values ('00000000-0000-7000-8000-00000000000a', sha256('a'), 'link')"),
    ]),
    ("session", true, &[("update", "update session set revoked_at = now()")]),
    ("session", false, &[("delete", "delete from session")]),
    ("login_link", false, &[
        ("insert", "insert into login_link (user_id, hash, expires_at) values ('00000000-0000-7000-8000-00000000000a', sha256('a'), now())"),
        ("update", "update login_link set used_at = now()"),
        ("delete", "delete from login_link"),
    ]),
    ("user_quota", true, &[
        ("insert", "insert into user_quota (user_id, name, most) values ('00000000-0000-7000-8000-00000000000a', 'tokens', 5)"),
        ("update", "update user_quota set most = 6"),
        ("delete", "delete from user_quota"),
    ]),
    ("tenancy_setting", true, &[
        ("update", "update tenancy_setting set paused_at = now(), pause_reason = 'r'"),
    ]),
    ("organization", true, &[
        ("insert", "insert into organization (slug, name) values ('west', 'West')"),
    ]),
    ("rehome", false, &[
        ("insert", "insert into rehome (user_id, from_tenant, to_tenant, reason, requested_by) select '00000000-0000-7000-8000-00000000000a', o.id, w.id, 'r', '00000000-0000-7000-8000-00000000000a' from organization o, organization w where o.is_default and w.slug = 'west'"),
        ("update", "update rehome set state = 'cancelled', decided_at = now()"),
        ("delete", "delete from rehome"),
    ]),
    ("review_campaign", false, &[
        ("insert", "insert into review_campaign (name, subject, due_at) values ('q', 'exemptions', now())"),
        ("update", "update review_campaign set signed_off_at = now()"),
    ]),
    ("review_reviewer", false, &[
        ("insert", "insert into review_reviewer (campaign_id, user_id) select campaign_id, '00000000-0000-7000-8000-00000000000a' from review_campaign"),
        ("delete", "delete from review_reviewer"),
    ]),
    ("review_campaign", false, &[("delete", "delete from review_campaign")]),
];

type Row = (String, Option<Value>, Option<Value>, Option<String>);

#[tokio::test]
async fn raw_sql_is_audited_with_the_session_user_as_its_source() {
    let db = TestDb::new().await;
    let (mut operator, mut superuser) = (db.operator().await, db.superuser().await);
    let mut seen = BTreeSet::new();
    for (table, by_operator, changes) in CHANGES {
        for (op, sql) in *changes {
            let before: String = value(
                &mut operator,
                "select coalesce(max(audit_id::text), '') from audit_log",
            )
            .await;
            let (connection, source) = if *by_operator {
                (&mut operator, "sql:reeve_operator")
            } else {
                (&mut superuser, "sql:reeve_superuser")
            };
            run(connection, sql).await;
            let written: Vec<Row> = rows(
                &mut operator,
                format!(
                    "select source, before_json, after_json, revision from audit_log
                      where audit_id::text > '{before}' and entity_type = '{table}' and action = 'sql.{op}'"
                ),
            )
            .await;
            let [(by, was, is, revision)] = &written[..] else {
                panic!("one audit row for {sql}: {written:?}");
            };
            assert_eq!(by, source, "{sql}");
            assert_eq!(
                (was.is_some(), is.is_some()),
                (*op != "insert", *op != "delete"),
                "{sql}"
            );
            assert!(revision.is_some(), "{sql}");
            seen.insert((*table).to_owned());
        }
    }
    let tracked = "select tgrelid::regclass::text from pg_trigger where tgname = 'track_update'";
    let tracked: BTreeSet<_> = column(&mut superuser, tracked).await.into_iter().collect();
    assert_eq!(seen, tracked, "every fact table is tried");
}

#[tokio::test]
async fn a_changed_key_is_audited_and_fed_as_the_end_of_one_row_and_the_beginning_of_another() {
    let world = World::empty().await;
    world.person("ada").linked(5).build().await;
    let mut operator = world.db.operator().await;
    run(&mut operator, "update identity_link set external_id = '6'").await;
    let written = "select action || ' ' || entity_pk || ' ' || (before_json is not null) || ' ' || (after_json is not null)
                     from audit_log where source = 'sql:reeve_operator' order by 1";
    assert_eq!(
        column(&mut operator, written).await,
        [
            "sql.delete discord/5 true false",
            "sql.insert discord/6 false true"
        ]
    );
    let fed = "select op || ' ' || key || ' ' || (image is not null) from change_feed
                where table_name = 'identity_link' and key in ('discord/5', 'discord/6')
                order by seq desc limit 2";
    let mut fed = column(&mut operator, fed).await;
    fed.sort();
    assert_eq!(fed, ["delete discord/5 false", "insert discord/6 true"]);
}

#[tokio::test]
async fn names_and_addresses_never_stand_in_an_image_only_that_they_changed() {
    let db = TestDb::new().await;
    let mut operator = db.operator().await;
    for sql in [
        "insert into app_user (email, display_name, claims) values ('hidden-1@example.test', 'hidden-2', '{\"name\": \"hidden-3\"}')",
        "update app_user set email = 'hidden-4@example.test', display_name = 'hidden-5' where email like 'hidden%'",
        "insert into organization (slug, name, description) values ('acme', 'hidden-6', 'hidden-7')",
        "update organization set name = 'hidden-8' where slug = 'acme'",
        "delete from organization where slug = 'acme'",
    ] {
        run(&mut operator, sql).await;
    }
    let told = "select count(*) from audit_log where to_jsonb(audit_log)::text like '%hidden%'";
    assert_eq!(value::<i64>(&mut operator, told).await, 0);
    let fed = "select count(*) from change_feed where to_jsonb(change_feed)::text like '%hidden%'";
    assert_eq!(value::<i64>(&mut operator, fed).await, 0);
    let changed = "select after_json ->> 'changed' from audit_log
                    where action = 'sql.update' and source = 'sql:reeve_operator' order by audit_id";
    assert_eq!(
        column(&mut operator, changed).await,
        [r#"["email", "display_name"]"#, r#"["name"]"#]
    );
}

#[tokio::test]
async fn what_can_not_be_recorded_does_not_happen() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    run(
        &mut world.db.superuser().await,
        "alter table audit_log add constraint refused check (action = 'never') not valid",
    )
    .await;
    let suspend = format!("update app_user set status = 'suspended' where user_id = '{ada}'");
    for mut connection in [
        world.db.operator().await,
        acting(&world.db, "reeve_system", &[]).await,
        world.db.superuser().await,
    ] {
        let refused = refusal(&mut connection, &suspend).await;
        assert!(refused.contains("refused"), "{refused}");
    }
    assert_eq!(world.status_of(ada).await, "active");
    let slug = "acme".parse().unwrap();
    let made = app::organization::create(world.reeve(), &world.caller(), &slug, "Acme", None).await;
    assert!(made.is_err(), "nor does an operation");
    let there = "select count(*) from organization where slug = 'acme'";
    assert_eq!(
        value::<i64>(&mut world.db.superuser().await, there).await,
        0
    );
}

#[tokio::test]
async fn an_operation_writes_its_own_row_and_no_second_one_is_written_for_it() {
    let world = World::empty().await;
    let count = "select count(*) from audit_log";
    let before: i64 = value(&mut world.db.superuser().await, count).await;
    world.organization("acme").await;
    let after: i64 = value(&mut world.db.superuser().await, count).await;
    assert_eq!(after, before + 1);
    let row = world.audit("organization.create").await.remove(0);
    assert_eq!(row.source, "command_line");
    assert!(row.correlation_id.is_some());
}

#[tokio::test]
async fn a_system_transaction_that_names_no_operation_counts_as_raw_sql() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let written =
        "select source from audit_log where entity_type = 'app_user' and action = 'sql.update'";
    let mut superuser = world.db.superuser().await;
    run(
        &mut operating(&world.db).await,
        "update app_user set status = 'suspended' where email like 'ada%'",
    )
    .await;
    assert!(column(&mut superuser, written).await.is_empty());
    let mut forgetful = acting(&world.db, "reeve_system", &[]).await;
    run(
        &mut forgetful,
        "update app_user set status = 'disabled' where email like 'ada%'",
    )
    .await;
    assert_eq!(column(&mut superuser, written).await, ["sql:reeve"]);
}

#[tokio::test]
async fn an_operator_who_names_an_operation_is_audited_all_the_same() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let mut operator = world.db.operator().await;
    run(&mut operator, "set app.operation = 'role.assign'").await;
    run(
        &mut operator,
        "update app_user set status = 'suspended' where email like 'ada%'",
    )
    .await;
    let written =
        "select source from audit_log where entity_type = 'app_user' and action = 'sql.update'";
    assert_eq!(column(&mut operator, written).await, ["sql:reeve_operator"]);
}
