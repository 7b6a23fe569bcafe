-- What the command line did with the database as a whole: backups and restores. It writes a row; the control plane puts
-- it into the audit log, where each entry follows from the one before.
create table data_operations (
  id uuid primary key,
  kind text not null check (kind in ('backup', 'restore')),
  at timestamptz not null,
  detail jsonb not null,
  -- Null until it is in the audit log.
  recorded_at timestamptz
);
create index data_operations_unrecorded on data_operations (at) where recorded_at is null;
