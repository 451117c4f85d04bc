--
--

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: auth; Type: SCHEMA; Schema: -; Owner: reeve_owner
--

CREATE SCHEMA auth;

ALTER SCHEMA auth OWNER TO reeve_owner;

--
-- Name: SCHEMA auth; Type: COMMENT; Schema: -; Owner: reeve_owner
--

COMMENT ON SCHEMA auth IS 'The licensing runbook''s name for identities.';

--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

--
-- Name: update_user(); Type: FUNCTION; Schema: auth; Owner: reeve_owner
--

CREATE FUNCTION auth.update_user() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION auth.update_user() OWNER TO reeve_owner;

--
-- Name: FUNCTION update_user(); Type: COMMENT; Schema: auth; Owner: reeve_owner
--

COMMENT ON FUNCTION auth.update_user() IS 'Turns is_active into the disabled status and back.';

--
-- Name: activate_membership(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.activate_membership() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into membership (organization_id, user_id)
  select distinct tenant_id, user_id from new_rows where tenant_id is not null
  on conflict (organization_id, user_id) do update set status = 'active', updated_at = now()
   where membership.status <> 'active';
  return null;
end $$;

ALTER FUNCTION public.activate_membership() OWNER TO reeve_owner;

--
-- Name: FUNCTION activate_membership(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.activate_membership() IS 'Makes whoever gets a role in a tenant a member of it.';

--
-- Name: app_tenant_id(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.app_tenant_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;

ALTER FUNCTION public.app_tenant_id() OWNER TO reeve_owner;

--
-- Name: FUNCTION app_tenant_id(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.app_tenant_id() IS 'The organization that this transaction is confined to, if Reeve set one.';

--
-- Name: app_user_before_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.app_user_before_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.app_user_before_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION app_user_before_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.app_user_before_update() IS 'Keeps status_before_disabled, session_epoch (never falls) and version right for every writer, raw SQL included.';

--
-- Name: app_user_id(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.app_user_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select nullif(current_setting('app.user_id', true), '')::uuid $$;

ALTER FUNCTION public.app_user_id() OWNER TO reeve_owner;

--
-- Name: FUNCTION app_user_id(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.app_user_id() IS 'The identity that this transaction acts for, if Reeve set one.';

--
-- Name: current_revision(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.current_revision() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  select epoch || '-' || pg_current_xact_id()::text from feed_epoch
$$;

ALTER FUNCTION public.current_revision() OWNER TO reeve_owner;

--
-- Name: FUNCTION current_revision(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.current_revision() IS 'The revision that this transaction writes, opaque to clients.';

--
-- Name: end_assignments(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.end_assignments() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  if tg_op = 'UPDATE' then
    delete from user_roles r using new_rows n
     where n.status = 'ended' and r.tenant_id = n.organization_id and r.user_id = n.user_id;
  else
    delete from user_roles r using old_rows o
     where r.tenant_id = o.organization_id and r.user_id = o.user_id;
  end if;
  return null;
end $$;

ALTER FUNCTION public.end_assignments() OWNER TO reeve_owner;

--
-- Name: FUNCTION end_assignments(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.end_assignments() IS 'Deletes the assignments of memberships that ended.';

--
-- Name: enrol_in_default(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.enrol_in_default() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into membership (organization_id, user_id)
  select o.id, n.user_id from new_rows n cross join organization o
   where o.is_default and n.user_id <> '00000000-0000-7000-8000-000000000001';
  return null;
end $$;

ALTER FUNCTION public.enrol_in_default() OWNER TO reeve_owner;

--
-- Name: FUNCTION enrol_in_default(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.enrol_in_default() IS 'Enrols new identities in the default organization.';

--
-- Name: ensure_default_organization(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.ensure_default_organization() RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  default_id uuid;
begin
  select id into default_id from organization where is_default;
  if default_id is null then
    insert into organization (slug, name, is_default)
    values ('default', 'Default organization', true) returning id into default_id;
  else
    update organization set slug = 'default', name = 'Default organization'
     where id = default_id and (slug, name) is distinct from ('default', 'Default organization');
  end if;
  insert into membership (organization_id, user_id)
  select default_id, u.user_id from app_user u
   where u.user_id <> '00000000-0000-7000-8000-000000000001'
     and not exists (select from membership m where m.organization_id = default_id and m.user_id = u.user_id);
  update membership set status = 'active' where organization_id = default_id and status <> 'active';
  return default_id;
end $$;

ALTER FUNCTION public.ensure_default_organization() OWNER TO reeve_owner;

--
-- Name: FUNCTION ensure_default_organization(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.ensure_default_organization() IS 'Puts back the default organization, its slug and name, and everybody''s membership. Harmless to repeat.';

--
-- Name: guard_last_owner(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.guard_last_owner() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  lost record;
begin
  for lost in
    select o.tenant_id, bool_or(o.valid_until is null) as for_good
      from old_rows o join role r using (role_id)
     where r.tenant_id is null
       and ((r.scope = 'tenant' and r.name = 'tenant_owner') or (r.scope = 'platform' and r.name = 'admin'))
     group by o.tenant_id order by o.tenant_id
  loop
    if lost.tenant_id is null then
      update platform set owner_epoch = owner_epoch + 1;
    else
      update organization set owner_epoch = owner_epoch + 1 where id = lost.tenant_id;
      continue when not found; -- the organization itself is gone, and this is its cascade
    end if;
    perform from user_roles u join role r using (role_id)
      where u.tenant_id is not distinct from lost.tenant_id and r.tenant_id is null
        and r.name = case when lost.tenant_id is null then 'admin' else 'tenant_owner' end
        and u.valid_from <= clock_timestamp()
        -- Somebody whose time is limited does not stand in for somebody who had no limit: the clock
        -- would leave nobody.
        and (u.valid_until is null or (not lost.for_good and u.valid_until > clock_timestamp()))
      limit 1;
    if not found then
      raise exception '%', case when lost.tenant_id is null
          then 'the last admin of the platform can''t be taken away'
          else 'the last owner of the organization can''t be taken away' end
        using errcode = 'check_violation', constraint = 'last_owner',
              hint = 'Give the role to somebody else first.';
    end if;
  end loop;
  return null;
end $$;

ALTER FUNCTION public.guard_last_owner() OWNER TO reeve_owner;

--
-- Name: FUNCTION guard_last_owner(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.guard_last_owner() IS 'Refuses to take the last owner of an organization or the last platform admin.';

--
-- Name: hold_hand_activated(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.hold_hand_activated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
begin
  if is_operation() or not exists (
    select from new_rows n join old_rows o using (user_id) where n.status = 'active' and o.status <> 'active'
  ) then
    return null;
  end if;
  insert into hold (user_id, reason, source, ends_at)
  select n.user_id, 'set active by SQL', 'sql:' || session_user, now() + interval '24 hours'
    from new_rows n join old_rows o using (user_id)
   where n.status = 'active' and o.status <> 'active';
  return null;
end $$;

ALTER FUNCTION public.hold_hand_activated() OWNER TO reeve_owner;

--
-- Name: FUNCTION hold_hand_activated(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.hold_hand_activated() IS 'Opens a 24-hour hold for whoever raw SQL sets active.';

--
-- Name: is_operation(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.is_operation() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select current_setting('role') in ('reeve_app', 'reeve_system')
     and coalesce(current_setting('app.operation', true), '') <> ''
$$;

ALTER FUNCTION public.is_operation() OWNER TO reeve_owner;

--
-- Name: FUNCTION is_operation(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.is_operation() IS 'Whether one of Reeve''s own operations runs, which writes its audit row itself. Everything else is raw SQL.';

--
-- Name: is_role_overrides(jsonb); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.is_role_overrides(value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select case when jsonb_typeof(value) <> 'object' then false else
    not exists (
      select from jsonb_each(value) as claim (name, content)
       where case
         when name = 'enabled' then jsonb_typeof(content) <> 'boolean'
         when name in ('preserved', 'preserved_roles', 'suppressed', 'suppressed_roles') then
           jsonb_typeof(content) <> 'array'
           or jsonb_path_exists(content, 'strict $[*] ? (@.type() != "string")', silent => true)
         when name = 'reason' then jsonb_typeof(content) not in ('string', 'null')
         when name = 'expires_at' and jsonb_typeof(content) = 'null' then false
         when name = 'expires_at' then case
           when value ->> 'expires_at' !~ '^2\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$'
             or jsonb_typeof(content) <> 'string' then true
           else substring(value ->> 'expires_at' from 9 for 2)::int > extract(day from
             make_date(substring(value ->> 'expires_at' from 1 for 4)::int,
                       substring(value ->> 'expires_at' from 6 for 2)::int, 1)
             + interval '1 month' - interval '1 day')
         end
         else false
       end)
    -- Two names of one list, of which one would be lost.
    and not value ?& '{preserved,preserved_roles}' and not value ?& '{suppressed,suppressed_roles}'
  end
$_$;

ALTER FUNCTION public.is_role_overrides(value jsonb) OWNER TO reeve_owner;

--
-- Name: FUNCTION is_role_overrides(value jsonb); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.is_role_overrides(value jsonb) IS 'Whether a value has the shape of claims.role_overrides: {"enabled": boolean, "preserved": [role names], "suppressed": [role names], "reason": text, "expires_at": "2026-01-31T12:00:00Z"}, each optional; the lists may also be called preserved_roles and suppressed_roles.';

--
-- Name: maintain_audit_partitions(integer); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.maintain_audit_partitions(retention_months integer DEFAULT NULL::integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
declare
  first date := date_trunc('month', now() at time zone 'utc');
  month date;
  name text;
  begins timestamptz;
  ends timestamptz;
  lost bigint;
begin
  perform pg_advisory_xact_lock(hashtext('maintain_audit_partitions'));
  foreach month in array array(
    select first + make_interval(months => i) from generate_series(0, 3) i
    union select date_trunc('month', created_at at time zone 'utc') from audit_log_default
    order by 1)
  loop
    name := 'audit_log_' || to_char(month, 'YYYY_MM');
    continue when to_regclass('public.' || name) is not null;
    begins := month::timestamp at time zone 'utc';
    ends := (month + interval '1 month') at time zone 'utc';
    -- What somebody else writes into the default one now, the statement that moves would not see.
    lock table audit_log in access exclusive mode;
    execute format('create table %I (like audit_log including defaults including constraints)', name);
    execute format('comment on table %I is %L', name, 'The audit log of one month.');
    execute format(
      'with moved as (delete from audit_log_default where created_at >= $1 and created_at < $2 returning *)
       insert into %I select * from moved', name) using begins, ends;
    execute format('alter table audit_log attach partition %I for values from (%L) to (%L)', name, begins, ends);
  end loop;
  if retention_months is null then
    return;
  end if;
  if retention_months < 1 then
    raise exception 'the audit log is kept for at least a month' using errcode = 'invalid_parameter_value';
  end if;
  for name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'audit_log'::regclass and c.relname ~ '^audit_log_\d{4}_\d{2}$'
       and to_date(right(c.relname, 7), 'YYYY_MM') < first - make_interval(months => retention_months)
  loop
    execute format('select count(*) from %I', name) into lost;
    insert into audit_log (action, entity_type, entity_pk, source, after_json)
    values ('audit.drop', 'audit_log', name, 'retention',
            jsonb_build_object('rows', lost, 'retention_months', retention_months));
    execute format('drop table %I', name);
  end loop;
end $_$;

ALTER FUNCTION public.maintain_audit_partitions(retention_months integer) OWNER TO reeve_owner;

--
-- Name: FUNCTION maintain_audit_partitions(retention_months integer); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.maintain_audit_partitions(retention_months integer) IS 'Makes the partitions of this month, of three ahead and of what lies in the default one; drops those older than the retention, if one is given (months), each with an audit row.';

--
-- Name: note_strict_membership(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.note_strict_membership() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  is_on boolean;
begin
  select strict_membership into is_on from tenancy_setting for share;
  perform set_config('app.strict_membership', case when is_on then 'on' else 'off' end, true);
  return null;
end $$;

ALTER FUNCTION public.note_strict_membership() OWNER TO reeve_owner;

--
-- Name: FUNCTION note_strict_membership(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.note_strict_membership() IS 'Reads strict mode once a statement and keeps it as it is until the transaction ends.';

--
-- Name: organization_before_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.organization_before_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if old.is_default then
    raise exception 'the default organization can''t be deleted' using errcode = 'check_violation';
  end if;
  return old;
end $$;

ALTER FUNCTION public.organization_before_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION organization_before_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.organization_before_delete() IS 'Refuses to delete the default organization.';

--
-- Name: organization_before_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.organization_before_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if old.is_default and not new.is_default then
    raise exception 'the default organization stays the default' using errcode = 'check_violation';
  end if;
  new.updated_at := now();
  return new;
end $$;

ALTER FUNCTION public.organization_before_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION organization_before_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.organization_before_update() IS 'Keeps the default organization the default.';

--
-- Name: refuse_change(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception '% of % is refused: %', tg_op, tg_table_name, tg_argv[0]
    using errcode = 'insufficient_privilege';
end $$;

ALTER FUNCTION public.refuse_change() OWNER TO reeve_owner;

--
-- Name: FUNCTION refuse_change(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.refuse_change() IS 'Refuses the statement; the argument says why.';

--
-- Name: set_exclusive(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.set_exclusive() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  new.exclusive := new.status = 'active'
    and not exists (select from organization o where o.id = new.organization_id and o.is_default);
  return new;
end $$;

ALTER FUNCTION public.set_exclusive() OWNER TO reeve_owner;

--
-- Name: FUNCTION set_exclusive(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.set_exclusive() IS 'In strict mode, marks active memberships outside the default organization as the person''s only one.';

--
-- Name: touch_people(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.touch_people() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.touch_people() OWNER TO reeve_owner;

--
-- Name: FUNCTION touch_people(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.touch_people() IS 'Raises app_user.version of everyone whose row in another table changed.';

--
-- Name: touches_people(regclass); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.touches_people(tracked regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  execute format('create trigger touch_insert after insert on %s referencing new table as new_rows for each statement execute function touch_people()', tracked);
  execute format('create trigger touch_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function touch_people()', tracked);
  execute format('create trigger touch_delete after delete on %s referencing old table as old_rows for each statement execute function touch_people()', tracked);
end $$;

ALTER FUNCTION public.touches_people(tracked regclass) OWNER TO reeve_owner;

--
-- Name: FUNCTION touches_people(tracked regclass); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.touches_people(tracked regclass) IS 'Makes changes of a table count as changes of the people it names; called by migrations.';

--
-- Name: track(regclass, text[], text[], text[], integer); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track(tracked regclass, key text[], private text[] DEFAULT '{}'::text[], silent text[] DEFAULT '{}'::text[], reload_above integer DEFAULT NULL::integer) RETURNS void
    LANGUAGE plpgsql
    AS $_$
declare
  name text := (select relname from pg_class where oid = tracked);
  governed text[];
  told text[];
  key_of text;
  image text;
  same_key text;
  differs text;
  private_changed text;
  body text;
  op text;
  op_of text;
  source_rows text;
begin
  select array_agg(attname order by attnum) filter (where attname <> all (private || silent)),
         array_agg(attname order by attnum) filter (where attname <> all (silent))
    into governed, told
    from pg_attribute where attrelid = tracked and attnum > 0 and not attisdropped;
  key_of := (select string_agg(format('%%1$s.%I::text', k), ' || ''/'' || ') from unnest(key) k);
  image := (select 'jsonb_build_object(' || string_agg(format('%L, %%1$s.%I', c, c), ', ') || ')' from unnest(governed) c);
  same_key := (select string_agg(format('o.%I = n.%I', k, k), ' and ') from unnest(key) k);
  differs := (select format('(%s) is distinct from (%s)',
      string_agg(format('o.%I', c), ', '), string_agg(format('n.%I', c), ', ')) from unnest(told) c);
  private_changed := coalesce(
    (select 'jsonb_build_object(''changed'', array_remove(array[' ||
      string_agg(format('case when o.%I is distinct from n.%I then %L end', c, c, c), ', ') || '], null))'
       from unnest(private) c),
    '''{}''::jsonb');

  foreach op in array array['insert', 'update', 'delete'] loop
    -- An update that changes a key ends one row and begins another: neither has its other half.
    op_of := case op
      when 'update' then format(
        'case when o.%1$I is null then ''insert'' when n.%1$I is null then ''delete'' else ''update'' end', key[1])
      else quote_literal(op)
    end;
    source_rows := case op
      when 'insert' then 'new_rows n'
      when 'delete' then 'old_rows o'
      else format('new_rows n full join old_rows o on %s where %s', same_key, differs)
    end;
    body := format(
      $f$
      create function %1$I() returns trigger
      language plpgsql security definer
      set search_path = public, pg_temp
      -- One plan is kept for statements of one row and of a million; a nested loop over two
      -- transition tables would be quadratic.
      set enable_nestloop = off
      as $body$
      begin
        if not exists (select from %2$s) then
          return null;
        end if;
        %3$s
        insert into change_feed (table_name, key, op, image)
        select %4$L, %5$s, %6$s, %7$s from %8$s;
        %9$s
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || %6$s, %4$L, %5$s,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, %10$s, %11$s from %8$s;
        end if;
        return null;
      end $body$
      $f$,
      'track_' || name || '_' || op,
      case op when 'delete' then 'old_rows' else 'new_rows' end,
      case when reload_above is null then '' else format(
        'if (select count(*) from (select from %s limit %s) first) > %s then
          insert into change_feed (table_name, key, op) values (%L, '''', ''reload'');
        else', source_rows, reload_above + 1, reload_above, name) end,
      name,
      case op when 'insert' then format(key_of, 'n')
              when 'delete' then format(key_of, 'o')
              else format('coalesce(%s, %s)', format(key_of, 'n'), format(key_of, 'o')) end,
      op_of,
      case op when 'insert' then format(image, 'n')
              when 'delete' then 'null'
              else format('case when n.%I is not null then %s end', key[1], format(image, 'n')) end,
      source_rows,
      case when reload_above is null then '' else 'end if;' end,
      case op when 'insert' then 'null'
              when 'delete' then format(image, 'o')
              else format('case when o.%I is not null then %s end', key[1], format(image, 'o')) end,
      case op when 'insert' then format(image, 'n')
              when 'delete' then 'null'
              else format('case when o.%1$I is null then %2$s when n.%1$I is not null then %2$s || %3$s end',
                          key[1], format(image, 'n'), private_changed) end
    );
    execute body;
    execute format(
      'create trigger track_%1$s after %1$s on %2$s referencing %3$s for each statement execute function %4$I()',
      op, tracked,
      case op when 'insert' then 'new table as new_rows'
              when 'delete' then 'old table as old_rows'
              else 'old table as old_rows new table as new_rows' end,
      'track_' || name || '_' || op);
    execute format('comment on function %I() is %L', 'track_' || name || '_' || op,
      format('Feeds and, for raw SQL, audits each %s of %s. Written by track().', op, name));
  end loop;
  execute format(
    'create trigger no_truncate before truncate on %s for each statement execute function refuse_change(%L)',
    tracked, 'facts are never removed without a trace; use DELETE');
end $_$;

ALTER FUNCTION public.track(tracked regclass, key text[], private text[], silent text[], reload_above integer) OWNER TO reeve_owner;

--
-- Name: FUNCTION track(tracked regclass, key text[], private text[], silent text[], reload_above integer); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track(tracked regclass, key text[], private text[], silent text[], reload_above integer) IS 'Makes a table fed and audited; called by migrations, once a table.';

--
-- Name: track_access_policy_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_access_policy_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'access_policy', o.name::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'access_policy', o.name::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('name', o.name, 'resolved', o.resolved), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_access_policy_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_access_policy_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_access_policy_delete() IS 'Feeds and, for raw SQL, audits each delete of access_policy. Written by track().';

--
-- Name: track_access_policy_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_access_policy_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'access_policy', n.name::text, 'insert', jsonb_build_object('name', n.name, 'resolved', n.resolved) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'access_policy', n.name::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('name', n.name, 'resolved', n.resolved) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_access_policy_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_access_policy_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_access_policy_insert() IS 'Feeds and, for raw SQL, audits each insert of access_policy. Written by track().';

--
-- Name: track_access_policy_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_access_policy_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'access_policy', coalesce(n.name::text, o.name::text), case when o.name is null then 'insert' when n.name is null then 'delete' else 'update' end, case when n.name is not null then jsonb_build_object('name', n.name, 'resolved', n.resolved) end from new_rows n full join old_rows o on o.name = n.name where (o.name, o.resolved, o.source) is distinct from (n.name, n.resolved, n.source);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.name is null then 'insert' when n.name is null then 'delete' else 'update' end, 'access_policy', coalesce(n.name::text, o.name::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.name is not null then jsonb_build_object('name', o.name, 'resolved', o.resolved) end, case when o.name is null then jsonb_build_object('name', n.name, 'resolved', n.resolved) when n.name is not null then jsonb_build_object('name', n.name, 'resolved', n.resolved) || jsonb_build_object('changed', array_remove(array[case when o.source is distinct from n.source then 'source' end], null)) end from new_rows n full join old_rows o on o.name = n.name where (o.name, o.resolved, o.source) is distinct from (n.name, n.resolved, n.source);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_access_policy_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_access_policy_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_access_policy_update() IS 'Feeds and, for raw SQL, audits each update of access_policy. Written by track().';

--
-- Name: track_app_user_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_app_user_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'app_user', o.user_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'app_user', o.user_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('user_id', o.user_id, 'status', o.status, 'erased_at', o.erased_at, 'status_before_disabled', o.status_before_disabled, 'session_epoch', o.session_epoch, 'session_revoked_at', o.session_revoked_at, 'reconciled_in_scope', o.reconciled_in_scope, 'reconciled_entitled', o.reconciled_entitled), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_app_user_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_app_user_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_app_user_delete() IS 'Feeds and, for raw SQL, audits each delete of app_user. Written by track().';

--
-- Name: track_app_user_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_app_user_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'app_user', n.user_id::text, 'insert', jsonb_build_object('user_id', n.user_id, 'status', n.status, 'erased_at', n.erased_at, 'status_before_disabled', n.status_before_disabled, 'session_epoch', n.session_epoch, 'session_revoked_at', n.session_revoked_at, 'reconciled_in_scope', n.reconciled_in_scope, 'reconciled_entitled', n.reconciled_entitled) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'app_user', n.user_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('user_id', n.user_id, 'status', n.status, 'erased_at', n.erased_at, 'status_before_disabled', n.status_before_disabled, 'session_epoch', n.session_epoch, 'session_revoked_at', n.session_revoked_at, 'reconciled_in_scope', n.reconciled_in_scope, 'reconciled_entitled', n.reconciled_entitled) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_app_user_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_app_user_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_app_user_insert() IS 'Feeds and, for raw SQL, audits each insert of app_user. Written by track().';

--
-- Name: track_app_user_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_app_user_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'app_user', coalesce(n.user_id::text, o.user_id::text), case when o.user_id is null then 'insert' when n.user_id is null then 'delete' else 'update' end, case when n.user_id is not null then jsonb_build_object('user_id', n.user_id, 'status', n.status, 'erased_at', n.erased_at, 'status_before_disabled', n.status_before_disabled, 'session_epoch', n.session_epoch, 'session_revoked_at', n.session_revoked_at, 'reconciled_in_scope', n.reconciled_in_scope, 'reconciled_entitled', n.reconciled_entitled) end from new_rows n full join old_rows o on o.user_id = n.user_id where (o.user_id, o.email, o.display_name, o.status, o.status_reason, o.erased_at, o.status_before_disabled, o.session_epoch, o.session_revoked_at, o.claims, o.reconciled_in_scope, o.reconciled_entitled) is distinct from (n.user_id, n.email, n.display_name, n.status, n.status_reason, n.erased_at, n.status_before_disabled, n.session_epoch, n.session_revoked_at, n.claims, n.reconciled_in_scope, n.reconciled_entitled);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.user_id is null then 'insert' when n.user_id is null then 'delete' else 'update' end, 'app_user', coalesce(n.user_id::text, o.user_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.user_id is not null then jsonb_build_object('user_id', o.user_id, 'status', o.status, 'erased_at', o.erased_at, 'status_before_disabled', o.status_before_disabled, 'session_epoch', o.session_epoch, 'session_revoked_at', o.session_revoked_at, 'reconciled_in_scope', o.reconciled_in_scope, 'reconciled_entitled', o.reconciled_entitled) end, case when o.user_id is null then jsonb_build_object('user_id', n.user_id, 'status', n.status, 'erased_at', n.erased_at, 'status_before_disabled', n.status_before_disabled, 'session_epoch', n.session_epoch, 'session_revoked_at', n.session_revoked_at, 'reconciled_in_scope', n.reconciled_in_scope, 'reconciled_entitled', n.reconciled_entitled) when n.user_id is not null then jsonb_build_object('user_id', n.user_id, 'status', n.status, 'erased_at', n.erased_at, 'status_before_disabled', n.status_before_disabled, 'session_epoch', n.session_epoch, 'session_revoked_at', n.session_revoked_at, 'reconciled_in_scope', n.reconciled_in_scope, 'reconciled_entitled', n.reconciled_entitled) || jsonb_build_object('changed', array_remove(array[case when o.email is distinct from n.email then 'email' end, case when o.display_name is distinct from n.display_name then 'display_name' end, case when o.claims is distinct from n.claims then 'claims' end, case when o.status_reason is distinct from n.status_reason then 'status_reason' end], null)) end from new_rows n full join old_rows o on o.user_id = n.user_id where (o.user_id, o.email, o.display_name, o.status, o.status_reason, o.erased_at, o.status_before_disabled, o.session_epoch, o.session_revoked_at, o.claims, o.reconciled_in_scope, o.reconciled_entitled) is distinct from (n.user_id, n.email, n.display_name, n.status, n.status_reason, n.erased_at, n.status_before_disabled, n.session_epoch, n.session_revoked_at, n.claims, n.reconciled_in_scope, n.reconciled_entitled);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_app_user_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_app_user_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_app_user_update() IS 'Feeds and, for raw SQL, audits each update of app_user. Written by track().';

--
-- Name: track_discord_member_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_discord_member_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        if (select count(*) from (select from old_rows o limit 10001) first) > 10000 then
          insert into change_feed (table_name, key, op) values ('discord_member', '', 'reload');
        else
        insert into change_feed (table_name, key, op, image)
        select 'discord_member', o.guild_id::text || '/' || o.discord_id::text, 'delete', null from old_rows o;
        end if;
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'discord_member', o.guild_id::text || '/' || o.discord_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('guild_id', o.guild_id, 'discord_id', o.discord_id, 'roles', o.roles), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_discord_member_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_discord_member_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_discord_member_delete() IS 'Feeds and, for raw SQL, audits each delete of discord_member. Written by track().';

--
-- Name: track_discord_member_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_discord_member_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        if (select count(*) from (select from new_rows n limit 10001) first) > 10000 then
          insert into change_feed (table_name, key, op) values ('discord_member', '', 'reload');
        else
        insert into change_feed (table_name, key, op, image)
        select 'discord_member', n.guild_id::text || '/' || n.discord_id::text, 'insert', jsonb_build_object('guild_id', n.guild_id, 'discord_id', n.discord_id, 'roles', n.roles) from new_rows n;
        end if;
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'discord_member', n.guild_id::text || '/' || n.discord_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('guild_id', n.guild_id, 'discord_id', n.discord_id, 'roles', n.roles) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_discord_member_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_discord_member_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_discord_member_insert() IS 'Feeds and, for raw SQL, audits each insert of discord_member. Written by track().';

--
-- Name: track_discord_member_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_discord_member_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        if (select count(*) from (select from new_rows n full join old_rows o on o.guild_id = n.guild_id and o.discord_id = n.discord_id where (o.guild_id, o.discord_id, o.roles) is distinct from (n.guild_id, n.discord_id, n.roles) limit 10001) first) > 10000 then
          insert into change_feed (table_name, key, op) values ('discord_member', '', 'reload');
        else
        insert into change_feed (table_name, key, op, image)
        select 'discord_member', coalesce(n.guild_id::text || '/' || n.discord_id::text, o.guild_id::text || '/' || o.discord_id::text), case when o.guild_id is null then 'insert' when n.guild_id is null then 'delete' else 'update' end, case when n.guild_id is not null then jsonb_build_object('guild_id', n.guild_id, 'discord_id', n.discord_id, 'roles', n.roles) end from new_rows n full join old_rows o on o.guild_id = n.guild_id and o.discord_id = n.discord_id where (o.guild_id, o.discord_id, o.roles) is distinct from (n.guild_id, n.discord_id, n.roles);
        end if;
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.guild_id is null then 'insert' when n.guild_id is null then 'delete' else 'update' end, 'discord_member', coalesce(n.guild_id::text || '/' || n.discord_id::text, o.guild_id::text || '/' || o.discord_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.guild_id is not null then jsonb_build_object('guild_id', o.guild_id, 'discord_id', o.discord_id, 'roles', o.roles) end, case when o.guild_id is null then jsonb_build_object('guild_id', n.guild_id, 'discord_id', n.discord_id, 'roles', n.roles) when n.guild_id is not null then jsonb_build_object('guild_id', n.guild_id, 'discord_id', n.discord_id, 'roles', n.roles) || '{}'::jsonb end from new_rows n full join old_rows o on o.guild_id = n.guild_id and o.discord_id = n.discord_id where (o.guild_id, o.discord_id, o.roles) is distinct from (n.guild_id, n.discord_id, n.roles);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_discord_member_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_discord_member_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_discord_member_update() IS 'Feeds and, for raw SQL, audits each update of discord_member. Written by track().';

--
-- Name: track_discord_snapshot_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_discord_snapshot_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'discord_snapshot', o.snapshot_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'discord_snapshot', o.snapshot_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('snapshot_id', o.snapshot_id, 'guild_id', o.guild_id, 'taken_at', o.taken_at, 'admitted_at', o.admitted_at, 'members', o.members, 'added', o.added, 'changed', o.changed, 'removed', o.removed, 'source', o.source), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_discord_snapshot_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_discord_snapshot_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_discord_snapshot_delete() IS 'Feeds and, for raw SQL, audits each delete of discord_snapshot. Written by track().';

--
-- Name: track_discord_snapshot_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_discord_snapshot_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'discord_snapshot', n.snapshot_id::text, 'insert', jsonb_build_object('snapshot_id', n.snapshot_id, 'guild_id', n.guild_id, 'taken_at', n.taken_at, 'admitted_at', n.admitted_at, 'members', n.members, 'added', n.added, 'changed', n.changed, 'removed', n.removed, 'source', n.source) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'discord_snapshot', n.snapshot_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('snapshot_id', n.snapshot_id, 'guild_id', n.guild_id, 'taken_at', n.taken_at, 'admitted_at', n.admitted_at, 'members', n.members, 'added', n.added, 'changed', n.changed, 'removed', n.removed, 'source', n.source) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_discord_snapshot_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_discord_snapshot_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_discord_snapshot_insert() IS 'Feeds and, for raw SQL, audits each insert of discord_snapshot. Written by track().';

--
-- Name: track_discord_snapshot_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_discord_snapshot_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'discord_snapshot', coalesce(n.snapshot_id::text, o.snapshot_id::text), case when o.snapshot_id is null then 'insert' when n.snapshot_id is null then 'delete' else 'update' end, case when n.snapshot_id is not null then jsonb_build_object('snapshot_id', n.snapshot_id, 'guild_id', n.guild_id, 'taken_at', n.taken_at, 'admitted_at', n.admitted_at, 'members', n.members, 'added', n.added, 'changed', n.changed, 'removed', n.removed, 'source', n.source) end from new_rows n full join old_rows o on o.snapshot_id = n.snapshot_id where (o.snapshot_id, o.guild_id, o.taken_at, o.admitted_at, o.members, o.added, o.changed, o.removed, o.source) is distinct from (n.snapshot_id, n.guild_id, n.taken_at, n.admitted_at, n.members, n.added, n.changed, n.removed, n.source);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.snapshot_id is null then 'insert' when n.snapshot_id is null then 'delete' else 'update' end, 'discord_snapshot', coalesce(n.snapshot_id::text, o.snapshot_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.snapshot_id is not null then jsonb_build_object('snapshot_id', o.snapshot_id, 'guild_id', o.guild_id, 'taken_at', o.taken_at, 'admitted_at', o.admitted_at, 'members', o.members, 'added', o.added, 'changed', o.changed, 'removed', o.removed, 'source', o.source) end, case when o.snapshot_id is null then jsonb_build_object('snapshot_id', n.snapshot_id, 'guild_id', n.guild_id, 'taken_at', n.taken_at, 'admitted_at', n.admitted_at, 'members', n.members, 'added', n.added, 'changed', n.changed, 'removed', n.removed, 'source', n.source) when n.snapshot_id is not null then jsonb_build_object('snapshot_id', n.snapshot_id, 'guild_id', n.guild_id, 'taken_at', n.taken_at, 'admitted_at', n.admitted_at, 'members', n.members, 'added', n.added, 'changed', n.changed, 'removed', n.removed, 'source', n.source) || '{}'::jsonb end from new_rows n full join old_rows o on o.snapshot_id = n.snapshot_id where (o.snapshot_id, o.guild_id, o.taken_at, o.admitted_at, o.members, o.added, o.changed, o.removed, o.source) is distinct from (n.snapshot_id, n.guild_id, n.taken_at, n.admitted_at, n.members, n.added, n.changed, n.removed, n.source);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_discord_snapshot_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_discord_snapshot_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_discord_snapshot_update() IS 'Feeds and, for raw SQL, audits each update of discord_snapshot. Written by track().';

--
-- Name: track_entitlement_mapping_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_entitlement_mapping_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'entitlement_mapping', o.entitlement::text || '/' || o.guild_id::text || '/' || o.role_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'entitlement_mapping', o.entitlement::text || '/' || o.guild_id::text || '/' || o.role_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('entitlement', o.entitlement, 'guild_id', o.guild_id, 'role_id', o.role_id), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_entitlement_mapping_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_entitlement_mapping_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_entitlement_mapping_delete() IS 'Feeds and, for raw SQL, audits each delete of entitlement_mapping. Written by track().';

--
-- Name: track_entitlement_mapping_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_entitlement_mapping_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'entitlement_mapping', n.entitlement::text || '/' || n.guild_id::text || '/' || n.role_id::text, 'insert', jsonb_build_object('entitlement', n.entitlement, 'guild_id', n.guild_id, 'role_id', n.role_id) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'entitlement_mapping', n.entitlement::text || '/' || n.guild_id::text || '/' || n.role_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('entitlement', n.entitlement, 'guild_id', n.guild_id, 'role_id', n.role_id) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_entitlement_mapping_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_entitlement_mapping_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_entitlement_mapping_insert() IS 'Feeds and, for raw SQL, audits each insert of entitlement_mapping. Written by track().';

--
-- Name: track_entitlement_mapping_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_entitlement_mapping_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'entitlement_mapping', coalesce(n.entitlement::text || '/' || n.guild_id::text || '/' || n.role_id::text, o.entitlement::text || '/' || o.guild_id::text || '/' || o.role_id::text), case when o.entitlement is null then 'insert' when n.entitlement is null then 'delete' else 'update' end, case when n.entitlement is not null then jsonb_build_object('entitlement', n.entitlement, 'guild_id', n.guild_id, 'role_id', n.role_id) end from new_rows n full join old_rows o on o.entitlement = n.entitlement and o.guild_id = n.guild_id and o.role_id = n.role_id where (o.entitlement, o.guild_id, o.role_id) is distinct from (n.entitlement, n.guild_id, n.role_id);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.entitlement is null then 'insert' when n.entitlement is null then 'delete' else 'update' end, 'entitlement_mapping', coalesce(n.entitlement::text || '/' || n.guild_id::text || '/' || n.role_id::text, o.entitlement::text || '/' || o.guild_id::text || '/' || o.role_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.entitlement is not null then jsonb_build_object('entitlement', o.entitlement, 'guild_id', o.guild_id, 'role_id', o.role_id) end, case when o.entitlement is null then jsonb_build_object('entitlement', n.entitlement, 'guild_id', n.guild_id, 'role_id', n.role_id) when n.entitlement is not null then jsonb_build_object('entitlement', n.entitlement, 'guild_id', n.guild_id, 'role_id', n.role_id) || '{}'::jsonb end from new_rows n full join old_rows o on o.entitlement = n.entitlement and o.guild_id = n.guild_id and o.role_id = n.role_id where (o.entitlement, o.guild_id, o.role_id) is distinct from (n.entitlement, n.guild_id, n.role_id);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_entitlement_mapping_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_entitlement_mapping_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_entitlement_mapping_update() IS 'Feeds and, for raw SQL, audits each update of entitlement_mapping. Written by track().';

--
-- Name: track_exemption_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_exemption_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'exemption', o.exemption_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'exemption', o.exemption_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('exemption_id', o.exemption_id, 'user_id', o.user_id, 'granted_by', o.granted_by, 'starts_at', o.starts_at, 'ends_at', o.ends_at, 'review_at', o.review_at, 'reviewed_at', o.reviewed_at, 'reviewed_by', o.reviewed_by, 'ended_at', o.ended_at, 'ended_by', o.ended_by), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_exemption_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_exemption_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_exemption_delete() IS 'Feeds and, for raw SQL, audits each delete of exemption. Written by track().';

--
-- Name: track_exemption_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_exemption_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'exemption', n.exemption_id::text, 'insert', jsonb_build_object('exemption_id', n.exemption_id, 'user_id', n.user_id, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'review_at', n.review_at, 'reviewed_at', n.reviewed_at, 'reviewed_by', n.reviewed_by, 'ended_at', n.ended_at, 'ended_by', n.ended_by) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'exemption', n.exemption_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('exemption_id', n.exemption_id, 'user_id', n.user_id, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'review_at', n.review_at, 'reviewed_at', n.reviewed_at, 'reviewed_by', n.reviewed_by, 'ended_at', n.ended_at, 'ended_by', n.ended_by) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_exemption_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_exemption_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_exemption_insert() IS 'Feeds and, for raw SQL, audits each insert of exemption. Written by track().';

--
-- Name: track_exemption_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_exemption_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'exemption', coalesce(n.exemption_id::text, o.exemption_id::text), case when o.exemption_id is null then 'insert' when n.exemption_id is null then 'delete' else 'update' end, case when n.exemption_id is not null then jsonb_build_object('exemption_id', n.exemption_id, 'user_id', n.user_id, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'review_at', n.review_at, 'reviewed_at', n.reviewed_at, 'reviewed_by', n.reviewed_by, 'ended_at', n.ended_at, 'ended_by', n.ended_by) end from new_rows n full join old_rows o on o.exemption_id = n.exemption_id where (o.exemption_id, o.user_id, o.reason, o.granted_by, o.starts_at, o.ends_at, o.review_at, o.reviewed_at, o.reviewed_by, o.review_note, o.ended_at, o.ended_by, o.end_reason) is distinct from (n.exemption_id, n.user_id, n.reason, n.granted_by, n.starts_at, n.ends_at, n.review_at, n.reviewed_at, n.reviewed_by, n.review_note, n.ended_at, n.ended_by, n.end_reason);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.exemption_id is null then 'insert' when n.exemption_id is null then 'delete' else 'update' end, 'exemption', coalesce(n.exemption_id::text, o.exemption_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.exemption_id is not null then jsonb_build_object('exemption_id', o.exemption_id, 'user_id', o.user_id, 'granted_by', o.granted_by, 'starts_at', o.starts_at, 'ends_at', o.ends_at, 'review_at', o.review_at, 'reviewed_at', o.reviewed_at, 'reviewed_by', o.reviewed_by, 'ended_at', o.ended_at, 'ended_by', o.ended_by) end, case when o.exemption_id is null then jsonb_build_object('exemption_id', n.exemption_id, 'user_id', n.user_id, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'review_at', n.review_at, 'reviewed_at', n.reviewed_at, 'reviewed_by', n.reviewed_by, 'ended_at', n.ended_at, 'ended_by', n.ended_by) when n.exemption_id is not null then jsonb_build_object('exemption_id', n.exemption_id, 'user_id', n.user_id, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'review_at', n.review_at, 'reviewed_at', n.reviewed_at, 'reviewed_by', n.reviewed_by, 'ended_at', n.ended_at, 'ended_by', n.ended_by) || jsonb_build_object('changed', array_remove(array[case when o.reason is distinct from n.reason then 'reason' end, case when o.review_note is distinct from n.review_note then 'review_note' end, case when o.end_reason is distinct from n.end_reason then 'end_reason' end], null)) end from new_rows n full join old_rows o on o.exemption_id = n.exemption_id where (o.exemption_id, o.user_id, o.reason, o.granted_by, o.starts_at, o.ends_at, o.review_at, o.reviewed_at, o.reviewed_by, o.review_note, o.ended_at, o.ended_by, o.end_reason) is distinct from (n.exemption_id, n.user_id, n.reason, n.granted_by, n.starts_at, n.ends_at, n.review_at, n.reviewed_at, n.reviewed_by, n.review_note, n.ended_at, n.ended_by, n.end_reason);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_exemption_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_exemption_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_exemption_update() IS 'Feeds and, for raw SQL, audits each update of exemption. Written by track().';

--
-- Name: track_governance_setting_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_governance_setting_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'governance_setting', o.only_row::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'governance_setting', o.only_row::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('only_row', o.only_row, 'mode', o.mode, 'snapshot_max_age_seconds', o.snapshot_max_age_seconds, 'guard_share_percent', o.guard_share_percent, 'guard_few', o.guard_few, 'guard_count', o.guard_count, 'role_restore_days', o.role_restore_days, 'reconcile_every_seconds', o.reconcile_every_seconds, 'audit_retention_months', o.audit_retention_months), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_governance_setting_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_governance_setting_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_governance_setting_delete() IS 'Feeds and, for raw SQL, audits each delete of governance_setting. Written by track().';

--
-- Name: track_governance_setting_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_governance_setting_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'governance_setting', n.only_row::text, 'insert', jsonb_build_object('only_row', n.only_row, 'mode', n.mode, 'snapshot_max_age_seconds', n.snapshot_max_age_seconds, 'guard_share_percent', n.guard_share_percent, 'guard_few', n.guard_few, 'guard_count', n.guard_count, 'role_restore_days', n.role_restore_days, 'reconcile_every_seconds', n.reconcile_every_seconds, 'audit_retention_months', n.audit_retention_months) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'governance_setting', n.only_row::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('only_row', n.only_row, 'mode', n.mode, 'snapshot_max_age_seconds', n.snapshot_max_age_seconds, 'guard_share_percent', n.guard_share_percent, 'guard_few', n.guard_few, 'guard_count', n.guard_count, 'role_restore_days', n.role_restore_days, 'reconcile_every_seconds', n.reconcile_every_seconds, 'audit_retention_months', n.audit_retention_months) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_governance_setting_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_governance_setting_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_governance_setting_insert() IS 'Feeds and, for raw SQL, audits each insert of governance_setting. Written by track().';

--
-- Name: track_governance_setting_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_governance_setting_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'governance_setting', coalesce(n.only_row::text, o.only_row::text), case when o.only_row is null then 'insert' when n.only_row is null then 'delete' else 'update' end, case when n.only_row is not null then jsonb_build_object('only_row', n.only_row, 'mode', n.mode, 'snapshot_max_age_seconds', n.snapshot_max_age_seconds, 'guard_share_percent', n.guard_share_percent, 'guard_few', n.guard_few, 'guard_count', n.guard_count, 'role_restore_days', n.role_restore_days, 'reconcile_every_seconds', n.reconcile_every_seconds, 'audit_retention_months', n.audit_retention_months) end from new_rows n full join old_rows o on o.only_row = n.only_row where (o.only_row, o.mode, o.snapshot_max_age_seconds, o.guard_share_percent, o.guard_few, o.guard_count, o.role_restore_days, o.reconcile_every_seconds, o.audit_retention_months) is distinct from (n.only_row, n.mode, n.snapshot_max_age_seconds, n.guard_share_percent, n.guard_few, n.guard_count, n.role_restore_days, n.reconcile_every_seconds, n.audit_retention_months);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.only_row is null then 'insert' when n.only_row is null then 'delete' else 'update' end, 'governance_setting', coalesce(n.only_row::text, o.only_row::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.only_row is not null then jsonb_build_object('only_row', o.only_row, 'mode', o.mode, 'snapshot_max_age_seconds', o.snapshot_max_age_seconds, 'guard_share_percent', o.guard_share_percent, 'guard_few', o.guard_few, 'guard_count', o.guard_count, 'role_restore_days', o.role_restore_days, 'reconcile_every_seconds', o.reconcile_every_seconds, 'audit_retention_months', o.audit_retention_months) end, case when o.only_row is null then jsonb_build_object('only_row', n.only_row, 'mode', n.mode, 'snapshot_max_age_seconds', n.snapshot_max_age_seconds, 'guard_share_percent', n.guard_share_percent, 'guard_few', n.guard_few, 'guard_count', n.guard_count, 'role_restore_days', n.role_restore_days, 'reconcile_every_seconds', n.reconcile_every_seconds, 'audit_retention_months', n.audit_retention_months) when n.only_row is not null then jsonb_build_object('only_row', n.only_row, 'mode', n.mode, 'snapshot_max_age_seconds', n.snapshot_max_age_seconds, 'guard_share_percent', n.guard_share_percent, 'guard_few', n.guard_few, 'guard_count', n.guard_count, 'role_restore_days', n.role_restore_days, 'reconcile_every_seconds', n.reconcile_every_seconds, 'audit_retention_months', n.audit_retention_months) || '{}'::jsonb end from new_rows n full join old_rows o on o.only_row = n.only_row where (o.only_row, o.mode, o.snapshot_max_age_seconds, o.guard_share_percent, o.guard_few, o.guard_count, o.role_restore_days, o.reconcile_every_seconds, o.audit_retention_months) is distinct from (n.only_row, n.mode, n.snapshot_max_age_seconds, n.guard_share_percent, n.guard_few, n.guard_count, n.role_restore_days, n.reconcile_every_seconds, n.audit_retention_months);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_governance_setting_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_governance_setting_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_governance_setting_update() IS 'Feeds and, for raw SQL, audits each update of governance_setting. Written by track().';

--
-- Name: track_hold_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_hold_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'hold', o.hold_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'hold', o.hold_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('hold_id', o.hold_id, 'user_id', o.user_id, 'source', o.source, 'granted_by', o.granted_by, 'starts_at', o.starts_at, 'ends_at', o.ends_at, 'ended_at', o.ended_at, 'ended_by', o.ended_by), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_hold_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_hold_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_hold_delete() IS 'Feeds and, for raw SQL, audits each delete of hold. Written by track().';

--
-- Name: track_hold_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_hold_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'hold', n.hold_id::text, 'insert', jsonb_build_object('hold_id', n.hold_id, 'user_id', n.user_id, 'source', n.source, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'ended_at', n.ended_at, 'ended_by', n.ended_by) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'hold', n.hold_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('hold_id', n.hold_id, 'user_id', n.user_id, 'source', n.source, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'ended_at', n.ended_at, 'ended_by', n.ended_by) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_hold_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_hold_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_hold_insert() IS 'Feeds and, for raw SQL, audits each insert of hold. Written by track().';

--
-- Name: track_hold_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_hold_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'hold', coalesce(n.hold_id::text, o.hold_id::text), case when o.hold_id is null then 'insert' when n.hold_id is null then 'delete' else 'update' end, case when n.hold_id is not null then jsonb_build_object('hold_id', n.hold_id, 'user_id', n.user_id, 'source', n.source, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'ended_at', n.ended_at, 'ended_by', n.ended_by) end from new_rows n full join old_rows o on o.hold_id = n.hold_id where (o.hold_id, o.user_id, o.reason, o.source, o.granted_by, o.starts_at, o.ends_at, o.ended_at, o.ended_by, o.end_reason) is distinct from (n.hold_id, n.user_id, n.reason, n.source, n.granted_by, n.starts_at, n.ends_at, n.ended_at, n.ended_by, n.end_reason);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.hold_id is null then 'insert' when n.hold_id is null then 'delete' else 'update' end, 'hold', coalesce(n.hold_id::text, o.hold_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.hold_id is not null then jsonb_build_object('hold_id', o.hold_id, 'user_id', o.user_id, 'source', o.source, 'granted_by', o.granted_by, 'starts_at', o.starts_at, 'ends_at', o.ends_at, 'ended_at', o.ended_at, 'ended_by', o.ended_by) end, case when o.hold_id is null then jsonb_build_object('hold_id', n.hold_id, 'user_id', n.user_id, 'source', n.source, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'ended_at', n.ended_at, 'ended_by', n.ended_by) when n.hold_id is not null then jsonb_build_object('hold_id', n.hold_id, 'user_id', n.user_id, 'source', n.source, 'granted_by', n.granted_by, 'starts_at', n.starts_at, 'ends_at', n.ends_at, 'ended_at', n.ended_at, 'ended_by', n.ended_by) || jsonb_build_object('changed', array_remove(array[case when o.reason is distinct from n.reason then 'reason' end, case when o.end_reason is distinct from n.end_reason then 'end_reason' end], null)) end from new_rows n full join old_rows o on o.hold_id = n.hold_id where (o.hold_id, o.user_id, o.reason, o.source, o.granted_by, o.starts_at, o.ends_at, o.ended_at, o.ended_by, o.end_reason) is distinct from (n.hold_id, n.user_id, n.reason, n.source, n.granted_by, n.starts_at, n.ends_at, n.ended_at, n.ended_by, n.end_reason);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_hold_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_hold_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_hold_update() IS 'Feeds and, for raw SQL, audits each update of hold. Written by track().';

--
-- Name: track_identity_link_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_identity_link_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'identity_link', o.provider::text || '/' || o.external_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'identity_link', o.provider::text || '/' || o.external_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('user_id', o.user_id, 'provider', o.provider, 'external_id', o.external_id, 'discord_id', o.discord_id), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_identity_link_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_identity_link_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_identity_link_delete() IS 'Feeds and, for raw SQL, audits each delete of identity_link. Written by track().';

--
-- Name: track_identity_link_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_identity_link_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'identity_link', n.provider::text || '/' || n.external_id::text, 'insert', jsonb_build_object('user_id', n.user_id, 'provider', n.provider, 'external_id', n.external_id, 'discord_id', n.discord_id) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'identity_link', n.provider::text || '/' || n.external_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('user_id', n.user_id, 'provider', n.provider, 'external_id', n.external_id, 'discord_id', n.discord_id) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_identity_link_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_identity_link_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_identity_link_insert() IS 'Feeds and, for raw SQL, audits each insert of identity_link. Written by track().';

--
-- Name: track_identity_link_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_identity_link_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'identity_link', coalesce(n.provider::text || '/' || n.external_id::text, o.provider::text || '/' || o.external_id::text), case when o.provider is null then 'insert' when n.provider is null then 'delete' else 'update' end, case when n.provider is not null then jsonb_build_object('user_id', n.user_id, 'provider', n.provider, 'external_id', n.external_id, 'discord_id', n.discord_id) end from new_rows n full join old_rows o on o.provider = n.provider and o.external_id = n.external_id where (o.user_id, o.provider, o.external_id, o.discord_id) is distinct from (n.user_id, n.provider, n.external_id, n.discord_id);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.provider is null then 'insert' when n.provider is null then 'delete' else 'update' end, 'identity_link', coalesce(n.provider::text || '/' || n.external_id::text, o.provider::text || '/' || o.external_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.provider is not null then jsonb_build_object('user_id', o.user_id, 'provider', o.provider, 'external_id', o.external_id, 'discord_id', o.discord_id) end, case when o.provider is null then jsonb_build_object('user_id', n.user_id, 'provider', n.provider, 'external_id', n.external_id, 'discord_id', n.discord_id) when n.provider is not null then jsonb_build_object('user_id', n.user_id, 'provider', n.provider, 'external_id', n.external_id, 'discord_id', n.discord_id) || '{}'::jsonb end from new_rows n full join old_rows o on o.provider = n.provider and o.external_id = n.external_id where (o.user_id, o.provider, o.external_id, o.discord_id) is distinct from (n.user_id, n.provider, n.external_id, n.discord_id);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_identity_link_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_identity_link_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_identity_link_update() IS 'Feeds and, for raw SQL, audits each update of identity_link. Written by track().';

--
-- Name: track_login_link_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_login_link_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'login_link', o.user_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'login_link', o.user_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('user_id', o.user_id, 'expires_at', o.expires_at, 'used_at', o.used_at), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_login_link_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_login_link_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_login_link_delete() IS 'Feeds and, for raw SQL, audits each delete of login_link. Written by track().';

--
-- Name: track_login_link_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_login_link_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'login_link', n.user_id::text, 'insert', jsonb_build_object('user_id', n.user_id, 'expires_at', n.expires_at, 'used_at', n.used_at) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'login_link', n.user_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('user_id', n.user_id, 'expires_at', n.expires_at, 'used_at', n.used_at) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_login_link_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_login_link_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_login_link_insert() IS 'Feeds and, for raw SQL, audits each insert of login_link. Written by track().';

--
-- Name: track_login_link_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_login_link_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'login_link', coalesce(n.user_id::text, o.user_id::text), case when o.user_id is null then 'insert' when n.user_id is null then 'delete' else 'update' end, case when n.user_id is not null then jsonb_build_object('user_id', n.user_id, 'expires_at', n.expires_at, 'used_at', n.used_at) end from new_rows n full join old_rows o on o.user_id = n.user_id where (o.user_id, o.expires_at, o.used_at) is distinct from (n.user_id, n.expires_at, n.used_at);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.user_id is null then 'insert' when n.user_id is null then 'delete' else 'update' end, 'login_link', coalesce(n.user_id::text, o.user_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.user_id is not null then jsonb_build_object('user_id', o.user_id, 'expires_at', o.expires_at, 'used_at', o.used_at) end, case when o.user_id is null then jsonb_build_object('user_id', n.user_id, 'expires_at', n.expires_at, 'used_at', n.used_at) when n.user_id is not null then jsonb_build_object('user_id', n.user_id, 'expires_at', n.expires_at, 'used_at', n.used_at) || '{}'::jsonb end from new_rows n full join old_rows o on o.user_id = n.user_id where (o.user_id, o.expires_at, o.used_at) is distinct from (n.user_id, n.expires_at, n.used_at);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_login_link_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_login_link_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_login_link_update() IS 'Feeds and, for raw SQL, audits each update of login_link. Written by track().';

--
-- Name: track_membership_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_membership_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'membership', o.organization_id::text || '/' || o.user_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'membership', o.organization_id::text || '/' || o.user_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('organization_id', o.organization_id, 'user_id', o.user_id, 'status', o.status, 'exclusive', o.exclusive), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_membership_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_membership_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_membership_delete() IS 'Feeds and, for raw SQL, audits each delete of membership. Written by track().';

--
-- Name: track_membership_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_membership_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'membership', n.organization_id::text || '/' || n.user_id::text, 'insert', jsonb_build_object('organization_id', n.organization_id, 'user_id', n.user_id, 'status', n.status, 'exclusive', n.exclusive) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'membership', n.organization_id::text || '/' || n.user_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('organization_id', n.organization_id, 'user_id', n.user_id, 'status', n.status, 'exclusive', n.exclusive) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_membership_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_membership_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_membership_insert() IS 'Feeds and, for raw SQL, audits each insert of membership. Written by track().';

--
-- Name: track_membership_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_membership_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'membership', coalesce(n.organization_id::text || '/' || n.user_id::text, o.organization_id::text || '/' || o.user_id::text), case when o.organization_id is null then 'insert' when n.organization_id is null then 'delete' else 'update' end, case when n.organization_id is not null then jsonb_build_object('organization_id', n.organization_id, 'user_id', n.user_id, 'status', n.status, 'exclusive', n.exclusive) end from new_rows n full join old_rows o on o.organization_id = n.organization_id and o.user_id = n.user_id where (o.organization_id, o.user_id, o.status, o.exclusive) is distinct from (n.organization_id, n.user_id, n.status, n.exclusive);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.organization_id is null then 'insert' when n.organization_id is null then 'delete' else 'update' end, 'membership', coalesce(n.organization_id::text || '/' || n.user_id::text, o.organization_id::text || '/' || o.user_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.organization_id is not null then jsonb_build_object('organization_id', o.organization_id, 'user_id', o.user_id, 'status', o.status, 'exclusive', o.exclusive) end, case when o.organization_id is null then jsonb_build_object('organization_id', n.organization_id, 'user_id', n.user_id, 'status', n.status, 'exclusive', n.exclusive) when n.organization_id is not null then jsonb_build_object('organization_id', n.organization_id, 'user_id', n.user_id, 'status', n.status, 'exclusive', n.exclusive) || '{}'::jsonb end from new_rows n full join old_rows o on o.organization_id = n.organization_id and o.user_id = n.user_id where (o.organization_id, o.user_id, o.status, o.exclusive) is distinct from (n.organization_id, n.user_id, n.status, n.exclusive);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_membership_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_membership_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_membership_update() IS 'Feeds and, for raw SQL, audits each update of membership. Written by track().';

--
-- Name: track_organization_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_organization_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'organization', o.id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'organization', o.id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('id', o.id, 'slug', o.slug, 'is_default', o.is_default), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_organization_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_organization_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_organization_delete() IS 'Feeds and, for raw SQL, audits each delete of organization. Written by track().';

--
-- Name: track_organization_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_organization_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'organization', n.id::text, 'insert', jsonb_build_object('id', n.id, 'slug', n.slug, 'is_default', n.is_default) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'organization', n.id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('id', n.id, 'slug', n.slug, 'is_default', n.is_default) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_organization_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_organization_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_organization_insert() IS 'Feeds and, for raw SQL, audits each insert of organization. Written by track().';

--
-- Name: track_organization_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_organization_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'organization', coalesce(n.id::text, o.id::text), case when o.id is null then 'insert' when n.id is null then 'delete' else 'update' end, case when n.id is not null then jsonb_build_object('id', n.id, 'slug', n.slug, 'is_default', n.is_default) end from new_rows n full join old_rows o on o.id = n.id where (o.id, o.slug, o.name, o.description, o.is_default) is distinct from (n.id, n.slug, n.name, n.description, n.is_default);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.id is null then 'insert' when n.id is null then 'delete' else 'update' end, 'organization', coalesce(n.id::text, o.id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.id is not null then jsonb_build_object('id', o.id, 'slug', o.slug, 'is_default', o.is_default) end, case when o.id is null then jsonb_build_object('id', n.id, 'slug', n.slug, 'is_default', n.is_default) when n.id is not null then jsonb_build_object('id', n.id, 'slug', n.slug, 'is_default', n.is_default) || jsonb_build_object('changed', array_remove(array[case when o.name is distinct from n.name then 'name' end, case when o.description is distinct from n.description then 'description' end], null)) end from new_rows n full join old_rows o on o.id = n.id where (o.id, o.slug, o.name, o.description, o.is_default) is distinct from (n.id, n.slug, n.name, n.description, n.is_default);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_organization_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_organization_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_organization_update() IS 'Feeds and, for raw SQL, audits each update of organization. Written by track().';

--
-- Name: track_passkey_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_passkey_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'passkey', o.passkey_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'passkey', o.passkey_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('passkey_id', o.passkey_id, 'user_id', o.user_id, 'created_at', o.created_at), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_passkey_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_passkey_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_passkey_delete() IS 'Feeds and, for raw SQL, audits each delete of passkey. Written by track().';

--
-- Name: track_passkey_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_passkey_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'passkey', n.passkey_id::text, 'insert', jsonb_build_object('passkey_id', n.passkey_id, 'user_id', n.user_id, 'created_at', n.created_at) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'passkey', n.passkey_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('passkey_id', n.passkey_id, 'user_id', n.user_id, 'created_at', n.created_at) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_passkey_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_passkey_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_passkey_insert() IS 'Feeds and, for raw SQL, audits each insert of passkey. Written by track().';

--
-- Name: track_passkey_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_passkey_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'passkey', coalesce(n.passkey_id::text, o.passkey_id::text), case when o.passkey_id is null then 'insert' when n.passkey_id is null then 'delete' else 'update' end, case when n.passkey_id is not null then jsonb_build_object('passkey_id', n.passkey_id, 'user_id', n.user_id, 'created_at', n.created_at) end from new_rows n full join old_rows o on o.passkey_id = n.passkey_id where (o.passkey_id, o.user_id, o.name, o.created_at) is distinct from (n.passkey_id, n.user_id, n.name, n.created_at);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.passkey_id is null then 'insert' when n.passkey_id is null then 'delete' else 'update' end, 'passkey', coalesce(n.passkey_id::text, o.passkey_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.passkey_id is not null then jsonb_build_object('passkey_id', o.passkey_id, 'user_id', o.user_id, 'created_at', o.created_at) end, case when o.passkey_id is null then jsonb_build_object('passkey_id', n.passkey_id, 'user_id', n.user_id, 'created_at', n.created_at) when n.passkey_id is not null then jsonb_build_object('passkey_id', n.passkey_id, 'user_id', n.user_id, 'created_at', n.created_at) || jsonb_build_object('changed', array_remove(array[case when o.name is distinct from n.name then 'name' end], null)) end from new_rows n full join old_rows o on o.passkey_id = n.passkey_id where (o.passkey_id, o.user_id, o.name, o.created_at) is distinct from (n.passkey_id, n.user_id, n.name, n.created_at);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_passkey_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_passkey_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_passkey_update() IS 'Feeds and, for raw SQL, audits each update of passkey. Written by track().';

--
-- Name: track_personal_access_token_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_personal_access_token_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'personal_access_token', o.token_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'personal_access_token', o.token_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('token_id', o.token_id, 'user_id', o.user_id, 'scopes', o.scopes, 'created_at', o.created_at, 'expires_at', o.expires_at, 'revoked_at', o.revoked_at), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_personal_access_token_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_personal_access_token_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_personal_access_token_delete() IS 'Feeds and, for raw SQL, audits each delete of personal_access_token. Written by track().';

--
-- Name: track_personal_access_token_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_personal_access_token_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'personal_access_token', n.token_id::text, 'insert', jsonb_build_object('token_id', n.token_id, 'user_id', n.user_id, 'scopes', n.scopes, 'created_at', n.created_at, 'expires_at', n.expires_at, 'revoked_at', n.revoked_at) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'personal_access_token', n.token_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('token_id', n.token_id, 'user_id', n.user_id, 'scopes', n.scopes, 'created_at', n.created_at, 'expires_at', n.expires_at, 'revoked_at', n.revoked_at) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_personal_access_token_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_personal_access_token_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_personal_access_token_insert() IS 'Feeds and, for raw SQL, audits each insert of personal_access_token. Written by track().';

--
-- Name: track_personal_access_token_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_personal_access_token_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'personal_access_token', coalesce(n.token_id::text, o.token_id::text), case when o.token_id is null then 'insert' when n.token_id is null then 'delete' else 'update' end, case when n.token_id is not null then jsonb_build_object('token_id', n.token_id, 'user_id', n.user_id, 'scopes', n.scopes, 'created_at', n.created_at, 'expires_at', n.expires_at, 'revoked_at', n.revoked_at) end from new_rows n full join old_rows o on o.token_id = n.token_id where (o.token_id, o.user_id, o.name, o.scopes, o.created_at, o.expires_at, o.revoked_at) is distinct from (n.token_id, n.user_id, n.name, n.scopes, n.created_at, n.expires_at, n.revoked_at);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.token_id is null then 'insert' when n.token_id is null then 'delete' else 'update' end, 'personal_access_token', coalesce(n.token_id::text, o.token_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.token_id is not null then jsonb_build_object('token_id', o.token_id, 'user_id', o.user_id, 'scopes', o.scopes, 'created_at', o.created_at, 'expires_at', o.expires_at, 'revoked_at', o.revoked_at) end, case when o.token_id is null then jsonb_build_object('token_id', n.token_id, 'user_id', n.user_id, 'scopes', n.scopes, 'created_at', n.created_at, 'expires_at', n.expires_at, 'revoked_at', n.revoked_at) when n.token_id is not null then jsonb_build_object('token_id', n.token_id, 'user_id', n.user_id, 'scopes', n.scopes, 'created_at', n.created_at, 'expires_at', n.expires_at, 'revoked_at', n.revoked_at) || jsonb_build_object('changed', array_remove(array[case when o.name is distinct from n.name then 'name' end], null)) end from new_rows n full join old_rows o on o.token_id = n.token_id where (o.token_id, o.user_id, o.name, o.scopes, o.created_at, o.expires_at, o.revoked_at) is distinct from (n.token_id, n.user_id, n.name, n.scopes, n.created_at, n.expires_at, n.revoked_at);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_personal_access_token_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_personal_access_token_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_personal_access_token_update() IS 'Feeds and, for raw SQL, audits each update of personal_access_token. Written by track().';

--
-- Name: track_project_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_project_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'project', o.project_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'project', o.project_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('project_id', o.project_id, 'tenant_id', o.tenant_id, 'slug', o.slug), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_project_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_project_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_project_delete() IS 'Feeds and, for raw SQL, audits each delete of project. Written by track().';

--
-- Name: track_project_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_project_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'project', n.project_id::text, 'insert', jsonb_build_object('project_id', n.project_id, 'tenant_id', n.tenant_id, 'slug', n.slug) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'project', n.project_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('project_id', n.project_id, 'tenant_id', n.tenant_id, 'slug', n.slug) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_project_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_project_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_project_insert() IS 'Feeds and, for raw SQL, audits each insert of project. Written by track().';

--
-- Name: track_project_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_project_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'project', coalesce(n.project_id::text, o.project_id::text), case when o.project_id is null then 'insert' when n.project_id is null then 'delete' else 'update' end, case when n.project_id is not null then jsonb_build_object('project_id', n.project_id, 'tenant_id', n.tenant_id, 'slug', n.slug) end from new_rows n full join old_rows o on o.project_id = n.project_id where (o.project_id, o.tenant_id, o.slug, o.name) is distinct from (n.project_id, n.tenant_id, n.slug, n.name);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.project_id is null then 'insert' when n.project_id is null then 'delete' else 'update' end, 'project', coalesce(n.project_id::text, o.project_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.project_id is not null then jsonb_build_object('project_id', o.project_id, 'tenant_id', o.tenant_id, 'slug', o.slug) end, case when o.project_id is null then jsonb_build_object('project_id', n.project_id, 'tenant_id', n.tenant_id, 'slug', n.slug) when n.project_id is not null then jsonb_build_object('project_id', n.project_id, 'tenant_id', n.tenant_id, 'slug', n.slug) || jsonb_build_object('changed', array_remove(array[case when o.name is distinct from n.name then 'name' end], null)) end from new_rows n full join old_rows o on o.project_id = n.project_id where (o.project_id, o.tenant_id, o.slug, o.name) is distinct from (n.project_id, n.tenant_id, n.slug, n.name);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_project_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_project_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_project_update() IS 'Feeds and, for raw SQL, audits each update of project. Written by track().';

--
-- Name: track_rehome_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_rehome_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'rehome', o.rehome_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'rehome', o.rehome_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('rehome_id', o.rehome_id, 'user_id', o.user_id, 'from_tenant', o.from_tenant, 'to_tenant', o.to_tenant, 'role_id', o.role_id, 'state', o.state, 'requested_by', o.requested_by, 'requested_at', o.requested_at, 'decided_by', o.decided_by, 'decided_at', o.decided_at), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_rehome_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_rehome_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_rehome_delete() IS 'Feeds and, for raw SQL, audits each delete of rehome. Written by track().';

--
-- Name: track_rehome_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_rehome_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'rehome', n.rehome_id::text, 'insert', jsonb_build_object('rehome_id', n.rehome_id, 'user_id', n.user_id, 'from_tenant', n.from_tenant, 'to_tenant', n.to_tenant, 'role_id', n.role_id, 'state', n.state, 'requested_by', n.requested_by, 'requested_at', n.requested_at, 'decided_by', n.decided_by, 'decided_at', n.decided_at) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'rehome', n.rehome_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('rehome_id', n.rehome_id, 'user_id', n.user_id, 'from_tenant', n.from_tenant, 'to_tenant', n.to_tenant, 'role_id', n.role_id, 'state', n.state, 'requested_by', n.requested_by, 'requested_at', n.requested_at, 'decided_by', n.decided_by, 'decided_at', n.decided_at) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_rehome_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_rehome_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_rehome_insert() IS 'Feeds and, for raw SQL, audits each insert of rehome. Written by track().';

--
-- Name: track_rehome_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_rehome_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'rehome', coalesce(n.rehome_id::text, o.rehome_id::text), case when o.rehome_id is null then 'insert' when n.rehome_id is null then 'delete' else 'update' end, case when n.rehome_id is not null then jsonb_build_object('rehome_id', n.rehome_id, 'user_id', n.user_id, 'from_tenant', n.from_tenant, 'to_tenant', n.to_tenant, 'role_id', n.role_id, 'state', n.state, 'requested_by', n.requested_by, 'requested_at', n.requested_at, 'decided_by', n.decided_by, 'decided_at', n.decided_at) end from new_rows n full join old_rows o on o.rehome_id = n.rehome_id where (o.rehome_id, o.user_id, o.from_tenant, o.to_tenant, o.role_id, o.reason, o.state, o.requested_by, o.requested_at, o.decided_by, o.decided_at) is distinct from (n.rehome_id, n.user_id, n.from_tenant, n.to_tenant, n.role_id, n.reason, n.state, n.requested_by, n.requested_at, n.decided_by, n.decided_at);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.rehome_id is null then 'insert' when n.rehome_id is null then 'delete' else 'update' end, 'rehome', coalesce(n.rehome_id::text, o.rehome_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.rehome_id is not null then jsonb_build_object('rehome_id', o.rehome_id, 'user_id', o.user_id, 'from_tenant', o.from_tenant, 'to_tenant', o.to_tenant, 'role_id', o.role_id, 'state', o.state, 'requested_by', o.requested_by, 'requested_at', o.requested_at, 'decided_by', o.decided_by, 'decided_at', o.decided_at) end, case when o.rehome_id is null then jsonb_build_object('rehome_id', n.rehome_id, 'user_id', n.user_id, 'from_tenant', n.from_tenant, 'to_tenant', n.to_tenant, 'role_id', n.role_id, 'state', n.state, 'requested_by', n.requested_by, 'requested_at', n.requested_at, 'decided_by', n.decided_by, 'decided_at', n.decided_at) when n.rehome_id is not null then jsonb_build_object('rehome_id', n.rehome_id, 'user_id', n.user_id, 'from_tenant', n.from_tenant, 'to_tenant', n.to_tenant, 'role_id', n.role_id, 'state', n.state, 'requested_by', n.requested_by, 'requested_at', n.requested_at, 'decided_by', n.decided_by, 'decided_at', n.decided_at) || jsonb_build_object('changed', array_remove(array[case when o.reason is distinct from n.reason then 'reason' end], null)) end from new_rows n full join old_rows o on o.rehome_id = n.rehome_id where (o.rehome_id, o.user_id, o.from_tenant, o.to_tenant, o.role_id, o.reason, o.state, o.requested_by, o.requested_at, o.decided_by, o.decided_at) is distinct from (n.rehome_id, n.user_id, n.from_tenant, n.to_tenant, n.role_id, n.reason, n.state, n.requested_by, n.requested_at, n.decided_by, n.decided_at);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_rehome_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_rehome_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_rehome_update() IS 'Feeds and, for raw SQL, audits each update of rehome. Written by track().';

--
-- Name: track_review_campaign_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_review_campaign_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'review_campaign', o.campaign_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'review_campaign', o.campaign_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('campaign_id', o.campaign_id, 'subject', o.subject, 'tenant_id', o.tenant_id, 'created_by', o.created_by, 'created_at', o.created_at, 'due_at', o.due_at, 'signed_off_at', o.signed_off_at, 'signed_off_by', o.signed_off_by), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_review_campaign_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_review_campaign_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_review_campaign_delete() IS 'Feeds and, for raw SQL, audits each delete of review_campaign. Written by track().';

--
-- Name: track_review_campaign_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_review_campaign_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'review_campaign', n.campaign_id::text, 'insert', jsonb_build_object('campaign_id', n.campaign_id, 'subject', n.subject, 'tenant_id', n.tenant_id, 'created_by', n.created_by, 'created_at', n.created_at, 'due_at', n.due_at, 'signed_off_at', n.signed_off_at, 'signed_off_by', n.signed_off_by) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'review_campaign', n.campaign_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('campaign_id', n.campaign_id, 'subject', n.subject, 'tenant_id', n.tenant_id, 'created_by', n.created_by, 'created_at', n.created_at, 'due_at', n.due_at, 'signed_off_at', n.signed_off_at, 'signed_off_by', n.signed_off_by) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_review_campaign_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_review_campaign_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_review_campaign_insert() IS 'Feeds and, for raw SQL, audits each insert of review_campaign. Written by track().';

--
-- Name: track_review_campaign_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_review_campaign_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'review_campaign', coalesce(n.campaign_id::text, o.campaign_id::text), case when o.campaign_id is null then 'insert' when n.campaign_id is null then 'delete' else 'update' end, case when n.campaign_id is not null then jsonb_build_object('campaign_id', n.campaign_id, 'subject', n.subject, 'tenant_id', n.tenant_id, 'created_by', n.created_by, 'created_at', n.created_at, 'due_at', n.due_at, 'signed_off_at', n.signed_off_at, 'signed_off_by', n.signed_off_by) end from new_rows n full join old_rows o on o.campaign_id = n.campaign_id where (o.campaign_id, o.name, o.subject, o.tenant_id, o.created_by, o.created_at, o.due_at, o.signed_off_at, o.signed_off_by, o.sign_off_note) is distinct from (n.campaign_id, n.name, n.subject, n.tenant_id, n.created_by, n.created_at, n.due_at, n.signed_off_at, n.signed_off_by, n.sign_off_note);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.campaign_id is null then 'insert' when n.campaign_id is null then 'delete' else 'update' end, 'review_campaign', coalesce(n.campaign_id::text, o.campaign_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.campaign_id is not null then jsonb_build_object('campaign_id', o.campaign_id, 'subject', o.subject, 'tenant_id', o.tenant_id, 'created_by', o.created_by, 'created_at', o.created_at, 'due_at', o.due_at, 'signed_off_at', o.signed_off_at, 'signed_off_by', o.signed_off_by) end, case when o.campaign_id is null then jsonb_build_object('campaign_id', n.campaign_id, 'subject', n.subject, 'tenant_id', n.tenant_id, 'created_by', n.created_by, 'created_at', n.created_at, 'due_at', n.due_at, 'signed_off_at', n.signed_off_at, 'signed_off_by', n.signed_off_by) when n.campaign_id is not null then jsonb_build_object('campaign_id', n.campaign_id, 'subject', n.subject, 'tenant_id', n.tenant_id, 'created_by', n.created_by, 'created_at', n.created_at, 'due_at', n.due_at, 'signed_off_at', n.signed_off_at, 'signed_off_by', n.signed_off_by) || jsonb_build_object('changed', array_remove(array[case when o.name is distinct from n.name then 'name' end, case when o.sign_off_note is distinct from n.sign_off_note then 'sign_off_note' end], null)) end from new_rows n full join old_rows o on o.campaign_id = n.campaign_id where (o.campaign_id, o.name, o.subject, o.tenant_id, o.created_by, o.created_at, o.due_at, o.signed_off_at, o.signed_off_by, o.sign_off_note) is distinct from (n.campaign_id, n.name, n.subject, n.tenant_id, n.created_by, n.created_at, n.due_at, n.signed_off_at, n.signed_off_by, n.sign_off_note);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_review_campaign_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_review_campaign_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_review_campaign_update() IS 'Feeds and, for raw SQL, audits each update of review_campaign. Written by track().';

--
-- Name: track_review_reviewer_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_review_reviewer_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'review_reviewer', o.campaign_id::text || '/' || o.user_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'review_reviewer', o.campaign_id::text || '/' || o.user_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('campaign_id', o.campaign_id, 'user_id', o.user_id), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_review_reviewer_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_review_reviewer_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_review_reviewer_delete() IS 'Feeds and, for raw SQL, audits each delete of review_reviewer. Written by track().';

--
-- Name: track_review_reviewer_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_review_reviewer_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'review_reviewer', n.campaign_id::text || '/' || n.user_id::text, 'insert', jsonb_build_object('campaign_id', n.campaign_id, 'user_id', n.user_id) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'review_reviewer', n.campaign_id::text || '/' || n.user_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('campaign_id', n.campaign_id, 'user_id', n.user_id) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_review_reviewer_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_review_reviewer_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_review_reviewer_insert() IS 'Feeds and, for raw SQL, audits each insert of review_reviewer. Written by track().';

--
-- Name: track_review_reviewer_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_review_reviewer_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'review_reviewer', coalesce(n.campaign_id::text || '/' || n.user_id::text, o.campaign_id::text || '/' || o.user_id::text), case when o.campaign_id is null then 'insert' when n.campaign_id is null then 'delete' else 'update' end, case when n.campaign_id is not null then jsonb_build_object('campaign_id', n.campaign_id, 'user_id', n.user_id) end from new_rows n full join old_rows o on o.campaign_id = n.campaign_id and o.user_id = n.user_id where (o.campaign_id, o.user_id) is distinct from (n.campaign_id, n.user_id);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.campaign_id is null then 'insert' when n.campaign_id is null then 'delete' else 'update' end, 'review_reviewer', coalesce(n.campaign_id::text || '/' || n.user_id::text, o.campaign_id::text || '/' || o.user_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.campaign_id is not null then jsonb_build_object('campaign_id', o.campaign_id, 'user_id', o.user_id) end, case when o.campaign_id is null then jsonb_build_object('campaign_id', n.campaign_id, 'user_id', n.user_id) when n.campaign_id is not null then jsonb_build_object('campaign_id', n.campaign_id, 'user_id', n.user_id) || '{}'::jsonb end from new_rows n full join old_rows o on o.campaign_id = n.campaign_id and o.user_id = n.user_id where (o.campaign_id, o.user_id) is distinct from (n.campaign_id, n.user_id);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_review_reviewer_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_review_reviewer_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_review_reviewer_update() IS 'Feeds and, for raw SQL, audits each update of review_reviewer. Written by track().';

--
-- Name: track_role_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_role_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'role', o.role_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'role', o.role_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('role_id', o.role_id, 'name', o.name, 'scope', o.scope, 'tenant_id', o.tenant_id, 'rank', o.rank, 'portal', o.portal, 'administrative', o.administrative, 'built_in', o.built_in), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_role_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_role_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_role_delete() IS 'Feeds and, for raw SQL, audits each delete of role. Written by track().';

--
-- Name: track_role_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_role_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'role', n.role_id::text, 'insert', jsonb_build_object('role_id', n.role_id, 'name', n.name, 'scope', n.scope, 'tenant_id', n.tenant_id, 'rank', n.rank, 'portal', n.portal, 'administrative', n.administrative, 'built_in', n.built_in) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'role', n.role_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('role_id', n.role_id, 'name', n.name, 'scope', n.scope, 'tenant_id', n.tenant_id, 'rank', n.rank, 'portal', n.portal, 'administrative', n.administrative, 'built_in', n.built_in) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_role_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_role_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_role_insert() IS 'Feeds and, for raw SQL, audits each insert of role. Written by track().';

--
-- Name: track_role_permission_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_role_permission_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'role_permission', o.role_id::text || '/' || o.permission::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'role_permission', o.role_id::text || '/' || o.permission::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('role_id', o.role_id, 'permission', o.permission), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_role_permission_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_role_permission_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_role_permission_delete() IS 'Feeds and, for raw SQL, audits each delete of role_permission. Written by track().';

--
-- Name: track_role_permission_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_role_permission_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'role_permission', n.role_id::text || '/' || n.permission::text, 'insert', jsonb_build_object('role_id', n.role_id, 'permission', n.permission) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'role_permission', n.role_id::text || '/' || n.permission::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('role_id', n.role_id, 'permission', n.permission) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_role_permission_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_role_permission_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_role_permission_insert() IS 'Feeds and, for raw SQL, audits each insert of role_permission. Written by track().';

--
-- Name: track_role_permission_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_role_permission_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'role_permission', coalesce(n.role_id::text || '/' || n.permission::text, o.role_id::text || '/' || o.permission::text), case when o.role_id is null then 'insert' when n.role_id is null then 'delete' else 'update' end, case when n.role_id is not null then jsonb_build_object('role_id', n.role_id, 'permission', n.permission) end from new_rows n full join old_rows o on o.role_id = n.role_id and o.permission = n.permission where (o.role_id, o.permission) is distinct from (n.role_id, n.permission);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.role_id is null then 'insert' when n.role_id is null then 'delete' else 'update' end, 'role_permission', coalesce(n.role_id::text || '/' || n.permission::text, o.role_id::text || '/' || o.permission::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.role_id is not null then jsonb_build_object('role_id', o.role_id, 'permission', o.permission) end, case when o.role_id is null then jsonb_build_object('role_id', n.role_id, 'permission', n.permission) when n.role_id is not null then jsonb_build_object('role_id', n.role_id, 'permission', n.permission) || '{}'::jsonb end from new_rows n full join old_rows o on o.role_id = n.role_id and o.permission = n.permission where (o.role_id, o.permission) is distinct from (n.role_id, n.permission);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_role_permission_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_role_permission_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_role_permission_update() IS 'Feeds and, for raw SQL, audits each update of role_permission. Written by track().';

--
-- Name: track_role_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_role_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'role', coalesce(n.role_id::text, o.role_id::text), case when o.role_id is null then 'insert' when n.role_id is null then 'delete' else 'update' end, case when n.role_id is not null then jsonb_build_object('role_id', n.role_id, 'name', n.name, 'scope', n.scope, 'tenant_id', n.tenant_id, 'rank', n.rank, 'portal', n.portal, 'administrative', n.administrative, 'built_in', n.built_in) end from new_rows n full join old_rows o on o.role_id = n.role_id where (o.role_id, o.name, o.scope, o.tenant_id, o.rank, o.portal, o.administrative, o.built_in, o.description) is distinct from (n.role_id, n.name, n.scope, n.tenant_id, n.rank, n.portal, n.administrative, n.built_in, n.description);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.role_id is null then 'insert' when n.role_id is null then 'delete' else 'update' end, 'role', coalesce(n.role_id::text, o.role_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.role_id is not null then jsonb_build_object('role_id', o.role_id, 'name', o.name, 'scope', o.scope, 'tenant_id', o.tenant_id, 'rank', o.rank, 'portal', o.portal, 'administrative', o.administrative, 'built_in', o.built_in) end, case when o.role_id is null then jsonb_build_object('role_id', n.role_id, 'name', n.name, 'scope', n.scope, 'tenant_id', n.tenant_id, 'rank', n.rank, 'portal', n.portal, 'administrative', n.administrative, 'built_in', n.built_in) when n.role_id is not null then jsonb_build_object('role_id', n.role_id, 'name', n.name, 'scope', n.scope, 'tenant_id', n.tenant_id, 'rank', n.rank, 'portal', n.portal, 'administrative', n.administrative, 'built_in', n.built_in) || jsonb_build_object('changed', array_remove(array[case when o.description is distinct from n.description then 'description' end], null)) end from new_rows n full join old_rows o on o.role_id = n.role_id where (o.role_id, o.name, o.scope, o.tenant_id, o.rank, o.portal, o.administrative, o.built_in, o.description) is distinct from (n.role_id, n.name, n.scope, n.tenant_id, n.rank, n.portal, n.administrative, n.built_in, n.description);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_role_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_role_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_role_update() IS 'Feeds and, for raw SQL, audits each update of role. Written by track().';

--
-- Name: track_session_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_session_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'session', o.session_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'session', o.session_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('session_id', o.session_id, 'user_id', o.user_id, 'method', o.method, 'break_glass', o.break_glass, 'issuer', o.issuer, 'created_at', o.created_at, 'revoked_at', o.revoked_at), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_session_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_session_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_session_delete() IS 'Feeds and, for raw SQL, audits each delete of session. Written by track().';

--
-- Name: track_session_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_session_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'session', n.session_id::text, 'insert', jsonb_build_object('session_id', n.session_id, 'user_id', n.user_id, 'method', n.method, 'break_glass', n.break_glass, 'issuer', n.issuer, 'created_at', n.created_at, 'revoked_at', n.revoked_at) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'session', n.session_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('session_id', n.session_id, 'user_id', n.user_id, 'method', n.method, 'break_glass', n.break_glass, 'issuer', n.issuer, 'created_at', n.created_at, 'revoked_at', n.revoked_at) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_session_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_session_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_session_insert() IS 'Feeds and, for raw SQL, audits each insert of session. Written by track().';

--
-- Name: track_session_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_session_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'session', coalesce(n.session_id::text, o.session_id::text), case when o.session_id is null then 'insert' when n.session_id is null then 'delete' else 'update' end, case when n.session_id is not null then jsonb_build_object('session_id', n.session_id, 'user_id', n.user_id, 'method', n.method, 'break_glass', n.break_glass, 'issuer', n.issuer, 'created_at', n.created_at, 'revoked_at', n.revoked_at) end from new_rows n full join old_rows o on o.session_id = n.session_id where (o.session_id, o.user_id, o.method, o.break_glass, o.issuer, o.created_at, o.revoked_at) is distinct from (n.session_id, n.user_id, n.method, n.break_glass, n.issuer, n.created_at, n.revoked_at);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.session_id is null then 'insert' when n.session_id is null then 'delete' else 'update' end, 'session', coalesce(n.session_id::text, o.session_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.session_id is not null then jsonb_build_object('session_id', o.session_id, 'user_id', o.user_id, 'method', o.method, 'break_glass', o.break_glass, 'issuer', o.issuer, 'created_at', o.created_at, 'revoked_at', o.revoked_at) end, case when o.session_id is null then jsonb_build_object('session_id', n.session_id, 'user_id', n.user_id, 'method', n.method, 'break_glass', n.break_glass, 'issuer', n.issuer, 'created_at', n.created_at, 'revoked_at', n.revoked_at) when n.session_id is not null then jsonb_build_object('session_id', n.session_id, 'user_id', n.user_id, 'method', n.method, 'break_glass', n.break_glass, 'issuer', n.issuer, 'created_at', n.created_at, 'revoked_at', n.revoked_at) || '{}'::jsonb end from new_rows n full join old_rows o on o.session_id = n.session_id where (o.session_id, o.user_id, o.method, o.break_glass, o.issuer, o.created_at, o.revoked_at) is distinct from (n.session_id, n.user_id, n.method, n.break_glass, n.issuer, n.created_at, n.revoked_at);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_session_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_session_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_session_update() IS 'Feeds and, for raw SQL, audits each update of session. Written by track().';

--
-- Name: track_stripped_assignment_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_stripped_assignment_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'stripped_assignment', o.assignment_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'stripped_assignment', o.assignment_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('assignment_id', o.assignment_id, 'user_id', o.user_id, 'tenant_id', o.tenant_id, 'project_id', o.project_id, 'role_id', o.role_id, 'source', o.source, 'granted_by', o.granted_by, 'valid_from', o.valid_from, 'valid_until', o.valid_until, 'stripped_at', o.stripped_at, 'plan_id', o.plan_id), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_stripped_assignment_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_stripped_assignment_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_stripped_assignment_delete() IS 'Feeds and, for raw SQL, audits each delete of stripped_assignment. Written by track().';

--
-- Name: track_stripped_assignment_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_stripped_assignment_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'stripped_assignment', n.assignment_id::text, 'insert', jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until, 'stripped_at', n.stripped_at, 'plan_id', n.plan_id) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'stripped_assignment', n.assignment_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until, 'stripped_at', n.stripped_at, 'plan_id', n.plan_id) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_stripped_assignment_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_stripped_assignment_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_stripped_assignment_insert() IS 'Feeds and, for raw SQL, audits each insert of stripped_assignment. Written by track().';

--
-- Name: track_stripped_assignment_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_stripped_assignment_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'stripped_assignment', coalesce(n.assignment_id::text, o.assignment_id::text), case when o.assignment_id is null then 'insert' when n.assignment_id is null then 'delete' else 'update' end, case when n.assignment_id is not null then jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until, 'stripped_at', n.stripped_at, 'plan_id', n.plan_id) end from new_rows n full join old_rows o on o.assignment_id = n.assignment_id where (o.assignment_id, o.user_id, o.tenant_id, o.project_id, o.role_id, o.source, o.granted_by, o.valid_from, o.valid_until, o.stripped_at, o.plan_id) is distinct from (n.assignment_id, n.user_id, n.tenant_id, n.project_id, n.role_id, n.source, n.granted_by, n.valid_from, n.valid_until, n.stripped_at, n.plan_id);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.assignment_id is null then 'insert' when n.assignment_id is null then 'delete' else 'update' end, 'stripped_assignment', coalesce(n.assignment_id::text, o.assignment_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.assignment_id is not null then jsonb_build_object('assignment_id', o.assignment_id, 'user_id', o.user_id, 'tenant_id', o.tenant_id, 'project_id', o.project_id, 'role_id', o.role_id, 'source', o.source, 'granted_by', o.granted_by, 'valid_from', o.valid_from, 'valid_until', o.valid_until, 'stripped_at', o.stripped_at, 'plan_id', o.plan_id) end, case when o.assignment_id is null then jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until, 'stripped_at', n.stripped_at, 'plan_id', n.plan_id) when n.assignment_id is not null then jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until, 'stripped_at', n.stripped_at, 'plan_id', n.plan_id) || '{}'::jsonb end from new_rows n full join old_rows o on o.assignment_id = n.assignment_id where (o.assignment_id, o.user_id, o.tenant_id, o.project_id, o.role_id, o.source, o.granted_by, o.valid_from, o.valid_until, o.stripped_at, o.plan_id) is distinct from (n.assignment_id, n.user_id, n.tenant_id, n.project_id, n.role_id, n.source, n.granted_by, n.valid_from, n.valid_until, n.stripped_at, n.plan_id);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_stripped_assignment_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_stripped_assignment_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_stripped_assignment_update() IS 'Feeds and, for raw SQL, audits each update of stripped_assignment. Written by track().';

--
-- Name: track_tenancy_setting_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_tenancy_setting_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'tenancy_setting', o.only_row::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'tenancy_setting', o.only_row::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('only_row', o.only_row, 'strict_membership', o.strict_membership, 'rehome_needs_approval', o.rehome_needs_approval, 'newcomers_limit', o.newcomers_limit, 'paused_at', o.paused_at, 'paused_by', o.paused_by), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_tenancy_setting_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_tenancy_setting_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_tenancy_setting_delete() IS 'Feeds and, for raw SQL, audits each delete of tenancy_setting. Written by track().';

--
-- Name: track_tenancy_setting_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_tenancy_setting_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'tenancy_setting', n.only_row::text, 'insert', jsonb_build_object('only_row', n.only_row, 'strict_membership', n.strict_membership, 'rehome_needs_approval', n.rehome_needs_approval, 'newcomers_limit', n.newcomers_limit, 'paused_at', n.paused_at, 'paused_by', n.paused_by) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'tenancy_setting', n.only_row::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('only_row', n.only_row, 'strict_membership', n.strict_membership, 'rehome_needs_approval', n.rehome_needs_approval, 'newcomers_limit', n.newcomers_limit, 'paused_at', n.paused_at, 'paused_by', n.paused_by) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_tenancy_setting_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_tenancy_setting_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_tenancy_setting_insert() IS 'Feeds and, for raw SQL, audits each insert of tenancy_setting. Written by track().';

--
-- Name: track_tenancy_setting_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_tenancy_setting_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'tenancy_setting', coalesce(n.only_row::text, o.only_row::text), case when o.only_row is null then 'insert' when n.only_row is null then 'delete' else 'update' end, case when n.only_row is not null then jsonb_build_object('only_row', n.only_row, 'strict_membership', n.strict_membership, 'rehome_needs_approval', n.rehome_needs_approval, 'newcomers_limit', n.newcomers_limit, 'paused_at', n.paused_at, 'paused_by', n.paused_by) end from new_rows n full join old_rows o on o.only_row = n.only_row where (o.only_row, o.strict_membership, o.rehome_needs_approval, o.newcomers_limit, o.paused_at, o.paused_by, o.pause_reason) is distinct from (n.only_row, n.strict_membership, n.rehome_needs_approval, n.newcomers_limit, n.paused_at, n.paused_by, n.pause_reason);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.only_row is null then 'insert' when n.only_row is null then 'delete' else 'update' end, 'tenancy_setting', coalesce(n.only_row::text, o.only_row::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.only_row is not null then jsonb_build_object('only_row', o.only_row, 'strict_membership', o.strict_membership, 'rehome_needs_approval', o.rehome_needs_approval, 'newcomers_limit', o.newcomers_limit, 'paused_at', o.paused_at, 'paused_by', o.paused_by) end, case when o.only_row is null then jsonb_build_object('only_row', n.only_row, 'strict_membership', n.strict_membership, 'rehome_needs_approval', n.rehome_needs_approval, 'newcomers_limit', n.newcomers_limit, 'paused_at', n.paused_at, 'paused_by', n.paused_by) when n.only_row is not null then jsonb_build_object('only_row', n.only_row, 'strict_membership', n.strict_membership, 'rehome_needs_approval', n.rehome_needs_approval, 'newcomers_limit', n.newcomers_limit, 'paused_at', n.paused_at, 'paused_by', n.paused_by) || jsonb_build_object('changed', array_remove(array[case when o.pause_reason is distinct from n.pause_reason then 'pause_reason' end], null)) end from new_rows n full join old_rows o on o.only_row = n.only_row where (o.only_row, o.strict_membership, o.rehome_needs_approval, o.newcomers_limit, o.paused_at, o.paused_by, o.pause_reason) is distinct from (n.only_row, n.strict_membership, n.rehome_needs_approval, n.newcomers_limit, n.paused_at, n.paused_by, n.pause_reason);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_tenancy_setting_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_tenancy_setting_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_tenancy_setting_update() IS 'Feeds and, for raw SQL, audits each update of tenancy_setting. Written by track().';

--
-- Name: track_user_quota_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_user_quota_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'user_quota', o.user_id::text || '/' || o.name::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'user_quota', o.user_id::text || '/' || o.name::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('user_id', o.user_id, 'name', o.name, 'most', o.most), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_user_quota_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_user_quota_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_user_quota_delete() IS 'Feeds and, for raw SQL, audits each delete of user_quota. Written by track().';

--
-- Name: track_user_quota_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_user_quota_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'user_quota', n.user_id::text || '/' || n.name::text, 'insert', jsonb_build_object('user_id', n.user_id, 'name', n.name, 'most', n.most) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'user_quota', n.user_id::text || '/' || n.name::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('user_id', n.user_id, 'name', n.name, 'most', n.most) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_user_quota_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_user_quota_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_user_quota_insert() IS 'Feeds and, for raw SQL, audits each insert of user_quota. Written by track().';

--
-- Name: track_user_quota_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_user_quota_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'user_quota', coalesce(n.user_id::text || '/' || n.name::text, o.user_id::text || '/' || o.name::text), case when o.user_id is null then 'insert' when n.user_id is null then 'delete' else 'update' end, case when n.user_id is not null then jsonb_build_object('user_id', n.user_id, 'name', n.name, 'most', n.most) end from new_rows n full join old_rows o on o.user_id = n.user_id and o.name = n.name where (o.user_id, o.name, o.most) is distinct from (n.user_id, n.name, n.most);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.user_id is null then 'insert' when n.user_id is null then 'delete' else 'update' end, 'user_quota', coalesce(n.user_id::text || '/' || n.name::text, o.user_id::text || '/' || o.name::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.user_id is not null then jsonb_build_object('user_id', o.user_id, 'name', o.name, 'most', o.most) end, case when o.user_id is null then jsonb_build_object('user_id', n.user_id, 'name', n.name, 'most', n.most) when n.user_id is not null then jsonb_build_object('user_id', n.user_id, 'name', n.name, 'most', n.most) || '{}'::jsonb end from new_rows n full join old_rows o on o.user_id = n.user_id and o.name = n.name where (o.user_id, o.name, o.most) is distinct from (n.user_id, n.name, n.most);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_user_quota_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_user_quota_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_user_quota_update() IS 'Feeds and, for raw SQL, audits each update of user_quota. Written by track().';

--
-- Name: track_user_roles_delete(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_user_roles_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from old_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'user_roles', o.assignment_id::text, 'delete', null from old_rows o;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'delete', 'user_roles', o.assignment_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, jsonb_build_object('assignment_id', o.assignment_id, 'user_id', o.user_id, 'tenant_id', o.tenant_id, 'project_id', o.project_id, 'role_id', o.role_id, 'source', o.source, 'granted_by', o.granted_by, 'valid_from', o.valid_from, 'valid_until', o.valid_until), null from old_rows o;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_user_roles_delete() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_user_roles_delete(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_user_roles_delete() IS 'Feeds and, for raw SQL, audits each delete of user_roles. Written by track().';

--
-- Name: track_user_roles_insert(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_user_roles_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'user_roles', n.assignment_id::text, 'insert', jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until) from new_rows n;
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || 'insert', 'user_roles', n.assignment_id::text,
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, null, jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until) from new_rows n;
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_user_roles_insert() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_user_roles_insert(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_user_roles_insert() IS 'Feeds and, for raw SQL, audits each insert of user_roles. Written by track().';

--
-- Name: track_user_roles_update(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.track_user_roles_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
      begin
        if not exists (select from new_rows) then
          return null;
        end if;
        
        insert into change_feed (table_name, key, op, image)
        select 'user_roles', coalesce(n.assignment_id::text, o.assignment_id::text), case when o.assignment_id is null then 'insert' when n.assignment_id is null then 'delete' else 'update' end, case when n.assignment_id is not null then jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until) end from new_rows n full join old_rows o on o.assignment_id = n.assignment_id where (o.assignment_id, o.user_id, o.tenant_id, o.project_id, o.role_id, o.source, o.granted_by, o.valid_from, o.valid_until) is distinct from (n.assignment_id, n.user_id, n.tenant_id, n.project_id, n.role_id, n.source, n.granted_by, n.valid_from, n.valid_until);
        
        if not is_operation() then
          insert into audit_log (action, entity_type, entity_pk, actor_user_id, source, before_json, after_json)
          select 'sql.' || case when o.assignment_id is null then 'insert' when n.assignment_id is null then 'delete' else 'update' end, 'user_roles', coalesce(n.assignment_id::text, o.assignment_id::text),
                 -- Only Reeve's own roles are believed when they say who acts.
                 case when current_setting('role') in ('reeve_app', 'reeve_system') then app_user_id() end,
                 'sql:' || session_user, case when o.assignment_id is not null then jsonb_build_object('assignment_id', o.assignment_id, 'user_id', o.user_id, 'tenant_id', o.tenant_id, 'project_id', o.project_id, 'role_id', o.role_id, 'source', o.source, 'granted_by', o.granted_by, 'valid_from', o.valid_from, 'valid_until', o.valid_until) end, case when o.assignment_id is null then jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until) when n.assignment_id is not null then jsonb_build_object('assignment_id', n.assignment_id, 'user_id', n.user_id, 'tenant_id', n.tenant_id, 'project_id', n.project_id, 'role_id', n.role_id, 'source', n.source, 'granted_by', n.granted_by, 'valid_from', n.valid_from, 'valid_until', n.valid_until) || '{}'::jsonb end from new_rows n full join old_rows o on o.assignment_id = n.assignment_id where (o.assignment_id, o.user_id, o.tenant_id, o.project_id, o.role_id, o.source, o.granted_by, o.valid_from, o.valid_until) is distinct from (n.assignment_id, n.user_id, n.tenant_id, n.project_id, n.role_id, n.source, n.granted_by, n.valid_from, n.valid_until);
        end if;
        return null;
      end $$;

ALTER FUNCTION public.track_user_roles_update() OWNER TO reeve_owner;

--
-- Name: FUNCTION track_user_roles_update(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.track_user_roles_update() IS 'Feeds and, for raw SQL, audits each update of user_roles. Written by track().';

--
-- Name: user_roles_check(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.user_roles_check() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  r role%rowtype;
  given text := case when new.project_id is not null then 'project'
                     when new.tenant_id is not null then 'tenant' else 'platform' end;
begin
  select * into r from role where role_id = new.role_id;
  if not found then
    return new; -- the foreign key says it better
  end if;
  if r.scope <> given then
    raise exception 'the role % belongs to a %, not to a %', r.name, r.scope, given
      using errcode = 'check_violation', constraint = 'role_fits_scope';
  end if;
  if r.tenant_id is not null and r.tenant_id is distinct from new.tenant_id then
    raise exception 'the role % is another organization''s own', r.name
      using errcode = 'check_violation', constraint = 'role_fits_scope';
  end if;
  return new;
end $$;

ALTER FUNCTION public.user_roles_check() OWNER TO reeve_owner;

--
-- Name: FUNCTION user_roles_check(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.user_roles_check() IS 'Refuses an assignment whose scope is not its role''s.';

--
-- Name: uuid_v7(); Type: FUNCTION; Schema: public; Owner: reeve_owner
--

CREATE FUNCTION public.uuid_v7() RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    AS $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
              placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
              from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

ALTER FUNCTION public.uuid_v7() OWNER TO reeve_owner;

--
-- Name: FUNCTION uuid_v7(); Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON FUNCTION public.uuid_v7() IS 'A time-ordered id (RFC 9562 version 7).';

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: app_user; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.app_user (
    user_id uuid DEFAULT public.uuid_v7() NOT NULL,
    email text NOT NULL,
    display_name text,
    status text DEFAULT 'active'::text NOT NULL,
    status_reason text,
    erased_at timestamp with time zone,
    status_before_disabled text,
    session_epoch timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    session_revoked_at timestamp with time zone,
    claims jsonb DEFAULT '{}'::jsonb NOT NULL,
    reconciled_in_scope boolean,
    reconciled_entitled boolean,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT app_user_claims_check CHECK ((jsonb_typeof(claims) = 'object'::text)),
    CONSTRAINT app_user_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    CONSTRAINT app_user_status_before_disabled_check CHECK ((status_before_disabled = ANY (ARRAY['active'::text, 'suspended'::text]))),
    CONSTRAINT app_user_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'disabled'::text]))),
    CONSTRAINT disabled_remembers CHECK (((status_before_disabled IS NULL) OR (status = 'disabled'::text))),
    CONSTRAINT finite CHECK ((isfinite(session_epoch) AND isfinite(session_revoked_at))),
    CONSTRAINT reconciled_together CHECK (((reconciled_in_scope IS NULL) = (reconciled_entitled IS NULL))),
    CONSTRAINT role_overrides_shape CHECK (((NOT (claims ? 'role_overrides'::text)) OR public.is_role_overrides((claims -> 'role_overrides'::text))))
)
WITH (fillfactor='80');

ALTER TABLE ONLY public.app_user FORCE ROW LEVEL SECURITY;

ALTER TABLE public.app_user OWNER TO reeve_owner;

--
-- Name: TABLE app_user; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.app_user IS 'Identities: a person''s portal account, retained for ever.';

--
-- Name: identity_activity; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.identity_activity (
    user_id uuid NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    last_sign_in_at timestamp with time zone
);

ALTER TABLE ONLY public.identity_activity FORCE ROW LEVEL SECURITY;

ALTER TABLE public.identity_activity OWNER TO reeve_owner;

--
-- Name: TABLE identity_activity; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.identity_activity IS 'When each person last signed in, and was last here, to the hour. Neither audited nor fed, or reading would be writing.';

--
-- Name: users; Type: VIEW; Schema: auth; Owner: reeve_owner
--

CREATE VIEW auth.users WITH (security_invoker='true') AS
 SELECT u.user_id AS id,
    u.email,
    a.last_seen_at AS last_sign_in_at,
    (u.status <> 'disabled'::text) AS is_active,
    u.created_at
   FROM (public.app_user u
     LEFT JOIN public.identity_activity a USING (user_id));

ALTER TABLE auth.users OWNER TO reeve_owner;

--
-- Name: VIEW users; Type: COMMENT; Schema: auth; Owner: reeve_owner
--

COMMENT ON VIEW auth.users IS 'Identities under the licensing runbook''s name. is_active can be updated: false disables, true undoes a disable.';

--
-- Name: access_policy; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.access_policy (
    name text NOT NULL,
    resolved jsonb NOT NULL,
    source text NOT NULL,
    CONSTRAINT access_policy_name_check CHECK ((name = 'access.login'::text))
);

ALTER TABLE public.access_policy OWNER TO reeve_owner;

--
-- Name: TABLE access_policy; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.access_policy IS 'Access policies; access.login says who is in scope.';

--
-- Name: alert; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.alert (
    alert_id uuid DEFAULT public.uuid_v7() NOT NULL,
    kind text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    severity text NOT NULL,
    summary text NOT NULL,
    remedy text NOT NULL,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT alert_severity_check CHECK ((severity = ANY (ARRAY['warning'::text, 'error'::text])))
);

ALTER TABLE public.alert OWNER TO reeve_owner;

--
-- Name: TABLE alert; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.alert IS 'What needs a person. One belongs to its cause, however often that is found, and is open as long as the cause lasts.';

--
-- Name: audit_log; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.audit_log (
    audit_id uuid DEFAULT public.uuid_v7() NOT NULL,
    action text NOT NULL,
    entity_type text NOT NULL,
    entity_pk text NOT NULL,
    actor_user_id uuid,
    target_user_id uuid,
    tenant_id uuid,
    project_id uuid,
    source text NOT NULL,
    outcome text DEFAULT 'success'::text NOT NULL,
    reason text,
    before_json jsonb,
    after_json jsonb,
    correlation_id text DEFAULT NULLIF(current_setting('app.correlation_id'::text, true), ''::text),
    trace_id text DEFAULT NULLIF(current_setting('app.trace_id'::text, true), ''::text),
    revision text DEFAULT public.current_revision(),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT audit_log_outcome_check CHECK ((outcome = ANY (ARRAY['success'::text, 'denied'::text])))
)
PARTITION BY RANGE (created_at);

ALTER TABLE public.audit_log OWNER TO reeve_owner;

--
-- Name: TABLE audit_log; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.audit_log IS 'Every change, in the transaction that makes it. Append-only; by month; images hold ids and governed fields, never names or e-mail addresses.';

--
-- Name: audit_log_default; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.audit_log_default (
    audit_id uuid DEFAULT public.uuid_v7() NOT NULL,
    action text NOT NULL,
    entity_type text NOT NULL,
    entity_pk text NOT NULL,
    actor_user_id uuid,
    target_user_id uuid,
    tenant_id uuid,
    project_id uuid,
    source text NOT NULL,
    outcome text DEFAULT 'success'::text NOT NULL,
    reason text,
    before_json jsonb,
    after_json jsonb,
    correlation_id text DEFAULT NULLIF(current_setting('app.correlation_id'::text, true), ''::text),
    trace_id text DEFAULT NULLIF(current_setting('app.trace_id'::text, true), ''::text),
    revision text DEFAULT public.current_revision(),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT audit_log_outcome_check CHECK ((outcome = ANY (ARRAY['success'::text, 'denied'::text])))
);

ALTER TABLE public.audit_log_default OWNER TO reeve_owner;

--
-- Name: TABLE audit_log_default; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.audit_log_default IS 'Rows of a month that has no partition of its own; normally empty.';

--
-- Name: change_feed; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.change_feed (
    seq bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    table_name text NOT NULL,
    key text NOT NULL,
    op text NOT NULL,
    image jsonb,
    CONSTRAINT change_feed_op_check CHECK ((op = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text, 'reload'::text])))
);

ALTER TABLE public.change_feed OWNER TO reeve_owner;

--
-- Name: TABLE change_feed; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.change_feed IS 'Every change of a fact, in the transaction that made it, for the decision index of each node. Pruned behind every living node.';

--
-- Name: change_feed_seq_seq; Type: SEQUENCE; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.change_feed ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.change_feed_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: discord_snapshot; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.discord_snapshot (
    snapshot_id uuid NOT NULL,
    guild_id bigint NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    admitted_at timestamp with time zone DEFAULT now() NOT NULL,
    members bigint NOT NULL,
    added bigint NOT NULL,
    changed bigint NOT NULL,
    removed bigint NOT NULL,
    source text NOT NULL,
    CONSTRAINT discord_snapshot_guild_id_check CHECK ((guild_id > 0))
);

ALTER TABLE public.discord_snapshot OWNER TO reeve_owner;

--
-- Name: TABLE discord_snapshot; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.discord_snapshot IS 'One row an admitted observation of a guild. The newest of a guild is current; discord_member holds its content.';

--
-- Name: current_snapshot; Type: VIEW; Schema: public; Owner: reeve_owner
--

CREATE VIEW public.current_snapshot WITH (security_invoker='true') AS
 WITH RECURSIVE observed(guild_id) AS (
         SELECT min(discord_snapshot.guild_id) AS min
           FROM public.discord_snapshot
        UNION ALL
         SELECT ( SELECT min(s_1.guild_id) AS min
                   FROM public.discord_snapshot s_1
                  WHERE (s_1.guild_id > o_1.guild_id)) AS min
           FROM observed o_1
          WHERE (o_1.guild_id IS NOT NULL)
        )
 SELECT s.snapshot_id,
    s.guild_id,
    s.taken_at,
    s.admitted_at,
    s.members,
    s.added,
    s.changed,
    s.removed,
    s.source
   FROM (observed o
     CROSS JOIN LATERAL ( SELECT d.snapshot_id,
            d.guild_id,
            d.taken_at,
            d.admitted_at,
            d.members,
            d.added,
            d.changed,
            d.removed,
            d.source
           FROM public.discord_snapshot d
          WHERE (d.guild_id = o.guild_id)
          ORDER BY d.taken_at DESC
         LIMIT 1) s);

ALTER TABLE public.current_snapshot OWNER TO reeve_owner;

--
-- Name: VIEW current_snapshot; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON VIEW public.current_snapshot IS 'The newest observation of each guild.';

--
-- Name: decision_log; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.decision_log (
    decision_id uuid DEFAULT public.uuid_v7() NOT NULL,
    actor_user_id uuid NOT NULL,
    permission text NOT NULL,
    tenant_id uuid,
    minute timestamp with time zone NOT NULL,
    gate text NOT NULL,
    reason text NOT NULL,
    count bigint NOT NULL,
    last_at timestamp with time zone NOT NULL,
    last_correlation_id text NOT NULL
);

ALTER TABLE public.decision_log OWNER TO reeve_owner;

--
-- Name: TABLE decision_log; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.decision_log IS 'Reads that were refused, one row a minute for each actor and permission; refused changes are in the audit log.';

--
-- Name: discord_member; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.discord_member (
    guild_id bigint NOT NULL,
    discord_id bigint NOT NULL,
    roles bigint[] NOT NULL
);

ALTER TABLE public.discord_member OWNER TO reeve_owner;

--
-- Name: TABLE discord_member; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.discord_member IS 'The members of each guild''s current snapshot and their roles.';

--
-- Name: entitlement_mapping; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.entitlement_mapping (
    entitlement text NOT NULL,
    guild_id bigint NOT NULL,
    role_id bigint NOT NULL,
    CONSTRAINT entitlement_mapping_entitlement_check CHECK ((entitlement = 'hauling.member'::text)),
    CONSTRAINT entitlement_mapping_guild_id_check CHECK ((guild_id > 0)),
    CONSTRAINT entitlement_mapping_role_id_check CHECK ((role_id > 0))
);

ALTER TABLE public.entitlement_mapping OWNER TO reeve_owner;

--
-- Name: TABLE entitlement_mapping; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.entitlement_mapping IS 'Which Discord roles stand for an entitlement, guild by guild.';

--
-- Name: evidence_note; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.evidence_note (
    note_id uuid DEFAULT public.uuid_v7() NOT NULL,
    correlation_id text NOT NULL,
    actor_user_id uuid NOT NULL,
    decision text NOT NULL,
    remediation text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT evidence_note_decision_check CHECK (((char_length(decision) >= 1) AND (char_length(decision) <= 4000))),
    CONSTRAINT evidence_note_remediation_check CHECK (((char_length(remediation) >= 1) AND (char_length(remediation) <= 4000)))
);

ALTER TABLE public.evidence_note OWNER TO reeve_owner;

--
-- Name: TABLE evidence_note; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.evidence_note IS 'What people decided and did about an incident, beside the records of its correlation id.';

--
-- Name: exemption; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.exemption (
    exemption_id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    reason text NOT NULL,
    granted_by uuid,
    starts_at timestamp with time zone DEFAULT now() NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    review_at timestamp with time zone NOT NULL,
    reviewed_at timestamp with time zone,
    reviewed_by uuid,
    review_note text,
    ended_at timestamp with time zone,
    ended_by uuid,
    end_reason text,
    CONSTRAINT exemption_before_the_year_9999 CHECK ((isfinite(starts_at) AND isfinite(ends_at) AND isfinite(review_at) AND isfinite(reviewed_at) AND isfinite(ended_at) AND (GREATEST(starts_at, ends_at, review_at, reviewed_at, ended_at) < '9999-01-01 00:00:00+00'::timestamp with time zone))),
    CONSTRAINT exemption_ends CHECK ((ends_at > starts_at))
);

ALTER TABLE public.exemption OWNER TO reeve_owner;

--
-- Name: TABLE exemption; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.exemption IS 'Exemptions: a granted, time-bound, reviewed pass through eligibility and entitlement.';

--
-- Name: feed_epoch; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.feed_epoch (
    only_row boolean DEFAULT true NOT NULL,
    epoch text DEFAULT SUBSTRING(replace((gen_random_uuid())::text, '-'::text, ''::text) FROM 1 FOR 12) NOT NULL,
    CONSTRAINT feed_epoch_only_row_check CHECK (only_row)
);

ALTER TABLE public.feed_epoch OWNER TO reeve_owner;

--
-- Name: TABLE feed_epoch; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.feed_epoch IS 'One row: the life of this database, the first half of every revision.';

--
-- Name: governance_setting; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.governance_setting (
    only_row boolean DEFAULT true NOT NULL,
    mode text,
    snapshot_max_age_seconds bigint DEFAULT 21600 NOT NULL,
    guard_share_percent integer DEFAULT 20 NOT NULL,
    guard_few integer DEFAULT 5 NOT NULL,
    guard_count integer DEFAULT 500 NOT NULL,
    role_restore_days integer DEFAULT 30 NOT NULL,
    reconcile_every_seconds integer DEFAULT 600 NOT NULL,
    audit_retention_months integer DEFAULT 0 NOT NULL,
    CONSTRAINT governance_setting_audit_retention_months_check CHECK (((audit_retention_months >= 0) AND (audit_retention_months <= 1200))),
    CONSTRAINT governance_setting_guard_count_check CHECK ((guard_count >= 0)),
    CONSTRAINT governance_setting_guard_few_check CHECK ((guard_few >= 0)),
    CONSTRAINT governance_setting_guard_share_percent_check CHECK (((guard_share_percent >= 0) AND (guard_share_percent <= 100))),
    CONSTRAINT governance_setting_mode_check CHECK ((mode = ANY (ARRAY['discord'::text, 'portal'::text]))),
    CONSTRAINT governance_setting_only_row_check CHECK (only_row),
    CONSTRAINT governance_setting_reconcile_every_seconds_check CHECK (((reconcile_every_seconds = 0) OR ((reconcile_every_seconds >= 60) AND (reconcile_every_seconds <= 86400)))),
    CONSTRAINT governance_setting_role_restore_days_check CHECK (((role_restore_days >= 0) AND (role_restore_days <= 3650))),
    CONSTRAINT governance_setting_snapshot_max_age_seconds_check CHECK (((snapshot_max_age_seconds >= 1) AND (snapshot_max_age_seconds <= 31536000)))
);

ALTER TABLE public.governance_setting OWNER TO reeve_owner;

--
-- Name: TABLE governance_setting; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.governance_setting IS 'One row: governance mode and the numbers that decide access.';

--
-- Name: hold; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.hold (
    hold_id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    reason text NOT NULL,
    source text NOT NULL,
    granted_by uuid,
    starts_at timestamp with time zone DEFAULT now() NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_by uuid,
    end_reason text,
    CONSTRAINT hold_before_the_year_9999 CHECK ((isfinite(starts_at) AND isfinite(ends_at) AND isfinite(ended_at) AND (GREATEST(starts_at, ends_at, ended_at) < '9999-01-01 00:00:00+00'::timestamp with time zone))),
    CONSTRAINT hold_ends CHECK ((ends_at > starts_at))
);

ALTER TABLE public.hold OWNER TO reeve_owner;

--
-- Name: TABLE hold; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.hold IS 'Holds: until they end, automation leaves the identity''s status and assignments alone. They grant nothing.';

--
-- Name: idempotency_key; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.idempotency_key (
    caller uuid NOT NULL,
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    correlation_id text NOT NULL,
    status smallint,
    body text,
    revision text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_key_key_hash_check CHECK ((octet_length(key_hash) = 32)),
    CONSTRAINT idempotency_key_request_hash_check CHECK ((octet_length(request_hash) = 32))
);

ALTER TABLE public.idempotency_key OWNER TO reeve_owner;

--
-- Name: TABLE idempotency_key; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.idempotency_key IS 'Mutations that were sent with a key, each written in the mutation''s own transaction: a second one of the same caller and key changes nothing.';

--
-- Name: identity_link; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.identity_link (
    user_id uuid NOT NULL,
    provider text NOT NULL,
    external_id text NOT NULL,
    discord_id bigint GENERATED ALWAYS AS (
CASE
    WHEN (provider = 'discord'::text) THEN (external_id)::bigint
    ELSE NULL::bigint
END) STORED,
    linked_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT discord_snowflake CHECK (((provider <> 'discord'::text) OR (external_id ~ '^[1-9][0-9]{0,18}$'::text))),
    CONSTRAINT identity_link_external_id_check CHECK ((external_id <> ''::text)),
    CONSTRAINT identity_link_provider_check CHECK (((provider = 'discord'::text) OR (provider ~~ 'http%'::text)))
);

ALTER TABLE ONLY public.identity_link FORCE ROW LEVEL SECURITY;

ALTER TABLE public.identity_link OWNER TO reeve_owner;

--
-- Name: TABLE identity_link; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.identity_link IS 'External accounts bound to identities by their immutable ids; the only way a snapshot member is matched.';

--
-- Name: job; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.job (
    name text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    outcome text,
    detail text,
    failures integer DEFAULT 0 NOT NULL,
    CONSTRAINT job_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'skipped'::text, 'failed'::text])))
);

ALTER TABLE public.job OWNER TO reeve_owner;

--
-- Name: TABLE job; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.job IS 'The jobs of the schedule: when each is due again, and how its last run ended.';

--
-- Name: lease; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.lease (
    name text NOT NULL,
    holder text,
    epoch bigint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL
);

ALTER TABLE public.lease OWNER TO reeve_owner;

--
-- Name: TABLE lease; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.lease IS 'Who runs which job now; the epoch fences off a runner that lost its lease.';

--
-- Name: log_line; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.log_line (
    line_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    level text NOT NULL,
    correlation_id text NOT NULL,
    line jsonb NOT NULL
);

ALTER TABLE public.log_line OWNER TO reeve_owner;

--
-- Name: TABLE log_line; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.log_line IS 'The latest log lines of requests, to be found by correlation id.';

--
-- Name: log_line_line_id_seq; Type: SEQUENCE; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.log_line ALTER COLUMN line_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.log_line_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: login_link; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.login_link (
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT login_link_hash_check CHECK ((octet_length(hash) = 32))
);

ALTER TABLE public.login_link OWNER TO reeve_owner;

--
-- Name: TABLE login_link; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.login_link IS 'Links that sign one person in, once, soon.';

--
-- Name: membership; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.membership (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    exclusive boolean DEFAULT false NOT NULL,
    brought_in boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT membership_status_check CHECK ((status = ANY (ARRAY['active'::text, 'ended'::text])))
);

ALTER TABLE ONLY public.membership FORCE ROW LEVEL SECURITY;

ALTER TABLE public.membership OWNER TO reeve_owner;

--
-- Name: TABLE membership; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.membership IS 'Who belongs to which organization. Ending a membership takes its assignments.';

--
-- Name: node; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.node (
    node_id uuid NOT NULL,
    version text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    heard_at timestamp with time zone DEFAULT now() NOT NULL,
    settings_hash text NOT NULL,
    break_glass_entries integer NOT NULL,
    break_glass_users uuid[] DEFAULT '{}'::uuid[] NOT NULL
);

ALTER TABLE public.node OWNER TO reeve_owner;

--
-- Name: TABLE node; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.node IS 'Servers that are running, each as it last described itself.';

--
-- Name: operation_count; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.operation_count (
    minute timestamp with time zone NOT NULL,
    operation text NOT NULL,
    outcome text NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT operation_count_outcome_check CHECK ((outcome = ANY (ARRAY['success'::text, 'denied'::text, 'failed'::text])))
);

ALTER TABLE public.operation_count OWNER TO reeve_owner;

--
-- Name: TABLE operation_count; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.operation_count IS 'How mutations over HTTP ended, by the minute, of all nodes together.';

--
-- Name: organization; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.organization (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    description text,
    is_default boolean DEFAULT false NOT NULL,
    owner_epoch bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT organization_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT organization_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
    CONSTRAINT slug_is_no_id CHECK ((slug !~ '^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$'::text))
);

ALTER TABLE ONLY public.organization FORCE ROW LEVEL SECURITY;

ALTER TABLE public.organization OWNER TO reeve_owner;

--
-- Name: TABLE organization; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.organization IS 'Organizations. A tenant is the same thing: every tenant_id refers to this id.';

--
-- Name: organization_membership; Type: VIEW; Schema: public; Owner: reeve_owner
--

CREATE VIEW public.organization_membership WITH (security_invoker='true') AS
 SELECT membership.organization_id,
    membership.user_id,
    membership.status,
    membership.exclusive,
    membership.brought_in,
    membership.created_at,
    membership.updated_at
   FROM public.membership;

ALTER TABLE public.organization_membership OWNER TO reeve_owner;

--
-- Name: VIEW organization_membership; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON VIEW public.organization_membership IS 'Memberships under the user management guide''s name.';

--
-- Name: passkey; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.passkey (
    passkey_id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    credential_id bytea NOT NULL,
    credential jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT passkey_credential_id_check CHECK (((octet_length(credential_id) >= 1) AND (octet_length(credential_id) <= 1023))),
    CONSTRAINT passkey_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);

ALTER TABLE public.passkey OWNER TO reeve_owner;

--
-- Name: TABLE passkey; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.passkey IS 'Passkeys by which people sign in. One that is removed is deleted; the audit log keeps that it was there.';

--
-- Name: passkey_ceremony; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.passkey_ceremony (
    hash bytea NOT NULL,
    user_id uuid,
    state jsonb NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT passkey_ceremony_hash_check CHECK ((octet_length(hash) = 32))
);

ALTER TABLE public.passkey_ceremony OWNER TO reeve_owner;

--
-- Name: TABLE passkey_ceremony; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.passkey_ceremony IS 'Registrations and sign-ins by passkey under way. The first answer takes a row away; those that are over are deleted by later ones.';

--
-- Name: personal_access_token; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.personal_access_token (
    token_id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    scopes text[],
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT personal_access_token_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT personal_access_token_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);

ALTER TABLE public.personal_access_token OWNER TO reeve_owner;

--
-- Name: TABLE personal_access_token; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.personal_access_token IS 'Tokens by which programs act for a person, with no more rights than that person has.';

--
-- Name: plan_skip; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.plan_skip (
    plan_no bigint NOT NULL,
    seq integer NOT NULL,
    reason text NOT NULL,
    skipped_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.plan_skip OWNER TO reeve_owner;

--
-- Name: TABLE plan_skip; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.plan_skip IS 'Steps that were not applied because the person had moved on since the plan.';

--
-- Name: plan_spared; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.plan_spared (
    plan_no bigint NOT NULL,
    user_id uuid NOT NULL,
    spared_by text NOT NULL,
    eligibility text NOT NULL,
    entitlement text NOT NULL
);

ALTER TABLE public.plan_spared OWNER TO reeve_owner;

--
-- Name: TABLE plan_spared; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.plan_spared IS 'Who is left alone though the matrix would suspend or restore them, and why.';

--
-- Name: plan_step; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.plan_step (
    plan_no bigint NOT NULL,
    seq integer NOT NULL,
    user_id uuid NOT NULL,
    version bigint NOT NULL,
    status text NOT NULL,
    kind text NOT NULL,
    eligibility text NOT NULL,
    entitlement text NOT NULL,
    in_scope boolean NOT NULL,
    entitled boolean NOT NULL,
    exempted boolean NOT NULL,
    event text,
    strip uuid[] NOT NULL,
    restore uuid[] NOT NULL,
    lost jsonb,
    CONSTRAINT plan_step_event_check CHECK ((event = ANY (ARRAY['joiner'::text, 'mover'::text, 'leaver'::text]))),
    CONSTRAINT plan_step_kind_check CHECK ((kind = ANY (ARRAY['restore'::text, 'change'::text, 'suspend'::text]))),
    CONSTRAINT plan_step_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
);

ALTER TABLE public.plan_step OWNER TO reeve_owner;

--
-- Name: TABLE plan_step; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.plan_step IS 'The ordered steps of a plan: restores, changes, suspensions.';

--
-- Name: platform; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.platform (
    only_row boolean DEFAULT true NOT NULL,
    owner_epoch bigint DEFAULT 0 NOT NULL,
    CONSTRAINT platform_only_row_check CHECK (only_row)
);

ALTER TABLE public.platform OWNER TO reeve_owner;

--
-- Name: TABLE platform; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.platform IS 'One row: the counter that serialises changes of the platform''s admins.';

--
-- Name: platform_audit_logs; Type: VIEW; Schema: public; Owner: reeve_owner
--

CREATE VIEW public.platform_audit_logs WITH (security_invoker='true') AS
 SELECT audit_log.audit_id,
    audit_log.action,
    audit_log.entity_type,
    audit_log.entity_pk,
    audit_log.actor_user_id,
    audit_log.target_user_id,
    audit_log.tenant_id,
    audit_log.project_id,
    audit_log.source,
    audit_log.outcome,
    audit_log.reason,
    audit_log.before_json,
    audit_log.after_json,
    audit_log.correlation_id,
    audit_log.trace_id,
    audit_log.revision,
    audit_log.created_at
   FROM public.audit_log
  WHERE (audit_log.outcome = 'success'::text);

ALTER TABLE public.platform_audit_logs OWNER TO reeve_owner;

--
-- Name: VIEW platform_audit_logs; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON VIEW public.platform_audit_logs IS 'The audit log of successful changes, under the IAM runbook''s name.';

--
-- Name: project; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.project (
    project_id uuid DEFAULT public.uuid_v7() NOT NULL,
    tenant_id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT project_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT project_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
    CONSTRAINT project_slug_is_no_id CHECK ((slug !~ '^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$'::text))
);

ALTER TABLE ONLY public.project FORCE ROW LEVEL SECURITY;

ALTER TABLE public.project OWNER TO reeve_owner;

--
-- Name: TABLE project; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.project IS 'A scope inside one organization.';

--
-- Name: reconcile_plan; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.reconcile_plan (
    plan_no bigint NOT NULL,
    plan_id text NOT NULL,
    fingerprint text NOT NULL,
    mode text NOT NULL,
    judged_at timestamp with time zone NOT NULL,
    max_age_seconds bigint NOT NULL,
    max_age_for_this_run boolean NOT NULL,
    snapshots jsonb NOT NULL,
    counts jsonb NOT NULL,
    guard jsonb NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    made_by text NOT NULL,
    correlation_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    approved_at timestamp with time zone,
    approved_by uuid,
    applied_through integer DEFAULT 0 NOT NULL,
    applied_at timestamp with time zone,
    CONSTRAINT reconcile_plan_plan_id_check CHECK ((plan_id ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT reconcile_plan_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'held'::text, 'approved'::text, 'applied'::text, 'superseded'::text])))
);

ALTER TABLE public.reconcile_plan OWNER TO reeve_owner;

--
-- Name: TABLE reconcile_plan; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.reconcile_plan IS 'Reconcile plans, newest last; an empty one is not stored.';

--
-- Name: reconcile_plan_plan_no_seq; Type: SEQUENCE; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.reconcile_plan ALTER COLUMN plan_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reconcile_plan_plan_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: rehome; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.rehome (
    rehome_id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    from_tenant uuid NOT NULL,
    to_tenant uuid NOT NULL,
    role_id uuid,
    reason text NOT NULL,
    state text DEFAULT 'requested'::text NOT NULL,
    requested_by uuid NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    CONSTRAINT decided CHECK (((state = 'requested'::text) = (decided_at IS NULL))),
    CONSTRAINT elsewhere CHECK ((from_tenant <> to_tenant)),
    CONSTRAINT rehome_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'done'::text, 'cancelled'::text])))
);

ALTER TABLE public.rehome OWNER TO reeve_owner;

--
-- Name: TABLE rehome; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.rehome IS 'Moves of people from one organization to another: asked for, then done or cancelled.';

--
-- Name: review_campaign; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.review_campaign (
    campaign_id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    subject text NOT NULL,
    tenant_id uuid,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone NOT NULL,
    signed_off_at timestamp with time zone,
    signed_off_by uuid,
    sign_off_note text,
    CONSTRAINT review_campaign_due_at_check CHECK (isfinite(due_at)),
    CONSTRAINT review_campaign_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT review_campaign_subject_check CHECK ((subject = ANY (ARRAY['assignments'::text, 'memberships'::text, 'exemptions'::text, 'overrides'::text, 'mappings'::text])))
);

ALTER TABLE public.review_campaign OWNER TO reeve_owner;

--
-- Name: TABLE review_campaign; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.review_campaign IS 'A review of a whole population of grants: by whom, until when, and who signed it off.';

--
-- Name: review_item; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.review_item (
    item_id uuid DEFAULT public.uuid_v7() NOT NULL,
    campaign_id uuid NOT NULL,
    grant_key text NOT NULL,
    user_id uuid,
    tenant_id uuid,
    project_id uuid,
    role text,
    source text,
    granted_by uuid,
    since timestamp with time zone,
    until timestamp with time zone,
    verdict text,
    reason text,
    decided_by uuid,
    decided_at timestamp with time zone,
    CONSTRAINT decided_whole CHECK (((verdict IS NULL) = (decided_at IS NULL))),
    CONSTRAINT review_item_verdict_check CHECK ((verdict = ANY (ARRAY['keep'::text, 'revoke'::text])))
);

ALTER TABLE public.review_item OWNER TO reeve_owner;

--
-- Name: TABLE review_item; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.review_item IS 'The grants of a campaign as they were when it began, and what was decided of each.';

--
-- Name: review_reminder; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.review_reminder (
    campaign_id uuid NOT NULL,
    user_id uuid NOT NULL,
    stage text NOT NULL,
    undecided bigint NOT NULL,
    reminded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT review_reminder_stage_check CHECK ((stage = ANY (ARRAY['week'::text, 'day'::text, 'due'::text, 'overdue'::text]))),
    CONSTRAINT review_reminder_undecided_check CHECK ((undecided > 0))
);

ALTER TABLE public.review_reminder OWNER TO reeve_owner;

--
-- Name: TABLE review_reminder; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.review_reminder IS 'Which reviewer was reminded of a campaign, and at which stage: once a stage.';

--
-- Name: review_reviewer; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.review_reviewer (
    campaign_id uuid NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE public.review_reviewer OWNER TO reeve_owner;

--
-- Name: TABLE review_reviewer; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.review_reviewer IS 'Who decides in a campaign.';

--
-- Name: role; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.role (
    role_id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    scope text NOT NULL,
    tenant_id uuid,
    rank smallint DEFAULT 0 NOT NULL,
    portal boolean DEFAULT false NOT NULL,
    administrative boolean GENERATED ALWAYS AS (((tenant_id IS NULL) AND (scope = 'platform'::text) AND (name = ANY (ARRAY['admin'::text, 'subadmin'::text])))) STORED,
    built_in boolean DEFAULT false NOT NULL,
    description text,
    CONSTRAINT own_roles_stay_inside CHECK (((tenant_id IS NULL) OR (scope <> 'platform'::text))),
    CONSTRAINT portal_roles_are_the_platforms CHECK (((NOT portal) OR (scope = 'platform'::text))),
    CONSTRAINT role_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'::text)),
    CONSTRAINT role_rank_check CHECK (((rank >= 0) AND (rank <= 100))),
    CONSTRAINT role_scope_check CHECK ((scope = ANY (ARRAY['platform'::text, 'tenant'::text, 'project'::text])))
);

ALTER TABLE ONLY public.role FORCE ROW LEVEL SECURITY;

ALTER TABLE public.role OWNER TO reeve_owner;

--
-- Name: TABLE role; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.role IS 'Named sets of permissions at one scope.';

--
-- Name: role_permission; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.role_permission (
    role_id uuid NOT NULL,
    permission text NOT NULL
);

ALTER TABLE ONLY public.role_permission FORCE ROW LEVEL SECURITY;

ALTER TABLE public.role_permission OWNER TO reeve_owner;

--
-- Name: TABLE role_permission; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.role_permission IS 'What each role permits; the names are a closed list in the program.';

--
-- Name: session; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.session (
    session_id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    hash bytea NOT NULL,
    method text NOT NULL,
    break_glass boolean DEFAULT false NOT NULL,
    issuer text,
    provider_session text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_used_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT session_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT session_method_check CHECK ((method = ANY (ARRAY['oidc'::text, 'passkey'::text, 'link'::text])))
);

ALTER TABLE public.session OWNER TO reeve_owner;

--
-- Name: TABLE session; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.session IS 'Signed-in browsers. How long one lasts is the program''s rule (domain/credential/session.rs).';

--
-- Name: sign_in_attempt; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.sign_in_attempt (
    hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT sign_in_attempt_hash_check CHECK ((octet_length(hash) = 32))
);

ALTER TABLE public.sign_in_attempt OWNER TO reeve_owner;

--
-- Name: TABLE sign_in_attempt; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.sign_in_attempt IS 'Sign-ins under way at the identity provider. Those that are over are deleted by later ones.';

--
-- Name: snapshot_slot; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.snapshot_slot (
    slot smallint NOT NULL,
    snapshot_id uuid,
    guild_id bigint,
    loaded_at timestamp with time zone,
    CONSTRAINT snapshot_slot_slot_check CHECK (((slot >= 1) AND (slot <= 4)))
);

ALTER TABLE public.snapshot_slot OWNER TO reeve_owner;

--
-- Name: TABLE snapshot_slot; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.snapshot_slot IS 'Which raw observation lies in which staging slot. Locked while one is being loaded.';

--
-- Name: snapshot_stage; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE UNLOGGED TABLE public.snapshot_stage (
    slot smallint NOT NULL,
    "position" bigint NOT NULL,
    discord_id bigint NOT NULL,
    roles bigint[] NOT NULL
)
PARTITION BY LIST (slot);

ALTER TABLE public.snapshot_stage OWNER TO reeve_owner;

--
-- Name: TABLE snapshot_stage; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.snapshot_stage IS 'Raw members as they were read, by slot.';

--
-- Name: snapshot_stage_1; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE UNLOGGED TABLE public.snapshot_stage_1 (
    slot smallint NOT NULL,
    "position" bigint NOT NULL,
    discord_id bigint NOT NULL,
    roles bigint[] NOT NULL
);

ALTER TABLE public.snapshot_stage_1 OWNER TO reeve_owner;

--
-- Name: TABLE snapshot_stage_1; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.snapshot_stage_1 IS 'Raw members, slot 1.';

--
-- Name: snapshot_stage_2; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE UNLOGGED TABLE public.snapshot_stage_2 (
    slot smallint NOT NULL,
    "position" bigint NOT NULL,
    discord_id bigint NOT NULL,
    roles bigint[] NOT NULL
);

ALTER TABLE public.snapshot_stage_2 OWNER TO reeve_owner;

--
-- Name: TABLE snapshot_stage_2; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.snapshot_stage_2 IS 'Raw members, slot 2.';

--
-- Name: snapshot_stage_3; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE UNLOGGED TABLE public.snapshot_stage_3 (
    slot smallint NOT NULL,
    "position" bigint NOT NULL,
    discord_id bigint NOT NULL,
    roles bigint[] NOT NULL
);

ALTER TABLE public.snapshot_stage_3 OWNER TO reeve_owner;

--
-- Name: TABLE snapshot_stage_3; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.snapshot_stage_3 IS 'Raw members, slot 3.';

--
-- Name: snapshot_stage_4; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE UNLOGGED TABLE public.snapshot_stage_4 (
    slot smallint NOT NULL,
    "position" bigint NOT NULL,
    discord_id bigint NOT NULL,
    roles bigint[] NOT NULL
);

ALTER TABLE public.snapshot_stage_4 OWNER TO reeve_owner;

--
-- Name: TABLE snapshot_stage_4; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.snapshot_stage_4 IS 'Raw members, slot 4.';

--
-- Name: stripped_assignment; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.stripped_assignment (
    assignment_id uuid NOT NULL,
    user_id uuid NOT NULL,
    tenant_id uuid,
    project_id uuid,
    role_id uuid NOT NULL,
    source text NOT NULL,
    granted_by uuid,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    stripped_at timestamp with time zone DEFAULT now() NOT NULL,
    plan_id text NOT NULL
);

ALTER TABLE public.stripped_assignment OWNER TO reeve_owner;

--
-- Name: TABLE stripped_assignment; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.stripped_assignment IS 'Assignments that reconcile took, kept so that a later reactivation can give them back.';

--
-- Name: tenancy_setting; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.tenancy_setting (
    only_row boolean DEFAULT true NOT NULL,
    strict_membership boolean DEFAULT false NOT NULL,
    rehome_needs_approval boolean DEFAULT true NOT NULL,
    newcomers_limit integer DEFAULT 1000 NOT NULL,
    paused_at timestamp with time zone,
    paused_by uuid,
    pause_reason text,
    CONSTRAINT a_pause_says_why CHECK (((paused_at IS NULL) = (pause_reason IS NULL))),
    CONSTRAINT tenancy_setting_newcomers_limit_check CHECK ((newcomers_limit >= 0)),
    CONSTRAINT tenancy_setting_only_row_check CHECK (only_row)
);

ALTER TABLE public.tenancy_setting OWNER TO reeve_owner;

--
-- Name: TABLE tenancy_setting; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.tenancy_setting IS 'One row: strict mode, approval of moves, the limit of newcomers, and the pause of bulk changes.';

--
-- Name: user_quota; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.user_quota (
    user_id uuid NOT NULL,
    name text NOT NULL,
    most integer NOT NULL,
    CONSTRAINT user_quota_most_check CHECK (((most >= 0) AND (most <= 1000)))
);

ALTER TABLE public.user_quota OWNER TO reeve_owner;

--
-- Name: TABLE user_quota; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.user_quota IS 'How many of something one person may have, where that is not the usual number (domain/quota.rs).';

--
-- Name: user_roles; Type: TABLE; Schema: public; Owner: reeve_owner
--

CREATE TABLE public.user_roles (
    assignment_id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    tenant_id uuid,
    project_id uuid,
    role_id uuid NOT NULL,
    source text DEFAULT 'sql'::text NOT NULL,
    granted_by uuid,
    valid_from timestamp with time zone DEFAULT now() NOT NULL,
    valid_until timestamp with time zone,
    CONSTRAINT project_needs_tenant CHECK (((project_id IS NULL) OR (tenant_id IS NOT NULL))),
    CONSTRAINT validity CHECK (((valid_until IS NULL) OR (valid_until > valid_from))),
    CONSTRAINT validity_before_the_year_9999_or_null CHECK ((isfinite(valid_from) AND isfinite(valid_until) AND (GREATEST(valid_from, valid_until) < '9999-01-01 00:00:00+00'::timestamp with time zone)))
);

ALTER TABLE ONLY public.user_roles FORCE ROW LEVEL SECURITY;

ALTER TABLE public.user_roles OWNER TO reeve_owner;

--
-- Name: TABLE user_roles; Type: COMMENT; Schema: public; Owner: reeve_owner
--

COMMENT ON TABLE public.user_roles IS 'Assignments: a role given to an identity at a scope. One a source, so that a sync never takes what a person gave.';

--
-- Name: audit_log_default; Type: TABLE ATTACH; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.audit_log ATTACH PARTITION public.audit_log_default DEFAULT;

--
-- Name: snapshot_stage_1; Type: TABLE ATTACH; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.snapshot_stage ATTACH PARTITION public.snapshot_stage_1 FOR VALUES IN ('1');

--
-- Name: snapshot_stage_2; Type: TABLE ATTACH; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.snapshot_stage ATTACH PARTITION public.snapshot_stage_2 FOR VALUES IN ('2');

--
-- Name: snapshot_stage_3; Type: TABLE ATTACH; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.snapshot_stage ATTACH PARTITION public.snapshot_stage_3 FOR VALUES IN ('3');

--
-- Name: snapshot_stage_4; Type: TABLE ATTACH; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.snapshot_stage ATTACH PARTITION public.snapshot_stage_4 FOR VALUES IN ('4');

--
-- Name: access_policy access_policy_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.access_policy
    ADD CONSTRAINT access_policy_pkey PRIMARY KEY (name);

--
-- Name: alert alert_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (alert_id);

--
-- Name: app_user app_user_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.app_user
    ADD CONSTRAINT app_user_pkey PRIMARY KEY (user_id);

--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (audit_id, created_at);

--
-- Name: audit_log_default audit_log_default_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.audit_log_default
    ADD CONSTRAINT audit_log_default_pkey PRIMARY KEY (audit_id, created_at);

--
-- Name: change_feed change_feed_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.change_feed
    ADD CONSTRAINT change_feed_pkey PRIMARY KEY (seq);

--
-- Name: decision_log decision_log_actor_user_id_permission_tenant_id_minute_key; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.decision_log
    ADD CONSTRAINT decision_log_actor_user_id_permission_tenant_id_minute_key UNIQUE NULLS NOT DISTINCT (actor_user_id, permission, tenant_id, minute);

--
-- Name: decision_log decision_log_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.decision_log
    ADD CONSTRAINT decision_log_pkey PRIMARY KEY (decision_id);

--
-- Name: discord_member discord_member_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.discord_member
    ADD CONSTRAINT discord_member_pkey PRIMARY KEY (guild_id, discord_id);

--
-- Name: discord_snapshot discord_snapshot_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.discord_snapshot
    ADD CONSTRAINT discord_snapshot_pkey PRIMARY KEY (snapshot_id);

--
-- Name: entitlement_mapping entitlement_mapping_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.entitlement_mapping
    ADD CONSTRAINT entitlement_mapping_pkey PRIMARY KEY (entitlement, guild_id, role_id);

--
-- Name: evidence_note evidence_note_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.evidence_note
    ADD CONSTRAINT evidence_note_pkey PRIMARY KEY (note_id);

--
-- Name: exemption exemption_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.exemption
    ADD CONSTRAINT exemption_pkey PRIMARY KEY (exemption_id);

--
-- Name: feed_epoch feed_epoch_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.feed_epoch
    ADD CONSTRAINT feed_epoch_pkey PRIMARY KEY (only_row);

--
-- Name: governance_setting governance_setting_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.governance_setting
    ADD CONSTRAINT governance_setting_pkey PRIMARY KEY (only_row);

--
-- Name: hold hold_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_pkey PRIMARY KEY (hold_id);

--
-- Name: idempotency_key idempotency_key_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (caller, key_hash);

--
-- Name: identity_activity identity_activity_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.identity_activity
    ADD CONSTRAINT identity_activity_pkey PRIMARY KEY (user_id);

--
-- Name: identity_link identity_link_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.identity_link
    ADD CONSTRAINT identity_link_pkey PRIMARY KEY (provider, external_id);

--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (name);

--
-- Name: lease lease_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (name);

--
-- Name: log_line log_line_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.log_line
    ADD CONSTRAINT log_line_pkey PRIMARY KEY (line_id);

--
-- Name: login_link login_link_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.login_link
    ADD CONSTRAINT login_link_pkey PRIMARY KEY (hash);

--
-- Name: membership membership_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_pkey PRIMARY KEY (organization_id, user_id);

--
-- Name: node node_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.node
    ADD CONSTRAINT node_pkey PRIMARY KEY (node_id);

--
-- Name: operation_count operation_count_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.operation_count
    ADD CONSTRAINT operation_count_pkey PRIMARY KEY (minute, operation, outcome);

--
-- Name: organization organization_name; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_name UNIQUE (name);

--
-- Name: organization organization_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (id);

--
-- Name: organization organization_slug; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_slug UNIQUE (slug);

--
-- Name: passkey_ceremony passkey_ceremony_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.passkey_ceremony
    ADD CONSTRAINT passkey_ceremony_pkey PRIMARY KEY (hash);

--
-- Name: passkey passkey_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.passkey
    ADD CONSTRAINT passkey_pkey PRIMARY KEY (passkey_id);

--
-- Name: personal_access_token personal_access_token_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.personal_access_token
    ADD CONSTRAINT personal_access_token_pkey PRIMARY KEY (token_id);

--
-- Name: plan_skip plan_skip_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.plan_skip
    ADD CONSTRAINT plan_skip_pkey PRIMARY KEY (plan_no, seq);

--
-- Name: plan_spared plan_spared_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.plan_spared
    ADD CONSTRAINT plan_spared_pkey PRIMARY KEY (plan_no, user_id);

--
-- Name: plan_step plan_step_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.plan_step
    ADD CONSTRAINT plan_step_pkey PRIMARY KEY (plan_no, seq);

--
-- Name: platform platform_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.platform
    ADD CONSTRAINT platform_pkey PRIMARY KEY (only_row);

--
-- Name: project project_in_tenant; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_in_tenant UNIQUE (tenant_id, project_id);

--
-- Name: project project_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_pkey PRIMARY KEY (project_id);

--
-- Name: project project_slug; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_slug UNIQUE (tenant_id, slug);

--
-- Name: reconcile_plan reconcile_plan_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.reconcile_plan
    ADD CONSTRAINT reconcile_plan_pkey PRIMARY KEY (plan_no);

--
-- Name: reconcile_plan reconcile_plan_plan_id_key; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.reconcile_plan
    ADD CONSTRAINT reconcile_plan_plan_id_key UNIQUE (plan_id);

--
-- Name: rehome rehome_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.rehome
    ADD CONSTRAINT rehome_pkey PRIMARY KEY (rehome_id);

--
-- Name: review_campaign review_campaign_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_campaign
    ADD CONSTRAINT review_campaign_pkey PRIMARY KEY (campaign_id);

--
-- Name: review_item review_item_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_item
    ADD CONSTRAINT review_item_pkey PRIMARY KEY (item_id);

--
-- Name: review_reminder review_reminder_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_reminder
    ADD CONSTRAINT review_reminder_pkey PRIMARY KEY (campaign_id, user_id, stage);

--
-- Name: review_reviewer review_reviewer_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_reviewer
    ADD CONSTRAINT review_reviewer_pkey PRIMARY KEY (campaign_id, user_id);

--
-- Name: role role_name; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.role
    ADD CONSTRAINT role_name UNIQUE NULLS NOT DISTINCT (tenant_id, scope, name);

--
-- Name: role_permission role_permission_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.role_permission
    ADD CONSTRAINT role_permission_pkey PRIMARY KEY (role_id, permission);

--
-- Name: role role_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.role
    ADD CONSTRAINT role_pkey PRIMARY KEY (role_id);

--
-- Name: session session_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (session_id);

--
-- Name: sign_in_attempt sign_in_attempt_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.sign_in_attempt
    ADD CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (hash);

--
-- Name: discord_snapshot snapshot_newer; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.discord_snapshot
    ADD CONSTRAINT snapshot_newer UNIQUE (guild_id, taken_at);

--
-- Name: snapshot_slot snapshot_slot_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.snapshot_slot
    ADD CONSTRAINT snapshot_slot_pkey PRIMARY KEY (slot);

--
-- Name: stripped_assignment stripped_assignment_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.stripped_assignment
    ADD CONSTRAINT stripped_assignment_pkey PRIMARY KEY (assignment_id);

--
-- Name: tenancy_setting tenancy_setting_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.tenancy_setting
    ADD CONSTRAINT tenancy_setting_pkey PRIMARY KEY (only_row);

--
-- Name: user_quota user_quota_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_quota
    ADD CONSTRAINT user_quota_pkey PRIMARY KEY (user_id, name);

--
-- Name: user_roles user_roles_once; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_once UNIQUE NULLS NOT DISTINCT (user_id, tenant_id, project_id, role_id, source);

--
-- Name: user_roles user_roles_pkey; Type: CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_pkey PRIMARY KEY (assignment_id);

--
-- Name: alert_open; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX alert_open ON public.alert USING btree (kind, subject) WHERE (closed_at IS NULL);

--
-- Name: app_user_email; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX app_user_email ON public.app_user USING btree (lower(email));

--
-- Name: app_user_search; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX app_user_search ON public.app_user USING gin (email public.gin_trgm_ops, display_name public.gin_trgm_ops);

--
-- Name: audit_log_action; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_action ON ONLY public.audit_log USING btree (action, created_at DESC);

--
-- Name: audit_log_actor; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_actor ON ONLY public.audit_log USING btree (actor_user_id, created_at DESC);

--
-- Name: audit_log_correlation; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_correlation ON ONLY public.audit_log USING btree (correlation_id);

--
-- Name: audit_log_default_action_created_at_idx; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_default_action_created_at_idx ON public.audit_log_default USING btree (action, created_at DESC);

--
-- Name: audit_log_default_actor_user_id_created_at_idx; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_default_actor_user_id_created_at_idx ON public.audit_log_default USING btree (actor_user_id, created_at DESC);

--
-- Name: audit_log_default_correlation_id_idx; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_default_correlation_id_idx ON public.audit_log_default USING btree (correlation_id);

--
-- Name: audit_log_entity; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_entity ON ONLY public.audit_log USING btree (entity_pk, created_at DESC);

--
-- Name: audit_log_default_entity_pk_created_at_idx; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_default_entity_pk_created_at_idx ON public.audit_log_default USING btree (entity_pk, created_at DESC);

--
-- Name: audit_log_target; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_target ON ONLY public.audit_log USING btree (target_user_id, created_at DESC);

--
-- Name: audit_log_default_target_user_id_created_at_idx; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX audit_log_default_target_user_id_created_at_idx ON public.audit_log_default USING btree (target_user_id, created_at DESC);

--
-- Name: change_feed_xid; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX change_feed_xid ON public.change_feed USING btree (xid);

--
-- Name: decision_log_correlation; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX decision_log_correlation ON public.decision_log USING btree (last_correlation_id);

--
-- Name: evidence_note_correlation; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX evidence_note_correlation ON public.evidence_note USING btree (correlation_id, created_at);

--
-- Name: exemption_user; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX exemption_user ON public.exemption USING btree (user_id) WHERE (ended_at IS NULL);

--
-- Name: hold_user; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX hold_user ON public.hold USING btree (user_id) WHERE (ended_at IS NULL);

--
-- Name: idempotency_key_age; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX idempotency_key_age ON public.idempotency_key USING btree (created_at);

--
-- Name: identity_link_discord; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX identity_link_discord ON public.identity_link USING btree (discord_id) WHERE (discord_id IS NOT NULL);

--
-- Name: identity_link_one_discord; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX identity_link_one_discord ON public.identity_link USING btree (user_id) WHERE (provider = 'discord'::text);

--
-- Name: identity_link_user; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX identity_link_user ON public.identity_link USING btree (user_id);

--
-- Name: log_line_age; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX log_line_age ON public.log_line USING btree (at);

--
-- Name: log_line_correlation; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX log_line_correlation ON public.log_line USING btree (correlation_id, line_id);

--
-- Name: membership_brought_in; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX membership_brought_in ON public.membership USING btree (organization_id) WHERE brought_in;

--
-- Name: membership_exclusive; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX membership_exclusive ON public.membership USING btree (user_id) WHERE exclusive;

--
-- Name: membership_user; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX membership_user ON public.membership USING btree (user_id);

--
-- Name: organization_default; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX organization_default ON public.organization USING btree (is_default) WHERE is_default;

--
-- Name: passkey_ceremony_over; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX passkey_ceremony_over ON public.passkey_ceremony USING btree (expires_at);

--
-- Name: passkey_credential; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX passkey_credential ON public.passkey USING btree (credential_id);

--
-- Name: passkey_owner; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX passkey_owner ON public.passkey USING btree (user_id, passkey_id);

--
-- Name: personal_access_token_hash; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX personal_access_token_hash ON public.personal_access_token USING btree (hash);

--
-- Name: personal_access_token_owner; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX personal_access_token_owner ON public.personal_access_token USING btree (user_id, token_id);

--
-- Name: reconcile_plan_created; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX reconcile_plan_created ON public.reconcile_plan USING btree (created_at DESC);

--
-- Name: reconcile_plan_one_held; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX reconcile_plan_one_held ON public.reconcile_plan USING btree ((true)) WHERE (state = 'held'::text);

--
-- Name: rehome_from; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX rehome_from ON public.rehome USING btree (from_tenant, rehome_id);

--
-- Name: rehome_open; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX rehome_open ON public.rehome USING btree (user_id) WHERE (state = 'requested'::text);

--
-- Name: rehome_to; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX rehome_to ON public.rehome USING btree (to_tenant, rehome_id);

--
-- Name: review_item_campaign; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX review_item_campaign ON public.review_item USING btree (campaign_id, item_id);

--
-- Name: review_item_undecided; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX review_item_undecided ON public.review_item USING btree (campaign_id) WHERE (verdict IS NULL);

--
-- Name: session_hash; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE UNIQUE INDEX session_hash ON public.session USING btree (hash);

--
-- Name: session_owner; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX session_owner ON public.session USING btree (user_id, session_id);

--
-- Name: session_provider; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX session_provider ON public.session USING btree (issuer, provider_session) WHERE (provider_session IS NOT NULL);

--
-- Name: sign_in_attempt_over; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX sign_in_attempt_over ON public.sign_in_attempt USING btree (expires_at);

--
-- Name: stripped_assignment_age; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX stripped_assignment_age ON public.stripped_assignment USING btree (stripped_at);

--
-- Name: stripped_assignment_user; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX stripped_assignment_user ON public.stripped_assignment USING btree (user_id);

--
-- Name: user_roles_begin; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX user_roles_begin ON public.user_roles USING btree (valid_from) WHERE (tenant_id IS NULL);

--
-- Name: user_roles_end; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX user_roles_end ON public.user_roles USING btree (valid_until) WHERE (valid_until IS NOT NULL);

--
-- Name: user_roles_role; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX user_roles_role ON public.user_roles USING btree (role_id, user_id);

--
-- Name: user_roles_tenant; Type: INDEX; Schema: public; Owner: reeve_owner
--

CREATE INDEX user_roles_tenant ON public.user_roles USING btree (tenant_id, user_id) WHERE (tenant_id IS NOT NULL);

--
-- Name: audit_log_default_action_created_at_idx; Type: INDEX ATTACH; Schema: public; Owner: reeve_owner
--

ALTER INDEX public.audit_log_action ATTACH PARTITION public.audit_log_default_action_created_at_idx;

--
-- Name: audit_log_default_actor_user_id_created_at_idx; Type: INDEX ATTACH; Schema: public; Owner: reeve_owner
--

ALTER INDEX public.audit_log_actor ATTACH PARTITION public.audit_log_default_actor_user_id_created_at_idx;

--
-- Name: audit_log_default_correlation_id_idx; Type: INDEX ATTACH; Schema: public; Owner: reeve_owner
--

ALTER INDEX public.audit_log_correlation ATTACH PARTITION public.audit_log_default_correlation_id_idx;

--
-- Name: audit_log_default_entity_pk_created_at_idx; Type: INDEX ATTACH; Schema: public; Owner: reeve_owner
--

ALTER INDEX public.audit_log_entity ATTACH PARTITION public.audit_log_default_entity_pk_created_at_idx;

--
-- Name: audit_log_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: reeve_owner
--

ALTER INDEX public.audit_log_pkey ATTACH PARTITION public.audit_log_default_pkey;

--
-- Name: audit_log_default_target_user_id_created_at_idx; Type: INDEX ATTACH; Schema: public; Owner: reeve_owner
--

ALTER INDEX public.audit_log_target ATTACH PARTITION public.audit_log_default_target_user_id_created_at_idx;

--
-- Name: users update_user; Type: TRIGGER; Schema: auth; Owner: reeve_owner
--

CREATE TRIGGER update_user INSTEAD OF UPDATE ON auth.users FOR EACH ROW EXECUTE FUNCTION auth.update_user();

--
-- Name: user_roles activate_membership; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER activate_membership AFTER INSERT ON public.user_roles REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.activate_membership();

--
-- Name: audit_log append_only; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('the audit log is append-only');

--
-- Name: organization before_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER before_delete BEFORE DELETE ON public.organization FOR EACH ROW EXECUTE FUNCTION public.organization_before_delete();

--
-- Name: app_user before_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER before_update BEFORE UPDATE ON public.app_user FOR EACH ROW EXECUTE FUNCTION public.app_user_before_update();

--
-- Name: organization before_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER before_update BEFORE UPDATE ON public.organization FOR EACH ROW EXECUTE FUNCTION public.organization_before_update();

--
-- Name: role built_in_keeps_its_name; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER built_in_keeps_its_name BEFORE UPDATE ON public.role FOR EACH ROW WHEN ((old.built_in AND ((((new.name IS DISTINCT FROM old.name) OR (new.scope IS DISTINCT FROM old.scope)) OR (new.tenant_id IS DISTINCT FROM old.tenant_id)) OR (new.built_in IS DISTINCT FROM old.built_in)))) EXECUTE FUNCTION public.refuse_change('built-in roles belong to the program');

--
-- Name: role built_in_stays; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER built_in_stays BEFORE DELETE ON public.role FOR EACH ROW WHEN (old.built_in) EXECUTE FUNCTION public.refuse_change('built-in roles belong to the program');

--
-- Name: user_roles check_scope; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER check_scope BEFORE INSERT OR UPDATE OF role_id, tenant_id, project_id ON public.user_roles FOR EACH ROW EXECUTE FUNCTION public.user_roles_check();

--
-- Name: membership end_assignments_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER end_assignments_delete AFTER DELETE ON public.membership REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.end_assignments();

--
-- Name: membership end_assignments_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER end_assignments_update AFTER UPDATE ON public.membership REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.end_assignments();

--
-- Name: app_user enrol_in_default; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER enrol_in_default AFTER INSERT ON public.app_user REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.enrol_in_default();

--
-- Name: user_roles guard_last_owner_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER guard_last_owner_delete AFTER DELETE ON public.user_roles REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.guard_last_owner();

--
-- Name: user_roles guard_last_owner_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER guard_last_owner_update AFTER UPDATE ON public.user_roles REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.guard_last_owner();

--
-- Name: app_user hold_hand_activated; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER hold_hand_activated AFTER UPDATE ON public.app_user REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.hold_hand_activated();

--
-- Name: access_policy no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.access_policy FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: app_user no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.app_user FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: discord_member no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.discord_member FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: discord_snapshot no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.discord_snapshot FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: entitlement_mapping no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.entitlement_mapping FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: exemption no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.exemption FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: governance_setting no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.governance_setting FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: hold no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.hold FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: identity_link no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.identity_link FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: login_link no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.login_link FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: membership no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.membership FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: organization no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.organization FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: passkey no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.passkey FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: personal_access_token no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.personal_access_token FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: project no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.project FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: rehome no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.rehome FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: review_campaign no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.review_campaign FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: review_reviewer no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.review_reviewer FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: role no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.role FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: role_permission no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.role_permission FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: session no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.session FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: stripped_assignment no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.stripped_assignment FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: tenancy_setting no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.tenancy_setting FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: user_quota no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.user_quota FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: user_roles no_truncate; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.user_roles FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('facts are never removed without a trace; use DELETE');

--
-- Name: membership note_strict; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER note_strict BEFORE INSERT OR UPDATE ON public.membership FOR EACH STATEMENT EXECUTE FUNCTION public.note_strict_membership();

--
-- Name: app_user retained; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER retained BEFORE DELETE ON public.app_user FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('identities are retained; disable or erase them instead');

--
-- Name: membership set_exclusive; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER set_exclusive BEFORE INSERT OR UPDATE ON public.membership FOR EACH ROW WHEN ((current_setting('app.strict_membership'::text, true) = 'on'::text)) EXECUTE FUNCTION public.set_exclusive();

--
-- Name: exemption touch_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_delete AFTER DELETE ON public.exemption REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: hold touch_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_delete AFTER DELETE ON public.hold REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: identity_link touch_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_delete AFTER DELETE ON public.identity_link REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: membership touch_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_delete AFTER DELETE ON public.membership REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: user_roles touch_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_delete AFTER DELETE ON public.user_roles REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: exemption touch_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_insert AFTER INSERT ON public.exemption REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: hold touch_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_insert AFTER INSERT ON public.hold REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: identity_link touch_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_insert AFTER INSERT ON public.identity_link REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: membership touch_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_insert AFTER INSERT ON public.membership REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: user_roles touch_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_insert AFTER INSERT ON public.user_roles REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: exemption touch_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_update AFTER UPDATE ON public.exemption REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: hold touch_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_update AFTER UPDATE ON public.hold REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: identity_link touch_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_update AFTER UPDATE ON public.identity_link REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: membership touch_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_update AFTER UPDATE ON public.membership REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: user_roles touch_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER touch_update AFTER UPDATE ON public.user_roles REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.touch_people();

--
-- Name: access_policy track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.access_policy REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_access_policy_delete();

--
-- Name: app_user track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.app_user REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_app_user_delete();

--
-- Name: discord_member track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.discord_member REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_discord_member_delete();

--
-- Name: discord_snapshot track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.discord_snapshot REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_discord_snapshot_delete();

--
-- Name: entitlement_mapping track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.entitlement_mapping REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_entitlement_mapping_delete();

--
-- Name: exemption track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.exemption REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_exemption_delete();

--
-- Name: governance_setting track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.governance_setting REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_governance_setting_delete();

--
-- Name: hold track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.hold REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_hold_delete();

--
-- Name: identity_link track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.identity_link REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_identity_link_delete();

--
-- Name: login_link track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.login_link REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_login_link_delete();

--
-- Name: membership track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.membership REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_membership_delete();

--
-- Name: organization track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.organization REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_organization_delete();

--
-- Name: passkey track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.passkey REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_passkey_delete();

--
-- Name: personal_access_token track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.personal_access_token REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_personal_access_token_delete();

--
-- Name: project track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.project REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_project_delete();

--
-- Name: rehome track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.rehome REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_rehome_delete();

--
-- Name: review_campaign track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.review_campaign REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_review_campaign_delete();

--
-- Name: review_reviewer track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.review_reviewer REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_review_reviewer_delete();

--
-- Name: role track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.role REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_role_delete();

--
-- Name: role_permission track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.role_permission REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_role_permission_delete();

--
-- Name: session track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.session REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_session_delete();

--
-- Name: stripped_assignment track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.stripped_assignment REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_stripped_assignment_delete();

--
-- Name: tenancy_setting track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.tenancy_setting REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_tenancy_setting_delete();

--
-- Name: user_quota track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.user_quota REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_user_quota_delete();

--
-- Name: user_roles track_delete; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_delete AFTER DELETE ON public.user_roles REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_user_roles_delete();

--
-- Name: access_policy track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.access_policy REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_access_policy_insert();

--
-- Name: app_user track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.app_user REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_app_user_insert();

--
-- Name: discord_member track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.discord_member REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_discord_member_insert();

--
-- Name: discord_snapshot track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.discord_snapshot REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_discord_snapshot_insert();

--
-- Name: entitlement_mapping track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.entitlement_mapping REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_entitlement_mapping_insert();

--
-- Name: exemption track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.exemption REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_exemption_insert();

--
-- Name: governance_setting track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.governance_setting REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_governance_setting_insert();

--
-- Name: hold track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.hold REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_hold_insert();

--
-- Name: identity_link track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.identity_link REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_identity_link_insert();

--
-- Name: login_link track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.login_link REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_login_link_insert();

--
-- Name: membership track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.membership REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_membership_insert();

--
-- Name: organization track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.organization REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_organization_insert();

--
-- Name: passkey track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.passkey REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_passkey_insert();

--
-- Name: personal_access_token track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.personal_access_token REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_personal_access_token_insert();

--
-- Name: project track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.project REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_project_insert();

--
-- Name: rehome track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.rehome REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_rehome_insert();

--
-- Name: review_campaign track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.review_campaign REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_review_campaign_insert();

--
-- Name: review_reviewer track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.review_reviewer REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_review_reviewer_insert();

--
-- Name: role track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.role REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_role_insert();

--
-- Name: role_permission track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.role_permission REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_role_permission_insert();

--
-- Name: session track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.session REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_session_insert();

--
-- Name: stripped_assignment track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.stripped_assignment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_stripped_assignment_insert();

--
-- Name: tenancy_setting track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.tenancy_setting REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_tenancy_setting_insert();

--
-- Name: user_quota track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.user_quota REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_user_quota_insert();

--
-- Name: user_roles track_insert; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_insert AFTER INSERT ON public.user_roles REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_user_roles_insert();

--
-- Name: access_policy track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.access_policy REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_access_policy_update();

--
-- Name: app_user track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.app_user REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_app_user_update();

--
-- Name: discord_member track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.discord_member REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_discord_member_update();

--
-- Name: discord_snapshot track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.discord_snapshot REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_discord_snapshot_update();

--
-- Name: entitlement_mapping track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.entitlement_mapping REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_entitlement_mapping_update();

--
-- Name: exemption track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.exemption REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_exemption_update();

--
-- Name: governance_setting track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.governance_setting REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_governance_setting_update();

--
-- Name: hold track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.hold REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_hold_update();

--
-- Name: identity_link track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.identity_link REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_identity_link_update();

--
-- Name: login_link track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.login_link REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_login_link_update();

--
-- Name: membership track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.membership REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_membership_update();

--
-- Name: organization track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.organization REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_organization_update();

--
-- Name: passkey track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.passkey REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_passkey_update();

--
-- Name: personal_access_token track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.personal_access_token REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_personal_access_token_update();

--
-- Name: project track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.project REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_project_update();

--
-- Name: rehome track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.rehome REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_rehome_update();

--
-- Name: review_campaign track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.review_campaign REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_review_campaign_update();

--
-- Name: review_reviewer track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.review_reviewer REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_review_reviewer_update();

--
-- Name: role track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.role REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_role_update();

--
-- Name: role_permission track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.role_permission REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_role_permission_update();

--
-- Name: session track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.session REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_session_update();

--
-- Name: stripped_assignment track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.stripped_assignment REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_stripped_assignment_update();

--
-- Name: tenancy_setting track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.tenancy_setting REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_tenancy_setting_update();

--
-- Name: user_quota track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.user_quota REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_user_quota_update();

--
-- Name: user_roles track_update; Type: TRIGGER; Schema: public; Owner: reeve_owner
--

CREATE TRIGGER track_update AFTER UPDATE ON public.user_roles REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_user_roles_update();

--
-- Name: exemption exemption_ended_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.exemption
    ADD CONSTRAINT exemption_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES public.app_user(user_id);

--
-- Name: exemption exemption_granted_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.exemption
    ADD CONSTRAINT exemption_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES public.app_user(user_id);

--
-- Name: exemption exemption_reviewed_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.exemption
    ADD CONSTRAINT exemption_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES public.app_user(user_id);

--
-- Name: exemption exemption_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.exemption
    ADD CONSTRAINT exemption_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: hold hold_ended_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES public.app_user(user_id);

--
-- Name: hold hold_granted_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES public.app_user(user_id);

--
-- Name: hold hold_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: identity_activity identity_activity_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.identity_activity
    ADD CONSTRAINT identity_activity_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: identity_link identity_link_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.identity_link
    ADD CONSTRAINT identity_link_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: login_link login_link_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.login_link
    ADD CONSTRAINT login_link_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: membership membership_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;

--
-- Name: membership membership_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id) ON DELETE CASCADE;

--
-- Name: passkey_ceremony passkey_ceremony_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.passkey_ceremony
    ADD CONSTRAINT passkey_ceremony_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: passkey passkey_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.passkey
    ADD CONSTRAINT passkey_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: personal_access_token personal_access_token_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.personal_access_token
    ADD CONSTRAINT personal_access_token_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: plan_skip plan_skip_plan_no_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.plan_skip
    ADD CONSTRAINT plan_skip_plan_no_fkey FOREIGN KEY (plan_no) REFERENCES public.reconcile_plan(plan_no) ON DELETE CASCADE;

--
-- Name: plan_spared plan_spared_plan_no_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.plan_spared
    ADD CONSTRAINT plan_spared_plan_no_fkey FOREIGN KEY (plan_no) REFERENCES public.reconcile_plan(plan_no) ON DELETE CASCADE;

--
-- Name: user_roles project_in_tenant; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT project_in_tenant FOREIGN KEY (tenant_id, project_id) REFERENCES public.project(tenant_id, project_id) ON DELETE CASCADE;

--
-- Name: project project_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.organization(id) ON DELETE CASCADE;

--
-- Name: reconcile_plan reconcile_plan_approved_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.reconcile_plan
    ADD CONSTRAINT reconcile_plan_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES public.app_user(user_id);

--
-- Name: rehome rehome_decided_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.rehome
    ADD CONSTRAINT rehome_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.app_user(user_id);

--
-- Name: rehome rehome_from_tenant_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.rehome
    ADD CONSTRAINT rehome_from_tenant_fkey FOREIGN KEY (from_tenant) REFERENCES public.organization(id) ON DELETE CASCADE;

--
-- Name: rehome rehome_requested_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.rehome
    ADD CONSTRAINT rehome_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES public.app_user(user_id);

--
-- Name: rehome rehome_role_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.rehome
    ADD CONSTRAINT rehome_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.role(role_id) ON DELETE SET NULL;

--
-- Name: rehome rehome_to_tenant_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.rehome
    ADD CONSTRAINT rehome_to_tenant_fkey FOREIGN KEY (to_tenant) REFERENCES public.organization(id) ON DELETE CASCADE;

--
-- Name: rehome rehome_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.rehome
    ADD CONSTRAINT rehome_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: review_campaign review_campaign_created_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_campaign
    ADD CONSTRAINT review_campaign_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.app_user(user_id);

--
-- Name: review_campaign review_campaign_signed_off_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_campaign
    ADD CONSTRAINT review_campaign_signed_off_by_fkey FOREIGN KEY (signed_off_by) REFERENCES public.app_user(user_id);

--
-- Name: review_campaign review_campaign_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_campaign
    ADD CONSTRAINT review_campaign_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.organization(id) ON DELETE CASCADE;

--
-- Name: review_item review_item_campaign_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_item
    ADD CONSTRAINT review_item_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.review_campaign(campaign_id) ON DELETE CASCADE;

--
-- Name: review_item review_item_decided_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_item
    ADD CONSTRAINT review_item_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.app_user(user_id);

--
-- Name: review_item review_item_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_item
    ADD CONSTRAINT review_item_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: review_reminder review_reminder_campaign_id_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_reminder
    ADD CONSTRAINT review_reminder_campaign_id_user_id_fkey FOREIGN KEY (campaign_id, user_id) REFERENCES public.review_reviewer(campaign_id, user_id) ON DELETE CASCADE;

--
-- Name: review_reviewer review_reviewer_campaign_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_reviewer
    ADD CONSTRAINT review_reviewer_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.review_campaign(campaign_id) ON DELETE CASCADE;

--
-- Name: review_reviewer review_reviewer_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.review_reviewer
    ADD CONSTRAINT review_reviewer_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: role_permission role_permission_role_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.role_permission
    ADD CONSTRAINT role_permission_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.role(role_id) ON DELETE CASCADE;

--
-- Name: role role_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.role
    ADD CONSTRAINT role_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.organization(id) ON DELETE CASCADE;

--
-- Name: session session_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: tenancy_setting tenancy_setting_paused_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.tenancy_setting
    ADD CONSTRAINT tenancy_setting_paused_by_fkey FOREIGN KEY (paused_by) REFERENCES public.app_user(user_id);

--
-- Name: user_quota user_quota_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_quota
    ADD CONSTRAINT user_quota_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id);

--
-- Name: user_roles user_roles_granted_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES public.app_user(user_id);

--
-- Name: user_roles user_roles_role_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.role(role_id) ON DELETE CASCADE;

--
-- Name: user_roles user_roles_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.organization(id) ON DELETE CASCADE;

--
-- Name: user_roles user_roles_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: reeve_owner
--

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.app_user(user_id) ON DELETE CASCADE;

--
-- Name: app_user; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.app_user ENABLE ROW LEVEL SECURITY;

--
-- Name: app_user everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.app_user TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: identity_activity everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.identity_activity TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: identity_link everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.identity_link TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: membership everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.membership TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: organization everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.organization TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: project everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.project TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: role everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.role TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: role_permission everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.role_permission TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: user_roles everything; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY everything ON public.user_roles TO reeve_owner, reeve_system, reeve_operator USING (true) WITH CHECK (true);

--
-- Name: identity_activity; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.identity_activity ENABLE ROW LEVEL SECURITY;

--
-- Name: identity_link; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.identity_link ENABLE ROW LEVEL SECURITY;

--
-- Name: membership; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.membership ENABLE ROW LEVEL SECURITY;

--
-- Name: organization; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.organization ENABLE ROW LEVEL SECURITY;

--
-- Name: identity_activity own; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY own ON public.identity_activity FOR SELECT TO reeve_app USING ((user_id = public.app_user_id()));

--
-- Name: identity_link own; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY own ON public.identity_link FOR SELECT TO reeve_app USING ((user_id = public.app_user_id()));

--
-- Name: app_user own_or_member; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY own_or_member ON public.app_user FOR SELECT TO reeve_app USING (((user_id = public.app_user_id()) OR (EXISTS ( SELECT
   FROM public.membership m
  WHERE ((m.organization_id = public.app_tenant_id()) AND (m.user_id = app_user.user_id) AND (m.status = 'active'::text))))));

--
-- Name: project; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.project ENABLE ROW LEVEL SECURITY;

--
-- Name: role; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.role ENABLE ROW LEVEL SECURITY;

--
-- Name: role_permission; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.role_permission ENABLE ROW LEVEL SECURITY;

--
-- Name: membership tenant; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY tenant ON public.membership FOR SELECT TO reeve_app USING (((organization_id = public.app_tenant_id()) OR (user_id = public.app_user_id())));

--
-- Name: organization tenant; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY tenant ON public.organization FOR SELECT TO reeve_app USING ((id = public.app_tenant_id()));

--
-- Name: project tenant; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY tenant ON public.project FOR SELECT TO reeve_app USING ((tenant_id = public.app_tenant_id()));

--
-- Name: role tenant; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY tenant ON public.role FOR SELECT TO reeve_app USING (((tenant_id IS NULL) OR (tenant_id = public.app_tenant_id())));

--
-- Name: role_permission tenant; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY tenant ON public.role_permission FOR SELECT TO reeve_app USING ((EXISTS ( SELECT
   FROM public.role r
  WHERE (r.role_id = role_permission.role_id))));

--
-- Name: user_roles tenant; Type: POLICY; Schema: public; Owner: reeve_owner
--

CREATE POLICY tenant ON public.user_roles FOR SELECT TO reeve_app USING (((tenant_id = public.app_tenant_id()) OR (user_id = public.app_user_id())));

--
-- Name: user_roles; Type: ROW SECURITY; Schema: public; Owner: reeve_owner
--

ALTER TABLE public.user_roles ENABLE ROW LEVEL SECURITY;

--
-- Name: SCHEMA auth; Type: ACL; Schema: -; Owner: reeve_owner
--

GRANT USAGE ON SCHEMA auth TO reeve_app;
GRANT USAGE ON SCHEMA auth TO reeve_system;
GRANT USAGE ON SCHEMA auth TO reeve_operator;

--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner
--

GRANT ALL ON SCHEMA public TO reeve_owner;
GRANT USAGE ON SCHEMA public TO reeve_app;
GRANT USAGE ON SCHEMA public TO reeve_system;
GRANT USAGE ON SCHEMA public TO reeve_views;
GRANT USAGE ON SCHEMA public TO reeve_operator;

--
-- Name: FUNCTION update_user(); Type: ACL; Schema: auth; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION auth.update_user() FROM PUBLIC;
GRANT ALL ON FUNCTION auth.update_user() TO reeve_operator;

--
-- Name: FUNCTION activate_membership(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.activate_membership() FROM PUBLIC;

--
-- Name: FUNCTION app_tenant_id(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.app_tenant_id() FROM PUBLIC;
GRANT ALL ON FUNCTION public.app_tenant_id() TO reeve_app;
GRANT ALL ON FUNCTION public.app_tenant_id() TO reeve_system;
GRANT ALL ON FUNCTION public.app_tenant_id() TO reeve_views;
GRANT ALL ON FUNCTION public.app_tenant_id() TO reeve_operator;

--
-- Name: FUNCTION app_user_before_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.app_user_before_update() FROM PUBLIC;

--
-- Name: FUNCTION app_user_id(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.app_user_id() FROM PUBLIC;
GRANT ALL ON FUNCTION public.app_user_id() TO reeve_app;
GRANT ALL ON FUNCTION public.app_user_id() TO reeve_system;
GRANT ALL ON FUNCTION public.app_user_id() TO reeve_views;
GRANT ALL ON FUNCTION public.app_user_id() TO reeve_operator;

--
-- Name: FUNCTION current_revision(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.current_revision() FROM PUBLIC;
GRANT ALL ON FUNCTION public.current_revision() TO reeve_app;
GRANT ALL ON FUNCTION public.current_revision() TO reeve_system;

--
-- Name: FUNCTION end_assignments(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.end_assignments() FROM PUBLIC;

--
-- Name: FUNCTION enrol_in_default(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.enrol_in_default() FROM PUBLIC;

--
-- Name: FUNCTION ensure_default_organization(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.ensure_default_organization() FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_default_organization() TO reeve_system;
GRANT ALL ON FUNCTION public.ensure_default_organization() TO reeve_operator;

--
-- Name: FUNCTION guard_last_owner(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.guard_last_owner() FROM PUBLIC;

--
-- Name: FUNCTION hold_hand_activated(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.hold_hand_activated() FROM PUBLIC;

--
-- Name: FUNCTION is_operation(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.is_operation() FROM PUBLIC;
GRANT ALL ON FUNCTION public.is_operation() TO reeve_app;
GRANT ALL ON FUNCTION public.is_operation() TO reeve_system;
GRANT ALL ON FUNCTION public.is_operation() TO reeve_views;
GRANT ALL ON FUNCTION public.is_operation() TO reeve_operator;

--
-- Name: FUNCTION is_role_overrides(value jsonb); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.is_role_overrides(value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.is_role_overrides(value jsonb) TO reeve_system;
GRANT ALL ON FUNCTION public.is_role_overrides(value jsonb) TO reeve_operator;

--
-- Name: FUNCTION maintain_audit_partitions(retention_months integer); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.maintain_audit_partitions(retention_months integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.maintain_audit_partitions(retention_months integer) TO reeve_system;

--
-- Name: FUNCTION note_strict_membership(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.note_strict_membership() FROM PUBLIC;

--
-- Name: FUNCTION organization_before_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.organization_before_delete() FROM PUBLIC;

--
-- Name: FUNCTION organization_before_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.organization_before_update() FROM PUBLIC;

--
-- Name: FUNCTION refuse_change(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.refuse_change() FROM PUBLIC;

--
-- Name: FUNCTION set_exclusive(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.set_exclusive() FROM PUBLIC;

--
-- Name: FUNCTION touch_people(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.touch_people() FROM PUBLIC;

--
-- Name: FUNCTION touches_people(tracked regclass); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.touches_people(tracked regclass) FROM PUBLIC;

--
-- Name: FUNCTION track(tracked regclass, key text[], private text[], silent text[], reload_above integer); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track(tracked regclass, key text[], private text[], silent text[], reload_above integer) FROM PUBLIC;

--
-- Name: FUNCTION track_access_policy_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_access_policy_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_access_policy_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_access_policy_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_access_policy_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_access_policy_update() FROM PUBLIC;

--
-- Name: FUNCTION track_app_user_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_app_user_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_app_user_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_app_user_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_app_user_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_app_user_update() FROM PUBLIC;

--
-- Name: FUNCTION track_discord_member_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_discord_member_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_discord_member_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_discord_member_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_discord_member_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_discord_member_update() FROM PUBLIC;

--
-- Name: FUNCTION track_discord_snapshot_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_discord_snapshot_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_discord_snapshot_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_discord_snapshot_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_discord_snapshot_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_discord_snapshot_update() FROM PUBLIC;

--
-- Name: FUNCTION track_entitlement_mapping_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_entitlement_mapping_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_entitlement_mapping_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_entitlement_mapping_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_entitlement_mapping_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_entitlement_mapping_update() FROM PUBLIC;

--
-- Name: FUNCTION track_exemption_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_exemption_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_exemption_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_exemption_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_exemption_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_exemption_update() FROM PUBLIC;

--
-- Name: FUNCTION track_governance_setting_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_governance_setting_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_governance_setting_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_governance_setting_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_governance_setting_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_governance_setting_update() FROM PUBLIC;

--
-- Name: FUNCTION track_hold_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_hold_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_hold_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_hold_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_hold_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_hold_update() FROM PUBLIC;

--
-- Name: FUNCTION track_identity_link_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_identity_link_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_identity_link_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_identity_link_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_identity_link_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_identity_link_update() FROM PUBLIC;

--
-- Name: FUNCTION track_login_link_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_login_link_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_login_link_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_login_link_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_login_link_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_login_link_update() FROM PUBLIC;

--
-- Name: FUNCTION track_membership_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_membership_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_membership_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_membership_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_membership_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_membership_update() FROM PUBLIC;

--
-- Name: FUNCTION track_organization_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_organization_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_organization_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_organization_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_organization_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_organization_update() FROM PUBLIC;

--
-- Name: FUNCTION track_passkey_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_passkey_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_passkey_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_passkey_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_passkey_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_passkey_update() FROM PUBLIC;

--
-- Name: FUNCTION track_personal_access_token_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_personal_access_token_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_personal_access_token_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_personal_access_token_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_personal_access_token_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_personal_access_token_update() FROM PUBLIC;

--
-- Name: FUNCTION track_project_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_project_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_project_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_project_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_project_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_project_update() FROM PUBLIC;

--
-- Name: FUNCTION track_rehome_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_rehome_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_rehome_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_rehome_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_rehome_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_rehome_update() FROM PUBLIC;

--
-- Name: FUNCTION track_review_campaign_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_review_campaign_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_review_campaign_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_review_campaign_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_review_campaign_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_review_campaign_update() FROM PUBLIC;

--
-- Name: FUNCTION track_review_reviewer_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_review_reviewer_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_review_reviewer_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_review_reviewer_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_review_reviewer_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_review_reviewer_update() FROM PUBLIC;

--
-- Name: FUNCTION track_role_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_role_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_role_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_role_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_role_permission_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_role_permission_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_role_permission_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_role_permission_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_role_permission_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_role_permission_update() FROM PUBLIC;

--
-- Name: FUNCTION track_role_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_role_update() FROM PUBLIC;

--
-- Name: FUNCTION track_session_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_session_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_session_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_session_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_session_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_session_update() FROM PUBLIC;

--
-- Name: FUNCTION track_stripped_assignment_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_stripped_assignment_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_stripped_assignment_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_stripped_assignment_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_stripped_assignment_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_stripped_assignment_update() FROM PUBLIC;

--
-- Name: FUNCTION track_tenancy_setting_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_tenancy_setting_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_tenancy_setting_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_tenancy_setting_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_tenancy_setting_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_tenancy_setting_update() FROM PUBLIC;

--
-- Name: FUNCTION track_user_quota_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_user_quota_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_user_quota_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_user_quota_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_user_quota_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_user_quota_update() FROM PUBLIC;

--
-- Name: FUNCTION track_user_roles_delete(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_user_roles_delete() FROM PUBLIC;

--
-- Name: FUNCTION track_user_roles_insert(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_user_roles_insert() FROM PUBLIC;

--
-- Name: FUNCTION track_user_roles_update(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.track_user_roles_update() FROM PUBLIC;

--
-- Name: FUNCTION user_roles_check(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.user_roles_check() FROM PUBLIC;

--
-- Name: FUNCTION uuid_v7(); Type: ACL; Schema: public; Owner: reeve_owner
--

REVOKE ALL ON FUNCTION public.uuid_v7() FROM PUBLIC;
GRANT ALL ON FUNCTION public.uuid_v7() TO reeve_app;
GRANT ALL ON FUNCTION public.uuid_v7() TO reeve_system;
GRANT ALL ON FUNCTION public.uuid_v7() TO reeve_operator;

--
-- Name: TABLE app_user; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.app_user TO reeve_system;
GRANT SELECT,INSERT,UPDATE ON TABLE public.app_user TO reeve_operator;
GRANT SELECT ON TABLE public.app_user TO reeve_app;

--
-- Name: TABLE identity_activity; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identity_activity TO reeve_system;
GRANT SELECT ON TABLE public.identity_activity TO reeve_app;
GRANT SELECT ON TABLE public.identity_activity TO reeve_operator;

--
-- Name: TABLE users; Type: ACL; Schema: auth; Owner: reeve_owner
--

GRANT SELECT ON TABLE auth.users TO reeve_system;
GRANT SELECT,UPDATE ON TABLE auth.users TO reeve_operator;

--
-- Name: TABLE access_policy; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.access_policy TO reeve_system;
GRANT SELECT ON TABLE public.access_policy TO reeve_operator;

--
-- Name: TABLE alert; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alert TO reeve_system;
GRANT SELECT ON TABLE public.alert TO reeve_operator;

--
-- Name: TABLE audit_log; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT INSERT ON TABLE public.audit_log TO reeve_app;
GRANT SELECT,INSERT ON TABLE public.audit_log TO reeve_system;
GRANT SELECT ON TABLE public.audit_log TO reeve_operator;

--
-- Name: TABLE audit_log_default; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT ON TABLE public.audit_log_default TO reeve_system;

--
-- Name: TABLE change_feed; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,DELETE ON TABLE public.change_feed TO reeve_system;
GRANT SELECT ON TABLE public.change_feed TO reeve_operator;

--
-- Name: TABLE discord_snapshot; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.discord_snapshot TO reeve_system;
GRANT SELECT ON TABLE public.discord_snapshot TO reeve_operator;

--
-- Name: TABLE current_snapshot; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT ON TABLE public.current_snapshot TO reeve_operator;
GRANT SELECT ON TABLE public.current_snapshot TO reeve_system;

--
-- Name: TABLE decision_log; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.decision_log TO reeve_system;
GRANT SELECT ON TABLE public.decision_log TO reeve_operator;

--
-- Name: TABLE discord_member; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.discord_member TO reeve_system;
GRANT SELECT ON TABLE public.discord_member TO reeve_operator;

--
-- Name: TABLE entitlement_mapping; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.entitlement_mapping TO reeve_system;
GRANT SELECT ON TABLE public.entitlement_mapping TO reeve_operator;

--
-- Name: TABLE evidence_note; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT ON TABLE public.evidence_note TO reeve_system;
GRANT SELECT ON TABLE public.evidence_note TO reeve_operator;

--
-- Name: TABLE exemption; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.exemption TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.exemption TO reeve_operator;

--
-- Name: TABLE feed_epoch; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT ON TABLE public.feed_epoch TO reeve_app;
GRANT SELECT ON TABLE public.feed_epoch TO reeve_system;
GRANT SELECT ON TABLE public.feed_epoch TO reeve_operator;

--
-- Name: TABLE governance_setting; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.governance_setting TO reeve_system;
GRANT SELECT ON TABLE public.governance_setting TO reeve_operator;

--
-- Name: COLUMN governance_setting.mode; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(mode) ON TABLE public.governance_setting TO reeve_operator;

--
-- Name: COLUMN governance_setting.snapshot_max_age_seconds; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(snapshot_max_age_seconds) ON TABLE public.governance_setting TO reeve_operator;

--
-- Name: COLUMN governance_setting.guard_share_percent; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(guard_share_percent) ON TABLE public.governance_setting TO reeve_operator;

--
-- Name: COLUMN governance_setting.guard_few; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(guard_few) ON TABLE public.governance_setting TO reeve_operator;

--
-- Name: COLUMN governance_setting.guard_count; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(guard_count) ON TABLE public.governance_setting TO reeve_operator;

--
-- Name: COLUMN governance_setting.role_restore_days; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(role_restore_days) ON TABLE public.governance_setting TO reeve_operator;

--
-- Name: COLUMN governance_setting.reconcile_every_seconds; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(reconcile_every_seconds) ON TABLE public.governance_setting TO reeve_operator;

--
-- Name: TABLE hold; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.hold TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.hold TO reeve_operator;

--
-- Name: TABLE idempotency_key; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT INSERT ON TABLE public.idempotency_key TO reeve_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_key TO reeve_system;

--
-- Name: TABLE identity_link; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identity_link TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identity_link TO reeve_operator;
GRANT SELECT ON TABLE public.identity_link TO reeve_app;

--
-- Name: TABLE job; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.job TO reeve_system;
GRANT SELECT ON TABLE public.job TO reeve_operator;

--
-- Name: TABLE lease; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lease TO reeve_system;
GRANT SELECT ON TABLE public.lease TO reeve_operator;

--
-- Name: TABLE log_line; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE ON TABLE public.log_line TO reeve_system;
GRANT SELECT ON TABLE public.log_line TO reeve_operator;

--
-- Name: TABLE login_link; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_link TO reeve_system;

--
-- Name: TABLE membership; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.membership TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.membership TO reeve_operator;
GRANT SELECT ON TABLE public.membership TO reeve_app;

--
-- Name: TABLE node; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.node TO reeve_system;
GRANT SELECT ON TABLE public.node TO reeve_operator;

--
-- Name: TABLE operation_count; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.operation_count TO reeve_system;
GRANT SELECT ON TABLE public.operation_count TO reeve_operator;

--
-- Name: TABLE organization; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organization TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organization TO reeve_operator;
GRANT SELECT ON TABLE public.organization TO reeve_app;

--
-- Name: TABLE organization_membership; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT ON TABLE public.organization_membership TO reeve_app;
GRANT SELECT ON TABLE public.organization_membership TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organization_membership TO reeve_operator;

--
-- Name: TABLE passkey; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.passkey TO reeve_system;
GRANT DELETE ON TABLE public.passkey TO reeve_operator;

--
-- Name: COLUMN passkey.passkey_id; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(passkey_id) ON TABLE public.passkey TO reeve_operator;

--
-- Name: COLUMN passkey.user_id; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(user_id) ON TABLE public.passkey TO reeve_operator;

--
-- Name: COLUMN passkey.name; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(name) ON TABLE public.passkey TO reeve_operator;

--
-- Name: COLUMN passkey.created_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(created_at) ON TABLE public.passkey TO reeve_operator;

--
-- Name: COLUMN passkey.last_used_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(last_used_at) ON TABLE public.passkey TO reeve_operator;

--
-- Name: TABLE passkey_ceremony; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.passkey_ceremony TO reeve_system;

--
-- Name: TABLE personal_access_token; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.personal_access_token TO reeve_system;

--
-- Name: COLUMN personal_access_token.token_id; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(token_id) ON TABLE public.personal_access_token TO reeve_operator;

--
-- Name: COLUMN personal_access_token.user_id; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(user_id) ON TABLE public.personal_access_token TO reeve_operator;

--
-- Name: COLUMN personal_access_token.name; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(name) ON TABLE public.personal_access_token TO reeve_operator;

--
-- Name: COLUMN personal_access_token.scopes; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(scopes) ON TABLE public.personal_access_token TO reeve_operator;

--
-- Name: COLUMN personal_access_token.created_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(created_at) ON TABLE public.personal_access_token TO reeve_operator;

--
-- Name: COLUMN personal_access_token.expires_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(expires_at),UPDATE(expires_at) ON TABLE public.personal_access_token TO reeve_operator;

--
-- Name: COLUMN personal_access_token.revoked_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(revoked_at),UPDATE(revoked_at) ON TABLE public.personal_access_token TO reeve_operator;

--
-- Name: COLUMN personal_access_token.last_used_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(last_used_at) ON TABLE public.personal_access_token TO reeve_operator;

--
-- Name: TABLE plan_skip; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plan_skip TO reeve_system;
GRANT SELECT ON TABLE public.plan_skip TO reeve_operator;

--
-- Name: TABLE plan_spared; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plan_spared TO reeve_system;
GRANT SELECT ON TABLE public.plan_spared TO reeve_operator;

--
-- Name: TABLE plan_step; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plan_step TO reeve_system;
GRANT SELECT ON TABLE public.plan_step TO reeve_operator;

--
-- Name: TABLE platform; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT ON TABLE public.platform TO reeve_system;
GRANT SELECT ON TABLE public.platform TO reeve_operator;

--
-- Name: TABLE platform_audit_logs; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT ON TABLE public.platform_audit_logs TO reeve_system;
GRANT SELECT ON TABLE public.platform_audit_logs TO reeve_operator;

--
-- Name: TABLE project; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.project TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.project TO reeve_operator;
GRANT SELECT ON TABLE public.project TO reeve_app;

--
-- Name: TABLE reconcile_plan; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reconcile_plan TO reeve_system;
GRANT SELECT ON TABLE public.reconcile_plan TO reeve_operator;

--
-- Name: TABLE rehome; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rehome TO reeve_system;
GRANT SELECT ON TABLE public.rehome TO reeve_operator;

--
-- Name: TABLE review_campaign; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.review_campaign TO reeve_system;
GRANT SELECT ON TABLE public.review_campaign TO reeve_operator;

--
-- Name: TABLE review_item; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.review_item TO reeve_system;
GRANT SELECT ON TABLE public.review_item TO reeve_operator;

--
-- Name: TABLE review_reminder; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE ON TABLE public.review_reminder TO reeve_system;
GRANT SELECT ON TABLE public.review_reminder TO reeve_operator;

--
-- Name: TABLE review_reviewer; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.review_reviewer TO reeve_system;
GRANT SELECT ON TABLE public.review_reviewer TO reeve_operator;

--
-- Name: TABLE role; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.role TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.role TO reeve_operator;
GRANT SELECT ON TABLE public.role TO reeve_app;

--
-- Name: TABLE role_permission; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.role_permission TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.role_permission TO reeve_operator;
GRANT SELECT ON TABLE public.role_permission TO reeve_app;

--
-- Name: TABLE session; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session TO reeve_system;

--
-- Name: COLUMN session.session_id; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(session_id) ON TABLE public.session TO reeve_operator;

--
-- Name: COLUMN session.user_id; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(user_id) ON TABLE public.session TO reeve_operator;

--
-- Name: COLUMN session.method; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(method) ON TABLE public.session TO reeve_operator;

--
-- Name: COLUMN session.break_glass; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(break_glass) ON TABLE public.session TO reeve_operator;

--
-- Name: COLUMN session.issuer; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(issuer) ON TABLE public.session TO reeve_operator;

--
-- Name: COLUMN session.created_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(created_at) ON TABLE public.session TO reeve_operator;

--
-- Name: COLUMN session.last_used_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(last_used_at) ON TABLE public.session TO reeve_operator;

--
-- Name: COLUMN session.revoked_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT(revoked_at),UPDATE(revoked_at) ON TABLE public.session TO reeve_operator;

--
-- Name: TABLE sign_in_attempt; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sign_in_attempt TO reeve_system;

--
-- Name: TABLE snapshot_slot; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,UPDATE ON TABLE public.snapshot_slot TO reeve_system;
GRANT SELECT ON TABLE public.snapshot_slot TO reeve_operator;

--
-- Name: TABLE snapshot_stage; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT ON TABLE public.snapshot_stage TO reeve_system;
GRANT SELECT ON TABLE public.snapshot_stage TO reeve_operator;

--
-- Name: TABLE snapshot_stage_1; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,TRUNCATE ON TABLE public.snapshot_stage_1 TO reeve_system;

--
-- Name: TABLE snapshot_stage_2; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,TRUNCATE ON TABLE public.snapshot_stage_2 TO reeve_system;

--
-- Name: TABLE snapshot_stage_3; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,TRUNCATE ON TABLE public.snapshot_stage_3 TO reeve_system;

--
-- Name: TABLE snapshot_stage_4; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,TRUNCATE ON TABLE public.snapshot_stage_4 TO reeve_system;

--
-- Name: TABLE stripped_assignment; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stripped_assignment TO reeve_system;
GRANT SELECT ON TABLE public.stripped_assignment TO reeve_operator;

--
-- Name: TABLE tenancy_setting; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,UPDATE ON TABLE public.tenancy_setting TO reeve_system;
GRANT SELECT ON TABLE public.tenancy_setting TO reeve_operator;

--
-- Name: COLUMN tenancy_setting.newcomers_limit; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(newcomers_limit) ON TABLE public.tenancy_setting TO reeve_operator;

--
-- Name: COLUMN tenancy_setting.paused_at; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(paused_at) ON TABLE public.tenancy_setting TO reeve_operator;

--
-- Name: COLUMN tenancy_setting.paused_by; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(paused_by) ON TABLE public.tenancy_setting TO reeve_operator;

--
-- Name: COLUMN tenancy_setting.pause_reason; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT UPDATE(pause_reason) ON TABLE public.tenancy_setting TO reeve_operator;

--
-- Name: TABLE user_quota; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_quota TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_quota TO reeve_operator;

--
-- Name: TABLE user_roles; Type: ACL; Schema: public; Owner: reeve_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_roles TO reeve_system;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_roles TO reeve_operator;
GRANT SELECT ON TABLE public.user_roles TO reeve_app;

--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: reeve_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE reeve_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;

--
--

