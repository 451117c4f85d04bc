//! What holds for every table, view and function, whoever adds the next one; read from the catalog.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;
use testkit::{TestDb, cluster};

use crate::sql::{column, rows};

/// Tables without row security, and why nobody's rows need telling apart: `reeve_app` has no right
/// there but those that are named.
const BY_RIGHTS: &[(&str, &str)] = &[
    ("access_policy", ""),
    ("alert", ""),
    ("audit_log", "INSERT"), // what a caller changes is recorded; reading is the system's
    ("change_feed", ""),
    ("decision_log", ""),
    ("discord_member", ""),
    ("discord_snapshot", ""),
    ("entitlement_mapping", ""),
    ("evidence_note", ""),
    ("exemption", ""),
    ("feed_epoch", "SELECT"), // one random word, part of every answer
    ("governance_setting", ""),
    ("hold", ""),
    ("idempotency_key", "INSERT"), // with the caller's own change; answers are the system's
    ("job", ""),
    ("lease", ""),
    ("log_line", ""),
    ("login_link", ""),
    ("node", ""),
    ("operation_count", ""),
    ("passkey", ""),
    ("passkey_ceremony", ""),
    ("personal_access_token", ""),
    ("plan_skip", ""),
    ("plan_spared", ""),
    ("plan_step", ""),
    ("platform", ""),
    ("reconcile_plan", ""),
    ("rehome", ""),
    ("review_campaign", ""),
    ("review_item", ""),
    ("review_reminder", ""),
    ("review_reviewer", ""),
    ("session", ""),
    ("sign_in_attempt", ""),
    ("snapshot_slot", ""),
    ("snapshot_stage", ""),
    ("stripped_assignment", ""),
    ("tenancy_setting", ""),
    ("user_quota", ""),
];

/// Tables that are no facts, and so are neither fed nor audited, and why.
const UNTRACKED: &[&str] = &[
    "alert",             // what was found; what is done about it is audited
    "audit_log",         // the audit itself
    "change_feed",       // the feed itself
    "decision_log",      // a log
    "evidence_note",     // beside a log; writing one is audited
    "feed_epoch",        // names the feed
    "idempotency_key",   // that a change happened; the change is audited
    "identity_activity", // a clock: reading would be writing
    "job",               // when a job is due
    "lease",             // who runs a job now
    "log_line",          // a log
    "node",              // a heartbeat
    "operation_count",   // a count
    "passkey_ceremony",  // a clock: signing in and registering are audited when they are done
    "plan_skip",         // what became of a plan; its changes are audited one by one
    "plan_spared",       // a plan's answers
    "plan_step",         // a plan's steps
    "platform",          // a counter
    "reconcile_plan",    // a plan; approving it is audited
    "review_item",       // what there was; deciding it is audited
    "review_reminder",   // who was told; telling is audited
    "sign_in_attempt",   // a clock: signing in is audited when it is done
    "snapshot_slot",     // which raw observation lies where
    "snapshot_stage",    // raw observations; admitted ones are facts
];

/// Every table but partitions, which are reached through their parents, and sqlx's own.
const TABLES: &str = "
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname in ('public', 'auth') and c.relkind in ('r', 'p') and not c.relispartition
     and c.relname <> '_sqlx_migrations'";

/// Every function of Reeve's own.
const FUNCTIONS: &str = "
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where n.nspname in ('public', 'auth')
     and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass
                        and d.objid = p.oid and d.deptype = 'e')";

const NONE: [String; 0] = [];

#[tokio::test]
async fn every_table_and_view_is_explained_owned_and_granted() {
    let db = TestDb::new().await;
    let mut superuser = db.superuser().await;
    let relations = "from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'auth') and c.relkind in ('r', 'p', 'v', 'm')
          and c.relname <> '_sqlx_migrations'
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
                             and d.objid = c.oid and d.deptype = 'e')";
    let without_comment = format!(
        "select c.relname::text {relations} and obj_description(c.oid, 'pg_class') is null"
    );
    assert_eq!(
        column(&mut superuser, without_comment).await,
        NONE,
        "without a comment"
    );
    let owned_by_others = format!(
        "select c.relname::text {relations} and pg_get_userbyid(c.relowner) <> 'reeve_owner'"
    );
    assert_eq!(
        column(&mut superuser, owned_by_others).await,
        NONE,
        "not the owner's"
    );
    let without_rights = format!(
        "select c.relname::text {relations} and not c.relispartition and not exists (
           select from aclexplode(c.relacl) a where pg_get_userbyid(a.grantee) in
             ('reeve_app', 'reeve_system', 'reeve_views', 'reeve_operator'))"
    );
    assert_eq!(
        column(&mut superuser, without_rights).await,
        NONE,
        "nobody may use it"
    );
    let for_everybody = format!(
        "select c.relname::text {relations} and exists (
           select from aclexplode(c.relacl) a where a.grantee = 0)"
    );
    assert_eq!(
        column(&mut superuser, for_everybody).await,
        NONE,
        "granted to PUBLIC"
    );
    let seen_by_the_owners_eyes = format!(
        "select c.relname::text {relations} and c.relkind = 'v'
            and not coalesce(c.reloptions @> '{{security_invoker=true}}', false)"
    );
    assert_eq!(
        column(&mut superuser, seen_by_the_owners_eyes).await,
        NONE,
        "not security_invoker"
    );
}

#[tokio::test]
async fn every_table_is_protected_by_row_security_or_by_rights() {
    let db = TestDb::new().await;
    let mut superuser = db.superuser().await;
    let unsecured = format!(
        "select c.relname::text {TABLES} and not (c.relrowsecurity and c.relforcerowsecurity)
          order by 1"
    );
    let listed: Vec<_> = BY_RIGHTS.iter().map(|(table, _)| *table).collect();
    assert_eq!(
        column(&mut superuser, unsecured).await,
        listed,
        "tables without row security"
    );
    let granted: Vec<(String, String)> = rows(
        &mut superuser,
        format!(
            "select c.relname::text, coalesce((select string_agg(a.privilege_type, ', ' order by 1)
                      from aclexplode(c.relacl) a where pg_get_userbyid(a.grantee) = 'reeve_app'), '')
               {TABLES} and not c.relrowsecurity order by 1"
        ),
    )
    .await;
    for ((table, rights), (_, listed)) in granted.iter().zip(BY_RIGHTS) {
        assert_eq!(rights, listed, "what callers may do with {table}");
    }
    for role in ["reeve_owner", "reeve_system", "reeve_operator"] {
        let blind = format!(
            "select c.relname::text {TABLES} and c.relrowsecurity and not exists (
               select from pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polcmd = '*'
                  and '{role}'::regrole = any (p.polroles)
                  and pg_get_expr(p.polqual, p.polrelid) = 'true'
                  and pg_get_expr(p.polwithcheck, p.polrelid) = 'true')"
        );
        assert_eq!(
            column(&mut superuser, blind).await,
            NONE,
            "{role} has no policy"
        );
    }
}

#[tokio::test]
async fn every_fact_is_fed_audited_and_never_truncated() {
    let db = TestDb::new().await;
    let mut superuser = db.superuser().await;
    let all: BTreeSet<_> = column(&mut superuser, format!("select c.relname::text {TABLES}"))
        .await
        .into_iter()
        .collect();
    for table in UNTRACKED {
        assert!(all.contains(*table), "{table} is listed and does not exist");
    }
    for table in all
        .iter()
        .filter(|table| !UNTRACKED.contains(&table.as_str()))
    {
        let triggers = column(
            &mut superuser,
            format!(
                "select tgname::text from pg_trigger
                  where tgrelid = '{table}'::regclass and not tgisinternal and tgenabled = 'O'
                    and (tgname like 'track\\_%' or tgname = 'no_truncate') order by 1"
            ),
        )
        .await;
        assert_eq!(
            triggers,
            [
                "no_truncate",
                "track_delete",
                "track_insert",
                "track_update"
            ],
            "triggers of {table}"
        );
        let refused =
            crate::sql::refusal(&mut superuser, format!("truncate {table} cascade")).await;
        assert!(
            refused.contains("never removed without a trace"),
            "{table}: {refused}"
        );
    }
}

#[tokio::test]
async fn every_function_is_explained_and_those_with_the_owners_rights_are_closed() {
    let db = TestDb::new().await;
    let mut superuser = db.superuser().await;
    let without_comment =
        format!("select p.proname::text {FUNCTIONS} and obj_description(p.oid, 'pg_proc') is null");
    assert_eq!(
        column(&mut superuser, without_comment).await,
        NONE,
        "without a comment"
    );
    let for_everybody = format!(
        "select p.proname::text {FUNCTIONS} and exists (
           select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            where a.grantee = 0)"
    );
    assert_eq!(
        column(&mut superuser, for_everybody).await,
        NONE,
        "executable by PUBLIC"
    );
    let led_astray = format!(
        "select p.proname::text {FUNCTIONS} and p.prosecdef
            and not coalesce(p.proconfig @> '{{\"search_path=public, pg_temp\"}}', false)"
    );
    assert_eq!(
        column(&mut superuser, led_astray).await,
        NONE,
        "without a search_path of its own"
    );
}

#[tokio::test]
async fn no_trigger_joins_the_rows_before_and_after_by_a_nested_loop() {
    let db = TestDb::new().await;
    let mut superuser = db.superuser().await;
    let joining = format!(
        "select p.proname::text {FUNCTIONS} and p.proname <> 'track' and p.prosrc ~ '_rows [no] (full |left )?join (old|new)_rows'"
    );
    assert!(column(&mut superuser, &joining).await.len() > 10);
    let quadratic =
        format!("{joining} and not coalesce(p.proconfig @> '{{enable_nestloop=off}}', false)");
    assert_eq!(
        column(&mut superuser, quadratic).await,
        NONE,
        "quadratic for a large statement"
    );
}

#[tokio::test]
async fn a_change_of_status_touches_no_index() {
    let db = TestDb::new().await;
    let moved = "'{status,status_reason,status_before_disabled,session_epoch,session_revoked_at,
                   reconciled_in_scope,reconciled_entitled,version,updated_at}'::name[]";
    let touched = format!(
        "select i.indexrelid::regclass::text from pg_index i
          where i.indrelid = 'app_user'::regclass
            and (i.indpred is not null
                 or exists (select from pg_attribute a
                             where a.attrelid = i.indrelid and a.attnum = any (i.indkey)
                               and a.attname = any ({moved})))"
    );
    assert_eq!(
        column(&mut db.superuser().await, touched).await,
        NONE,
        "suspending a tenth of a million people would write to every index of the table"
    );
}

#[tokio::test]
async fn the_committed_schema_is_what_the_migrations_make() {
    if cluster::major_version() != 15 {
        eprintln!("not compared: schema.sql is what pg_dump 15 writes, and here is another one");
        return;
    }
    let db = TestDb::new().await;
    let dump = cluster::program("pg_dump")
        .args([
            "--schema-only",
            "--exclude-table=audit_log_2*",
            "--exclude-table=_sqlx_migrations",
        ])
        .args(["--dbname", db.owner_url().expose_secret()])
        .output()
        .unwrap();
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    let made = String::from_utf8(dump.stdout).unwrap();
    let committed = include_str!("../../../../schema.sql");
    let (made, committed) = (told(&made), told(committed));
    let differs = made
        .iter()
        .zip(&committed)
        .position(|(made, committed)| made != committed);
    if let Some(line) = differs {
        panic!(
            "schema.sql is stale; renew it with scripts/prepare-queries. It says\n  {}\nand the migrations make\n  {}",
            committed[line], made[line]
        );
    }
    assert_eq!(
        made.len(),
        committed.len(),
        "schema.sql is stale; renew it with scripts/prepare-queries"
    );
}

/// The lines of a dump that say something: the rest changes with machine and day.
fn told(dump: &str) -> Vec<&str> {
    let noise = [
        "\\restrict ",
        "\\unrestrict ",
        "-- Dumped",
        "-- PostgreSQL database dump",
    ];
    dump.lines()
        .filter(|line| !line.is_empty() && !noise.iter().any(|start| line.starts_with(start)))
        .collect()
}
