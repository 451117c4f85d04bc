-- Sign-ins by the identity provider that are under way. The browser keeps the secret from which state,
-- nonce and verifier are made; here is its hash, so that each is good once and not for long.

create table sign_in_attempt (
  hash bytea primary key check (octet_length(hash) = 32),
  expires_at timestamptz not null,
  -- Set by the one return that it is good for.
  used_at timestamptz
);
comment on table sign_in_attempt is 'Sign-ins under way at the identity provider. Those that are over are deleted by later ones.';
create index sign_in_attempt_over on sign_in_attempt (expires_at);

grant select, insert, update, delete on sign_in_attempt to reeve_system;
