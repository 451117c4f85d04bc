-- Passkeys (WebAuthn): by what an authenticator of somebody's is known again, and the ceremonies under
-- way. The secret of a passkey never leaves its authenticator; here is its public half.

create table passkey (
  passkey_id uuid primary key default uuid_v7(),
  user_id uuid not null references app_user,
  -- What its owner calls it; it may tell of people, and is in no image.
  name text not null check (char_length(name) between 1 and 100),
  -- What the authenticator calls it. It belongs to one person, whoever else may show it.
  credential_id bytea not null check (octet_length(credential_id) between 1 and 1023),
  -- Public key, counter and flags, as the library for them writes them.
  credential jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz
);
comment on table passkey is 'Passkeys by which people sign in. One that is removed is deleted; the audit log keeps that it was there.';
create unique index passkey_credential on passkey (credential_id);
create index passkey_owner on passkey (user_id, passkey_id);
select track('passkey', '{passkey_id}', private => '{name}', silent => '{credential_id,credential,last_used_at}');

create table passkey_ceremony (
  -- Of the handle that whoever began it keeps.
  hash bytea primary key check (octet_length(hash) = 32),
  -- Who registers; null for a sign-in, of which nobody knows yet whose it is.
  user_id uuid references app_user,
  -- The challenge, and what is asked of the authenticator.
  state jsonb not null,
  expires_at timestamptz not null
);
comment on table passkey_ceremony is 'Registrations and sign-ins by passkey under way. The first answer takes a row away; those that are over are deleted by later ones.';
create index passkey_ceremony_over on passkey_ceremony (expires_at);

grant select, insert, update, delete on passkey, passkey_ceremony to reeve_system;
-- An operator sees who has what, and may take it away.
grant select (passkey_id, user_id, name, created_at, last_used_at), delete on passkey to reeve_operator;
