-- Reviews of overrides and of mappings, and reminders of reviewers.

alter table review_campaign drop constraint review_campaign_subject_check;
alter table review_campaign add constraint review_campaign_subject_check
  check (subject in ('assignments', 'memberships', 'exemptions', 'overrides', 'mappings'));

-- A mapping is nobody's, and of what stands in the environment nobody knows since when.
alter table review_item alter column user_id drop not null;
alter table review_item alter column since drop not null;

create table review_reminder (
  campaign_id uuid not null,
  user_id uuid not null,
  -- How near the end was: domain::review::Stage.
  stage text not null check (stage in ('week', 'day', 'due', 'overdue')),
  -- How many grants the reviewer could have decided then.
  undecided bigint not null check (undecided > 0),
  reminded_at timestamptz not null default now(),
  primary key (campaign_id, user_id, stage),
  foreign key (campaign_id, user_id) references review_reviewer on delete cascade
);
comment on table review_reminder is 'Which reviewer was reminded of a campaign, and at which stage: once a stage.';

grant select, insert, delete on review_reminder to reeve_system;
grant select on review_reminder to reeve_operator;
