import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { canonicalManifest } from '@cluster-ai/contract/manifest.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { writeOnnxModel } from '@cluster-ai/protocols/onnx/write-model.ts';
import { sha256, signed, snapshotOf, snapshotRoute } from '@cluster-ai/testkit/snapshot-models.ts';
import { cpuSecondsOf } from './process-tree.ts';
import { repository, until } from '../../start-platform.ts';

export interface BenchGateway {
  readonly url: string;
  /** Where it speaks gRPC. */
  readonly grpcUrl: string;
  /** CPU time of the gateway and its runners so far, seconds. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

export interface BenchGatewayOptions {
  readonly models: readonly string[];
  /** The core that the gateway and its runner share. */
  readonly core: number;
  readonly nodeArguments?: readonly string[];
}

/** An example model; `picture` is made here: the means of its three colours. */
export async function modelBytes(model: string): Promise<Uint8Array> {
  return model === 'picture' ? pictureModel() : readFile(join(repository, 'models', model, '1/model.onnx'));
}

function pictureModel(): Uint8Array {
  const elementType = elementTypeOf.FP32;
  return writeOnnxModel({
    producerName: 'bench',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'picture',
    nodes: [
      { opType: 'GlobalAveragePool', inputs: ['image'], outputs: ['means'] },
      { opType: 'Flatten', inputs: ['means'], outputs: ['probabilities'] },
    ],
    inputs: [{ name: 'image', elementType, shape: ['n', 3, 224, 224] }],
    outputs: [{ name: 'probabilities', elementType, shape: ['n', 3] }],
  });
}

/**
 * Starts a gateway alone, from a snapshot and model files on its disk: what is measured is the data plane, and no
 * database or control plane competes for the core.
 */
export async function startBenchGateway(options: BenchGatewayOptions): Promise<BenchGateway> {
  const home = await mkdtemp(join(tmpdir(), 'cluster-ai-bench-'));
  await writeStoredState(home, options.models);
  const main = join(repository, 'apps/gateway/src/main.ts');
  const child = spawn(
    'taskset',
    ['-c', String(options.core), process.execPath, ...(options.nodeArguments ?? []), main],
    {
      cwd: repository,
      env: {
        PATH: process.env['PATH'],
        CLUSTER_AI_GATEWAY_HOME: home,
        CLUSTER_AI_GATEWAY_HTTP_PORT: '0',
        CLUSTER_AI_GATEWAY_GRPC_PORT: '0',
        CLUSTER_AI_GATEWAY_METRICS_PORT: '0',
        // Nobody listens there.
        CLUSTER_AI_GATEWAY_CONTROL_URL: 'http://127.0.0.1:1',
      },
      // The gateway ends with this process: its end of the pipe closes.
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
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
    const { url, grpcPort, metricsPort } = listens ?? { url: '', grpcPort: 0, metricsPort: 0 };
    await until('the gateway is ready', 60_000, async () => (await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).ok);
    const grpcUrl = `http://127.0.0.1:${grpcPort}`;
    return { url, grpcUrl, cpuSeconds: () => cpuSecondsOf(child.pid ?? 0), stop };
  } catch (error) {
    await stop();
    throw new Error(`the gateway did not become ready:\n${printed.join('\n')}`, { cause: error });
  }
}

async function writeStoredState(home: string, names: readonly string[]): Promise<void> {
  await mkdir(join(home, 'files'), { recursive: true });
  await mkdir(join(home, 'snapshots'), { recursive: true });
  const models = await Promise.all(names.map((name) => storeModel(home, name)));
  const snapshot = snapshotOf(
    1,
    models,
    models.map((model) => snapshotRoute(model.name, [[model, 1]])),
  );
  await writeFile(join(home, 'snapshots/snapshot-0000000001.good.json'), JSON.stringify(signed(snapshot)));
}

async function storeModel(home: string, name: string): Promise<SnapshotModel> {
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
    settings: {},
  };
}
