import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import type { ControlPlaneConfig } from '@cluster-ai/contract/config/control-plane.ts';
import { gatewayConfigSchema } from '@cluster-ai/contract/config/gateway.ts';
import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';
import { upConfigSchema } from '@cluster-ai/contract/config/up.ts';
import type { UpConfig } from '@cluster-ai/contract/config/up.ts';
import { isLoopbackHost } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { loadConfig } from '@cluster-ai/platform/config/load-config.ts';
import type { Flag, LoadedConfig } from '@cluster-ai/platform/config/load-config.ts';
import { sourceText } from '@cluster-ai/platform/config/problem.ts';
import { defaultHome, homePaths } from './home.ts';
import { dashboardFolder, exampleModels } from './programs.ts';

/** Flags of `up` as they were typed. */
export interface UpFlags {
  readonly home?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly gatewayPort?: string | undefined;
  readonly metricsPort?: string | undefined;
  readonly modelRepository?: string | undefined;
  /** False for `--no-examples`. */
  readonly examples?: boolean;
  readonly databaseUrl?: string | undefined;
  readonly user?: string | undefined;
  readonly config?: string | undefined;
  readonly verbose?: boolean;
}

export interface UpSettings {
  readonly home: string;
  readonly up: LoadedConfig<UpConfig>;
  readonly controlPlane: LoadedConfig<ControlPlaneConfig>;
  readonly gateway: LoadedConfig<GatewayConfig>;
}

/** In place of an address: the database is the embedded one, whose address is known once it was made. */
export const embeddedDatabase = 'embedded';

/** Top-level keys of a settings file for `up`. */
const fileSections = ['up', 'controlPlane', 'gateway'] as const;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The settings of `up` and of the programs under it: one file with a section for each, each program's variables, and
 * the flags of `up`, most of which set something of a program.
 * @throws ClusterError CONFIG_INVALID.
 */
export function loadUpSettings(flags: UpFlags, env: Env, uid: number | undefined): UpSettings {
  const file = flags.config === undefined ? undefined : resolve(flags.config);
  const load = { file, env };
  const up = loadConfig({
    ...load,
    program: 'up',
    schema: upConfigSchema,
    section: section('up'),
    flags: given([
      ['--home', 'home', flags.home],
      ['--user', 'user', flags.user],
      ['--no-examples', 'examples', flags.examples === false ? false : undefined],
    ]),
  });
  const home = resolve(up.value.home ?? defaultHome(env, uid));
  const paths = homePaths(home);
  const controlPlane = loadConfig({
    ...load,
    program: 'control-plane',
    schema: controlPlaneConfigSchema,
    section: section('controlPlane'),
    defaults: {
      home: paths.controlPlane,
      'database.url': embeddedDatabase,
      'auth.adminTokenFile': paths.adminToken,
      'auth.gatewayTokenFile': paths.gatewayToken,
      'sources.examples': up.value.examples ? exampleModels() : [],
      dashboard: dashboardFolder(),
    },
    flags: given([
      ['--host', 'http.host', flags.host],
      ['--port', 'http.port', flags.port],
      ['--database-url', 'database.url', flags.databaseUrl],
      [
        '--model-repository',
        'sources.repository',
        flags.modelRepository === undefined ? undefined : resolve(flags.modelRepository),
      ],
    ]),
  });
  const gateway = loadConfig({
    ...load,
    program: 'gateway',
    schema: gatewayConfigSchema,
    section: section('gateway'),
    defaults: {
      home: paths.gateway,
      'control.tokenFile': paths.gatewayToken,
      'control.modelFiles': join(controlPlane.value.storage.folder ?? controlPlane.value.home, 'files'),
    },
    flags: given([
      ['--host', 'http.host', flags.host],
      ['--host', 'metrics.host', flags.host],
      ['--gateway-port', 'http.port', flags.gatewayPort],
      ['--metrics-port', 'metrics.port', flags.metricsPort],
    ]),
  });
  assertLoopback(controlPlane, ['http.host']);
  assertLoopback(gateway, ['http.host', 'metrics.host']);
  return { home, up, controlPlane, gateway };
}

function section(name: (typeof fileSections)[number]) {
  return { name, all: fileSections };
}

function given(rows: readonly (readonly [name: string, path: string, value: unknown])[]): Flag[] {
  return rows.map(([name, path, value]) => ({ name, path, value }));
}

function assertLoopback(config: LoadedConfig<unknown>, paths: readonly string[]): void {
  for (const { path, value, source } of config.settings) {
    if (!paths.includes(path) || typeof value !== 'string') continue;
    if (isLoopbackHost(isIP(value) === 6 ? `[${value}]` : value)) continue;
    throw new ClusterError(
      'CONFIG_INVALID',
      `${sourceText(source)}: ${path} is ${value}; only loopback addresses are accepted: the listeners have no TLS and no users yet, so another machine must not reach them`,
      { fix: 'use 127.0.0.1, or put a proxy that checks callers in front' },
    );
  }
}
