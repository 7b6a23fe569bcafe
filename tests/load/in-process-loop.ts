import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { InProcessResult, LoopResult } from './bench/in-process.ts';
import { percentile } from './bench/statistics.ts';

/**
 * What the gateway is measured against: one thread that awaits the public `session.run()` in a loop; and the synchronous
 * call underneath it, which onnxruntime-node keeps to itself.
 * Arguments: model file, input name, shape of a row, file with rows (FP32), seconds, and `public` for the first loop alone.
 * Prints an InProcessResult as JSON, or of the first loop alone its LoopResult.
 */
const [modelFile = '', inputName = '', shapeText = '', rowsFile = '', secondsText = '', wanted = ''] =
  process.argv.slice(2);
const shape = shapeText.split(',').map(Number);
const columns = shape.reduce((product, dimension) => product * dimension, 1);
const seconds = Number(secondsText);
const warmUpMs = 300;
const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };

type Feed = Readonly<Record<string, Tensor>>;

/** Of onnxruntime-node's dist/binding.js. */
interface PrivateSession {
  loadModel(path: string, options: object): void;
  run(feed: Feed, fetches: Readonly<Record<string, null>>, options: object): unknown;
}

const loadStartedAtMs = performance.now();
const session = await InferenceSession.create(modelFile, options);
const loadMs = performance.now() - loadStartedAtMs;
const all = new Float32Array(Uint8Array.from(readFileSync(rowsFile)).buffer);
const feeds: Feed[] = Array.from({ length: all.length / columns }, (_, row) => ({
  [inputName]: new Tensor('float32', all.slice(row * columns, (row + 1) * columns), [1, ...shape]),
}));

/** Runs all feeds again and again. @param run may answer at once or later. */
async function loop(run: (feed: Feed) => unknown, durationMs: number): Promise<LoopResult> {
  const latenciesUs: number[] = [];
  const before = process.cpuUsage();
  const startedAtMs = performance.now();
  let nowMs = startedAtMs;
  while (nowMs - startedAtMs < durationMs) {
    for (const feed of feeds) {
      const found = run(feed);
      if (found instanceof Promise) await found;
      const endedAtMs = performance.now();
      latenciesUs.push((endedAtMs - nowMs) * 1_000);
      nowMs = endedAtMs;
    }
  }
  const { user, system } = process.cpuUsage(before);
  const runs = latenciesUs.length;
  return {
    runsPerSecond: (runs * 1_000) / (nowMs - startedAtMs),
    p50Us: percentile(Float64Array.from(latenciesUs).toSorted(), 0.5),
    cpuUsPerRun: (user + system) / runs,
  };
}

function privateSession(): PrivateSession {
  // Its package publishes no types of this file; what is called of it is written above.
  const { binding } = createRequire(import.meta.url)('onnxruntime-node/dist/binding.js') as {
    readonly binding: { readonly InferenceSession: new () => PrivateSession };
  };
  const made = new binding.InferenceSession();
  made.loadModel(modelFile, options);
  return made;
}

async function privateLoop(): Promise<LoopResult> {
  const hidden = privateSession();
  const fetches = Object.fromEntries(session.outputNames.map((name) => [name, null]));
  const atOnce = (feed: Feed): unknown => hidden.run(feed, fetches, {});
  await loop(atOnce, warmUpMs);
  return loop(atOnce, (seconds * 1_000) / 2);
}

const outputs: number[][] = [];
const [firstOutput = ''] = session.outputNames;
for (const feed of feeds) outputs.push(Array.from((await session.run(feed))[firstOutput]?.data ?? [], Number));
const awaited = (feed: Feed): Promise<unknown> => session.run(feed);
await loop(awaited, warmUpMs);
const publicRun = await loop(awaited, seconds * 1_000);
const result: InProcessResult | LoopResult =
  wanted === 'public' ? publicRun : { publicRun, privateRun: await privateLoop(), loadMs, outputs };
process.stdout.write(JSON.stringify(result));
