-- What decides access: mode, policy, mapping, the observations of Discord, holds and exemptions.

create table governance_setting (
  only_row boolean primary key default true check (only_row),
  mode text check (mode in ('discord', 'portal')),
  snapshot_max_age_seconds bigint not null default 21600 check (snapshot_max_age_seconds between 1 and 31536000),
  guard_share_percent integer not null default 20 check (guard_share_percent between 0 and 100),
  guard_few integer not null default 5 check (guard_few >= 0),
  guard_count integer not null default 500 check (guard_count >= 0),
  role_restore_days integer not null default 30 check (role_restore_days between 0 and 3650),
  -- How often the schedule reconciles; 0 is never.
  reconcile_every_seconds integer not null default 600
    check (reconcile_every_seconds = 0 or reconcile_every_seconds between 60 and 86400),
  -- Older months of the audit log are dropped; 0 keeps all.
  audit_retention_months integer not null default 0 check (audit_retention_months between 0 and 1200)
);
comment on table governance_setting is 'One row: governance mode and the numbers that decide access.';
insert into governance_setting default values;

create table access_policy (
  name text primary key check (name = 'access.login'),
  -- With ids resolved, as it is evaluated.
  resolved jsonb not null,
  -- As the operator wrote it (TOML), to show and edit.
  source text not null
);
comment on table access_policy is 'Access policies; access.login says who is in scope.';

create table entitlement_mapping (
  entitlement text not null check (entitlement = 'hauling.member'),
  guild_id bigint not null check (guild_id > 0),
  role_id bigint not null check (role_id > 0),
  primary key (entitlement, guild_id, role_id)
);
comment on table entitlement_mapping is 'Which Discord roles stand for an entitlement, guild by guild.';

create table discord_snapshot (
  snapshot_id uuid primary key,
  guild_id bigint not null check (guild_id > 0),
  taken_at timestamptz not null,
  admitted_at timestamptz not null default now(),
  members bigint not null,
  added bigint not null,
  changed bigint not null,
  removed bigint not null,
  source text not null,
  constraint snapshot_newer unique (guild_id, taken_at)
);
comment on table discord_snapshot is
  'One row an admitted observation of a guild. The newest of a guild is current; discord_member holds its content.';

-- From guild to guild by the index: there are few, but a row for each observation of years.
create view current_snapshot with (security_invoker = true) as
with recursive observed(guild_id) as (
  select min(guild_id) from discord_snapshot
  union all
  select (select min(s.guild_id) from discord_snapshot s where s.guild_id > o.guild_id)
    from observed o where o.guild_id is not null)
select s.* from observed o
 cross join lateral (select * from discord_snapshot d where d.guild_id = o.guild_id
                      order by d.taken_at desc limit 1) s;
comment on view current_snapshot is 'The newest observation of each guild.';

create table discord_member (
  guild_id bigint not null,
  discord_id bigint not null,
  -- Ascending.
  roles bigint[] not null,
  primary key (guild_id, discord_id)
);
comment on table discord_member is 'The members of each guild''s current snapshot and their roles.';

-- Raw observations: loaded here first, merged on admission, kept for the last three. Unlogged: after
-- a crash of the server they are empty, and an import starts again. Four slots are used in turn, each
-- its own table, so that one is emptied by TRUNCATE.
create unlogged table snapshot_stage (
  slot smallint not null,
  position bigint not null,
  discord_id bigint not null,
  roles bigint[] not null
) partition by list (slot);
comment on table snapshot_stage is 'Raw members as they were read, by slot.';
create unlogged table snapshot_stage_1 partition of snapshot_stage for values in (1);
create unlogged table snapshot_stage_2 partition of snapshot_stage for values in (2);
create unlogged table snapshot_stage_3 partition of snapshot_stage for values in (3);
create unlogged table snapshot_stage_4 partition of snapshot_stage for values in (4);
comment on table snapshot_stage_1 is 'Raw members, slot 1.';
comment on table snapshot_stage_2 is 'Raw members, slot 2.';
comment on table snapshot_stage_3 is 'Raw members, slot 3.';
comment on table snapshot_stage_4 is 'Raw members, slot 4.';

create table snapshot_slot (
  slot smallint primary key check (slot between 1 and 4),
  snapshot_id uuid,
  guild_id bigint,
  loaded_at timestamptz
);
comment on table snapshot_slot is 'Which raw observation lies in which staging slot. Locked while one is being loaded.';
insert into snapshot_slot (slot) values (1), (2), (3), (4);

create table hold (
  hold_id uuid primary key default uuid_v7(),
  user_id uuid not null references app_user,
  reason text not null,
  source text not null,
  granted_by uuid references app_user,
  starts_at timestamptz not null default now(),
  ends_at timestamptz not null,
  -- Set when it ended, by a person or by the clock; without it the period still counts.
  ended_at timestamptz,
  ended_by uuid references app_user,
  end_reason text,
  constraint hold_ends check (ends_at > starts_at),
  -- A year that programs can reckon with; who writes 9999-12-31 means for ever, which no hold lasts.
  constraint hold_before_the_year_9999
    check (isfinite(starts_at) and isfinite(ends_at) and isfinite(ended_at)
           and greatest(starts_at, ends_at, ended_at) < '9999-01-01 00:00:00+00')
);
comment on table hold is
  'Holds: until they end, automation leaves the identity''s status and assignments alone. They grant nothing.';
create index hold_user on hold (user_id) where ended_at is null;

create table exemption (
  exemption_id uuid primary key default uuid_v7(),
  user_id uuid not null references app_user,
  reason text not null,
  granted_by uuid references app_user,
  starts_at timestamptz not null default now(),
  ends_at timestamptz not null,
  -- When somebody has to look at it again; each review sets the next.
  review_at timestamptz not null,
  reviewed_at timestamptz,
  reviewed_by uuid references app_user,
  review_note text,
  ended_at timestamptz,
  ended_by uuid references app_user,
  end_reason text,
  constraint exemption_ends check (ends_at > starts_at),
  constraint exemption_before_the_year_9999
    check (isfinite(starts_at) and isfinite(ends_at) and isfinite(review_at)
           and isfinite(reviewed_at) and isfinite(ended_at)
           and greatest(starts_at, ends_at, review_at, reviewed_at, ended_at) < '9999-01-01 00:00:00+00')
);
comment on table exemption is
  'Exemptions: a granted, time-bound, reviewed pass through eligibility and entitlement.';
create index exemption_user on exemption (user_id) where ended_at is null;

-- Any change to active by raw SQL opens a day's hold: an operator who restores somebody at once must
-- not see reconcile undo it at its next pass. It judges nothing and is harmless where not needed.
create function hold_hand_activated() returns trigger
language plpgsql security definer
set search_path = public, pg_temp
-- A statement may touch a million rows, and a nested loop over both transition tables is quadratic.
set enable_nestloop = off
as $$
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
comment on function hold_hand_activated() is 'Opens a 24-hour hold for whoever raw SQL sets active.';
create trigger hold_hand_activated after update on app_user
  referencing old table as old_rows new table as new_rows
  for each statement execute function hold_hand_activated();

create table stripped_assignment (
  assignment_id uuid primary key,
  -- Without a reference: only reconcile writes here, for people it has just locked, and identities
  -- are never deleted.
  user_id uuid not null,
  tenant_id uuid,
  project_id uuid,
  -- No reference: that the role is gone since is one of the answers.
  role_id uuid not null,
  source text not null,
  granted_by uuid,
  valid_from timestamptz not null,
  valid_until timestamptz,
  stripped_at timestamptz not null default now(),
  plan_id text not null
);
comment on table stripped_assignment is 'Assignments that reconcile took, kept so that a later reactivation can give them back.';
create index stripped_assignment_user on stripped_assignment (user_id);
-- Whose window has closed.
create index stripped_assignment_age on stripped_assignment (stripped_at);

create table lease (
  name text primary key,
  holder text,
  -- Raised with every take-over; a write that carries an older one is refused.
  epoch bigint not null default 0,
  expires_at timestamptz not null default '1970-01-01 00:00:00+00'
);
comment on table lease is 'Who runs which job now; the epoch fences off a runner that lost its lease.';
insert into lease (name) values ('reconcile');

select track('governance_setting', '{only_row}');
select track('access_policy', '{name}', private => '{source}');
select track('entitlement_mapping', '{entitlement,guild_id,role_id}');
select track('discord_snapshot', '{snapshot_id}');
select track('discord_member', '{guild_id,discord_id}', reload_above => 10000);
select track('hold', '{hold_id}', private => '{reason,end_reason}');
select track('exemption', '{exemption_id}', private => '{reason,review_note,end_reason}');
select track('stripped_assignment', '{assignment_id}');
select touches_people('hold');
select touches_people('exemption');

grant select, insert, update, delete on governance_setting, access_policy, entitlement_mapping,
  discord_snapshot, discord_member, hold, exemption, stripped_assignment, lease to reeve_system;
grant select, insert, update, delete on hold, exemption to reeve_operator;
grant select on governance_setting to reeve_operator;
-- All but how long the audit log is kept: who types SQL reads that log and must not shorten it.
grant update (mode, snapshot_max_age_seconds, guard_share_percent, guard_few, guard_count, role_restore_days,
  reconcile_every_seconds) on governance_setting to reeve_operator;
grant select on access_policy, entitlement_mapping, discord_snapshot, current_snapshot, discord_member, stripped_assignment, lease to reeve_operator;
grant select on current_snapshot to reeve_system;
grant select, insert, truncate on snapshot_stage_1, snapshot_stage_2, snapshot_stage_3, snapshot_stage_4 to reeve_system;
grant select, insert on snapshot_stage to reeve_system;
grant select on snapshot_stage to reeve_operator;
grant select, update on snapshot_slot to reeve_system;
grant select on snapshot_slot to reeve_operator;
