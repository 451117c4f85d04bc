-- What every table leans on: the audit log, the change feed, and the one call that makes a table
-- audited and fed.
--
-- The database roles (reeve_owner, reeve_app, reeve_system, reeve_views, reeve_operator) are
-- cluster-wide and made by the bootstrap before this runs; everything here is owned by reeve_owner.

create extension if not exists pg_trgm;

-- Reeve grants what it means to grant, nothing by default.
alter default privileges revoke execute on functions from public;

-- Version 7 ids order by time, so that indexes grow at one end. For rows that SQL makes.
create function uuid_v7() returns uuid
language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
              placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
              from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;
comment on function uuid_v7() is 'A time-ordered id (RFC 9562 version 7).';
grant execute on function uuid_v7() to reeve_app, reeve_system, reeve_operator;

-- The caller's context, set for one transaction by Reeve and empty in an operator's own session.
create function app_user_id() returns uuid
language sql stable parallel safe as $$ select nullif(current_setting('app.user_id', true), '')::uuid $$;
comment on function app_user_id() is 'The identity that this transaction acts for, if Reeve set one.';

create function app_tenant_id() returns uuid
language sql stable parallel safe as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;
comment on function app_tenant_id() is 'The organization that this transaction is confined to, if Reeve set one.';

-- The role comes from SET ROLE, which a SECURITY DEFINER function can't change and an outsider
-- can't fake: only members may set it.
create function is_operation() returns boolean
language sql stable parallel safe as $$
  select current_setting('role') in ('reeve_app', 'reeve_system')
     and coalesce(current_setting('app.operation', true), '') <> ''
$$;
comment on function is_operation() is
  'Whether one of Reeve''s own operations runs, which writes its audit row itself. Everything else is raw SQL.';
grant execute on function app_user_id(), app_tenant_id(), is_operation()
  to reeve_app, reeve_system, reeve_views, reeve_operator;

-- One random word for this life of the database: transaction ids start again after a restore, so a
-- revision of another epoch means nothing.
create table feed_epoch (
  only_row boolean primary key default true check (only_row),
  epoch text not null default substring(replace(gen_random_uuid()::text, '-', '') for 12)
);
comment on table feed_epoch is 'One row: the life of this database, the first half of every revision.';
insert into feed_epoch default values;
grant select on feed_epoch to reeve_app, reeve_system, reeve_operator;

create function current_revision() returns text
language sql stable security definer set search_path = public, pg_temp as $$
  select epoch || '-' || pg_current_xact_id()::text from feed_epoch
$$;
comment on function current_revision() is 'The revision that this transaction writes, opaque to clients.';
grant execute on function current_revision() to reeve_app, reeve_system;

create table change_feed (
  seq bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  table_name text not null,
  key text not null,
  op text not null check (op in ('insert', 'update', 'delete', 'reload')),
  image jsonb
);
comment on table change_feed is
  'Every change of a fact, in the transaction that made it, for the decision index of each node. Pruned behind every living node.';
create index change_feed_xid on change_feed (xid);
grant select, delete on change_feed to reeve_system;
grant select on change_feed to reeve_operator;

create table audit_log (
  audit_id uuid not null default uuid_v7(),
  action text not null,
  entity_type text not null,
  entity_pk text not null,
  actor_user_id uuid,
  target_user_id uuid,
  tenant_id uuid,
  project_id uuid,
  source text not null,
  outcome text not null default 'success' check (outcome in ('success', 'denied')),
  reason text,
  before_json jsonb,
  after_json jsonb,
  correlation_id text default nullif(current_setting('app.correlation_id', true), ''),
  trace_id text default nullif(current_setting('app.trace_id', true), ''),
  revision text default current_revision(),
  created_at timestamptz not null default now(),
  primary key (audit_id, created_at)
) partition by range (created_at);
comment on table audit_log is
  'Every change, in the transaction that makes it. Append-only; by month; images hold ids and governed fields, never names or e-mail addresses.';
create table audit_log_default partition of audit_log default;
comment on table audit_log_default is 'Rows of a month that has no partition of its own; normally empty.';
create index audit_log_action on audit_log (action, created_at desc);
create index audit_log_entity on audit_log (entity_pk, created_at desc);
create index audit_log_actor on audit_log (actor_user_id, created_at desc);
create index audit_log_target on audit_log (target_user_id, created_at desc);
create index audit_log_correlation on audit_log (correlation_id);
grant insert on audit_log to reeve_app;
grant select, insert on audit_log to reeve_system;
-- Whether rows fell in there is asked of the partition itself.
grant select on audit_log_default to reeve_system;
grant select on audit_log to reeve_operator;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% of % is refused: %', tg_op, tg_table_name, tg_argv[0]
    using errcode = 'insufficient_privilege';
end $$;
comment on function refuse_change() is 'Refuses the statement; the argument says why.';
create trigger append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change('the audit log is append-only');

-- Keeps three months of partitions ahead and drops what is older than the retention. Runs as the
-- owner, since making and dropping tables is nothing that the runtime may do otherwise.
--
-- A month that began without its partition has its rows in the default one, and no partition can be
-- made beside them: so each is filled from there before it is attached. Partitions are nobody's but
-- the owner's, so that this function is the only one that takes a row out of one.
create function maintain_audit_partitions(retention_months integer default null) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
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
end $$;
comment on function maintain_audit_partitions(integer) is
  'Makes the partitions of this month, of three ahead and of what lies in the default one; drops those older than the retention, if one is given (months), each with an audit row.';
grant execute on function maintain_audit_partitions(integer) to reeve_system;
select maintain_audit_partitions();

-- track(table, key, private, silent, reload_above): makes a table fed and audited.
--
-- Writes three statement-level triggers for it, with a function each, spelled out for its columns:
-- the feed gets an image of the governed columns; the audit log gets a row too when raw SQL made the
-- change. Columns in `private` (names, addresses) never stand in an image, only that they changed;
-- columns in `silent` (counters, clocks) are nobody's news. A statement that changes nothing writes
-- nothing. Above `reload_above` rows the feed holds one "reload" row instead of one a row.
create function track(
  tracked regclass, key text[],
  private text[] default '{}', silent text[] default '{}', reload_above integer default null
) returns void language plpgsql as $track$
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
end $track$;
comment on function track(regclass, text[], text[], text[], integer) is
  'Makes a table fed and audited; called by migrations, once a table.';
