-- When people last signed in, beside when they were last here.

alter table identity_activity add column last_sign_in_at timestamptz;
comment on table identity_activity is
  'When each person last signed in, and was last here, to the hour. Neither audited nor fed, or reading would be writing.';
