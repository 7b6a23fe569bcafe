-- Settings that were changed while everything runs; what has no row has its default.
create table settings (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null
);
