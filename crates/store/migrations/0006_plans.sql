-- Plans of reconcile: stored with their inputs, steps and reasons before anything is applied.

create table reconcile_plan (
  -- By which the rows below name it: 8 bytes a row instead of 65.
  plan_no bigint generated always as identity primary key,
  -- By which everybody else names it.
  plan_id text not null unique check (plan_id ~ '^[0-9a-f]{64}$'),
  fingerprint text not null,
  mode text not null,
  -- The clock by which everybody was judged; whatever begins or ends by itself after it, the plan
  -- does not know.
  judged_at timestamptz not null,
  max_age_seconds bigint not null,
  -- The age was given for this run alone; live decisions use the stored one.
  max_age_for_this_run boolean not null,
  -- [{guild_id, snapshot_id, taken_at, freshness}]
  snapshots jsonb not null,
  counts jsonb not null,
  guard jsonb not null,
  state text not null default 'planned' check (state in ('planned', 'held', 'approved', 'applied', 'superseded')),
  made_by text not null,
  correlation_id text,
  created_at timestamptz not null default now(),
  approved_at timestamptz,
  approved_by uuid references app_user,
  -- How far it is applied, by step; moves in the transaction of each batch.
  applied_through integer not null default 0,
  applied_at timestamptz
);
comment on table reconcile_plan is 'Reconcile plans, newest last; an empty one is not stored.';
create index reconcile_plan_created on reconcile_plan (created_at desc);
create unique index reconcile_plan_one_held on reconcile_plan ((true)) where state = 'held';

create table plan_step (
  -- Without a reference: looking up the plan once a step would double the cost of storing a hundred
  -- thousand of them. Steps are written with their plan and deleted with it, each by one function.
  plan_no bigint not null,
  seq integer not null,
  user_id uuid not null,
  version bigint not null,
  -- Before the step.
  status text not null check (status in ('active', 'suspended')),
  kind text not null check (kind in ('restore', 'change', 'suspend')),
  eligibility text not null,
  entitlement text not null,
  in_scope boolean not null,
  entitled boolean not null,
  exempted boolean not null,
  event text check (event in ('joiner', 'mover', 'leaver')),
  strip uuid[] not null,
  restore uuid[] not null,
  -- Stripped assignments that can't be given back: ["assignment id", "why"] each.
  lost jsonb,
  primary key (plan_no, seq)
);
comment on table plan_step is 'The ordered steps of a plan: restores, changes, suspensions.';

create table plan_spared (
  plan_no bigint not null references reconcile_plan on delete cascade,
  user_id uuid not null,
  spared_by text not null,
  eligibility text not null,
  entitlement text not null,
  primary key (plan_no, user_id)
);
comment on table plan_spared is 'Who is left alone though the matrix would suspend or restore them, and why.';

create table plan_skip (
  plan_no bigint not null references reconcile_plan on delete cascade,
  seq integer not null,
  reason text not null,
  skipped_at timestamptz not null default now(),
  primary key (plan_no, seq)
);
comment on table plan_skip is 'Steps that were not applied because the person had moved on since the plan.';

grant select, insert, update, delete on reconcile_plan, plan_step, plan_spared, plan_skip to reeve_system;
grant select on reconcile_plan, plan_step, plan_spared, plan_skip to reeve_operator;
