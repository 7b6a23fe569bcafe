create table access_keys (
  id text not null,
  sha256 text not null,
  actions text[] not null,
  expires_at timestamp with time zone,
  name text not null default ''::text,
  prefix text not null default ''::text,
  models text[],
  rate_per_second double precision,
  burst integer,
  daily_quota bigint,
  created_at timestamp with time zone not null default now(),
  created_by text not null default 'system'::text,
  owner_id uuid,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint access_keys_pkey PRIMARY KEY (id),
  constraint access_keys_burst_check CHECK ((burst > 0)),
  constraint access_keys_daily_quota_check CHECK ((daily_quota > 0)),
  constraint access_keys_rate_per_second_check CHECK ((rate_per_second > (0)::double precision))
);
CREATE INDEX access_keys_owner_id ON public.access_keys USING btree (owner_id);
CREATE UNIQUE INDEX access_keys_sha256 ON public.access_keys USING btree (sha256);

create table alias_history (
  id bigint not null generated always as identity,
  model text not null,
  alias text not null,
  version integer,
  previous integer,
  at timestamp with time zone not null,
  actor text not null,
  constraint alias_history_pkey PRIMARY KEY (id),
  constraint alias_history_model_fkey FOREIGN KEY (model) REFERENCES models(name) ON DELETE CASCADE
);
CREATE INDEX alias_history_model ON public.alias_history USING btree (model, at, id);

create table attempt_counters (
  name text not null,
  count integer not null,
  expires_at timestamp with time zone not null,
  constraint attempt_counters_pkey PRIMARY KEY (name)
);

create table audit_entries (
  id bigint not null,
  at timestamp with time zone not null,
  actor text not null,
  action text not null,
  target text not null,
  detail jsonb not null,
  request_id text not null,
  previous_hash text,
  hash text,
  constraint audit_entries_pkey PRIMARY KEY (id)
);

create table data_operations (
  id uuid not null,
  kind text not null,
  at timestamp with time zone not null,
  detail jsonb not null,
  recorded_at timestamp with time zone,
  constraint data_operations_pkey PRIMARY KEY (id),
  constraint data_operations_kind_check CHECK ((kind = ANY (ARRAY['backup'::text, 'restore'::text])))
);
CREATE INDEX data_operations_unrecorded ON public.data_operations USING btree (at) WHERE (recorded_at IS NULL);

create table gateway_batching (
  gateway text not null,
  reported_at timestamp with time zone not null,
  versions jsonb not null,
  constraint gateway_batching_pkey PRIMARY KEY (gateway),
  constraint gateway_batching_gateway_fkey FOREIGN KEY (gateway) REFERENCES gateways(name) ON DELETE CASCADE
);

create table gateways (
  name text not null,
  last_seen_at timestamp with time zone not null,
  report jsonb not null,
  constraint gateways_pkey PRIMARY KEY (name)
);

create table idempotency_keys (
  caller text not null,
  key text not null,
  endpoint text not null,
  request_sha256 text not null,
  request_id text not null,
  status integer,
  answer text,
  etag text,
  withheld text,
  created_at timestamp with time zone not null,
  constraint idempotency_keys_pkey PRIMARY KEY (caller, key),
  constraint idempotency_keys_withheld_check CHECK ((withheld = ANY (ARRAY['secret'::text, 'size'::text])))
);
CREATE INDEX idempotency_keys_created_at ON public.idempotency_keys USING btree (created_at);

create table installation (
  singleton boolean not null default true,
  epoch uuid not null default gen_random_uuid(),
  snapshot_version bigint not null default 0,
  examples_imported_at timestamp with time zone,
  audit_id bigint not null default 0,
  audit_hash text not null default repeat('0'::text, 64),
  audit_count bigint not null default 0,
  audit_unchained_to bigint,
  constraint installation_pkey PRIMARY KEY (singleton),
  constraint installation_singleton_check CHECK (singleton)
);

create table key_usage (
  key_id text not null,
  day integer not null,
  gateway text not null,
  started_at_ms bigint not null,
  requests bigint not null,
  constraint key_usage_pkey PRIMARY KEY (key_id, day, gateway, started_at_ms),
  constraint key_usage_key_id_fkey FOREIGN KEY (key_id) REFERENCES access_keys(id) ON DELETE CASCADE,
  constraint key_usage_requests_check CHECK ((requests >= 0))
);

create table known_browsers (
  sha256 text not null,
  user_id uuid not null,
  last_sign_in_at timestamp with time zone not null,
  constraint known_browsers_pkey PRIMARY KEY (sha256),
  constraint known_browsers_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX known_browsers_user_id ON public.known_browsers USING btree (user_id);

create table leases (
  name text not null,
  holder uuid not null,
  expires_at timestamp with time zone not null,
  constraint leases_pkey PRIMARY KEY (name)
);

create table model_aliases (
  model text not null,
  alias text not null,
  version integer not null,
  constraint model_aliases_pkey PRIMARY KEY (model, alias),
  constraint model_aliases_model_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions(model, version)
);

create table model_files (
  model text not null,
  version integer not null,
  path text not null,
  sha256 text not null,
  size bigint not null,
  constraint model_files_pkey PRIMARY KEY (model, version, path),
  constraint model_files_model_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions(model, version) ON DELETE CASCADE,
  constraint model_files_size_check CHECK ((size >= 0))
);
CREATE INDEX model_files_sha256 ON public.model_files USING btree (sha256);

create table model_versions (
  model text not null,
  version integer not null,
  digest text not null,
  signature jsonb not null,
  settings jsonb not null,
  source text not null,
  source_fingerprint text,
  created_at timestamp with time zone not null,
  created_by text not null,
  size_bytes bigint not null,
  file_count integer not null,
  notes text not null default ''::text,
  lineage jsonb not null default '{}'::jsonb,
  revision integer not null default 1,
  updated_at timestamp with time zone not null,
  updated_by text not null,
  resets integer not null default 0,
  constraint model_versions_pkey PRIMARY KEY (model, version),
  constraint model_versions_model_fkey FOREIGN KEY (model) REFERENCES models(name) ON DELETE CASCADE,
  constraint model_versions_resets_check CHECK ((resets >= 0)),
  constraint model_versions_source_check CHECK ((source = ANY (ARRAY['upload'::text, 'repository'::text, 'https'::text, 'example'::text]))),
  constraint model_versions_version_check CHECK ((version > 0))
);

create table models (
  name text not null,
  description text not null default ''::text,
  version_last integer not null default 0,
  created_at timestamp with time zone not null,
  revision integer not null default 1,
  updated_at timestamp with time zone not null,
  updated_by text not null,
  constraint models_pkey PRIMARY KEY (name)
);

create table oidc_flows (
  state_sha256 text not null,
  next_page text not null,
  expires_at timestamp with time zone not null,
  constraint oidc_flows_pkey PRIMARY KEY (state_sha256)
);

create table one_time_tokens (
  sha256 text not null,
  user_id uuid,
  created_at timestamp with time zone not null,
  created_by text not null,
  expires_at timestamp with time zone not null,
  constraint one_time_tokens_user_id_key UNIQUE (user_id),
  constraint one_time_tokens_pkey PRIMARY KEY (sha256),
  constraint one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX one_time_tokens_setup ON public.one_time_tokens USING btree (((user_id IS NULL))) WHERE (user_id IS NULL);

create table route_revisions (
  route text not null,
  revision integer not null,
  policy jsonb not null,
  variants jsonb not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  restored_from integer,
  constraint route_revisions_pkey PRIMARY KEY (route, revision),
  constraint route_revisions_route_fkey FOREIGN KEY (route) REFERENCES routes(name) ON DELETE CASCADE
);

create table routes (
  name text not null,
  revision integer not null,
  policy jsonb not null,
  variants jsonb not null,
  sticky_header text not null,
  updated_at timestamp with time zone not null,
  updated_by text not null,
  unloaded boolean not null default false,
  constraint routes_pkey PRIMARY KEY (name)
);

create table schema_migrations (
  number integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (number)
);

create table sessions (
  sha256 text not null,
  user_id uuid not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (sha256),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX sessions_user_id ON public.sessions USING btree (user_id);

create table settings (
  name text not null,
  value jsonb not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  constraint settings_pkey PRIMARY KEY (name)
);

create table snapshots (
  epoch uuid not null,
  version bigint not null,
  text text not null,
  sha256 text not null,
  created_at timestamp with time zone not null,
  constraint snapshots_pkey PRIMARY KEY (epoch, version)
);

create table token_issuers (
  id text not null,
  public_key text not null,
  seen_at timestamp with time zone not null,
  constraint token_issuers_pkey PRIMARY KEY (id)
);

create table traffic_gateways (
  gateway text not null,
  started_at_ms bigint,
  elapsed_ms double precision,
  folded_at timestamp with time zone,
  constraint traffic_gateways_pkey PRIMARY KEY (gateway)
);

create table traffic_measured (
  gateway text not null,
  width_s smallint not null,
  bucket timestamp with time zone not null,
  measured_ms integer not null,
  dirty boolean not null,
  constraint traffic_measured_pkey PRIMARY KEY (gateway, width_s, bucket)
);
CREATE INDEX traffic_measured_bucket ON public.traffic_measured USING btree (width_s, bucket);
CREATE INDEX traffic_measured_dirty ON public.traffic_measured USING btree (width_s, bucket) WHERE dirty;

create table traffic_points (
  series bigint not null,
  width_s smallint not null,
  bucket timestamp with time zone not null,
  requests integer not null,
  errors integer not null,
  faults integer not null,
  latency integer[] not null,
  constraint traffic_points_pkey PRIMARY KEY (series, width_s, bucket),
  constraint traffic_points_series_fkey FOREIGN KEY (series) REFERENCES traffic_series(id) ON DELETE CASCADE
);

create table traffic_series (
  id bigint not null generated always as identity,
  gateway text not null,
  route text not null,
  model_id text not null,
  started_at_ms bigint not null,
  errors bigint not null,
  faults bigint not null,
  latency bigint[] not null,
  constraint traffic_series_gateway_route_model_id_key UNIQUE (gateway, route, model_id),
  constraint traffic_series_pkey PRIMARY KEY (id)
);

create table uploads (
  id uuid not null,
  model text not null,
  description text,
  files jsonb not null,
  settings jsonb not null,
  deploy text not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  notes text not null default ''::text,
  lineage jsonb not null default '{}'::jsonb,
  version integer,
  constraint uploads_pkey PRIMARY KEY (id),
  constraint uploads_deploy_check CHECK ((deploy = ANY (ARRAY['latest'::text, 'none'::text]))),
  constraint uploads_version_check CHECK ((version > 0))
);

create table users (
  id uuid not null default gen_random_uuid(),
  email text not null,
  name text not null default ''::text,
  role text not null,
  disabled boolean not null default false,
  password_hash text,
  oidc_issuer text,
  oidc_subject text,
  created_at timestamp with time zone not null,
  created_by text not null,
  last_sign_in_at timestamp with time zone,
  last_sign_in_with text,
  sessions_valid_from timestamp with time zone not null,
  constraint users_email_key UNIQUE (email),
  constraint users_oidc_issuer_oidc_subject_key UNIQUE (oidc_issuer, oidc_subject),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_check CHECK (((oidc_issuer IS NULL) = (oidc_subject IS NULL))),
  constraint users_email_check CHECK ((email = lower(email))),
  constraint users_last_sign_in_with_check CHECK ((last_sign_in_with = ANY (ARRAY['password'::text, 'oidc'::text]))),
  constraint users_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text])))
);
