-- One row: who this installation is, and which snapshot is the present one. Every change locks it first, so changes
-- follow one another and each snapshot sees all of the changes before it.
create table installation (
  singleton boolean primary key default true check (singleton),
  epoch uuid not null default gen_random_uuid(),
  snapshot_version bigint not null default 0,
  examples_imported_at timestamptz
);
insert into installation default values;

create table models (
  name text primary key,
  description text not null default '',
  -- The highest number that was ever given: numbers of deleted versions are not given again.
  version_last integer not null default 0,
  created_at timestamptz not null
);

create table model_versions (
  model text not null references models (name) on delete cascade,
  version integer not null check (version > 0),
  digest text not null,
  signature jsonb not null,
  settings jsonb not null,
  source text not null check (source in ('upload', 'repository', 'https', 'example')),
  -- For folders that are watched: what the files looked like when they were taken over.
  source_fingerprint text,
  created_at timestamptz not null,
  created_by text not null,
  primary key (model, version)
);

create table model_files (
  model text not null,
  version integer not null,
  path text not null,
  sha256 text not null,
  size bigint not null check (size >= 0),
  primary key (model, version, path),
  foreign key (model, version) references model_versions (model, version) on delete cascade
);
create index model_files_sha256 on model_files (sha256);

create table model_aliases (
  model text not null,
  alias text not null,
  version integer not null,
  primary key (model, alias),
  foreign key (model, version) references model_versions (model, version)
);

create table uploads (
  id uuid primary key,
  model text not null,
  description text,
  files jsonb not null,
  settings jsonb not null,
  deploy text not null check (deploy in ('latest', 'none')),
  created_at timestamptz not null,
  created_by text not null
);

create table routes (
  name text primary key,
  revision integer not null,
  policy jsonb not null,
  -- What the policy means at present.
  variants jsonb not null,
  sticky_header text not null,
  updated_at timestamptz not null,
  updated_by text not null
);

create table route_revisions (
  route text not null references routes (name) on delete cascade,
  revision integer not null,
  policy jsonb not null,
  -- What the policy meant when the revision was made: what a rollback brings back.
  variants jsonb not null,
  created_at timestamptz not null,
  created_by text not null,
  restored_from integer,
  primary key (route, revision)
);

create table access_keys (
  id text primary key,
  sha256 text not null,
  scopes text[] not null,
  expires_at timestamptz
);

-- Immutable: a row is written once, and removed when many newer ones exist.
create table snapshots (
  epoch uuid not null,
  version bigint not null,
  text text not null,
  sha256 text not null,
  created_at timestamptz not null,
  primary key (epoch, version)
);

create table gateways (
  name text primary key,
  last_seen_at timestamptz not null,
  report jsonb not null
);

create table audit_entries (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  target text not null,
  detail jsonb not null,
  request_id text not null
);

-- Elects the process that does a periodic job: whoever holds the row until it expires.
create table leases (
  name text primary key,
  holder uuid not null,
  expires_at timestamptz not null
);
