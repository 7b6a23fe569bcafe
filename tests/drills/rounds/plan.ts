import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { Random } from '@cluster-ai/core/ports/random.ts';

export type FaultKind = 'kill' | 'stop' | 'cut' | 'black-hole' | 'fill';

/** What can be broken, and how. */
export const breakable = {
  supervisor: ['kill', 'stop'],
  'control plane': ['kill', 'stop'],
  'gateway-1': ['kill', 'stop'],
  'gateway-2': ['kill', 'stop'],
  'runner of gateway-1': ['kill', 'stop'],
  'runner of gateway-2': ['kill', 'stop'],
  PostgreSQL: ['kill', 'stop'],
  'a session of PostgreSQL': ['kill'],
  Redis: ['kill', 'stop'],
  'link gateway-2 to control plane': ['cut', 'black-hole'],
  'link gateway-2 to Redis': ['cut', 'black-hole'],
  'link up to Redis': ['cut', 'black-hole'],
  'disk of up': ['fill'],
  'disk of gateway-2': ['fill'],
} as const satisfies Record<string, readonly FaultKind[]>;

export type Part = keyof typeof breakable;

export interface PlannedFault {
  readonly part: Part;
  readonly kind: FaultKind;
  /** After the beginning of the round, milliseconds. */
  readonly atMs: number;
  /** How long until it is mended, where it does not mend itself. */
  readonly holdMs: number;
}

export interface RoundPlan {
  readonly faults: readonly PlannedFault[];
}

/** Every `rounds.length` rounds each of these is drawn once, in an order of its own. */
const draws: readonly (FaultKind | 'two')[] = ['kill', 'stop', 'cut', 'black-hole', 'fill', 'two', 'kill'];

/** Rounds after which every kind of fault has had its turn. */
export const roundsOfAllKinds = draws.length;

const firstAtMs = { from: 300, to: 1_800 };
const holdMs = { from: 500, to: 5_000 };

/**
 * What is broken in one round: the same seed and number give the same plan.
 * @param canFill whether disks of a limited size can be made here.
 */
export function planRound(seed: number, round: number, canFill: boolean): RoundPlan {
  const block = Math.floor(round / draws.length);
  const order = shuffled(draws, seededRandom(mixed(seed, block, 1)));
  const random = seededRandom(mixed(seed, round, 2));
  const drawn = order[round % order.length] ?? 'kill';
  const kinds: FaultKind[] = (['kill', 'stop', 'cut', 'black-hole', 'fill'] as const).filter(
    (kind) => canFill || kind !== 'fill',
  );
  const first = drawn === 'two' || (drawn === 'fill' && !canFill) ? pick(kinds, random) : drawn;
  const faults = [planFault(first, random, null)];
  if (drawn === 'two') faults.push(planFault(pick(kinds, random), random, faults[0]?.part ?? null));
  return { faults: faults.toSorted((left, right) => left.atMs - right.atMs) };
}

function planFault(kind: FaultKind, random: Random, other: Part | null): PlannedFault {
  // The keys of a literal are what its type says.
  const parts = (Object.keys(breakable) as Part[]).filter(
    (part) => part !== other && (breakable[part] as readonly FaultKind[]).includes(kind),
  );
  const between = ({ from, to }: { from: number; to: number }): number => Math.round(from + random() * (to - from));
  return { part: pick(parts, random), kind, atMs: between(firstAtMs), holdMs: between(holdMs) };
}

export function describePlan({ faults }: RoundPlan): string {
  return faults
    .map(({ part, kind, atMs, holdMs }) => {
      const name = kind === 'fill' ? `${part} full` : `${kind} ${part}`;
      return `${name} at ${(atMs / 1_000).toFixed(1)} s for ${(holdMs / 1_000).toFixed(1)} s`;
    })
    .join(' + ');
}

export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((left, right) => left.key - right.key)
    .map(({ item }) => item);
}

function mixed(seed: number, number: number, salt: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b) ^ Math.imul(salt, 0xc2b2ae35)) >>> 0;
}
