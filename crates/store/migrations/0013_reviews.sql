-- Reviews: campaigns over a population of grants, taken when they begin.

create table review_campaign (
  campaign_id uuid primary key default uuid_v7(),
  name text not null check (char_length(name) between 1 and 200),
  subject text not null check (subject in ('assignments', 'memberships', 'exemptions')),
  -- Of one organization; null for the whole installation.
  tenant_id uuid references organization on delete cascade,
  created_by uuid references app_user,
  created_at timestamptz not null default now(),
  due_at timestamptz not null check (isfinite(due_at)),
  signed_off_at timestamptz,
  signed_off_by uuid references app_user,
  sign_off_note text
);
comment on table review_campaign is 'A review of a whole population of grants: by whom, until when, and who signed it off.';
select track('review_campaign', '{campaign_id}', private => '{name,sign_off_note}');

create table review_reviewer (
  campaign_id uuid not null references review_campaign on delete cascade,
  user_id uuid not null references app_user,
  primary key (campaign_id, user_id)
);
comment on table review_reviewer is 'Who decides in a campaign.';
select track('review_reviewer', '{campaign_id,user_id}');

create table review_item (
  item_id uuid primary key default uuid_v7(),
  campaign_id uuid not null references review_campaign on delete cascade,
  -- Of the grant itself, in its own table; it may be gone by now.
  grant_key text not null,
  user_id uuid not null references app_user,
  tenant_id uuid,
  project_id uuid,
  role text,
  source text,
  granted_by uuid,
  since timestamptz not null,
  until timestamptz,
  verdict text check (verdict in ('keep', 'revoke')),
  reason text,
  decided_by uuid references app_user,
  decided_at timestamptz,
  constraint decided_whole check ((verdict is null) = (decided_at is null))
);
comment on table review_item is 'The grants of a campaign as they were when it began, and what was decided of each.';
create index review_item_campaign on review_item (campaign_id, item_id);
create index review_item_undecided on review_item (campaign_id) where verdict is null;

grant select, insert, update, delete on review_campaign, review_reviewer, review_item to reeve_system;
grant select on review_campaign, review_reviewer, review_item to reeve_operator;
