import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onnxRuntime } from '@cluster-ai/runtimes/onnx/onnx-runtime.ts';
import { smallClassifierModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { floats, startHost } from '../integration/model-host/host-fixture.ts';

/**
 * What a run costs by way of a runner, against the same model in this thread: medians of interleaved rounds.
 * Start it with: node tests/load/runner-hop.ts
 */
const rounds = 5;
const runsPerRound = 5_000;

const folder = await mkdtemp(path.join(tmpdir(), 'cluster-ai-hop-'));
const { bytes, signature } = smallClassifierModel();
await writeFile(path.join(folder, 'model.onnx'), bytes);
const inline = await onnxRuntime.load(folder, { modelFile: 'model.onnx', signature });
const fixture = await startHost();
const hosted = await fixture.load('classifier@1', { bytes, signature });
const values = [1, 2, 3, 4];
const tensor = {
  name: 'x',
  datatype: 'FP32' as const,
  shape: [1, 4],
  data: new Uint8Array(Float32Array.from(values).buffer),
};
const execution = floats('x', [1, 4], values);

async function latenciesUs(run: () => Promise<unknown>): Promise<number[]> {
  const latencies: number[] = [];
  for (let index = 0; index < runsPerRound; index += 1) {
    const startedMs = performance.now();
    await run();
    latencies.push((performance.now() - startedMs) * 1_000);
  }
  return latencies.toSorted((a, b) => a - b);
}

/** As the batching stage does it: whenever a place is free, the next run is handed over. */
async function hostedRunsPerSecond(): Promise<number> {
  const startedMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    let left = runsPerRound;
    let open = runsPerRound;
    const fill = (): void => {
      while (left > 0 && hosted.freePlaces() > 0) {
        left -= 1;
        hosted.execute(execution).then(() => {
          open -= 1;
          return open === 0 ? resolve() : undefined;
        }, reject);
      }
    };
    hosted.onFree(fill);
    fill();
  });
  hosted.onFree(() => undefined);
  return (runsPerRound / (performance.now() - startedMs)) * 1_000;
}

function median(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

const rows: { inline50: number; hosted50: number; hosted99: number; perSecond: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  const direct = await latenciesUs(() => inline.execute([tensor], []));
  const hop = await latenciesUs(() => hosted.execute(execution));
  rows.push({
    inline50: median(direct, 0.5),
    hosted50: median(hop, 0.5),
    hosted99: median(hop, 0.99),
    perSecond: await hostedRunsPerSecond(),
  });
}
const middle = (key: keyof (typeof rows)[number]): number =>
  median(
    rows.map((row) => row[key]).toSorted((a, b) => a - b),
    0.5,
  );
console.log(`in this thread     p50 ${middle('inline50').toFixed(1)} us`);
console.log(`by way of a runner p50 ${middle('hosted50').toFixed(1)} us, p99 ${middle('hosted99').toFixed(1)} us`);
console.log(`two runs at once   ${Math.round(middle('perSecond'))} runs/s`);
await inline.release();
await fixture.close();
await rm(folder, { recursive: true, force: true });
