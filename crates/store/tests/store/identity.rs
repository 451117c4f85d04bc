//! Identities: what the table keeps right for every writer, raw SQL included.

use domain::id::UserId;
use domain::identity::RoleOverrides;
use secrecy::ExposeSecret;
use sqlx::PgConnection;
use testkit::{TestDb, World, cluster};

use crate::sql::{NO_RIGHT, column, operating, refusal, rows, run, value};

const REVOKED: &str =
    "select session_epoch = '2020-01-01' from app_user where email = 'ada@example.test'";

#[tokio::test]
async fn app_user_has_the_columns_and_states_that_the_runbook_names() {
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    let mut operator = world.db.operator().await;
    let found: Vec<(String, String, String, Option<jiff_sqlx::Timestamp>)> = rows(
        &mut operator,
        "select user_id::text, email, status, session_revoked_at from app_user
          where email = 'ada@example.test'",
    )
    .await;
    let [(id, _, status, None)] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((id, status.as_str()), (&ada.to_string(), "active"));
    for status in ["suspended", "disabled", "active"] {
        let sql = format!("update app_user set status = '{status}' where user_id = '{ada}'");
        run(&mut operator, sql).await;
    }
    let refused = refusal(&mut operator, "update app_user set status = 'retired'").await;
    assert!(refused.starts_with("23514: "), "{refused}");
}

/// Values of `claims.role_overrides`, and whether they have the documented shape.
const OVERRIDES: [(&str, bool); 30] = [
    ("{}", true),
    (
        r#"{"enabled": true, "preserved": ["Reader", "publisher"], "suppressed": []}"#,
        true,
    ),
    (
        r#"{"enabled": false, "preserved_roles": ["reader"], "suppressed_roles": ["x"]}"#,
        true,
    ),
    (r#"{"preserved": ["reader"], "note": [1]}"#, true),
    (r#"{"reason": "on leave", "expires_at": null}"#, true),
    (r#"{"expires_at": "2026-01-31T12:00:00Z"}"#, true),
    (
        r#"{"expires_at": "2028-02-29T23:59:59.123456789+05:30"}"#,
        true,
    ),
    (r#"{"expires_at": "2999-12-31T23:59:59-23:59"}"#, true),
    (r#"{"expires_at": "2026-02-29T00:00:00Z"}"#, false),
    (r#"{"expires_at": "2026-04-31T00:00:00Z"}"#, false),
    (r#"{"expires_at": "2026-01-31"}"#, false),
    (r#"{"expires_at": "2026-01-31T24:00:00Z"}"#, false),
    (r#"{"expires_at": "2026-01-31T12:00:00"}"#, false),
    (r#"{"expires_at": "infinity"}"#, false),
    (r#"{"expires_at": 1769860800}"#, false),
    (r#"{"reason": 1}"#, false),
    ("null", false),
    ("[]", false),
    (r#""reader""#, false),
    (r#"[true, ["reader"], []]"#, false),
    (r#"{"enabled": "yes"}"#, false),
    (r#"{"enabled": null}"#, false),
    (r#"{"preserved": "reader"}"#, false),
    (r#"{"preserved": null}"#, false),
    (r#"{"preserved": {"reader": true}}"#, false),
    (r#"{"preserved": [1]}"#, false),
    (r#"{"preserved": ["reader", null]}"#, false),
    (r#"{"suppressed_roles": [["reader"]]}"#, false),
    (r#"{"preserved": [], "preserved_roles": []}"#, false),
    (r#"{"suppressed": [], "suppressed_roles": []}"#, false),
];

#[tokio::test]
async fn role_overrides_that_reconcile_can_not_read_are_refused_by_name_where_they_are_typed() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let mut operator = world.db.operator().await;
    for (overrides, sound) in OVERRIDES {
        let sql = format!(
            "update app_user set claims = jsonb_build_object('groups', '[]'::jsonb, 'role_overrides', '{overrides}'::jsonb)
              where email = 'ada@example.test'"
        );
        if sound {
            run(&mut operator, sql).await;
            let read = serde_json::from_str::<RoleOverrides>(overrides);
            assert!(read.is_ok(), "{overrides}: {read:?}");
        } else {
            let refused = refusal(&mut operator, sql).await;
            assert!(refused.starts_with("23514: "), "{overrides}: {refused}");
            assert!(refused.contains("role_overrides_shape"), "{refused}");
        }
    }
    run(&mut operator, "update app_user set claims = '{}'").await;
}

#[tokio::test]
async fn identities_are_never_deleted() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let delete = "delete from app_user where email = 'ada@example.test'";
    for mut connection in [world.db.operator().await, operating(&world.db).await] {
        let refused = refusal(&mut connection, delete).await;
        assert!(refused.starts_with(NO_RIGHT), "{refused}");
    }
    let refused = refusal(&mut world.db.superuser().await, delete).await;
    assert!(refused.contains("identities are retained"), "{refused}");
}

#[tokio::test]
async fn is_active_false_disables_says_so_and_true_gives_back_the_status_before() {
    for before in ["active", "suspended"] {
        let world = World::empty().await;
        let ada = world.person("ada").status(before).build().await;
        let said = psql(
            &world.db,
            &format!("UPDATE auth.users SET is_active = false WHERE id = '{ada}'"),
        );
        assert!(
            said.contains(&format!("NOTICE:  identity {ada} is now disabled")),
            "{said}"
        );
        let undo = format!("UPDATE auth.users SET is_active = true WHERE id = '{ada}'");
        assert!(said.contains(&undo), "{said}");
        assert_eq!(world.status_of(ada).await, "disabled");
        psql(&world.db, &undo);
        assert_eq!(world.status_of(ada).await, before);
    }
}

/// Runs a statement as an operator does; what psql says.
fn psql(db: &TestDb, sql: &str) -> String {
    let output = cluster::program("psql")
        .args(["-X", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .arg(db.operator_url().expose_secret())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[tokio::test]
async fn nothing_but_is_active_is_changed_through_auth_users() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let mut operator = world.db.operator().await;
    for change in [
        "email = 'x@example.test'",
        "created_at = now()",
        "last_sign_in_at = now()",
    ] {
        let refused = refusal(&mut operator, format!("update auth.users set {change}")).await;
        assert!(refused.contains("only is_active"), "{change}: {refused}");
    }
    let refused = refusal(&mut operator, "update auth.users set is_active = null").await;
    assert!(refused.starts_with("23502: "), "{refused}");
}

#[tokio::test]
async fn activating_somebody_by_raw_sql_opens_a_hold_for_a_day_and_an_operation_does_not() {
    let world = World::empty().await;
    let ada = world.person("ada").status("suspended").build().await;
    let bob = world.person("bob").status("suspended").build().await;
    world.person("eve").build().await;
    let activate =
        |who: UserId| format!("update app_user set status = 'active' where user_id = '{who}'");
    run(&mut operating(&world.db).await, activate(bob)).await;
    let mut operator = world.db.operator().await;
    run(&mut operator, activate(ada)).await;
    run(
        &mut operator,
        "update app_user set status = 'active' where email = 'eve@example.test'",
    )
    .await;
    let holds: Vec<(String, String, f64)> = rows(
        &mut operator,
        "select user_id::text, source, extract(epoch from ends_at - starts_at)::float8 / 3600 from hold",
    )
    .await;
    assert_eq!(
        holds,
        [(ada.to_string(), "sql:reeve_operator".to_owned(), 24.0)]
    );
}

#[tokio::test]
async fn suspending_and_disabling_raise_the_session_epoch() {
    for status in ["suspended", "disabled"] {
        let world = World::empty().await;
        let ada = world.person("ada").build().await;
        let mut operator = world.db.operator().await;
        let sql = format!("update app_user set status = '{status}' where user_id = '{ada}'");
        let before: String = value(&mut operator, "select clock_timestamp()::text").await;
        run(&mut operator, sql).await;
        let raised = format!(
            "select session_epoch between '{before}' and clock_timestamp() from app_user
              where user_id = '{ada}'"
        );
        assert!(value::<bool>(&mut operator, raised).await, "{status}");
    }
}

#[tokio::test]
async fn a_revocation_raises_the_session_epoch_and_nothing_lowers_it() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let mut operator = world.db.operator().await;
    let mut set = async |change: &str| -> bool {
        let sql = format!("update app_user set {change} where email = 'ada@example.test'");
        run(&mut operator, sql).await;
        value(&mut operator, REVOKED).await
    };
    assert!(!set("session_revoked_at = '2010-01-01'").await);
    assert!(
        set("session_revoked_at = '2020-01-01'").await,
        "raised to the revocation"
    );
    assert!(
        set("session_revoked_at = null").await,
        "clearing lowers nothing"
    );
    assert!(
        set("session_revoked_at = '2000-01-01'").await,
        "an older one lowers nothing"
    );
    assert!(
        set("session_epoch = '1970-01-01'").await,
        "nor does setting it"
    );
    assert!(
        !set("status = 'suspended'").await,
        "a suspension raises it to now"
    );
    let now = "select session_epoch::text from app_user where email = 'ada@example.test'";
    let suspended: String = value(&mut world.db.operator().await, now).await;
    set("status = 'active', session_revoked_at = null").await;
    let healed: String = value(&mut world.db.operator().await, now).await;
    assert_eq!(healed, suspended, "self-heal lowers nothing");
}

#[tokio::test]
async fn the_version_is_raised_by_every_fact_about_a_person_once_a_transaction() {
    let world = World::empty().await;
    let acme = world.organization("acme").await;
    let ada = world.person("ada").build().await;
    let bob = world.person("bob").build().await;
    let mut system = operating(&world.db).await;
    let to_ada = |sql: &str| {
        sql.replace("$ada", &format!("'{ada}'"))
            .replace("$acme", &format!("'{acme}'"))
    };
    for sql in [
        "update app_user set display_name = 'Ada' where user_id = $ada",
        "insert into identity_link (user_id, provider, external_id) values ($ada, 'discord', '5')",
        "update identity_link set external_id = '6' where user_id = $ada",
        "delete from identity_link where user_id = $ada",
        "insert into membership (organization_id, user_id) values ($acme, $ada)",
        "insert into user_roles (user_id, role_id) select $ada, role_id from role where name = 'reader'",
        "update user_roles set valid_until = now() + interval '1 day' where user_id = $ada",
        "delete from user_roles where user_id = $ada",
        "update membership set status = 'ended' where user_id = $ada and organization_id = $acme",
        "delete from membership where user_id = $ada and organization_id = $acme",
        "insert into hold (user_id, reason, source, ends_at) values ($ada, 'r', 's', now() + interval '1 day')",
        "update hold set ended_at = now() where user_id = $ada",
        "insert into exemption (user_id, reason, ends_at, review_at) values ($ada, 'r', now() + interval '1 day', now())",
        "delete from exemption where user_id = $ada",
        "begin; insert into hold (user_id, reason, source, ends_at) values ($ada, 'r', 's', now() + interval '1 day');
         delete from hold where user_id = $ada;
         insert into user_roles (user_id, role_id) select $ada, role_id from role where name = 'reader'; commit",
    ] {
        let before = versions(&mut system, ada, bob).await;
        run(&mut system, to_ada(sql)).await;
        let after = versions(&mut system, ada, bob).await;
        assert_eq!(after, (before.0 + 1, before.1), "{sql}");
    }
}

async fn versions(connection: &mut PgConnection, ada: UserId, bob: UserId) -> (i64, i64) {
    let of = |who: UserId| format!("(select version from app_user where user_id = '{who}')");
    rows(connection, format!("select {}, {}", of(ada), of(bob)))
        .await
        .remove(0)
}

#[tokio::test]
async fn an_external_account_is_one_persons_and_a_person_has_one_discord_account() {
    let world = World::empty().await;
    let ada = world.person("ada").linked(1).build().await;
    let bob = world.person("bob").build().await;
    let mut operator = world.db.operator().await;
    let mut link = async |who: UserId, provider: &str, id: &str| {
        let sql = format!(
            "insert into identity_link (user_id, provider, external_id) values ('{who}', '{provider}', '{id}')"
        );
        refusal(&mut operator, sql).await
    };
    assert!(
        link(bob, "discord", "1").await.starts_with("23505: "),
        "somebody else's"
    );
    assert!(
        link(ada, "discord", "2").await.starts_with("23505: "),
        "a second one"
    );
    for malformed in ["0", "01", "x", "-5"] {
        let refused = link(bob, "discord", malformed).await;
        assert!(
            refused.starts_with("23514: ") || refused.starts_with("22P02: "),
            "{malformed}: {refused}"
        );
    }
    assert!(
        link(bob, "github", "1").await.starts_with("23514: "),
        "a provider is discord or a URL"
    );
    let emails = "insert into app_user (email) values ('ADA@example.test')";
    assert!(
        refusal(&mut operator, emails).await.starts_with("23505: "),
        "one person an address"
    );
    assert_eq!(
        column(&mut operator, "select external_id from identity_link").await,
        ["1"]
    );
}

#[tokio::test]
async fn no_time_is_infinite_or_in_the_year_9999_and_nobody_is_shut_out_by_one_that_is_yet_to_come()
{
    let world = World::empty().await;
    let ada = world.person("ada").build().await;
    let mut operator = world.db.operator().await;
    for (statement, constraint) in [
        (
            "update app_user set session_revoked_at = 'infinity' where user_id = $ada",
            "revoked_in_the_past",
        ),
        (
            "update app_user set session_revoked_at = '-infinity' where user_id = $ada",
            "finite",
        ),
        (
            "update app_user set session_revoked_at = now() + interval '2 hours' where user_id = $ada",
            "revoked_in_the_past",
        ),
        (
            "insert into hold (user_id, reason, source, ends_at) values ($ada, 'r', 's', 'infinity')",
            "hold_before_the_year_9999",
        ),
        (
            "insert into exemption (user_id, reason, ends_at, review_at) values ($ada, 'r', 'infinity', now())",
            "exemption_before_the_year_9999",
        ),
        (
            "insert into user_roles (user_id, role_id, valid_until) select $ada, role_id, 'infinity' from role where name = 'reader'",
            "validity_before_the_year_9999_or_null",
        ),
        (
            "insert into user_roles (user_id, role_id, valid_until) select $ada, role_id, '9999-12-31 23:59:59+00' from role where name = 'reader'",
            "validity_before_the_year_9999_or_null",
        ),
        (
            "insert into user_roles (user_id, role_id, valid_from) select $ada, role_id, '9999-12-31' from role where name = 'reader'",
            "validity_before_the_year_9999_or_null",
        ),
        (
            "insert into hold (user_id, reason, source, ends_at) values ($ada, 'r', 's', '9999-12-31')",
            "hold_before_the_year_9999",
        ),
        (
            "insert into exemption (user_id, reason, ends_at, review_at) values ($ada, 'r', '9999-12-31', now())",
            "exemption_before_the_year_9999",
        ),
    ] {
        let statement = statement.replace("$ada", &format!("'{ada}'"));
        let refused = refusal(&mut operator, &statement).await;
        assert!(
            refused.contains(constraint) || refused.contains("in the future"),
            "{statement}: {refused}"
        );
    }
}

#[tokio::test]
async fn a_statement_for_everybody_passes_the_systems_own_identity_over() {
    let world = World::empty().await;
    world.person("ada").build().await;
    let mut operator = world.db.operator().await;
    run(&mut operator, "update app_user set status = 'suspended'").await;
    let system = "select status from app_user where email = 'system@reeve.invalid'";
    assert_eq!(value::<String>(&mut operator, system).await, "disabled");
    let ada = "select status from app_user where email = 'ada@example.test'";
    assert_eq!(value::<String>(&mut operator, ada).await, "suspended");
}
