import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * What the gateway is measured against: one thread that awaits the public `session.run()` in a loop.
 * Arguments: model file, input name, shape of a row, file with rows (FP32), seconds. Prints JSON: runs a second, CPU
 * time of a run, and the first output of every row.
 */
const [modelFile = '', inputName = '', shapeText = '', rowsFile = '', secondsText = ''] = process.argv.slice(2);
const shape = shapeText.split(',').map(Number);
const columns = shape.reduce((product, dimension) => product * dimension, 1);
const warmUpMs = 500;

const session = await InferenceSession.create(modelFile, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const all = new Float32Array(Uint8Array.from(readFileSync(rowsFile)).buffer);
const feeds = Array.from({ length: all.length / columns }, (_, row) => ({
  [inputName]: new Tensor('float32', all.slice(row * columns, (row + 1) * columns), [1, ...shape]),
}));

async function runFor(durationMs: number): Promise<{ readonly runs: number; readonly elapsedMs: number }> {
  const startedAtMs = performance.now();
  let runs = 0;
  let elapsedMs = 0;
  while (elapsedMs < durationMs) {
    for (const feed of feeds) await session.run(feed);
    runs += feeds.length;
    elapsedMs = performance.now() - startedAtMs;
  }
  return { runs, elapsedMs };
}

const outputs: number[][] = [];
const [firstOutput = ''] = session.outputNames;
for (const feed of feeds) outputs.push(Array.from((await session.run(feed))[firstOutput]?.data ?? [], Number));
await runFor(warmUpMs);
const before = process.cpuUsage();
const { runs, elapsedMs } = await runFor(Number(secondsText) * 1_000);
const { user, system } = process.cpuUsage(before);
const measured = { runsPerSecond: (runs * 1_000) / elapsedMs, cpuUsPerRun: (user + system) / runs };
process.stdout.write(JSON.stringify({ ...measured, outputs }));
