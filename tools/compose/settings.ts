import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { readPublicUrl } from '@cluster-ai/core/access/public-url.ts';

/** The two sets of services. */
export type SetName = 'dev' | 'prod';

export interface ComposeSet {
  readonly name: SetName;
  /** Path in the checkout. */
  readonly file: string;
  /** Name that the engine keeps its containers, networks and volumes under. */
  readonly project: string;
}

export interface ComposeSettings {
  readonly root: string;
  /** Variables of this process over those of `.env`, as compose reads them, with what follows from them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly sets: Readonly<Record<SetName, ComposeSet>>;
  readonly secretsFolder: string;
  /** Where people open the front door of the production set. */
  readonly publicUrl: URL;
}

/** Our own images: the variable that names one whole, and its name without registry and version. */
export const ownImages = {
  CLUSTER_AI_GATEWAY_IMAGE: 'cluster-ai/gateway',
  CLUSTER_AI_CONTROL_PLANE_IMAGE: 'cluster-ai/control-plane',
  CLUSTER_AI_DASHBOARD_IMAGE: 'cluster-ai/dashboard',
  CLUSTER_AI_CLI_IMAGE: 'cluster-ai/cli',
} as const;

const defaultVersion = '0.1.0';

/**
 * Reads what decides how the sets are started.
 * @throws ClusterError CONFIG_INVALID for a CLUSTER_AI_PUBLIC_URL that is no address.
 */
export function readComposeSettings(root: string, own: Readonly<Record<string, string | undefined>>): ComposeSettings {
  const file = join(root, '.env');
  const given = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...own };
  const prefix = given['CLUSTER_AI_REGISTRY'] ?? '';
  const version = given['CLUSTER_AI_VERSION'] ?? defaultVersion;
  const images = Object.fromEntries(
    Object.entries(ownImages).map(([variable, name]) => [variable, given[variable] ?? `${prefix}${name}:${version}`]),
  );
  const project = given['COMPOSE_PROJECT_NAME'] ?? 'cluster-ai';
  return {
    root,
    env: { ...given, ...images },
    sets: {
      dev: { name: 'dev', file: 'docker-compose.yml', project: `${project}-dev` },
      prod: { name: 'prod', file: 'docker-compose.prod.yml', project },
    },
    secretsFolder: resolve(root, given['CLUSTER_AI_SECRETS'] ?? 'secrets'),
    publicUrl: readPublicUrl(given['CLUSTER_AI_PUBLIC_URL'] ?? 'https://localhost'),
  };
}
