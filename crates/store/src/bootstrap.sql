-- The database roles of Reeve, made once a cluster. Harmless to repeat. Run as a superuser or as a
-- role with CREATEROLE, connected to Reeve's database.

do $$
begin
  if not exists (select from pg_roles where rolname = 'reeve_owner') then
    create role reeve_owner nologin;      -- owns the schema and runs migrations
  end if;
  if not exists (select from pg_roles where rolname = 'reeve_app') then
    create role reeve_app nologin;        -- what a caller may, row by row
  end if;
  if not exists (select from pg_roles where rolname = 'reeve_system') then
    create role reeve_system nologin;     -- jobs, index and sign-in
  end if;
  if not exists (select from pg_roles where rolname = 'reeve_views') then
    create role reeve_views nologin;      -- owns the materialized view
  end if;
  if not exists (select from pg_roles where rolname = 'reeve_operator') then
    create role reeve_operator login;     -- the runbooks' SQL
  end if;
  if not exists (select from pg_roles where rolname = 'reeve') then
    create role reeve login noinherit;    -- Reeve itself: has no rights until it sets a role
  end if;
end $$;
grant reeve_app, reeve_system, reeve_views to reeve;
grant reeve_views to reeve_operator;

-- `SHOW app.user_id` must answer in an operator's fresh session too.
alter role reeve_operator set "app.user_id" to '';

do $$
begin
  execute format('grant connect, temporary on database %I to reeve, reeve_operator', current_database());
  execute format('grant create on database %I to reeve_owner', current_database());
end $$;
grant usage, create on schema public to reeve_owner;
grant usage on schema public to reeve_app, reeve_system, reeve_views, reeve_operator;
