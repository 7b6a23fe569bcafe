-- How requests become batches on each gateway, as it told last: apart from its report, which is read far more often.
create table gateway_batching (
  gateway text primary key references gateways (name) on delete cascade,
  reported_at timestamptz not null,
  versions jsonb not null
);
