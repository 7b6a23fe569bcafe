-- People. Nothing in these tables lets anybody in: passwords, sessions and one-time tokens are here as hashes alone.
create table users (
  id uuid primary key default gen_random_uuid(),
  -- In lower case: addresses that differ in case are one person.
  email text not null unique check (email = lower(email)),
  -- Empty until an invitation was accepted.
  name text not null default '',
  role text not null check (role in ('viewer', 'operator', 'admin')),
  disabled boolean not null default false,
  -- PHC string of Argon2id; null for somebody who was only invited, or signs in with the identity provider.
  password_hash text,
  -- Who this is to the identity provider.
  oidc_issuer text,
  oidc_subject text,
  created_at timestamptz not null,
  created_by text not null,
  last_sign_in_at timestamptz,
  last_sign_in_with text check (last_sign_in_with in ('password', 'oidc')),
  unique (oidc_issuer, oidc_subject),
  check ((oidc_issuer is null) = (oidc_subject is null))
);

-- Tokens that are used once: of the first set-up (without a user), of an invitation or a forgotten password. Using one
-- removes it.
create table one_time_tokens (
  sha256 text primary key,
  user_id uuid unique references users (id) on delete cascade,
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz not null
);
-- One code of the first set-up at a time.
create unique index one_time_tokens_setup on one_time_tokens ((user_id is null)) where user_id is null;

create table sessions (
  sha256 text primary key,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null,
  last_used_at timestamptz not null
);
create index sessions_user_id on sessions (user_id);

-- Failed attempts of one kind by one account or address, until the window ends.
create table attempt_counters (
  name text primary key,
  count integer not null,
  expires_at timestamptz not null
);

-- Sign-ins with the identity provider that were begun and not yet finished. Finishing one removes it.
create table oidc_flows (
  state_sha256 text primary key,
  next_page text not null,
  expires_at timestamptz not null
);

-- Public keys of the control planes whose short-lived prediction tokens gateways take.
create table token_issuers (
  id text primary key,
  public_key text not null,
  seen_at timestamptz not null
);
