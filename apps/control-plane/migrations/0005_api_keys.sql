-- API keys of people and programs. Nothing here lets anybody in: keys are here as SHA-256 alone. The row `admin` is the
-- admin token, which no list shows.
alter table access_keys rename column scopes to actions;
update access_keys set actions = '{infer,read,operate,admin}' where id = 'admin';
alter table access_keys
  add column name text not null default '',
  -- The beginning of the key, by which its owner knows it again.
  add column prefix text not null default '',
  -- Names and prefixes of names; null is every one.
  add column models text[],
  add column rate_per_second double precision check (rate_per_second > 0),
  add column burst integer check (burst > 0),
  add column daily_quota bigint check (daily_quota > 0),
  add column created_at timestamptz not null default now(),
  add column created_by text not null default 'system',
  -- The person behind it: the key may never do more than they may at that moment, and nothing once they are gone. So it
  -- still names somebody who was removed.
  add column owner_id uuid,
  add column revoked_at timestamptz,
  -- To the minute.
  add column last_used_at timestamptz;
create unique index access_keys_sha256 on access_keys (sha256);
create index access_keys_owner_id on access_keys (owner_id);

-- Predictions of one key on one UTC day (days since 1970), as one run of a gateway has counted them. A gateway that starts
-- again counts from 0, in a row of its own; the sum of the rows is what the key has used.
create table key_usage (
  key_id text not null references access_keys (id) on delete cascade,
  day integer not null,
  gateway text not null,
  started_at_ms bigint not null,
  requests bigint not null check (requests >= 0),
  primary key (key_id, day, gateway, started_at_ms)
);
