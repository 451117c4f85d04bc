//! The floor of applying: the same rows, written by hand-written set-based SQL with the same batch
//! commits and no triggers, knowing beforehand who changes. And the way of the usual script: three
//! statements a person.

use std::time::Instant;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};

/// Reeve's own batch size.
const BATCH: i64 = 5_000;

/// Suspends everybody who lost the mapped role. Returns seconds and people.
pub(crate) async fn set_based(options: &PgConnectOptions) -> (f64, i64) {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    connection.execute(PREPARE).await.unwrap();
    let people: i64 = sqlx::query_scalar("select count(*) from changing")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let start = Instant::now();
    let mut from = 0;
    while from < people {
        connection.execute("begin").await.unwrap();
        for statement in BATCH_STATEMENTS {
            sqlx::query(statement)
                .bind(from)
                .bind(from + BATCH)
                .execute(&mut connection)
                .await
                .unwrap();
        }
        connection.execute("commit").await.unwrap();
        from += BATCH;
    }
    (start.elapsed().as_secs_f64(), people)
}

/// Who changes, numbered, is given: the floor need not find out.
const PREPARE: &str = "
set session_replication_role = replica;
create temp table changing as
  select row_number() over (order by u.user_id) as n, u.user_id
    from app_user u join identity_link l using (user_id) join discord_member m using (discord_id)
   where not m.roles @> array[7::bigint];
create unique index on changing (n);
analyze changing;
";

const BATCH_STATEMENTS: [&str; 5] = [
    "update app_user u set status = 'suspended', status_reason = 'reconcile', session_revoked_at = now(),
            session_epoch = now(), reconciled_in_scope = true, reconciled_entitled = false,
            version = version + 1, updated_at = now()
       from changing c where c.n > $1 and c.n <= $2 and u.user_id = c.user_id",
    "with taken as (delete from user_roles r using changing c
                     where c.n > $1 and c.n <= $2 and r.user_id = c.user_id returning r.*),
          kept as (insert into stripped_assignment (assignment_id, user_id, role_id, source, granted_by,
                          valid_from, valid_until, plan_id)
                   select assignment_id, user_id, role_id, source, granted_by, valid_from, valid_until, 'floor'
                     from taken returning *)
     insert into change_feed (table_name, key, op, image)
     select 'user_roles', assignment_id::text, 'delete', null from taken
     union all
     select 'stripped_assignment', assignment_id::text, 'insert', jsonb_build_object(
            'assignment_id', assignment_id, 'user_id', user_id, 'tenant_id', tenant_id, 'project_id', project_id,
            'role_id', role_id, 'source', source, 'granted_by', granted_by, 'valid_from', valid_from,
            'valid_until', valid_until, 'stripped_at', stripped_at, 'plan_id', plan_id) from kept",
    "insert into change_feed (table_name, key, op, image)
     select 'app_user', u.user_id::text, 'update', jsonb_build_object('user_id', u.user_id, 'status', u.status,
            'status_before_disabled', u.status_before_disabled,
            'session_epoch', u.session_epoch, 'session_revoked_at', u.session_revoked_at,
            'reconciled_in_scope', u.reconciled_in_scope, 'reconciled_entitled', u.reconciled_entitled)
       from changing c join app_user u using (user_id) where c.n > $1 and c.n <= $2",
    "insert into audit_log (action, entity_type, entity_pk, actor_user_id, target_user_id, source, reason,
            before_json, after_json, revision, correlation_id)
     select 'entitlement.reconcile', 'app_user', c.user_id::text, '00000000-0000-7000-8000-000000000001', c.user_id,
            'floor', 'organization, no_mapped_role', jsonb_build_object('status', 'active'),
            jsonb_build_object('status', 'suspended', 'in_scope', true, 'entitled', false,
              'eligibility', 'organization', 'entitlement', 'no_mapped_role', 'event', 'leaver',
              'roles_removed', '[\"01900000-0000-7000-8000-000000000000\"]'::jsonb, 'roles_restored', '[]'::jsonb,
              'session_revoked_at', now(), 'exempted', false, 'plan_id', repeat('0', 64)),
            'floor', 'floor'
       from changing c where c.n > $1 and c.n <= $2",
    "select $1::bigint, $2::bigint",
];

/// Three statements a person, a transaction each, as a script would: over the first `people`.
/// Returns people a second.
pub(crate) async fn per_person(options: &PgConnectOptions, people: i64) -> f64 {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    connection.execute(PREPARE).await.unwrap();
    let ids: Vec<uuid::Uuid> =
        sqlx::query_scalar("select user_id from changing order by n limit $1")
            .bind(people)
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let start = Instant::now();
    for id in &ids {
        connection.execute("begin").await.unwrap();
        for statement in PERSON_STATEMENTS {
            sqlx::query(statement)
                .bind(id)
                .execute(&mut connection)
                .await
                .unwrap();
        }
        connection.execute("commit").await.unwrap();
    }
    f64::from(u32::try_from(ids.len()).unwrap()) / start.elapsed().as_secs_f64()
}

const PERSON_STATEMENTS: [&str; 3] = [
    "update app_user set status = 'suspended', session_revoked_at = now() where user_id = $1",
    "delete from user_roles where user_id = $1",
    "insert into audit_log (action, entity_type, entity_pk, source, before_json, after_json, revision)
     values ('entitlement.reconcile', 'app_user', $1::uuid::text, 'script', '{}', '{}', '')",
];

/// Reads the same facts by the same COPY statements and throws them away. Returns seconds.
pub(crate) async fn read_facts(options: &PgConnectOptions) -> f64 {
    use futures_util::TryStreamExt;
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    let start = Instant::now();
    for query in FACTS {
        let statement = format!("copy ({query}) to stdout (format binary)");
        let mut stream = connection.copy_out_raw(&statement).await.unwrap();
        while stream.try_next().await.unwrap().is_some() {}
    }
    start.elapsed().as_secs_f64()
}

const FACTS: [&str; 5] = [
    "select user_id, version, status, '', reconciled_in_scope, reconciled_entitled from app_user",
    "select user_id, discord_id from identity_link where provider = 'discord'",
    "select user_id, assignment_id, role_id, valid_from, valid_until from user_roles where tenant_id is null",
    "select user_id, organization_id from membership
      where status = 'active' and organization_id in ('01900000-0000-7000-8000-0000000000aa')",
    "select discord_id, roles && array[7]::bigint[] from discord_member where guild_id = 1",
];
