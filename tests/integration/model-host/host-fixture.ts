import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { modelSignatureSchema, type ModelSettings } from '@cluster-ai/contract/manifest.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Execution, ModelExecutor, ModelHost } from '@cluster-ai/gateway/execution/executor.ts';
import { createModelHost, type ModelHostOptions } from '@cluster-ai/gateway/execution/model-host.ts';
import type { LogFields, Logger } from '@cluster-ai/platform/log/log.ts';

export interface LogLine extends LogFields {
  readonly level: string;
  readonly message: string;
}

export interface HostFixture {
  readonly host: ModelHost;
  readonly log: readonly LogLine[];
  /** Writes a model to a folder of its own and loads it. The last part of its id is a version. */
  load(
    id: string,
    model: { bytes: Uint8Array; signature: ModelSignature },
    settings?: ModelSettings,
  ): Promise<ModelExecutor>;
  /** The arguments of `host.load`, with the files in place. */
  store(
    id: string,
    model: { bytes: Uint8Array; signature: ModelSignature },
    settings?: ModelSettings,
  ): Promise<[SnapshotModel, string]>;
  /** Path of a file in the gateway's folder. */
  file(name: string): string;
  close(): Promise<void>;
}

const defaultRunnerSettings: ModelHostOptions['runner'] = {
  slotsMax: 32,
  dedicatedFromBytes: 256 * 2 ** 20,
  inlineModels: [],
  inlineBytesMax: 8 * 2 ** 20,
  executionTimeoutMs: 60_000,
  loadTimeoutMs: 120_000,
  warmUpMsMax: 5_000,
  drainTimeoutMs: 30_000,
  crashesMax: 2,
  crashWindowMs: 3_600_000,
  confinement: 'as-allowed',
};

export async function startHost(runner: Partial<ModelHostOptions['runner']> = {}, rowsMax = 64): Promise<HostFixture> {
  const home = await mkdtemp(path.join(tmpdir(), 'cluster-ai-host-'));
  const lines: LogLine[] = [];
  const write = (level: string) => (fields: LogFields, message: string) =>
    void lines.push({ level, message, ...fields });
  const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const host = createModelHost({
    home,
    modelsFolder: path.join(home, 'models'),
    runner: { ...defaultRunnerSettings, ...runner },
    rowsMax,
    batching: { latencyObjectiveMs: 0, instancesMax: 2 },
    log,
    clock: systemClock,
    onChange: () => undefined,
  });

  async function store(
    id: string,
    { bytes, signature }: { bytes: Uint8Array; signature: ModelSignature },
    settings: ModelSettings = {},
  ): Promise<[SnapshotModel, string]> {
    const folder = path.join(home, 'models', id);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'model.onnx'), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const [name = id, version = '1'] = id.split('@');
    const files = [{ path: 'model.onnx', sha256, size: bytes.byteLength }];
    return [
      {
        id,
        name,
        version: Number(version),
        digest: sha256,
        files,
        signature: modelSignatureSchema.parse(signature),
        settings,
      },
      folder,
    ];
  }

  return {
    host,
    log: lines,
    store,
    load: async (id, model, settings) => host.load(...(await store(id, model, settings))),
    file: (name) => path.join(home, name),
    close: async () => {
      await host.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A run of one FP32 input. */
export function floats(
  name: string,
  shape: readonly number[],
  values: readonly number[],
  remainingMs = 30_000,
): Execution {
  return run(name, 'FP32', shape, Float32Array.from(values), remainingMs);
}

/** A run of `heavyModel` on matrices of the given size. */
export function matrices(size: number, remainingMs = 600_000): Execution {
  return run('shape', 'INT64', [2], BigInt64Array.of(BigInt(size), BigInt(size)), remainingMs);
}

function run(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  values: ArrayBufferView,
  remainingMs: number,
): Execution {
  const parts = [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
  return { inputs: [{ name, datatype, shape, parts }], outputNames: [], remainingMs };
}

export function floatsOf(data: Uint8Array | undefined): number[] {
  return [...new Float32Array((data ?? new Uint8Array(0)).slice().buffer)];
}

/** Waits for a condition, and fails naming it after `timeoutMs`. */
export async function until(what: string, condition: () => boolean, timeoutMs = 30_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
}

/** The pid of the only runner of the given isolation. */
export function runnerPid(host: ModelHost, isolation: 'shared' | 'dedicated'): number {
  const runner = host.observedRunners().find((candidate) => candidate.isolation === isolation);
  if (runner === undefined || runner.pid === null) throw new Error(`no ${isolation} runner has a process`);
  return runner.pid;
}
