-- Organizations, which are tenants, their members, and projects inside them. Seeds the default
-- organization and enrols every identity in it, so that nobody is outside when rows are scoped.

create table organization (
  id uuid primary key default uuid_v7(),
  slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (length(name) between 1 and 200),
  description text,
  is_default boolean not null default false,
  -- Raised before owners are counted, so that two removals at once wait for each other.
  owner_epoch bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organization_slug unique (slug),
  constraint organization_name unique (name)
);
comment on table organization is 'Organizations. A tenant is the same thing: every tenant_id refers to this id.';
create unique index organization_default on organization (is_default) where is_default;

create function organization_before_update() returns trigger language plpgsql as $$
begin
  if old.is_default and not new.is_default then
    raise exception 'the default organization stays the default' using errcode = 'check_violation';
  end if;
  new.updated_at := now();
  return new;
end $$;
comment on function organization_before_update() is 'Keeps the default organization the default.';
create trigger before_update before update on organization
  for each row execute function organization_before_update();

create function organization_before_delete() returns trigger language plpgsql as $$
begin
  if old.is_default then
    raise exception 'the default organization can''t be deleted' using errcode = 'check_violation';
  end if;
  return old;
end $$;
comment on function organization_before_delete() is 'Refuses to delete the default organization.';
create trigger before_delete before delete on organization
  for each row execute function organization_before_delete();

create table membership (
  organization_id uuid not null references organization on delete cascade,
  user_id uuid not null references app_user on delete cascade,
  status text not null default 'active' check (status in ('active', 'ended')),
  -- Strict mode: an exclusive membership is the person's only one.
  exclusive boolean not null default false,
  -- The person came to be here, by somebody who manages this organization and no more.
  brought_in boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (organization_id, user_id)
);
comment on table membership is 'Who belongs to which organization. Ending a membership takes its assignments.';
create index membership_user on membership (user_id);
create unique index membership_exclusive on membership (user_id) where exclusive;
create index membership_brought_in on membership (organization_id) where brought_in;

create view organization_membership with (security_invoker = true) as select * from membership;
comment on view organization_membership is 'Memberships under the user management guide''s name.';

create table project (
  project_id uuid not null default uuid_v7() primary key,
  tenant_id uuid not null references organization on delete cascade,
  slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz not null default now(),
  constraint project_slug unique (tenant_id, slug),
  constraint project_in_tenant unique (tenant_id, project_id)
);
comment on table project is 'A scope inside one organization.';

-- Everybody belongs to the default organization, whoever creates them.
create function ensure_default_organization() returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
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
comment on function ensure_default_organization() is
  'Puts back the default organization, its slug and name, and everybody''s membership. Harmless to repeat.';
grant execute on function ensure_default_organization() to reeve_system, reeve_operator;
select ensure_default_organization();

create function enrol_in_default() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into membership (organization_id, user_id)
  select o.id, n.user_id from new_rows n cross join organization o
   where o.is_default and n.user_id <> '00000000-0000-7000-8000-000000000001';
  return null;
end $$;
comment on function enrol_in_default() is 'Enrols new identities in the default organization.';
create trigger enrol_in_default after insert on app_user
  referencing new table as new_rows for each statement execute function enrol_in_default();

select track('organization', '{id}', private => '{name,description}', silent => '{owner_epoch,created_at,updated_at}');
select track('membership', '{organization_id,user_id}', silent => '{brought_in,created_at,updated_at}');
select track('project', '{project_id}', private => '{name}', silent => '{created_at}');
select touches_people('membership');

alter table organization enable row level security;
alter table organization force row level security;
alter table membership enable row level security;
alter table membership force row level security;
alter table project enable row level security;
alter table project force row level security;
create policy everything on organization to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy everything on membership to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy everything on project to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy tenant on organization for select to reeve_app using (id = app_tenant_id());
create policy tenant on membership for select to reeve_app
  using (organization_id = app_tenant_id() or user_id = app_user_id());
create policy tenant on project for select to reeve_app using (tenant_id = app_tenant_id());
create policy own_or_member on app_user for select to reeve_app using (
  user_id = app_user_id()
  or exists (select from membership m where m.organization_id = app_tenant_id()
                and m.user_id = app_user.user_id and m.status = 'active'));

grant select, insert, update, delete on organization, membership, project to reeve_system, reeve_operator;
grant select on organization, membership, project to reeve_app;
grant select on organization_membership to reeve_app, reeve_system;
grant select, insert, update, delete on organization_membership to reeve_operator;
