-- What is kept of requests beside the audit log: keys of mutations that must happen once, refused
-- reads, recent log lines, counts of outcomes, and what people note about an incident. Nothing here
-- decides access. The job `prune` keeps all of it small.

create table idempotency_key (
  caller uuid not null,
  -- SHA-256 of the key, and of method, path and body.
  key_hash bytea not null check (octet_length(key_hash) = 32),
  request_hash bytea not null check (octet_length(request_hash) = 32),
  correlation_id text not null,
  -- The answer; null until it was given, and for good if it could not be kept.
  status smallint,
  body text,
  revision text,
  created_at timestamptz not null default now(),
  primary key (caller, key_hash)
);
comment on table idempotency_key is
  'Mutations that were sent with a key, each written in the mutation''s own transaction: a second one of the same caller and key changes nothing.';
create index idempotency_key_age on idempotency_key (created_at);
-- A caller's own transaction writes its key; answers are read and written by the system.
grant insert on idempotency_key to reeve_app;
grant select, insert, update, delete on idempotency_key to reeve_system;

create table decision_log (
  decision_id uuid primary key default uuid_v7(),
  actor_user_id uuid not null,
  permission text not null,
  -- Null for the platform.
  tenant_id uuid,
  minute timestamptz not null,
  -- The gate that said no, and its reason, at the last of them.
  gate text not null,
  reason text not null,
  -- How many refusals this row stands for, and by what the last is found.
  count bigint not null,
  last_at timestamptz not null,
  last_correlation_id text not null,
  unique nulls not distinct (actor_user_id, permission, tenant_id, minute)
);
comment on table decision_log is
  'Reads that were refused, one row a minute for each actor and permission; refused changes are in the audit log.';
create index decision_log_correlation on decision_log (last_correlation_id);
grant select, insert, update, delete on decision_log to reeve_system;
grant select on decision_log to reeve_operator;

create table log_line (
  line_id bigint generated always as identity primary key,
  at timestamptz not null,
  level text not null,
  correlation_id text not null,
  -- The line with all its fields, as it was logged.
  line jsonb not null
);
comment on table log_line is 'The latest log lines of requests, to be found by correlation id.';
create index log_line_correlation on log_line (correlation_id, line_id);
create index log_line_age on log_line (at);
grant select, insert, delete on log_line to reeve_system;
grant select on log_line to reeve_operator;

create table operation_count (
  minute timestamptz not null,
  -- Method and route.
  operation text not null,
  outcome text not null check (outcome in ('success', 'denied', 'failed')),
  count bigint not null,
  primary key (minute, operation, outcome)
);
comment on table operation_count is 'How mutations over HTTP ended, by the minute, of all nodes together.';
grant select, insert, update, delete on operation_count to reeve_system;
grant select on operation_count to reeve_operator;

create table evidence_note (
  note_id uuid primary key default uuid_v7(),
  correlation_id text not null,
  actor_user_id uuid not null,
  -- What was decided by the runbook, and what was done about it.
  decision text not null check (char_length(decision) between 1 and 4000),
  remediation text check (char_length(remediation) between 1 and 4000),
  created_at timestamptz not null default now()
);
comment on table evidence_note is 'What people decided and did about an incident, beside the records of its correlation id.';
create index evidence_note_correlation on evidence_note (correlation_id, created_at);
grant select, insert on evidence_note to reeve_system;
grant select on evidence_note to reeve_operator;
