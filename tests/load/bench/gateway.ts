import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { canonicalManifest } from '@cluster-ai/contract/manifest.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { collectorFlags } from '@cluster-ai/platform/process/collector-flags.ts';
import { isOfSources } from '@cluster-ai/platform/process/bundle-sources.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { sha256, signed, snapshotKey, snapshotOf, snapshotRoute } from '@cluster-ai/testkit/snapshot-models.ts';
import { repository, until } from '../../start-platform.ts';
import { modelBytes, settingsOf, type BenchModel } from './bench-models.ts';
import { cpuSecondsOf, memoryOf, type Memory } from './process-tree.ts';
import { onCore, type Core } from './run-on-core.ts';
import { benchKey } from './scenarios.ts';
import { environmentOf, processesOf, type Variant } from './variants.ts';

export interface BenchGateway {
  readonly url: string;
  /** Where it speaks gRPC. */
  readonly grpcUrl: string;
  /** From the start of the process to the first green answer of /readyz, models loaded, milliseconds. */
  readonly coldStartMs: number;
  /** CPU time of the gateway and its runners so far, seconds. */
  cpuSeconds(): number;
  /** Memory of the gateway and its runners now. */
  memory(): Memory;
  stop(): Promise<void>;
}

export interface BenchGatewayOptions {
  readonly models: readonly BenchModel[];
  readonly variant: Variant;
  /** The core that the gateway and its runner share, if they do. */
  readonly core?: number;
  readonly nodeArguments?: readonly string[];
  /** From its sources, whose names a profile shows, instead of the bundle that images carry and `up` starts. */
  readonly fromSources?: boolean;
}

/**
 * Starts a gateway alone, or several on one port, from a snapshot and model files on its disk: what is measured is the data
 * plane, and no database or control plane competes for the core.
 */
export async function startBenchGateway(options: BenchGatewayOptions): Promise<BenchGateway> {
  const first = await startProcess(options, 0, 0);
  const others: BenchGateway[] = [];
  try {
    const portOf = (url: string): number => Number(new URL(url).port);
    const ports = [portOf(first.url), portOf(first.grpcUrl)] as const;
    while (others.length < processesOf(options.variant) - 1) others.push(await startProcess(options, ...ports));
  } catch (error) {
    await Promise.all([first, ...others].map((gateway) => gateway.stop()));
    throw error;
  }
  return others.length === 0 ? first : together([first, ...others]);
}

function together(all: readonly BenchGateway[]): BenchGateway {
  const [{ url, grpcUrl } = { url: '', grpcUrl: '' }] = all;
  const sum = (of: (gateway: BenchGateway) => number): number => all.reduce((total, each) => total + of(each), 0);
  return {
    url,
    grpcUrl,
    coldStartMs: Math.max(...all.map(({ coldStartMs }) => coldStartMs)),
    cpuSeconds: () => sum((gateway) => gateway.cpuSeconds()),
    memory: () => {
      const memories = all.map((gateway) => gateway.memory());
      return {
        rssBytes: memories.reduce((total, { rssBytes }) => total + rssBytes, 0),
        pssBytes: memories.reduce((total, { pssBytes }) => total + pssBytes, 0),
      };
    },
    stop: async () => {
      await Promise.all(all.map((gateway) => gateway.stop()));
    },
  };
}

/** @param httpPort 0 takes a free one. */
async function startProcess(options: BenchGatewayOptions, httpPort: number, grpcPort: number): Promise<BenchGateway> {
  const home = await mkdtemp(join(tmpdir(), 'cluster-ai-bench-'));
  await writeStoredState(home, options.models);
  const main = options.fromSources === true ? join(repository, 'apps/gateway/src/main.ts') : bundledGateway();
  const core: Core = options.core ?? null;
  const [program, ...args] = onCore(core, [
    process.execPath,
    ...collectorFlags(),
    ...(options.nodeArguments ?? []),
    main,
  ]);
  const startedAtMs = performance.now();
  const child = spawn(program, args, {
    cwd: repository,
    env: {
      PATH: process.env['PATH'],
      CLUSTER_AI_GATEWAY_HOME: home,
      CLUSTER_AI_GATEWAY_AUTH: 'required',
      CLUSTER_AI_GATEWAY_HTTP_PORT: String(httpPort),
      CLUSTER_AI_GATEWAY_GRPC_PORT: String(grpcPort),
      CLUSTER_AI_GATEWAY_METRICS_PORT: '0',
      ...environmentOf[options.variant],
      // Nobody listens there.
      CLUSTER_AI_GATEWAY_CONTROL_URL: 'http://127.0.0.1:1',
    },
    // The gateway ends with this process: its end of the pipe closes.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(home, { recursive: true, force: true });
  };
  const printed: string[] = [];
  let listens: { readonly url: string; readonly grpcPort: number; readonly metricsPort: number } | null = null;
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed.push(line);
    // A line of the log, if it is this one.
    if (line.includes('"gateway listens"')) {
      listens = JSON.parse(line) as { readonly url: string; readonly grpcPort: number; readonly metricsPort: number };
    }
  });
  try {
    await until('the gateway listens', 60_000, () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}:\n${printed.join('\n')}`);
      return listens !== null;
    });
    const found = listens ?? { url: '', grpcPort: 0, metricsPort: 0 };
    await until(
      'the gateway is ready',
      60_000,
      async () => (await fetch(`http://127.0.0.1:${found.metricsPort}/readyz`)).ok,
    );
    const coldStartMs = performance.now() - startedAtMs;
    const { url } = found;
    const grpcUrl = `http://127.0.0.1:${found.grpcPort}`;
    const pid = child.pid ?? 0;
    return { url, grpcUrl, coldStartMs, cpuSeconds: () => cpuSecondsOf(pid), memory: () => memoryOf(pid), stop };
  } catch (error) {
    await stop();
    throw new Error(`the gateway did not become ready:\n${printed.join('\n')}`, { cause: error });
  }
}

/** @throws Error when there is none of just these sources. */
function bundledGateway(): string {
  const bundle = join(repository, 'dist/gateway');
  if (!isOfSources(repository, bundle)) {
    throw new Error('what is measured is the bundle, and dist/gateway is not of these sources: run `make dist`');
  }
  return join(bundle, 'gateway.js');
}

async function writeStoredState(home: string, names: readonly BenchModel[]): Promise<void> {
  await mkdir(join(home, 'files'), { recursive: true });
  await mkdir(join(home, 'snapshots'), { recursive: true });
  const models = await Promise.all(names.map((name) => storeModel(home, name)));
  const snapshot = snapshotOf(
    1,
    models,
    models.map((model) => snapshotRoute(model.name, [[model, 1]])),
    [snapshotKey(benchKey)],
  );
  await writeFile(join(home, 'snapshots/snapshot-0000000001.good.json'), JSON.stringify(signed(snapshot)));
}

async function storeModel(home: string, name: BenchModel): Promise<SnapshotModel> {
  const bytes = await modelBytes(name);
  const files = [{ path: 'model.onnx', sha256: sha256(bytes), size: bytes.byteLength }];
  await writeFile(join(home, 'files', sha256(bytes)), bytes);
  const { inputs, outputs } = signatureFromOnnx(readOnnxModel(bytes));
  const plain = ({ name: tensor, datatype, shape }: (typeof inputs)[number]) => ({
    name: tensor,
    datatype,
    shape: [...shape],
  });
  const signature = { inputs: inputs.map(plain), outputs: outputs.map(plain) };
  return {
    id: `${name}@1`,
    name,
    version: 1,
    digest: sha256(canonicalManifest(files)),
    files,
    signature,
    settings: settingsOf[name] ?? {},
  };
}
