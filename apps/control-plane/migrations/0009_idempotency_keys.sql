-- Writes that carried an Idempotency-Key. The row is written in the transaction of the change: where the row is, the change
-- is done, and it is not done again. Rows are removed after a day.
create table idempotency_keys (
  -- Who asked: a key is the caller's own.
  caller text not null,
  key text not null,
  endpoint text not null,
  -- Of method, address and body.
  request_sha256 text not null,
  request_id text not null,
  -- The first answer; without one it held a secret, was too large to keep, or its process ended before it was sent.
  status integer,
  answer text,
  etag text,
  withheld text check (withheld in ('secret', 'size')),
  created_at timestamptz not null,
  primary key (caller, key)
);
create index idempotency_keys_created_at on idempotency_keys (created_at);
