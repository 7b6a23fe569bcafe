import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';

/** How much a registry of some years holds. */
export const seeded = { models: 300, versionsEach: 10, auditEntries: 100_000, users: 200, keys: 500 } as const;

/**
 * Fills a database whose tables are there and whose program is stopped. Audit entries come without hashes, as those of an
 * old installation: the program chains them at its next start. Versions name files that nobody has: nothing loads here.
 */
export async function seedRegistry(databaseUrl: string): Promise<void> {
  const pool = openTestPool(databaseUrl, { statementTimeoutMs: 120_000 });
  try {
    for (const statement of statements) await pool.pg.query(statement);
  } finally {
    await pool.close();
  }
}

const name = `'model-' || lpad(m::text, 3, '0')`;
const digest = `encode(sha256((m || '/' || v)::text::bytea), 'hex')`;
const signature = JSON.stringify({
  inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 4] }],
  outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 3] }],
});

const statements = [
  `insert into models (name, description, version_last, created_at, updated_at, updated_by)
   select ${name}, 'Model number ' || m, ${seeded.versionsEach}, now() - make_interval(days => m), now() - make_interval(days => m), 'ana@example.com'
   from generate_series(1, ${seeded.models}) m`,
  `insert into model_versions (model, version, digest, signature, settings, source, created_at, created_by,
     size_bytes, file_count, lineage, updated_at, updated_by)
   select ${name}, v, ${digest}, '${signature}', '{}', 'upload', now() - make_interval(days => m, hours => -v), 'ana@example.com',
     1000000 + m * v, 1, jsonb_build_object('dataset', 'flights', 'accuracy', 0.9 + v / 200.0), now(), 'ana@example.com'
   from generate_series(1, ${seeded.models}) m, generate_series(1, ${seeded.versionsEach}) v`,
  `insert into model_files (model, version, path, sha256, size)
   select ${name}, v, 'model.onnx', ${digest}, 1000000 + m * v
   from generate_series(1, ${seeded.models}) m, generate_series(1, ${seeded.versionsEach}) v`,
  `insert into model_aliases (model, alias, version)
   select ${name}, 'champion', ${seeded.versionsEach} from generate_series(1, ${seeded.models}) m`,
  `insert into routes (name, revision, policy, variants, sticky_header, updated_at, updated_by)
   select ${name}, 1, jsonb_build_object('kind', 'latest', 'model', ${name}),
     jsonb_build_array(jsonb_build_object('model', ${name}, 'version', ${seeded.versionsEach}, 'weight', 1)),
     'x-cluster-ai-unit', now(), 'ana@example.com'
   from generate_series(1, ${seeded.models}) m`,
  `insert into route_revisions (route, revision, policy, variants, created_at, created_by, restored_from)
   select name, 1, policy, variants, updated_at, updated_by, null from routes`,
  `insert into users (email, name, role, created_at, created_by, sessions_valid_from)
   select 'person-' || n || '@example.com', 'Person ' || n, 'viewer', now() - make_interval(mins => n), 'ana@example.com', '-infinity'
   from generate_series(1, ${seeded.users}) n`,
  `insert into access_keys (id, sha256, actions, name, prefix, created_at, created_by)
   select 'seed-' || n, encode(sha256(n::text::bytea), 'hex'), '{infer,read}', 'service ' || n, 'cai_seed' || n,
     now() - make_interval(hours => n), 'ana@example.com'
   from generate_series(1, ${seeded.keys}) n`,
  'truncate audit_entries',
  `insert into audit_entries (id, at, actor, action, target, detail, request_id)
   select n, date_trunc('milliseconds', now()) - make_interval(secs => ${seeded.auditEntries} - n), 'person-' || n % 50 || '@example.com',
     (array['route.change', 'version.create', 'key.create', 'alias.set'])[1 + n % 4],
     'model-' || lpad((1 + n % 300)::text, 3, '0'), jsonb_build_object('revision', n), 'seed-' || n
   from generate_series(1, ${seeded.auditEntries}) n`,
  `update installation set audit_id = 0, audit_count = 0, audit_hash = repeat('0', 64), audit_unchained_to = ${seeded.auditEntries},
     examples_imported_at = now()`,
];
