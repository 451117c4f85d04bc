-- What callers show: personal access tokens, browsers' sessions, links that sign in once. Of each only
-- the SHA-256 is kept. They end with their owner's session epoch (0002), which every use compares.

create table personal_access_token (
  token_id uuid primary key default uuid_v7(),
  user_id uuid not null references app_user,
  -- What its owner calls it; it may tell of people, and is in no image.
  name text not null check (char_length(name) between 1 and 100),
  hash bytea not null check (octet_length(hash) = 32),
  -- Null for whatever its owner may do.
  scopes text[],
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  -- Moves at most once a minute.
  last_used_at timestamptz
);
comment on table personal_access_token is 'Tokens by which programs act for a person, with no more rights than that person has.';
create unique index personal_access_token_hash on personal_access_token (hash);
create index personal_access_token_owner on personal_access_token (user_id, token_id);
select track('personal_access_token', '{token_id}', private => '{name}', silent => '{hash,last_used_at}');

create table session (
  session_id uuid primary key default uuid_v7(),
  user_id uuid not null references app_user,
  hash bytea not null check (octet_length(hash) = 32),
  -- How the person signed in.
  method text not null check (method in ('oidc', 'passkey', 'link')),
  -- Let in by the break-glass list: acts as admin, and as nothing else.
  break_glass boolean not null default false,
  -- Of the identity provider's session, for its back-channel logout.
  issuer text,
  provider_session text,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz
);
comment on table session is 'Signed-in browsers. How long one lasts is the program''s rule (domain/credential/session.rs).';
create unique index session_hash on session (hash);
create index session_owner on session (user_id, session_id);
create index session_provider on session (issuer, provider_session) where provider_session is not null;
select track('session', '{session_id}', silent => '{hash,last_used_at,provider_session}');

create table login_link (
  hash bytea primary key check (octet_length(hash) = 32),
  user_id uuid not null references app_user,
  expires_at timestamptz not null,
  -- Set by the one sign-in that it is good for.
  used_at timestamptz
);
comment on table login_link is 'Links that sign one person in, once, soon.';
select track('login_link', '{user_id}', silent => '{hash}');

grant select, insert, update, delete on personal_access_token, session, login_link to reeve_system;
-- An operator sees who has what, and may revoke it; no hash is theirs to read or write.
grant select (token_id, user_id, name, scopes, created_at, expires_at, revoked_at, last_used_at),
      update (revoked_at, expires_at) on personal_access_token to reeve_operator;
grant select (session_id, user_id, method, break_glass, issuer, created_at, last_used_at, revoked_at),
      update (revoked_at) on session to reeve_operator;
