import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalManifest } from '@cluster-ai/contract/manifest.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError, type ErrorCode } from '@cluster-ai/core/errors.ts';
import { onnxRuntime } from '@cluster-ai/runtimes/onnx/onnx-runtime.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { smallClassifierModel, wideModel, type TestModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { sha256, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MappedModels } from './mapped-models.ts';

/** Two layers of 4 MiB. */
const wide = wideModel(2);

let home: string;
let clock: FakeClock;
let log: MemoryLog;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mapped-models-'));
  clock = new FakeClock();
  log = new MemoryLog();
});
afterEach(() => rm(home, { recursive: true, force: true }));

function mappedModels(): MappedModels {
  return new MappedModels({ folder: home, log, clock });
}

/** A model version as its folder holds it. */
async function stored(
  testModel: TestModel,
  others: Readonly<Record<string, string>> = {},
): Promise<{ model: SnapshotModel; folder: string }> {
  const contents = { 'net/model.onnx': testModel.bytes, ...others };
  const files = Object.entries(contents).map(([path, content]) => ({
    path,
    sha256: sha256(content),
    size: Buffer.byteLength(content),
  }));
  const digest = sha256(canonicalManifest(files));
  const folder = join(home, digest);
  await mkdir(join(folder, 'net'), { recursive: true });
  for (const [path, content] of Object.entries(contents)) await writeFile(join(folder, path), content);
  const signature = structuredClone(testModel.signature);
  return {
    model: { ...snapshotModel('wide', 1), digest, files, signature: signature as SnapshotModel['signature'] },
    folder,
  };
}

/** Loaded so often. @returns the folder that the last load was given. */
async function load(
  models: MappedModels,
  times: number,
  { model, folder }: Awaited<ReturnType<typeof stored>>,
): Promise<string> {
  let from = '';
  for (let count = 0; count < times; count += 1) {
    from = await models.load(model, folder, async (given) => given);
    await models.idle();
  }
  return from;
}

async function answerFrom(folder: string, { signature }: TestModel): Promise<readonly number[]> {
  const loaded = await onnxRuntime.load(folder, { modelFile: 'net/model.onnx', signature });
  const row = Float32Array.from({ length: 1_024 }, (_, index) => Math.sin(index));
  const data = new Uint8Array(row.buffer);
  const [output] = await loaded.execute([{ name: 'x', datatype: 'FP32', shape: [1, 1_024], data }], []);
  await loaded.release();
  if (output === undefined || !ArrayBuffer.isView(output.data)) throw new Error('no answer');
  return Array.from(new Uint8Array(output.data.buffer, output.data.byteOffset, output.data.byteLength));
}

test('a model that was loaded twice is loaded from a folder with its weights apart, and answers the same', async () => {
  const models = mappedModels();
  const it = await stored(wide, { 'labels.txt': 'a\nb\n' });
  expect(await load(models, 2, it)).toBe(it.folder);
  const folder = await load(models, 1, it);
  expect(folder).toBe(`${it.folder}.mapped`);
  expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
    'labels.txt',
    'net',
    'net/model.onnx',
    'net/model.onnx.weights',
  ]);
  expect((await readFile(join(folder, 'net/model.onnx'))).byteLength).toBeLessThan(1_000);
  expect(await answerFrom(folder, wide)).toEqual(await answerFrom(it.folder, wide));
});

test('what has changed on disk is not used, and said', async () => {
  const models = mappedModels();
  const it = await stored(wide);
  const folder = await load(models, 3, it);
  const weights = join(folder, 'net/model.onnx.weights');
  const bytes = await readFile(weights);
  bytes[4_000_000] = 1 + (bytes[4_000_000] ?? 0);
  await writeFile(weights, bytes);
  expect(await load(models, 1, it)).toBe(it.folder);
  expect(log.messages('warn')).toEqual(['a file that was laid out for its runtime has changed: not used']);
});

test('small models, and those without large weights, stay as they came', async () => {
  const models = mappedModels();
  const small = await stored(smallClassifierModel());
  expect(await load(models, 5, small)).toBe(small.folder);
  const large = await stored({ ...smallClassifierModel(), bytes: withPadding(smallClassifierModel().bytes) });
  expect(await load(models, 5, large)).toBe(large.folder);
  expect((await readdir(home)).filter((entry) => entry.includes('mapped'))).toEqual([]);
  expect(log.messages('warn')).toEqual([]);
});

/** A field that nobody knows, of 5 MiB. */
function withPadding(bytes: Uint8Array): Uint8Array {
  const length = 5 * 2 ** 20;
  const head = Buffer.of(
    0xfa,
    0x7f,
    (length & 0x7f) | 0x80,
    ((length >> 7) & 0x7f) | 0x80,
    ((length >> 14) & 0x7f) | 0x80,
    length >> 21,
  );
  return Buffer.concat([bytes, head, Buffer.alloc(length)]);
}

test('a file that is no model is said, and loads as it came', async () => {
  const models = mappedModels();
  const it = await stored({ ...wide, bytes: wide.bytes.subarray(0, 5_000_000) });
  expect(await load(models, 3, it)).toBe(it.folder);
  expect(log.messages('warn')).toEqual(['a model could not be laid out for its runtime: it loads as it came']);
});

test('a model that is gone before its turn is laid out when it comes back', async () => {
  const models = mappedModels();
  const it = await stored(wide);
  await rm(it.folder, { recursive: true });
  expect(await load(models, 3, it)).toBe(it.folder);
  expect(log.messages('warn')).toEqual([]);
  const again = await stored(wide);
  expect(await load(models, 2, again)).toBe(`${it.folder}.mapped`);
});

test('it stays while it is wanted, and for ten minutes; nothing of a gateway before is left', async () => {
  const it = await stored(wide);
  const before = mappedModels();
  await load(before, 2, it);
  const name = `${it.model.digest}.mapped`;
  clock.advance(700_000);
  expect(before.namesToKeep([it.model.digest])).toEqual([name]);
  expect(before.namesToKeep([])).toEqual([]);
  expect(await readdir(home)).toContain(name);
  await mappedModels().idle();
  expect(await readdir(home)).not.toContain(name);
});

test('what cannot be loaded from there is loaded as it came, and other failures are the caller’s', async () => {
  const models = mappedModels();
  const it = await stored(wide);
  await load(models, 2, it);
  const given: string[] = [];
  const failing = (code: ErrorCode) => async (folder: string) => {
    given.push(folder);
    if (folder !== it.folder) throw new ClusterError(code, 'no');
    return 'loaded';
  };
  await expect(models.load(it.model, it.folder, failing('RUNNER_CRASHED'))).rejects.toMatchObject({ message: 'no' });
  expect(await models.load(it.model, it.folder, failing('MODEL_INVALID'))).toBe('loaded');
  expect(await models.load(it.model, it.folder, failing('MODEL_INVALID'))).toBe('loaded');
  const made = `${it.folder}.mapped`;
  expect(given).toEqual([made, made, it.folder, it.folder]);
  expect(log.messages('warn')).toEqual(['a model could not be loaded as it was laid out: it is loaded as it came']);
});
