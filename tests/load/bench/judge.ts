import type { BenchModel } from './bench-models.ts';
import type { Cell } from './cells.ts';
import { rowFor, type Results, type Row, type ServerPair } from './results.ts';
import { rounded } from './statistics.ts';
import type { Variant } from './variants.ts';
import type { Wire } from './scenarios.ts';

/** What a figure must hold, and what we are after. */
export interface Expectation {
  readonly what: string;
  readonly unit: 'x' | 'µs';
  /** Whether more is better. */
  readonly isLeast: boolean;
  readonly floor: number | null;
  readonly goal: number | null;
  readonly found: (results: Results) => number | undefined;
}

export interface Verdict {
  readonly what: string;
  readonly unit: Expectation['unit'];
  readonly isLeast: boolean;
  readonly floor: number | null;
  readonly goal: number | null;
  /** Null for what was not measured. */
  readonly found: number | null;
  readonly floorMet: boolean | null;
  readonly goalMet: boolean | null;
}

type At = readonly [model: BenchModel, wire: Wire, variant: Variant, clients: number];

function at([model, wire, variant, clients]: At, pick: (row: Row) => number): Expectation['found'] {
  return (results) => {
    const row = rowFor(results, { model, wire, variant, clients });
    return row === undefined ? undefined : pick(row);
  };
}

function ratio(what: string, cell: At, floor: number | null, goal: number | null): Expectation {
  return { what, unit: 'x', isLeast: true, floor, goal, found: at(cell, (row) => row.ratio) };
}

function added(wire: Wire, variant: Variant, floor: number, goal: number): Expectation {
  const what = `added to one client's p50, iris ${wire}, ${variant}`;
  return { what, unit: 'µs', isLeast: false, floor, goal, found: at(['iris', wire, variant, 1], (row) => row.addedUs) };
}

function pair(
  what: string,
  of: (results: Results) => readonly ServerPair[],
  name: string,
  floor: number,
  goal: number | null,
): Expectation {
  return {
    what,
    unit: 'x',
    isLeast: true,
    floor,
    goal,
    found: (results) => of(results).find((each) => each.name === name)?.ratio,
  };
}

function noMoreUs(what: string, floor: number, found: Expectation['found']): Expectation {
  return { what, unit: 'µs', isLeast: false, floor, goal: null, found };
}

interface JudgedRatio {
  readonly what: string;
  readonly at: At;
  readonly floor: number | null;
  readonly goal: number | null;
}

/** Throughput beside the plain loop. The same floor holds for one gateway and for two on one port. */
const ratios: readonly JudgedRatio[] = [
  { what: 'iris JSON, 128 clients, shared', at: ['iris', 'JSON', 'shared', 128], floor: 1, goal: null },
  {
    what: 'iris JSON, 128 clients, shared, two gateways',
    at: ['iris', 'JSON', 'two gateways', 128],
    floor: 1,
    goal: null,
  },
  { what: 'iris JSON, 32 clients, shared', at: ['iris', 'JSON', 'shared', 32], floor: 0.55, goal: null },
  {
    what: 'iris JSON, 32 clients, shared, two gateways',
    at: ['iris', 'JSON', 'two gateways', 32],
    floor: 0.55,
    goal: null,
  },
  { what: 'iris JSON, 128 clients, inline', at: ['iris', 'JSON', 'inline', 128], floor: null, goal: 1.2 },
  { what: 'iris JSON, 32 clients, inline', at: ['iris', 'JSON', 'inline', 32], floor: null, goal: 0.7 },
  { what: 'MNIST binary, 32 clients, shared', at: ['mnist', 'binary', 'shared', 32], floor: 0.7, goal: null },
  {
    what: 'MNIST binary, 32 clients, shared, two gateways',
    at: ['mnist', 'binary', 'two gateways', 32],
    floor: 0.7,
    goal: null,
  },
  { what: 'MNIST binary, 32 clients, inline', at: ['mnist', 'binary', 'inline', 32], floor: null, goal: 1.2 },
  {
    what: 'convolution, 16 clients, one instance',
    at: ['convolution', 'binary', 'shared', 16],
    floor: 0.8,
    goal: 0.95,
  },
  {
    what: 'convolution, 16 clients, two instances',
    at: ['convolution-two', 'binary', 'shared', 16],
    floor: 1,
    goal: 1.1,
  },
];

/** Whether the throughput of a cell is held against a floor or a goal: its loop is then measured right before it. */
export function isRatioJudged({ model, wire, variant, clients }: Cell): boolean {
  return ratios.some(({ at: cell }) => [model, wire, variant, clients].every((part, place) => part === cell[place]));
}

/** The floors and goals of the benchmark, in the order of the page. */
const expectations: readonly Expectation[] = [
  ...ratios.map(({ what, at: cell, floor, goal }) => ratio(what, cell, floor, goal)),
  pair('HTTP server alone, own against node:http', ({ edges }) => edges, 'HTTP', 1.7, null),
  pair('gRPC server alone, own against grpc-js', ({ edges }) => edges, 'gRPC', 5, null),
  pair('whole path over HTTP, own server against node:http', ({ wholePaths }) => wholePaths, 'HTTP', 1.3, 1.7),
  pair('whole path over gRPC, own server against grpc-js', ({ wholePaths }) => wholePaths, 'gRPC', 2.5, 5),
  ...(['JSON', 'binary', 'gRPC'] as const).map((wire) => added(wire, 'shared', 250, 150)),
  ...(['JSON', 'binary', 'gRPC'] as const).map((wire) => added(wire, 'inline', 150, 90)),
  noMoreUs(
    'CPU of a binary picture of 1x3x224x224, above that of the run',
    1_000,
    at(['picture', 'binary', 'shared', 1], (row) => row.cpuUs - row.inProcessCpuUs),
  ),
  noMoreUs(
    "added to one client's p50, binary picture of 1x3x224x224",
    2_000,
    at(['picture', 'binary', 'shared', 1], (row) => row.addedUs),
  ),
  noMoreUs("batching, added to one client's p50, iris JSON", 20, (results) => {
    const on = rowFor(results, { model: 'iris', wire: 'JSON', variant: 'shared', clients: 1 });
    const off = rowFor(results, { model: 'iris', wire: 'JSON', variant: 'unbatched', clients: 1 });
    return on === undefined || off === undefined ? undefined : (on.p50Ms - off.p50Ms) * 1_000;
  }),
];

/** Holds what was found against floors and goals. */
export function judge(results: Results): Verdict[] {
  return expectations.map(({ what, unit, isLeast, floor, goal, found: find }) => {
    const value = find(results);
    const found = value === undefined ? null : rounded(value);
    const holds = (limit: number | null): boolean | null => {
      if (limit === null || found === null) return null;
      return isLeast ? found >= limit : found <= limit;
    };
    return { what, unit, isLeast, floor, goal, found, floorMet: holds(floor), goalMet: holds(goal) };
  });
}
