-- Identities and their links. Nobody is ever deleted (R-04); leaving is a status.

-- Operators write this claim by SQL, and reconcile reads everybody's: one that can't be read would
-- stop it for all. So it is refused where it is typed.
create function is_role_overrides(value jsonb) returns boolean
language sql immutable parallel safe as $$
  select case when jsonb_typeof(value) <> 'object' then false else
    not exists (
      select from jsonb_each(value) as claim (name, content)
       where case
         when name = 'enabled' then jsonb_typeof(content) <> 'boolean'
         when name in ('preserved', 'preserved_roles', 'suppressed', 'suppressed_roles') then
           jsonb_typeof(content) <> 'array'
           or jsonb_path_exists(content, 'strict $[*] ? (@.type() != "string")', silent => true)
         else false
       end)
    -- Two names of one list, of which one would be lost.
    and not value ?& '{preserved,preserved_roles}' and not value ?& '{suppressed,suppressed_roles}'
  end
$$;
comment on function is_role_overrides(jsonb) is
  'Whether a value has the shape of claims.role_overrides: {"enabled": boolean, "preserved": [role names], "suppressed": [role names]}, each optional; the lists may also be called preserved_roles and suppressed_roles.';
grant execute on function is_role_overrides(jsonb) to reeve_system, reeve_operator;

create table app_user (
  user_id uuid primary key default uuid_v7(),
  email text not null check (length(email) between 3 and 254),
  display_name text,
  status text not null default 'active' check (status in ('active', 'suspended', 'disabled')),
  status_reason text,
  -- Since when there is nobody behind it any more: Reeve's operations refuse to bring it back.
  erased_at timestamptz,
  status_before_disabled text check (status_before_disabled in ('active', 'suspended')),
  -- What is issued at or before this instant is refused. Raised by trigger, never falls.
  session_epoch timestamptz not null default '1970-01-01 00:00:00+00',
  session_revoked_at timestamptz,
  claims jsonb not null default '{}' check (jsonb_typeof(claims) = 'object'),
  -- What reconcile last enforced; a record for joiner, mover and leaver, never read by decisions.
  reconciled_in_scope boolean,
  reconciled_entitled boolean,
  -- Raised with every change of a fact that a plan leans on, also in other tables.
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint role_overrides_shape check (not claims ? 'role_overrides' or is_role_overrides(claims -> 'role_overrides')),
  -- What never ends can't be shown, compared or taken back.
  constraint finite check (isfinite(session_epoch) and isfinite(session_revoked_at)),
  constraint reconciled_together check ((reconciled_in_scope is null) = (reconciled_entitled is null)),
  constraint disabled_remembers check (status_before_disabled is null or status = 'disabled')
)
-- Room for the new version of a row on its own page: then a change of status touches no index.
with (fillfactor = 80);
comment on table app_user is 'Identities: a person''s portal account, retained for ever.';
create unique index app_user_email on app_user (lower(email));
create index app_user_search on app_user using gin (email gin_trgm_ops, display_name gin_trgm_ops);

-- Recorded as the actor of jobs and operators; owns nothing and never signs in.
insert into app_user (user_id, email, display_name, status, status_reason)
values ('00000000-0000-7000-8000-000000000001', 'system@reeve.invalid', 'Reeve', 'disabled', 'the system itself');

create function app_user_before_update() returns trigger language plpgsql as $$
begin
  -- The system's own is no person: a statement for everybody passes it over.
  if old.user_id = '00000000-0000-7000-8000-000000000001' then
    return null;
  end if;
  if new.status is distinct from old.status then
    if new.status = 'disabled' then
      new.status_before_disabled := old.status;
    else
      new.status_before_disabled := null;
    end if;
    if new.status in ('suspended', 'disabled') then
      new.session_epoch := greatest(new.session_epoch, clock_timestamp());
    end if;
  end if;
  -- The epoch never falls, so one that lies far ahead would shut somebody out for good.
  if new.session_revoked_at is distinct from old.session_revoked_at
     and new.session_revoked_at > clock_timestamp() + interval '1 hour' then
    raise exception 'session_revoked_at lies in the future: %', new.session_revoked_at
      using errcode = 'check_violation', constraint = 'revoked_in_the_past',
            hint = 'Use now(): whatever was issued until then is refused.';
  end if;
  -- greatest() ignores nulls: clearing session_revoked_at, as self-heal does, lowers nothing.
  new.session_epoch := greatest(old.session_epoch, new.session_epoch, new.session_revoked_at);
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end $$;
comment on function app_user_before_update() is
  'Keeps status_before_disabled, session_epoch (never falls) and version right for every writer, raw SQL included.';
create trigger before_update before update on app_user
  for each row execute function app_user_before_update();

create trigger retained before delete on app_user
  for each statement execute function refuse_change('identities are retained; disable or erase them instead');

-- A person's facts outside app_user raise the person's version, so that a plan made before skips
-- them. A row that this transaction wrote already has its new version.
create function touch_people() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Reconcile takes and gives roles of people whom it has just written; the test of xmin below would
  -- say the same, one look-up a person later.
  if is_operation() and current_setting('app.operation') = 'entitlement.reconcile' then
    return null;
  end if;
  -- A statement that touched no row fires its triggers all the same, and this one's UPDATE would
  -- fire others: without the exit, triggers on empty sets would call each other for ever.
  if tg_op in ('INSERT', 'UPDATE') then
    if not exists (select from new_rows) then
      return null;
    end if;
    update app_user set version = version
     where user_id in (select user_id from new_rows) and xmin <> pg_current_xact_id()::xid;
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    if not exists (select from old_rows) then
      return null;
    end if;
    update app_user set version = version
     where user_id in (select user_id from old_rows) and xmin <> pg_current_xact_id()::xid;
  end if;
  return null;
end $$;
comment on function touch_people() is 'Raises app_user.version of everyone whose row in another table changed.';

create function touches_people(tracked regclass) returns void language plpgsql as $$
begin
  execute format('create trigger touch_insert after insert on %s referencing new table as new_rows for each statement execute function touch_people()', tracked);
  execute format('create trigger touch_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function touch_people()', tracked);
  execute format('create trigger touch_delete after delete on %s referencing old table as old_rows for each statement execute function touch_people()', tracked);
end $$;
comment on function touches_people(regclass) is 'Makes changes of a table count as changes of the people it names; called by migrations.';

create table identity_link (
  user_id uuid not null references app_user,
  provider text not null check (provider = 'discord' or provider like 'http%'),
  external_id text not null check (external_id <> ''),
  discord_id bigint generated always as (case when provider = 'discord' then external_id::bigint end) stored,
  linked_at timestamptz not null default now(),
  primary key (provider, external_id),
  constraint discord_snowflake check (provider <> 'discord' or external_id ~ '^[1-9][0-9]{0,18}$')
);
comment on table identity_link is
  'External accounts bound to identities by their immutable ids; the only way a snapshot member is matched.';
create index identity_link_user on identity_link (user_id);
create unique index identity_link_one_discord on identity_link (user_id) where provider = 'discord';
create unique index identity_link_discord on identity_link (discord_id) where discord_id is not null;

create table identity_activity (
  user_id uuid primary key references app_user,
  last_seen_at timestamptz not null
);
comment on table identity_activity is
  'When each person was last seen, at most once an hour. Neither audited nor fed, or reading would be writing.';

select track('app_user', '{user_id}', private => '{email,display_name,claims,status_reason}', silent => '{version,created_at,updated_at}');
select track('identity_link', '{provider,external_id}', silent => '{linked_at}');
select touches_people('identity_link');

create schema auth;
comment on schema auth is 'The licensing runbook''s name for identities.';
create view auth.users with (security_invoker = true) as
select u.user_id as id, u.email, a.last_seen_at as last_sign_in_at,
       u.status <> 'disabled' as is_active, u.created_at
  from app_user u left join identity_activity a using (user_id);
comment on view auth.users is
  'Identities under the licensing runbook''s name. is_active can be updated: false disables, true undoes a disable.';

create function auth.update_user() returns trigger language plpgsql as $$
begin
  if (new.id, new.email, new.created_at, new.last_sign_in_at)
     is distinct from (old.id, old.email, old.created_at, old.last_sign_in_at) then
    raise exception 'only is_active can be updated through auth.users'
      using errcode = 'feature_not_supported', hint = 'Update app_user instead.';
  end if;
  if new.is_active is null then
    raise exception 'is_active is true or false, not null' using errcode = 'not_null_violation';
  end if;
  if old.is_active and not new.is_active then
    update app_user set status = 'disabled', status_reason = 'disabled by SQL' where user_id = old.id;
    raise notice 'identity % is now disabled, which no automation reverses; undo with: UPDATE auth.users SET is_active = true WHERE id = ''%''', old.id, old.id;
  elsif new.is_active and not old.is_active then
    update app_user set status = coalesce(status_before_disabled, 'suspended'), status_reason = 'enabled by SQL'
     where user_id = old.id;
    raise notice 'identity % is enabled again, with the status it had before', old.id;
  end if;
  return new;
end $$;
comment on function auth.update_user() is 'Turns is_active into the disabled status and back.';
create trigger update_user instead of update on auth.users
  for each row execute function auth.update_user();

-- Under the IAM runbook's name: what succeeded.
create view platform_audit_logs with (security_invoker = true) as
select * from audit_log where outcome = 'success';
comment on view platform_audit_logs is 'The audit log of successful changes, under the IAM runbook''s name.';

alter table app_user enable row level security;
alter table app_user force row level security;
alter table identity_link enable row level security;
alter table identity_link force row level security;
alter table identity_activity enable row level security;
alter table identity_activity force row level security;
create policy everything on app_user to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy everything on identity_link to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy everything on identity_activity to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy own on identity_link for select to reeve_app using (user_id = app_user_id());
create policy own on identity_activity for select to reeve_app using (user_id = app_user_id());
-- app_user's policy for reeve_app needs memberships; it follows in 0003.

grant select, insert, update on app_user to reeve_system, reeve_operator;
grant select on app_user to reeve_app;
grant select, insert, update, delete on identity_link to reeve_system, reeve_operator;
grant select on identity_link to reeve_app;
grant select, insert, update, delete on identity_activity to reeve_system;
grant select on identity_activity to reeve_app, reeve_operator;
grant usage on schema auth to reeve_app, reeve_system, reeve_operator;
grant select on auth.users to reeve_system;
grant select, update on auth.users to reeve_operator;
grant execute on function auth.update_user() to reeve_operator;
grant select on platform_audit_logs to reeve_system, reeve_operator;
