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
import { assertMayListen } from '@cluster-ai/platform/tls/listener-rule.ts';
import type { ListenerSettings } from '@cluster-ai/platform/tls/listener-rule.ts';
import { defaultHome, homePaths } from './home.ts';
import { dashboardFolder, exampleModels } from './programs.ts';

/** Flags of `up` as they were typed. */
export interface UpFlags {
  readonly home?: string | undefined;
  readonly host?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly port?: string | undefined;
  readonly gatewayPort?: string | undefined;
  readonly grpcPort?: string | undefined;
  readonly as?: string | undefined;
  readonly metricsPort?: string | undefined;
  readonly modelRepository?: string | undefined;
  /** False for `--no-examples`. */
  readonly examples?: boolean;
  readonly databaseUrl?: string | undefined;
  /** Of `backup` and `restore`. */
  readonly storage?: string | undefined;
  readonly user?: string | undefined;
  readonly gateways?: string | undefined;
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
      ['--gateways', 'gateways', flags.gateways],
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
      ['--tls-cert', 'http.tls.certFile', flags.tlsCert],
      ['--tls-key', 'http.tls.keyFile', flags.tlsKey],
      ['--public-url', 'http.publicUrl', flags.publicUrl],
      ['--database-url', 'database.url', flags.databaseUrl],
      ['--storage', 'storage.folder', flags.storage],
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
      // The metrics ask for no key: they stay on this machine, and the inference listener has them for those with one.
      ['--host', 'metrics.host', flags.host !== undefined && isLocal(flags.host) ? flags.host : undefined],
      ['--tls-cert', 'http.tls.certFile', flags.tlsCert],
      ['--tls-key', 'http.tls.keyFile', flags.tlsKey],
      ['--gateway-port', 'http.port', flags.gatewayPort],
      ['--grpc-port', 'grpc.port', flags.grpcPort],
      ['--as', 'as', flags.as],
      ['--metrics-port', 'metrics.port', flags.metricsPort],
    ]),
  });
  assertListener(controlPlane, 'http', controlPlane.value.http);
  assertListener(gateway, 'http', gateway.value.http);
  assertListener(gateway, 'metrics', gateway.value.metrics);
  return { home, up, controlPlane, gateway };
}

/** The certificates that front door and gateway show; none without TLS. */
export function certificateFiles({ controlPlane, gateway }: UpSettings): string[] {
  const files = [controlPlane.value.http.tls.certFile, gateway.value.http.tls.certFile];
  return [...new Set(files.filter((file) => file !== undefined))];
}

function section(name: (typeof fileSections)[number]) {
  return { name, all: fileSections };
}

function given(rows: readonly (readonly [name: string, path: string, value: unknown])[]): Flag[] {
  return rows.map(([name, path, value]) => ({ name, path, value }));
}

function isLocal(host: string): boolean {
  return isLoopbackHost(isIP(host) === 6 ? `[${host}]` : host);
}

/** Told before anything is started, and with the place that the address comes from. */
function assertListener(config: LoadedConfig<unknown>, listener: string, settings: ListenerSettings): void {
  try {
    assertMayListen(listener, settings);
  } catch (error) {
    const host = config.settings.find(({ path }) => path === `${listener}.host`);
    if (!(error instanceof ClusterError) || host === undefined) throw error;
    throw new ClusterError(error.code, `${sourceText(host.source)}: ${error.message}`, {
      cause: error,
      ...(listener === 'http' ? { fix: 'with `up` the two files are --tls-cert and --tls-key' } : {}),
    });
  }
}
