import { parseArgs } from 'node:util';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { createSecret, readClusterApi } from './cluster-api.ts';
import { makeSecrets } from './secrets.ts';

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const option = { type: 'string' } as const;
const options = {
  auth: option,
  postgres: option,
  'postgres-host': option,
  'pgbouncer-host': option,
  redis: option,
  'redis-host': option,
};

/**
 * `control-plane generate-secrets`: makes the Secrets of an installation that are missing in this namespace and ends. What
 * is there stays as it is, whoever made it, so it may run as often as it likes.
 * @throws ClusterError CONFIG_INVALID, PREREQUISITE_MISSING.
 */
export async function generateSecrets(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string = accountFolder,
): Promise<void> {
  const log = createLogger({ program: 'control-plane', level: 'info' });
  const given = readOptions(argv);
  const api = await readClusterApi(env, folder);
  const secrets = makeSecrets(given, {
    postgres: given['postgres-host'] ?? '',
    pgbouncer: given['pgbouncer-host'] ?? '',
    redis: given['redis-host'] ?? '',
  });
  for (const secret of secrets) {
    const made = await createSecret(api, secret);
    log.info({ name: secret.name, namespace: api.namespace }, made ? 'Secret made' : 'Secret is there, and kept');
  }
}

function readOptions(argv: readonly string[]) {
  const fix = `allowed: ${Object.keys(options)
    .map((name) => `--${name} NAME`)
    .join(', ')}`;
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true });
    const lacking = (['postgres', 'redis'] as const).find(
      (part) => values[part] !== undefined && values[`${part}-host`] === undefined,
    );
    if (lacking === undefined) return values;
    throw new ClusterError('CONFIG_INVALID', `--${lacking} needs --${lacking}-host`, { fix });
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    throw new ClusterError('CONFIG_INVALID', error instanceof Error ? error.message : String(error), { fix });
  }
}
