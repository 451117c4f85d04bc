-- What administrators put on one person: overrides that end, and limits of their own.

-- As in 0002, with a reason and an end. An end that can't be read would stop reconcile for all, so its
-- form is looked at to the day: RFC 3339, this millennium's years from 2000 on. No cast to timestamptz
-- is immutable, and a check has to be.
create or replace function is_role_overrides(value jsonb) returns boolean
language sql immutable parallel safe as $$
  select case when jsonb_typeof(value) <> 'object' then false else
    not exists (
      select from jsonb_each(value) as claim (name, content)
       where case
         when name = 'enabled' then jsonb_typeof(content) <> 'boolean'
         when name in ('preserved', 'preserved_roles', 'suppressed', 'suppressed_roles') then
           jsonb_typeof(content) <> 'array'
           or jsonb_path_exists(content, 'strict $[*] ? (@.type() != "string")', silent => true)
         when name = 'reason' then jsonb_typeof(content) not in ('string', 'null')
         when name = 'expires_at' and jsonb_typeof(content) = 'null' then false
         when name = 'expires_at' then case
           when value ->> 'expires_at' !~ '^2\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$'
             or jsonb_typeof(content) <> 'string' then true
           else substring(value ->> 'expires_at' from 9 for 2)::int > extract(day from
             make_date(substring(value ->> 'expires_at' from 1 for 4)::int,
                       substring(value ->> 'expires_at' from 6 for 2)::int, 1)
             + interval '1 month' - interval '1 day')
         end
         else false
       end)
    -- Two names of one list, of which one would be lost.
    and not value ?& '{preserved,preserved_roles}' and not value ?& '{suppressed,suppressed_roles}'
  end
$$;
comment on function is_role_overrides(jsonb) is
  'Whether a value has the shape of claims.role_overrides: {"enabled": boolean, "preserved": [role names], "suppressed": [role names], "reason": text, "expires_at": "2026-01-31T12:00:00Z"}, each optional; the lists may also be called preserved_roles and suppressed_roles.';

create table user_quota (
  user_id uuid not null references app_user,
  -- What is counted; the names are a closed list in the program.
  name text not null,
  most integer not null check (most between 0 and 1000),
  primary key (user_id, name)
);
comment on table user_quota is 'How many of something one person may have, where that is not the usual number (domain/quota.rs).';
select track('user_quota', '{user_id,name}');
grant select, insert, update, delete on user_quota to reeve_system, reeve_operator;
