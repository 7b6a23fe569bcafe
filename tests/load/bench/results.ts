import type { CheckedLoad } from './checking-load.ts';
import type { Cell } from './cells.ts';
import type { InProcessResult } from './in-process.ts';
import type { ObserveShare } from './observe-share.ts';
import type { Memory } from './process-tree.ts';
import { median, rounded } from './statistics.ts';
import type { LoadResult } from './wrk.ts';

/** One load of one round, with the loops of the same round. */
export interface Measurement extends Cell {
  readonly load: LoadResult;
  readonly inProcess: Pick<InProcessResult, 'publicRun' | 'privateRun'>;
  /** CPU time of gateway and runner for one request, microseconds. */
  readonly cpuUs: number;
}

/** One cell over all rounds: medians. */
export interface Row extends Cell {
  readonly gatewayPerSecond: number;
  readonly inProcessPerSecond: number;
  /** Of the private, synchronous call. */
  readonly privatePerSecond: number;
  /** Median of the rounds' ratios, which is steadier than the ratio of medians on a machine with neighbours. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The gateway's p50 without that of the plain loop in the same round, microseconds. */
  readonly addedUs: number;
  /** CPU time of gateway and runner for one request, microseconds: other programs on the machine disturb it little. */
  readonly cpuUs: number;
  /** CPU time of one run of the plain loop, microseconds. */
  readonly inProcessCpuUs: number;
}

export function summarize(measurements: readonly Measurement[]): Row[] {
  const keyOf = ({ model, wire, variant, clients }: Measurement): string => [model, wire, variant, clients].join(' ');
  return Array.from(Map.groupBy(measurements, keyOf).values(), (group) => rowOf(group)).filter((row) => row !== null);
}

function rowOf(group: readonly Measurement[]): Row | null {
  const [first] = group;
  if (first === undefined) return null;
  const of = (pick: (measurement: Measurement) => number): number => rounded(median(group.map(pick)));
  const { model, wire, variant, clients } = first;
  const ratios = group.map(({ load, inProcess }) =>
    rounded(load.requestsPerSecond / inProcess.publicRun.runsPerSecond),
  );
  return {
    model,
    wire,
    variant,
    clients,
    gatewayPerSecond: of(({ load }) => load.requestsPerSecond),
    inProcessPerSecond: of(({ inProcess }) => inProcess.publicRun.runsPerSecond),
    privatePerSecond: of(({ inProcess }) => inProcess.privateRun.runsPerSecond),
    ratio: rounded(median(ratios)),
    ratios,
    p50Ms: of(({ load }) => load.p50Ms),
    p99Ms: of(({ load }) => load.p99Ms),
    addedUs: of(({ load, inProcess }) => load.p50Ms * 1_000 - inProcess.publicRun.p50Us),
    cpuUs: of(({ cpuUs }) => cpuUs),
    inProcessCpuUs: of(({ inProcess }) => inProcess.publicRun.cpuUsPerRun),
  };
}

/** One load that did not wait, in one round. */
export interface OpenMeasurement extends Omit<Cell, 'clients'> {
  readonly part: number;
  readonly load: CheckedLoad;
}

/** A load that did not wait, over all rounds: medians. */
export interface OpenRow extends Omit<Cell, 'clients'> {
  /** Of the capacity that the same generator reached when it waited. */
  readonly part: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly lateP99Ms: number;
}

export function summarizeOpen(measurements: readonly OpenMeasurement[]): OpenRow[] {
  const keyOf = ({ model, wire, variant, part }: OpenMeasurement): string => [model, wire, variant, part].join(' ');
  return Array.from(Map.groupBy(measurements, keyOf).values(), (group) => openRowOf(group)).filter(
    (row) => row !== null,
  );
}

function openRowOf(group: readonly OpenMeasurement[]): OpenRow | null {
  const [first] = group;
  if (first === undefined) return null;
  const of = (pick: (load: CheckedLoad) => number): number => rounded(median(group.map(({ load }) => pick(load))));
  return {
    model: first.model,
    wire: first.wire,
    variant: first.variant,
    part: first.part,
    perSecond: of(({ requestsPerSecond }) => requestsPerSecond),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    p999Ms: of(({ p999Ms }) => p999Ms),
    lateP99Ms: of(({ lateP99Ms }) => lateP99Ms),
  };
}

/** Two servers under the same protocol, in the same rounds. */
export interface ServerPair {
  readonly name: string;
  readonly ownPerSecond: number;
  readonly plainPerSecond: number;
  readonly ratio: number;
}

/** @param rounds requests a second of both in each round. */
export function pairOf(name: string, rounds: readonly { readonly own: number; readonly plain: number }[]): ServerPair {
  return {
    name,
    ownPerSecond: rounded(median(rounds.map(({ own }) => own))),
    plainPerSecond: rounded(median(rounds.map(({ plain }) => plain))),
    ratio: rounded(median(rounds.map(({ own, plain }) => own / plain))),
  };
}

/** A gateway that was started with one model. */
export interface StartRow {
  readonly model: string;
  /** From the start of the process until it is ready, its model loaded. */
  readonly coldStartMs: number;
  /** Gateway and runner, after a load of a second. */
  readonly memory: Memory;
  /** What onnxruntime-node needs in a process of its own to make the session. */
  readonly sessionMs: number;
}

/** All that one run of the benchmark found. */
export interface Results {
  readonly rows: readonly Row[];
  readonly open: readonly OpenRow[];
  /** Servers alone, and the whole path with either. */
  readonly edges: readonly ServerPair[];
  readonly wholePaths: readonly ServerPair[];
  readonly starts: readonly StartRow[];
  readonly observation: ObserveShare;
}

/** The row of a cell, if it was measured. */
export function rowFor({ rows }: Pick<Results, 'rows'>, wanted: Cell): Row | undefined {
  return rows.find(
    ({ model, wire, variant, clients }) =>
      model === wanted.model && wire === wanted.wire && variant === wanted.variant && clients === wanted.clients,
  );
}
