import type { Lineage } from '@cluster-ai/contract/api/models.ts';
import type { RoutePolicy, routeVariantSchema } from '@cluster-ai/contract/api/routes.ts';
import type { VersionBatching } from '@cluster-ai/contract/batching.ts';
import type { ManifestFile, ModelSettings, modelSignatureSchema } from '@cluster-ai/contract/manifest.ts';
import type { GatewayReport } from '@cluster-ai/contract/telemetry.ts';
import type { KeyAction, Role } from '@cluster-ai/core/access/roles.ts';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { z } from 'zod';

/** `bigint` columns arrive as text; they hold sizes and counters, all below 2^53. */
type Int8 = ColumnType<string, number, number>;
type Time = ColumnType<Date, Date, Date>;
type MaybeTime = ColumnType<Date | null, Date | null | undefined, Date | null>;
/** Read as the value, written as JSON text. */
type Json<T extends object> = JSONColumnType<T>;

/** The tables as the migrations leave them: `schema.sql` shows the same in SQL. */
export interface Tables {
  installation: {
    singleton: Generated<boolean>;
    epoch: Generated<string>;
    snapshot_version: Int8;
    examples_imported_at: ColumnType<Date | null, Date | null, Date | null>;
    audit_id: Int8;
    audit_hash: string;
    audit_count: Int8;
    audit_unchained_to: ColumnType<string | null, number | null, number | null>;
  };
  models: {
    name: string;
    description: string;
    version_last: number;
    created_at: Time;
    revision: Generated<number>;
    updated_at: Time;
    updated_by: string;
  };
  model_versions: {
    model: string;
    version: number;
    digest: string;
    signature: Json<z.infer<typeof modelSignatureSchema>>;
    settings: Json<ModelSettings>;
    source: 'upload' | 'repository' | 'https' | 'example';
    source_fingerprint: string | null;
    created_at: Time;
    created_by: string;
    size_bytes: Int8;
    file_count: number;
    notes: Generated<string>;
    lineage: Json<Lineage>;
    resets: Generated<number>;
    revision: Generated<number>;
    updated_at: Time;
    updated_by: string;
  };
  model_files: { model: string; version: number; path: string; sha256: string; size: Int8 };
  alias_history: {
    id: ColumnType<string, never, never>;
    model: string;
    alias: string;
    version: number | null;
    previous: number | null;
    at: Time;
    actor: string;
  };
  model_aliases: { model: string; alias: string; version: number };
  uploads: {
    id: string;
    model: string;
    description: string | null;
    notes: string;
    lineage: Json<Lineage>;
    files: Json<ManifestFile[]>;
    settings: Json<ModelSettings>;
    deploy: 'latest' | 'none';
    /** Null takes the next number. */
    version: number | null;
    created_at: Time;
    created_by: string;
  };
  routes: {
    name: string;
    revision: number;
    policy: Json<RoutePolicy>;
    variants: Json<RouteVariant[]>;
    sticky_header: string;
    unloaded: Generated<boolean>;
    updated_at: Time;
    updated_by: string;
  };
  route_revisions: {
    route: string;
    revision: number;
    policy: Json<RoutePolicy>;
    variants: Json<RouteVariant[]>;
    created_at: Time;
    created_by: string;
    restored_from: number | null;
  };
  access_keys: {
    id: string;
    sha256: string;
    actions: KeyAction[];
    expires_at: MaybeTime;
    name: Generated<string>;
    prefix: Generated<string>;
    models: string[] | null;
    rate_per_second: number | null;
    burst: number | null;
    daily_quota: ColumnType<string | null, number | null | undefined, number | null>;
    created_at: ColumnType<Date, Date | undefined, Date>;
    created_by: Generated<string>;
    owner_id: string | null;
    revoked_at: MaybeTime;
    last_used_at: MaybeTime;
  };
  key_usage: { key_id: string; day: number; gateway: string; started_at_ms: Int8; requests: Int8 };
  snapshots: { epoch: string; version: Int8; text: string; sha256: string; created_at: Time };
  gateways: { name: string; last_seen_at: Time; report: Json<GatewayReport> };
  gateway_batching: { gateway: string; reported_at: Time; versions: Json<VersionBatching[]> };
  audit_entries: {
    id: Int8;
    at: Time;
    actor: string;
    action: string;
    target: string;
    detail: Json<Record<string, unknown>>;
    request_id: string;
    previous_hash: string | null;
    hash: string | null;
  };
  users: {
    id: Generated<string>;
    email: string;
    name: Generated<string>;
    role: Role;
    disabled: Generated<boolean>;
    password_hash: string | null;
    oidc_issuer: string | null;
    oidc_subject: string | null;
    created_at: Time;
    created_by: string;
    last_sign_in_at: ColumnType<Date | null, Date | null, Date | null>;
    last_sign_in_with: 'password' | 'oidc' | null;
    sessions_valid_from: Time;
  };
  one_time_tokens: {
    sha256: string;
    user_id: string | null;
    created_at: Time;
    created_by: string;
    expires_at: Time;
  };
  sessions: { sha256: string; user_id: string; created_at: Time; last_used_at: Time };
  known_browsers: { sha256: string; user_id: string; last_sign_in_at: Time };
  attempt_counters: { name: string; count: number; expires_at: Time };
  oidc_flows: { state_sha256: string; next_page: string; expires_at: Time };
  token_issuers: { id: string; public_key: string; seen_at: Time };
  traffic_gateways: {
    gateway: string;
    started_at_ms: ColumnType<string | null, number | null, number | null>;
    elapsed_ms: number | null;
    folded_at: ColumnType<Date | null, Date | null, Date | null>;
  };
  traffic_series: {
    id: ColumnType<string, never, never>;
    gateway: string;
    route: string;
    model_id: string;
    started_at_ms: Int8;
    errors: Int8;
    faults: Int8;
    latency: string[];
  };
  traffic_points: {
    series: Int8;
    width_s: number;
    bucket: Time;
    requests: number;
    errors: number;
    faults: number;
    latency: number[];
  };
  traffic_measured: { gateway: string; width_s: number; bucket: Time; measured_ms: number; dirty: boolean };
  settings: { name: string; value: ColumnType<unknown, string, string>; changed_at: Time; changed_by: string };
  idempotency_keys: {
    caller: string;
    key: string;
    endpoint: string;
    request_sha256: string;
    request_id: string;
    status: number | null;
    answer: string | null;
    etag: string | null;
    withheld: 'secret' | 'size' | null;
    created_at: Time;
  };
  data_operations: {
    id: string;
    kind: 'backup' | 'restore';
    at: Time;
    detail: Json<{ readonly file: string; readonly [name: string]: unknown }>;
    recorded_at: MaybeTime;
  };
  leases: { name: string; holder: string; expires_at: Time };
}

export type RouteVariant = z.infer<typeof routeVariantSchema>;
