-- Roles, what they permit, and who has which where. The built-in ones are written from the table in
-- `domain` after every migration.

create table role (
  role_id uuid primary key default uuid_v7(),
  name text not null check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  scope text not null check (scope in ('platform', 'tenant', 'project')),
  -- The organization whose own role it is; null for built-in roles.
  tenant_id uuid references organization on delete cascade,
  rank smallint not null default 0 check (rank between 0 and 100),
  -- What the runbooks call a portal role: taken on suspension.
  portal boolean not null default false,
  administrative boolean generated always as (tenant_id is null and scope = 'platform' and name in ('admin', 'subadmin')) stored,
  built_in boolean not null default false,
  description text,
  constraint role_name unique nulls not distinct (tenant_id, scope, name),
  constraint own_roles_stay_inside check (tenant_id is null or scope <> 'platform'),
  constraint portal_roles_are_the_platforms check (not portal or scope = 'platform')
);
comment on table role is 'Named sets of permissions at one scope.';

-- Built-in roles belong to the program. Deleting one would take it from everybody who has it, the
-- last admin included.
create trigger built_in_stays before delete on role
  for each row when (old.built_in) execute function refuse_change('built-in roles belong to the program');
create trigger built_in_keeps_its_name before update on role
  for each row when (old.built_in and (new.name, new.scope, new.tenant_id, new.built_in)
                       is distinct from (old.name, old.scope, old.tenant_id, old.built_in))
  execute function refuse_change('built-in roles belong to the program');

create table role_permission (
  role_id uuid not null references role on delete cascade,
  permission text not null,
  primary key (role_id, permission)
);
comment on table role_permission is 'What each role permits; the names are a closed list in the program.';

create table user_roles (
  assignment_id uuid primary key default uuid_v7(),
  user_id uuid not null references app_user on delete cascade,
  tenant_id uuid references organization on delete cascade,
  project_id uuid,
  role_id uuid not null references role on delete cascade,
  source text not null default 'sql',
  granted_by uuid references app_user,
  valid_from timestamptz not null default now(),
  valid_until timestamptz,
  constraint user_roles_once unique nulls not distinct (user_id, tenant_id, project_id, role_id, source),
  constraint project_in_tenant foreign key (tenant_id, project_id) references project (tenant_id, project_id) on delete cascade,
  constraint project_needs_tenant check (project_id is null or tenant_id is not null),
  constraint validity check (valid_until is null or valid_until > valid_from),
  -- For ever is null, not 9999-12-31 or infinity.
  constraint validity_before_the_year_9999_or_null
    check (isfinite(valid_from) and isfinite(valid_until)
           and greatest(valid_from, valid_until) < '9999-01-01 00:00:00+00')
);
comment on table user_roles is
  'Assignments: a role given to an identity at a scope. One a source, so that a sync never takes what a person gave.';
create index user_roles_role on user_roles (role_id, user_id);
create index user_roles_tenant on user_roles (tenant_id, user_id) where tenant_id is not null;
-- Whose assignment began or ended by the clock since some moment, which applying a plan asks.
create index user_roles_begin on user_roles (valid_from) where tenant_id is null;
create index user_roles_end on user_roles (valid_until) where valid_until is not null;

-- A role is given at its own kind of scope, an organization's own role only inside it.
create function user_roles_check() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
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
comment on function user_roles_check() is 'Refuses an assignment whose scope is not its role''s.';
create trigger check_scope before insert or update of role_id, tenant_id, project_id on user_roles
  for each row execute function user_roles_check();

-- An assignment in a tenant makes the membership active.
create function activate_membership() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into membership (organization_id, user_id)
  select distinct tenant_id, user_id from new_rows where tenant_id is not null
  on conflict (organization_id, user_id) do update set status = 'active', updated_at = now()
   where membership.status <> 'active';
  return null;
end $$;
comment on function activate_membership() is 'Makes whoever gets a role in a tenant a member of it.';
create trigger activate_membership after insert on user_roles
  referencing new table as new_rows for each statement execute function activate_membership();

-- Ending a membership takes the assignments inside.
create function end_assignments() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
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
comment on function end_assignments() is 'Deletes the assignments of memberships that ended.';
create trigger end_assignments_update after update on membership
  referencing new table as new_rows for each statement execute function end_assignments();
create trigger end_assignments_delete after delete on membership
  referencing old table as old_rows for each statement execute function end_assignments();

-- The last owner of an organization and the last admin of the platform can't be taken away.
--
-- The counter row is updated first: two transactions that each take one of two owners then wait for
-- each other, and the second counts what the first left (or fails to serialize). Counting under
-- FOR UPDATE alone leaves none at REPEATABLE READ.
create table platform (
  only_row boolean primary key default true check (only_row),
  owner_epoch bigint not null default 0
);
comment on table platform is 'One row: the counter that serialises changes of the platform''s admins.';
insert into platform default values;

create function guard_last_owner() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
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
comment on function guard_last_owner() is 'Refuses to take the last owner of an organization or the last platform admin.';
create trigger guard_last_owner_update after update on user_roles
  referencing old table as old_rows for each statement execute function guard_last_owner();
create trigger guard_last_owner_delete after delete on user_roles
  referencing old table as old_rows for each statement execute function guard_last_owner();

select track('role', '{role_id}', private => '{description}');
select track('role_permission', '{role_id,permission}');
select track('user_roles', '{assignment_id}');
select touches_people('user_roles');

alter table role enable row level security;
alter table role force row level security;
alter table role_permission enable row level security;
alter table role_permission force row level security;
alter table user_roles enable row level security;
alter table user_roles force row level security;
create policy everything on role to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy everything on role_permission to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy everything on user_roles to reeve_owner, reeve_system, reeve_operator using (true) with check (true);
create policy tenant on role for select to reeve_app using (tenant_id is null or tenant_id = app_tenant_id());
create policy tenant on role_permission for select to reeve_app
  using (exists (select from role r where r.role_id = role_permission.role_id));
create policy tenant on user_roles for select to reeve_app
  using (tenant_id = app_tenant_id() or user_id = app_user_id());

grant select, insert, update, delete on role, role_permission, user_roles to reeve_system, reeve_operator;
grant select on role, role_permission, user_roles to reeve_app;
grant select on platform to reeve_system, reeve_operator;
