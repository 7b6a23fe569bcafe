import { allCells, openLoadCells, openLoadParts, type Cell } from './cells.ts';
import type { BenchModel } from './bench-models.ts';
import { describe } from './print-results.ts';
import { startBenchGateway, type BenchGateway } from './gateway.ts';
import { isRatioJudged } from './judge.ts';
import { runInProcess, runPublicLoop, writeModelAndRows, type InProcessResult } from './in-process.ts';
import { measureEdges, measureGrpcPath } from './measure-edges.ts';
import { measureStarts } from './measure-starts.ts';
import { prepareLoad, type PreparedLoad } from './prepared-load.ts';
import { profileObservation } from './profile-observation.ts';
import { pairOf, summarize, summarizeOpen, type Measurement, type OpenMeasurement, type Results } from './results.ts';
import { scenarioOf } from './scenarios.ts';
import type { Variant } from './variants.ts';

export interface MeasureOptions {
  /** For everything that is written down meanwhile. */
  readonly folder: string;
  readonly rounds: number;
  /** Of each load. */
  readonly seconds: number;
}

/** Gateways that run, and the loads that were prepared. */
interface Bench extends MeasureOptions {
  readonly cells: readonly Cell[];
  readonly gateways: ReadonlyMap<Variant, BenchGateway>;
  /** By model and wire. */
  readonly loads: ReadonlyMap<string, PreparedLoad>;
}

const keyOf = ({ model, wire }: Pick<Cell, 'model' | 'wire'>): string => `${model} ${wire}`;
/**
 * A short load before each that counts. V8 compiles what is hot, and a gateway that has waited for minutes while others were
 * measured begins slowly; the loop in a process without a server is warmed each time, too.
 */
const warmUpSeconds = 1;
/**
 * Before the first round, of each cell whose ratio is judged. Where two cores are shared with the load, V8's compiler needs
 * seconds for what is hot, and takes a good part of them.
 */
const firstWarmUpSeconds = 3;

function found<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`nothing was prepared for ${String(key)}`);
  return value;
}

/** Everything that was measured. */
export interface Measured {
  readonly results: Results;
  /** Answers under load that were compared. */
  readonly checked: number;
  readonly flame: string;
}

/** Measures everything. @throws Error for the first wrong answer. */
export async function measureAll(options: MeasureOptions): Promise<Measured> {
  const cells = allCells;
  const variants = [...new Set(cells.map(({ variant }) => variant))];
  const gateways = new Map<Variant, BenchGateway>();
  try {
    for (const variant of variants) {
      const models = new Set(cells.filter((cell) => cell.variant === variant).map(({ model }) => model));
      gateways.set(variant, await startBenchGateway({ models: [...models], variant }));
    }
    const bench = { ...options, cells, gateways, loads: await prepareAll(options.folder, cells, gateways) };
    const measurements = await measureRounds(bench);
    const wholeGrpc = await measureGrpcPath(options, gateways);
    const open = await measureOpen(bench);
    for (const cell of cells) await found(bench.loads, keyOf(cell)).check(found(gateways, cell.variant));
    await stopAll(gateways);
    const { observation, flame } = await profileObservation(options.folder);
    const results: Results = {
      rows: summarize(measurements),
      open: summarizeOpen(open),
      edges: await measureEdges(options),
      wholePaths: [...wholeHttp(measurements), ...wholeGrpc],
      starts: await measureStarts(options.folder),
      observation,
    };
    const loads = [...measurements, ...open];
    return { results, flame, checked: loads.reduce((sum, { load }) => sum + load.checked, 0) };
  } finally {
    await stopAll(gateways);
  }
}

async function stopAll(gateways: Map<Variant, BenchGateway>): Promise<void> {
  const running = [...gateways.values()];
  gateways.clear();
  await Promise.all(running.map((gateway) => gateway.stop()));
}

async function prepareAll(
  folder: string,
  cells: readonly Cell[],
  gateways: ReadonlyMap<Variant, BenchGateway>,
): Promise<Map<string, PreparedLoad>> {
  const loads = new Map<string, PreparedLoad>();
  for (const cell of cells) {
    const { model, wire, variant, clients } = cell;
    const gateway = found(gateways, variant);
    const known = loads.get(keyOf(cell));
    if (known === undefined) {
      const scenario = scenarioOf(model, wire);
      await writeModelAndRows(folder, scenario);
      const { outputs } = await runInProcess(folder, scenario, 0.05);
      loads.set(keyOf(cell), await prepareLoad(folder, gateway, scenario, outputs));
    } else await known.check(gateway);
    if (isRatioJudged(cell)) await found(loads, keyOf(cell)).closed(gateway, clients, firstWarmUpSeconds);
  }
  return loads;
}

/**
 * In each round every cell after the other, and before those of a model its loops in a process without a server; before those
 * that are judged the public one once more, because a machine with neighbours is another one after half a minute.
 */
async function measureRounds(bench: Bench): Promise<Measurement[]> {
  const { cells, gateways, loads, folder, rounds, seconds } = bench;
  const measurements: Measurement[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const loops = new Map<BenchModel, InProcessResult>();
    for (const cell of cells) {
      const { closed, scenario } = found(loads, keyOf(cell));
      const known = loops.get(cell.model);
      let inProcess = known ?? (await runInProcess(folder, scenario, seconds));
      if (known !== undefined && isRatioJudged(cell)) {
        inProcess = { ...known, publicRun: await runPublicLoop(folder, scenario, seconds) };
      }
      loops.set(cell.model, inProcess);
      const gateway = found(gateways, cell.variant);
      await closed(gateway, cell.clients, warmUpSeconds);
      const cpuBefore = gateway.cpuSeconds();
      const load = await closed(gateway, cell.clients, seconds);
      const cpuUs = ((gateway.cpuSeconds() - cpuBefore) * 1e6) / load.requests;
      const measured = { ...cell, cpuUs, inProcess, load };
      measurements.push(measured);
      console.log(`round ${round}/${rounds}: ${describe(measured)}`);
    }
  }
  return measurements;
}

/** Loads that do not wait, at parts of what the same generator reaches when it waits, found out in the same round. */
async function measureOpen({ gateways, loads, rounds, seconds }: Bench): Promise<OpenMeasurement[]> {
  const measurements: OpenMeasurement[] = [];
  for (let round = 1; round <= Math.min(rounds, 3); round += 1) {
    for (const cell of openLoadCells) {
      const gateway = found(gateways, cell.variant);
      const { open } = found(loads, keyOf(cell));
      const capacity = (await open(gateway, null, seconds)).requestsPerSecond;
      for (const part of openLoadParts) {
        const load = await open(gateway, part * capacity, 2 * seconds);
        measurements.push({ ...cell, part, load });
        const { p50Ms, p99Ms } = load;
        console.log(
          `round ${round}: ${cell.model} (${cell.wire}), ${Math.round(part * capacity)}/s whether answered or not: p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`,
        );
      }
    }
  }
  return measurements;
}

/** The HTTP servers under the whole path: cells that differ in nothing else. */
function wholeHttp(measurements: readonly Measurement[]): ReturnType<typeof pairOf>[] {
  const rates = (variant: Variant): number[] =>
    measurements
      .filter(
        (each) => each.model === 'iris' && each.wire === 'JSON' && each.clients === 32 && each.variant === variant,
      )
      .map(({ load }) => load.requestsPerSecond);
  const own = rates('shared');
  const plain = rates('plain servers');
  return [
    pairOf(
      'HTTP',
      own.map((rate, round) => ({ own: rate, plain: plain[round] ?? Number.NaN })),
    ),
  ];
}
