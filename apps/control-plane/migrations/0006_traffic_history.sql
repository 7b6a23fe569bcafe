-- Which process of a gateway was folded into the history last, and up to where. The row is locked while a report is
-- folded: two control planes that receive reports of one gateway do it one after the other.
create table traffic_gateways (
  gateway text primary key,
  started_at_ms bigint,
  elapsed_ms double precision,
  folded_at timestamptz
);

-- One model version behind one route on one gateway, with its counters as they were folded last: the next report says
-- what has happened since. Route and model are empty for requests that reached none.
create table traffic_series (
  id bigint generated always as identity primary key,
  gateway text not null,
  route text not null,
  model_id text not null,
  -- The process that the counters belong to: another one begins at 0.
  started_at_ms bigint not null,
  errors bigint not null,
  faults bigint not null,
  latency bigint[] not null,
  unique (gateway, route, model_id)
);

-- What a series counted in one bucket of time. A row is only there when there were requests.
create table traffic_points (
  series bigint not null references traffic_series (id) on delete cascade,
  -- 10 s, 60 s or 900 s: the wider ones are sums of the finer ones.
  width_s smallint not null,
  bucket timestamptz not null,
  requests integer not null,
  errors integer not null,
  faults integer not null,
  -- Requests by bucket of the contract's latency grid, without zeros at the end.
  latency integer[] not null,
  primary key (series, width_s, bucket)
);

-- For how much of a bucket a gateway has told what it counted: where there is no row, nothing is known. In the wider
-- buckets the gateway with the empty name is all of them together.
create table traffic_measured (
  gateway text not null,
  width_s smallint not null,
  bucket timestamptz not null,
  measured_ms integer not null,
  -- Changed since it was last summed up into the next wider bucket.
  dirty boolean not null,
  primary key (gateway, width_s, bucket)
);
create index traffic_measured_dirty on traffic_measured (width_s, bucket) where dirty;
create index traffic_measured_bucket on traffic_measured (width_s, bucket);
