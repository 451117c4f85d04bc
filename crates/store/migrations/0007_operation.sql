-- What keeps Reeve going unattended: jobs and when they are due, the nodes that live, and alerts.

create table job (
  name text primary key,
  -- Whoever moves this on runs the job; of many passes at once, one does.
  due_at timestamptz not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text check (outcome in ('done', 'skipped', 'failed')),
  -- What it did, why it was skipped, or the error.
  detail text,
  -- Failures in a row.
  failures integer not null default 0
);
comment on table job is 'The jobs of the schedule: when each is due again, and how its last run ended.';

create table node (
  node_id uuid primary key,
  version text not null,
  started_at timestamptz not null default now(),
  heard_at timestamptz not null default now(),
  -- Of every setting that should be the same on all nodes.
  settings_hash text not null,
  -- How many entries its break-glass lists have, and whom they match.
  break_glass_entries integer not null,
  break_glass_users uuid[] not null default '{}'
);
comment on table node is 'Servers that are running, each as it last described itself.';

create table alert (
  alert_id uuid primary key default uuid_v7(),
  -- One of the program's checks, and what it is about (empty: the installation).
  kind text not null,
  subject text not null default '',
  severity text not null check (severity in ('warning', 'error')),
  summary text not null,
  remedy text not null,
  opened_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  closed_at timestamptz
);
comment on table alert is
  'What needs a person. One belongs to its cause, however often that is found, and is open as long as the cause lasts.';
create unique index alert_open on alert (kind, subject) where closed_at is null;

grant select, insert, update, delete on job, node, alert to reeve_system;
grant select on job, node, alert to reeve_operator;
