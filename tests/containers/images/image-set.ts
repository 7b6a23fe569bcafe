import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { repository, until } from '../../start-platform.ts';
import type { Engine } from '../engine/engine.ts';
import { imageOf } from '../engine/images.ts';
import type { ImageName } from '../engine/images.ts';

/** As strict as an orchestrator may be; health is asked every second, so that a test sees it change. */
const strict =
  '--read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp --health-interval 1s --health-retries 2'.split(
    ' ',
  );

/** A control plane and a gateway in containers, with a PostgreSQL beside them whose socket is mounted. */
export interface ImageSet {
  readonly postgres: PostgresServer;
  /** Where the host reaches a container. */
  address(name: ImageName): string;
  /** `healthy`, `unhealthy` or `starting`. */
  health(name: ImageName): string;
  /** Waits for a state of health. @returns how long it took, milliseconds. */
  untilHealth(name: ImageName, state: 'healthy' | 'unhealthy'): Promise<number>;
  remove(): Promise<void>;
}

const healthWithinMs = 120_000;

/** Names of containers and of the network are their images' names: one set at a time on an engine. */
export async function startImageSet(engine: Engine): Promise<ImageSet> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-images-'));
  chmodSync(folder, 0o755);
  for (const name of ['admin', 'gateway']) {
    writeFileSync(join(folder, `${name}_token`), `${name}-token-of-the-images-0123456789`, { mode: 0o444 });
  }
  const postgres = await startPostgres(18);
  const databaseUrl = await postgres.createDatabase();
  const socketFolder = new URL(databaseUrl).searchParams.get('host') ?? '';
  // Another user asks in the container; the server demands its password.
  chmodSync(socketFolder, 0o711);
  const network = 'cluster-ai-images';
  engine.docker('network', 'create', network);
  const run = (name: ImageName, options: readonly string[], variables: Readonly<Record<string, string>>): void => {
    const environment = Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
    const named = ['--name', name, '--network', network, '--volume', `${name}:/var/lib/cluster-ai`];
    const secrets = ['--volume', `${folder}:/run/secrets:ro`];
    engine.docker('run', '--detach', ...named, ...secrets, ...strict, ...options, ...environment, imageOf(name));
  };
  run(
    'control-plane',
    [`--volume=${socketFolder}:${socketFolder}`, `--volume=${repository}/models/iris:/examples/iris:ro`],
    {
      DATABASE_URL: databaseUrl,
      CLUSTER_AI_CONTROL_PLANE_HTTP_PLAINTEXT: 'allowed',
      CLUSTER_AI_CONTROL_PLANE_AUTH_ADMIN_TOKEN_FILE: '/run/secrets/admin_token',
      CLUSTER_AI_CONTROL_PLANE_AUTH_GATEWAY_TOKEN_FILE: '/run/secrets/gateway_token',
      CLUSTER_AI_CONTROL_PLANE_HTTP_ALLOWED_HOSTS: 'control-plane',
      CLUSTER_AI_CONTROL_PLANE_GATEWAY_URL: 'http://gateway:8000',
      CLUSTER_AI_CONTROL_PLANE_SOURCES_EXAMPLES: '/examples/iris',
    },
  );
  run('gateway', [], {
    CLUSTER_AI_GATEWAY_HTTP_PLAINTEXT: 'allowed',
    CLUSTER_AI_GATEWAY_CONTROL_URL: 'http://control-plane:3000',
    CLUSTER_AI_GATEWAY_CONTROL_TOKEN_FILE: '/run/secrets/gateway_token',
  });
  const health = (name: ImageName): string => engine.docker('inspect', '--format', '{{.State.Health.Status}}', name);
  return {
    postgres,
    address: (name) =>
      engine.docker('inspect', '--format', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, name),
    health,
    untilHealth: (name, state) =>
      until(`${name} is ${state}`, healthWithinMs, () => health(name) === state, 250).catch((error: unknown) => {
        const { stdout, stderr } = engine.run('docker', ['logs', '--tail', '40', name]);
        throw new Error(`${stdout}${stderr}`, { cause: error });
      }),
    remove: async () => {
      engine.run('docker', ['rm', '--force', '--volumes', 'control-plane', 'gateway']);
      engine.run('docker', ['network', 'rm', network]);
      await postgres.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
