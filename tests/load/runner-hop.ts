import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Execution, ModelExecutor } from '@cluster-ai/gateway/execution/executor.ts';
import { onnxRuntime } from '@cluster-ai/runtimes/onnx/onnx-runtime.ts';
import type { LoadedModel } from '@cluster-ai/runtimes/runtime.ts';
import { smallClassifierModel, type TestModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { pictureModel } from './bench/picture-model.ts';
import { startHost } from '../integration/model-host/host-fixture.ts';

/**
 * What a run costs by way of a runner and inside the gateway, against the same model in this thread without a gateway:
 * medians of interleaved rounds. A small model, and one that takes a picture of 0.6 MB.
 * Start it with: node tests/load/runner-hop.ts [seconds of a measurement]
 */
const rounds = 5;
const seconds = Number(process.argv[2] ?? 0.5);

const folder = await mkdtemp(path.join(tmpdir(), 'cluster-ai-hop-'));
const fixture = await startHost({ inlineModels: ['inside'] });

interface Way {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

async function waysOf(name: string, { bytes, signature }: TestModel, shape: readonly number[]): Promise<Way[]> {
  await writeFile(path.join(folder, `${name}.onnx`), bytes);
  const plain: LoadedModel = await onnxRuntime.load(folder, { modelFile: `${name}.onnx`, signature });
  const columns = shape.reduce((product, dimension) => product * dimension, 1);
  const data = new Uint8Array(Float32Array.from({ length: columns }, (_, index) => (index % 255) / 255).buffer);
  const [input] = signature.inputs;
  if (input === undefined) throw new Error('the model has no input');
  const tensor = { name: input.name, datatype: input.datatype, shape, data };
  const { data: part, ...head } = tensor;
  const execution: Execution = { inputs: [{ ...head, parts: [part] }], outputNames: [], remainingMs: 30_000 };
  const inside = await fixture.load(`inside@${name.length}`, { bytes, signature });
  const outside = await fixture.load(`${name}@1`, { bytes, signature });
  return [
    { name: `${name}, in this thread`, run: () => plain.execute([tensor], []) },
    { name: `${name}, inside the gateway`, run: () => onceFree(inside, execution) },
    { name: `${name}, by way of a runner`, run: () => outside.execute(execution) },
    { name: `${name}, a runner, both places`, run: () => bothPlaces(outside, execution) },
  ];
}

/** Inside, runs that follow one another without a turn of the event loop have to make room for one. */
async function onceFree(model: ModelExecutor, execution: Execution): Promise<unknown> {
  if (model.freePlaces() === 0) await nextTurn();
  return model.execute(execution);
}

/** As the batching stage does it: whenever a place is free, the next run is handed over. Sixteen runs. */
function bothPlaces(model: ModelExecutor, execution: Execution): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = 16;
    let open = 16;
    const fill = (): void => {
      while (left > 0 && model.freePlaces() > 0) {
        left -= 1;
        model.execute(execution).then(() => {
          open -= 1;
          return open === 0 ? resolve() : undefined;
        }, reject);
      }
    };
    model.onFree(fill);
    fill();
  });
}

/** CPU time of this process and its runners so far, microseconds. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  const runners = fixture.host.observedRunners().flatMap(({ pid }) => (pid === null ? [] : [pid]));
  return user + system + runners.reduce((sum, pid) => sum + runnerUs(pid), 0);
}

function runnerUs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const ns = readdirSync(tasks).map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1_000;
}

interface Figures {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly cpuUs: number;
}

async function measure({ run, name }: Way): Promise<Figures> {
  const each = name.includes('both places') ? 16 : 1;
  const latencies: number[] = [];
  const before = cpuUs();
  const startedMs = performance.now();
  while (performance.now() - startedMs < seconds * 1_000) {
    const runMs = performance.now();
    await run();
    latencies.push(((performance.now() - runMs) * 1_000) / each);
  }
  const used = cpuUs() - before;
  latencies.sort((left, right) => left - right);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return { p50Us: at(0.5), p99Us: at(0.99), cpuUs: used / (latencies.length * each) };
}

const ways = [
  ...(await waysOf('small', smallClassifierModel(), [1, 4])),
  ...(await waysOf('picture', pictureModel(), [1, 3, 224, 224])),
];
const figures = new Map<string, Figures[]>(ways.map(({ name }) => [name, []]));
for (const way of ways) await measure(way);
for (let round = 0; round < rounds; round += 1) {
  for (const way of ways) figures.get(way.name)?.push(await measure(way));
}
const middle = (all: readonly Figures[], key: keyof Figures): string => {
  const sorted = all.map((each) => each[key]).toSorted((left, right) => left - right);
  return (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(1).padStart(8);
};
console.log('microseconds a run'.padEnd(34), '     p50      p99      CPU');
for (const [name, all] of figures) {
  console.log(name.padEnd(34), middle(all, 'p50Us'), middle(all, 'p99Us'), middle(all, 'cpuUs'));
}
await fixture.close();
await rm(folder, { recursive: true, force: true });
