//! Who may see and do what: callers behind row security, Reeve's login before it sets a role.

use domain::id::OrganizationId;
use sqlx::PgConnection;
use testkit::{TestDb, World};

use crate::sql::{NO_RIGHT, acting, column, refusal, rows, run, value};

/// Two organizations with a role and a project of their own each, ada and bob in one and eve in the
/// other; ada's connection in the first.
async fn ada_in_hers(world: &World) -> (OrganizationId, PgConnection) {
    let (ours, theirs) = (
        world.organization("ours").await,
        world.organization("theirs").await,
    );
    world.project(ours, "haulage").await;
    world.project(theirs, "secret").await;
    let person = |name, id| world.person(name).linked(id);
    let ada = person("ada", 1)
        .role_in("tenant_member", ours)
        .role("reader");
    let ada = ada.build().await;
    let bob = person("bob", 2)
        .role_in("tenant_admin", ours)
        .role("auditor");
    bob.build().await;
    person("eve", 3)
        .role_in("tenant_owner", theirs)
        .build()
        .await;
    let own = "insert into role (name, scope, tenant_id)
               select 'own', 'tenant', id from organization where not is_default";
    run(&mut world.scene().await, own).await;
    let context = [
        ("app.tenant_id", ours.to_string()),
        ("app.user_id", ada.to_string()),
    ];
    (ours, acting(&world.db, "reeve_app", &context).await)
}

#[tokio::test]
async fn a_caller_sees_their_organization_and_themselves_and_nothing_else() {
    let world = World::empty().await;
    let (ours, mut ada) = ada_in_hers(&world).await;
    let mut seen = async |sql: &'static str| column(&mut ada, sql).await;
    assert_eq!(
        seen("select email from app_user order by 1").await,
        ["ada@example.test", "bob@example.test"]
    );
    assert_eq!(seen("select slug from organization").await, ["ours"]);
    assert_eq!(seen("select slug from project").await, ["haulage"]);
    let links = seen("select external_id from identity_link").await;
    assert_eq!(links, ["1"], "a link is its person's own");
    assert_eq!(
        seen(
            "select u.email || ' ' || r.name from user_roles join role r using (role_id)
                join app_user u using (user_id) order by 1"
        )
        .await,
        [
            "ada@example.test reader",
            "ada@example.test tenant_member",
            "bob@example.test tenant_admin"
        ],
        "a colleague's platform roles are not the organization's business"
    );
    let ours = [ours.to_string()];
    let own_roles = "select tenant_id::text from role where tenant_id is not null";
    assert_eq!(seen(own_roles).await, ours);
    let colleagues = "select distinct organization_id::text from organization_membership
                       where user_id <> app_user_id()";
    assert_eq!(seen(colleagues).await, ours);
}

#[tokio::test]
async fn a_caller_without_a_context_sees_nobody() {
    let world = World::empty().await;
    let ours = world.organization("ours").await;
    world
        .person("ada")
        .role_in("tenant_member", ours)
        .linked(1)
        .build()
        .await;
    let mut caller = acting(&world.db, "reeve_app", &[]).await;
    for table in [
        "app_user",
        "identity_link",
        "organization",
        "membership",
        "project",
        "user_roles",
    ] {
        let seen: i64 = value(&mut caller, format!("select count(*) from {table}")).await;
        assert_eq!(seen, 0, "{table}");
    }
}

#[tokio::test]
async fn a_caller_writes_nothing_but_audit_rows_and_the_keys_of_its_requests() {
    let db = TestDb::new().await;
    let may: Vec<(String, String)> = rows(
        &mut db.superuser().await,
        "select c.oid::regclass::text, privilege
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          cross join unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) privilege
          where n.nspname in ('public', 'auth') and c.relkind in ('r', 'p', 'v')
            and has_table_privilege('reeve_app', c.oid, privilege)",
    )
    .await;
    let insert = |table: &str| (table.to_owned(), "INSERT".to_owned());
    assert_eq!(may, [insert("audit_log"), insert("idempotency_key")]);
    let mut caller = acting(&db, "reeve_app", &[]).await;
    let refused = refusal(&mut caller, "update app_user set status = 'active'").await;
    assert!(refused.starts_with(NO_RIGHT), "{refused}");
}

#[tokio::test]
async fn the_login_of_reeve_has_no_rights_before_it_sets_a_role() {
    let db = TestDb::new().await;
    let relations = column(
        &mut db.superuser().await,
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname in ('public', 'auth') and c.relkind in ('r', 'p', 'v')
            and c.relname <> '_sqlx_migrations'", // its versions are compared before any role is set
    )
    .await;
    assert!(relations.len() > 30);
    let mut login = db.runtime().await;
    for relation in relations {
        let refused = refusal(&mut login, format!("select from {relation}")).await;
        assert!(refused.starts_with(NO_RIGHT), "{relation}: {refused}");
    }
    let refused = refusal(&mut login, "set role reeve_owner").await;
    assert!(refused.starts_with(NO_RIGHT), "{refused}");
    let refused = refusal(&mut login, "set role reeve_operator").await;
    assert!(refused.starts_with(NO_RIGHT), "{refused}");
}

#[tokio::test]
async fn an_operator_can_not_become_one_of_reeves_roles() {
    let db = TestDb::new().await;
    let mut operator = db.operator().await;
    for role in ["reeve_system", "reeve_app", "reeve_owner"] {
        let refused = refusal(&mut operator, format!("set role {role}")).await;
        assert!(refused.starts_with(NO_RIGHT), "{role}: {refused}");
    }
}
