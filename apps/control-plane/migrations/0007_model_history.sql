-- What a model and a version say about themselves can be changed: each change has a number, so that two people who change
-- the same thing at once notice.
alter table models
  add column revision integer not null default 1,
  add column updated_at timestamptz,
  add column updated_by text;
update models set updated_at = created_at, updated_by = 'system';
alter table models alter column updated_at set not null, alter column updated_by set not null;

alter table model_versions
  -- Of all files together: lists sort by them.
  add column size_bytes bigint,
  add column file_count integer,
  add column notes text not null default '',
  add column lineage jsonb not null default '{}',
  add column revision integer not null default 1,
  add column updated_at timestamptz,
  add column updated_by text;
update model_versions set
  updated_at = created_at,
  updated_by = created_by,
  size_bytes = (select coalesce(sum(size), 0) from model_files f where f.model = model_versions.model and f.version = model_versions.version),
  file_count = (select count(*) from model_files f where f.model = model_versions.model and f.version = model_versions.version);
alter table model_versions
  alter column size_bytes set not null,
  alter column file_count set not null,
  alter column updated_at set not null,
  alter column updated_by set not null;

alter table uploads
  add column notes text not null default '',
  add column lineage jsonb not null default '{}';

-- Who moved which alias when. Without a version: it was removed.
create table alias_history (
  id bigint generated always as identity primary key,
  model text not null references models (name) on delete cascade,
  alias text not null,
  version integer,
  previous integer,
  at timestamptz not null,
  actor text not null
);
create index alias_history_model on alias_history (model, at, id);
