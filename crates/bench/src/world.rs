//! A large installation, made by SQL with triggers off: people linked to Discord, members of one
//! organization, with the portal role; every tenth has lost the mapped role.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

/// One person in so many changes.
pub(crate) const CHANGING: u64 = 10;

/// Fills the database. `lost` says whether every tenth has lost the mapped role.
pub(crate) async fn fill(options: &PgConnectOptions, people: u64) {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    let script = SCRIPT
        .replace(":people", &people.to_string())
        .replace(":every", &CHANGING.to_string());
    sqlx::raw_sql(sqlx::AssertSqlSafe(script))
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql("vacuum analyze")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

const SCRIPT: &str = "
set session_replication_role = replica;
set synchronous_commit = off;
insert into organization (id, slug, name)
values ('01900000-0000-7000-8000-0000000000aa', 'hauling', 'Hauling');
insert into app_user (user_id, email, display_name, reconciled_in_scope, reconciled_entitled)
select ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
       'person' || i || '@example.com', 'Person ' || i, true, true
  from generate_series(1, :people) i;
insert into identity_link (user_id, provider, external_id)
select ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'discord', (100000000000000000 + i)::text
  from generate_series(1, :people) i;
insert into membership (organization_id, user_id)
select '01900000-0000-7000-8000-0000000000aa', ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid
  from generate_series(1, :people) i;
insert into user_roles (user_id, role_id, source, valid_from)
select ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
       (select role_id from role where name = 'hauling.member'), 'import', now() - interval '1 day'
  from generate_series(1, :people) i;
insert into discord_member (guild_id, discord_id, roles)
select 1, 100000000000000000 + i, case when i % :every = 0 then array[5::bigint] else array[5, 7::bigint] end
  from generate_series(1, :people) i;
insert into discord_snapshot (snapshot_id, guild_id, taken_at, members, added, changed, removed, source)
values (gen_random_uuid(), 1, now(), :people, :people, 0, 0, 'bench');
insert into entitlement_mapping values ('hauling.member', 1, 7);
insert into access_policy (name, source, resolved) values ('access.login', '',
  '{\"everyone\": false, \"organizations\": [\"01900000-0000-7000-8000-0000000000aa\"], \"email_domains\": [],
    \"groups\": [], \"include\": [], \"exclude\": []}');
update governance_setting
   set mode = 'discord', snapshot_max_age_seconds = 31536000, guard_share_percent = 100, guard_count = 1000000000;
";
