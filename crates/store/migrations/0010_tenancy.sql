-- Who may belong where: strict mode, the pause of bulk changes, and moves from one organization to another.

-- Wherever an organization or a project is named, its id may stand for its slug; so no slug looks like an id.
alter table organization add constraint slug_is_no_id
  check (slug !~ '^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
alter table project add constraint project_slug_is_no_id
  check (slug !~ '^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$');

create table tenancy_setting (
  only_row boolean primary key default true check (only_row),
  -- An active membership in one organization only, the default one aside.
  strict_membership boolean not null default false,
  -- A move to another organization waits for somebody else's approval.
  rehome_needs_approval boolean not null default true,
  -- How many people those who manage an organization may bring in by their address, in all.
  newcomers_limit integer not null default 1000 check (newcomers_limit >= 0),
  -- While set, roles and memberships are not changed many at once.
  paused_at timestamptz,
  paused_by uuid references app_user,
  pause_reason text,
  constraint a_pause_says_why check ((paused_at is null) = (pause_reason is null))
);
comment on table tenancy_setting is 'One row: strict mode, approval of moves, the limit of newcomers, and the pause of bulk changes.';
insert into tenancy_setting default values;
select track('tenancy_setting', '{only_row}', private => '{pause_reason}');
grant select, update on tenancy_setting to reeve_system;
-- Strict mode is switched by the program alone, which marks the memberships with it.
grant select, update (paused_at, paused_by, pause_reason, newcomers_limit) on tenancy_setting to reeve_operator;

-- Every statement that writes memberships holds the setting still until its transaction ends, so that
-- whoever switches strict mode on waits for it and sees what it wrote.
create function note_strict_membership() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  is_on boolean;
begin
  select strict_membership into is_on from tenancy_setting for share;
  perform set_config('app.strict_membership', case when is_on then 'on' else 'off' end, true);
  return null;
end $$;
comment on function note_strict_membership() is 'Reads strict mode once a statement and keeps it as it is until the transaction ends.';
create trigger note_strict before insert or update on membership
  for each statement execute function note_strict_membership();

create function set_exclusive() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  new.exclusive := new.status = 'active'
    and not exists (select from organization o where o.id = new.organization_id and o.is_default);
  return new;
end $$;
comment on function set_exclusive() is 'In strict mode, marks active memberships outside the default organization as the person''s only one.';
create trigger set_exclusive before insert or update on membership
  for each row when (current_setting('app.strict_membership', true) = 'on') execute function set_exclusive();

create table rehome (
  rehome_id uuid primary key default uuid_v7(),
  user_id uuid not null references app_user,
  from_tenant uuid not null references organization on delete cascade,
  to_tenant uuid not null references organization on delete cascade,
  -- Given on arrival, if any.
  role_id uuid references role on delete set null,
  reason text not null,
  state text not null default 'requested' check (state in ('requested', 'done', 'cancelled')),
  requested_by uuid not null references app_user,
  requested_at timestamptz not null default now(),
  decided_by uuid references app_user,
  decided_at timestamptz,
  constraint elsewhere check (from_tenant <> to_tenant),
  constraint decided check ((state = 'requested') = (decided_at is null))
);
comment on table rehome is 'Moves of people from one organization to another: asked for, then done or cancelled.';
create unique index rehome_open on rehome (user_id) where state = 'requested';
create index rehome_from on rehome (from_tenant, rehome_id);
create index rehome_to on rehome (to_tenant, rehome_id);
select track('rehome', '{rehome_id}', private => '{reason}');
grant select, insert, update, delete on rehome to reeve_system;
grant select on rehome to reeve_operator;
