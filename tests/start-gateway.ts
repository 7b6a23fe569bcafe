import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { programs } from '@cluster-ai/cli/up/programs.ts';
import { repository, until } from './start-platform.ts';

export interface GatewayOptions {
  readonly name: string;
  readonly controlUrl: string;
  /** File with the join token. */
  readonly tokenFile: string;
  /** Keep an existing folder; by default a new one is made and removed. */
  readonly home?: string;
  /** Further settings, by their variables without `CLUSTER_AI_GATEWAY_`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface GatewayProcess {
  readonly name: string;
  readonly url: string;
  /** Host and port of gRPC. */
  readonly grpcAddress: string;
  readonly metricsUrl: string;
  readonly pid: number;
  /** All that it has printed. */
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** What the line of its log says. */
interface Listening {
  readonly url: string;
  readonly grpcPort: number;
  readonly metricsPort: number;
}

/** Starts the gateway program alone, on free ports, and waits until it is ready. It ends with the test process. */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'cluster-ai-gateway-')));
  const settings = {
    NAME: options.name,
    HOME: home,
    HTTP_PORT: '0',
    GRPC_PORT: '0',
    METRICS_PORT: '0',
    CONTROL_URL: options.controlUrl,
    CONTROL_TOKEN_FILE: options.tokenFile,
    ...options.settings,
  };
  const variables = Object.entries(settings).map(([name, value]) => [`CLUSTER_AI_GATEWAY_${name}`, value]);
  const child = spawn(process.execPath, [programs.gateway], {
    cwd: repository,
    env: { PATH: process.env['PATH'], ...Object.fromEntries(variables) },
    // The end of the pipe to its input ends it.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const printed: string[] = [];
  let listens: Listening | null = null;
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed.push(line);
    // A line of the log, if it is this one.
    if (line.includes('"gateway listens"')) {
      listens = JSON.parse(line) as Listening;
    }
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await exited;
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
  };
  try {
    await until(`${options.name} listens`, 60_000, () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      return listens !== null;
    });
    const { url, grpcPort, metricsPort } = listens ?? { url: '', grpcPort: 0, metricsPort: 0 };
    const metricsUrl = `http://127.0.0.1:${metricsPort}`;
    // Of many models, each is tried out first.
    await until(`${options.name} is ready`, 150_000, async () => (await fetch(`${metricsUrl}/readyz`)).ok);
    const grpcAddress = `127.0.0.1:${grpcPort}`;
    const output = (): string => printed.join('\n');
    return { name: options.name, url, grpcAddress, metricsUrl, pid: child.pid ?? 0, output, stop };
  } catch (error) {
    await stop('SIGKILL');
    throw new Error(`the gateway did not become ready:\n${printed.join('\n')}`, { cause: error });
  }
}
