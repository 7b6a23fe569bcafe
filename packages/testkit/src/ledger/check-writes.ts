import type { FaultRecord, ReadRecord, Violation, WriteRecord } from './ledger.ts';

/** What is there: one value for each resource that is set, all members of each collection. */
export interface FoundState {
  readonly values: ReadonlyMap<string, string | null>;
  readonly collections: ReadonlyMap<string, readonly string[]>;
}

/**
 * The state is one that the acknowledged history allows: of each resource the value that was acknowledged last, or one
 * whose writer was never told; of each collection every acknowledged member once, those of unknown outcome at most once.
 * @param atMs when the state was read, with no write under way.
 */
export function checkState(
  writes: readonly WriteRecord[],
  found: FoundState,
  faults: readonly FaultRecord[],
  atMs: number,
): Violation[] {
  const violations: Violation[] = [];
  for (const [resource, value] of found.values) {
    const own = writes.filter((write) => write.resource === resource && write.effect === 'set');
    const problem = checkValue(own, value, { sentMs: atMs, endedMs: atMs }, faults);
    if (problem !== null) violations.push({ kind: problem.lost ? 'lost write' : 'state', text: problem.text });
  }
  for (const [resource, members] of found.collections) {
    const own = writes.filter((write) => write.resource === resource && write.effect === 'add');
    violations.push(...checkMembers(resource, own, members));
  }
  return violations;
}

/** Each read gave a value that was there at some moment between its sending and its answer. */
export function checkReads(
  reads: readonly ReadRecord[],
  writes: readonly WriteRecord[],
  faults: readonly FaultRecord[],
): Violation[] {
  return reads.flatMap((read) => {
    const own = writes.filter((write) => write.resource === read.resource && write.effect === 'set');
    const problem = checkValue(own, read.value, read, faults);
    return problem === null ? [] : [{ kind: 'stale read' as const, text: problem.text }];
  });
}

interface Moment {
  readonly sentMs: number;
  readonly endedMs: number;
}

interface Problem {
  readonly text: string;
  readonly lost: boolean;
}

function checkValue(
  writes: readonly WriteRecord[],
  value: string | null,
  { sentMs, endedMs }: Moment,
  faults: readonly FaultRecord[],
): Problem | null {
  const done = writes.filter((write) => write.outcome === 'acknowledged' && write.endedMs <= sentMs);
  const last = done.toSorted((left, right) => left.endedMs - right.endedMs).at(-1);
  const possible = writes.filter(
    (write) =>
      write !== last &&
      write.outcome !== 'refused' &&
      write.startedMs <= endedMs &&
      (last === undefined || mayTakeEffectUntilMs(write, faults) >= last.startedMs),
  );
  if (value === (last?.value ?? null) || possible.some((write) => write.value === value)) return null;
  const others = possible.length === 0 ? '' : `, or ${possible.map((write) => write.value).join(', ')}`;
  const resource = writes[0]?.resource ?? 'a resource';
  const expected = last === undefined ? 'nothing' : `${last.value} (${last.id}, acknowledged)`;
  const was = writes.find((write) => write.value === value);
  const origin = was === undefined ? 'which nobody wrote' : `which is of ${was.id}, ${was.outcome}`;
  return {
    text: `${resource} is ${value ?? 'not there'}${value === null ? '' : `, ${origin}`}; it must be ${expected}${others}`,
    lost: was === undefined || was.outcome !== 'refused',
  };
}

/**
 * A write whose client gave up waits in a process that is frozen, and is done when that goes on: it may still take effect
 * until what was broken meanwhile is whole.
 */
function mayTakeEffectUntilMs(write: WriteRecord, faults: readonly FaultRecord[]): number {
  if (write.outcome === 'acknowledged') return write.endedMs;
  const during = faults.filter(({ fromMs, toMs }) => fromMs <= write.endedMs && toMs >= write.startedMs);
  return Math.max(write.endedMs, ...during.map(({ toMs }) => toMs));
}

function checkMembers(resource: string, writes: readonly WriteRecord[], members: readonly string[]): Violation[] {
  const counts = new Map<string, number>();
  for (const member of members) counts.set(member, (counts.get(member) ?? 0) + 1);
  const known = new Set(writes.map(({ value }) => value));
  const violations: Violation[] = [];
  for (const { id, value, outcome } of writes) {
    const count = counts.get(value) ?? 0;
    if (outcome === 'acknowledged' && count === 0) {
      violations.push({ kind: 'lost write', text: `${id} was acknowledged, and ${resource} has no ${value}` });
    }
    if (outcome === 'refused' && count > 0) {
      violations.push({ kind: 'state', text: `${id} was refused (nothing was written), and ${resource} has ${value}` });
    }
    if (count > 1) violations.push({ kind: 'doubled write', text: `${id} is in ${resource} ${count} times: ${value}` });
  }
  for (const member of counts.keys()) {
    if (!known.has(member)) {
      violations.push({ kind: 'state', text: `${resource} has ${member}, which nobody wrote` });
    }
  }
  return violations;
}

/**
 * No write took effect twice: the audit entries of one write are of one request.
 * @param requests request ids of audit entries. @param writes those that have ended.
 */
export function checkAudit(requests: Iterable<string>, writes: readonly WriteRecord[]): Violation[] {
  const effects = new Map<string, Set<string>>();
  for (const request of requests) {
    const id = request.slice(0, request.lastIndexOf('.'));
    effects.set(id, (effects.get(id) ?? new Set()).add(request));
  }
  return writes.flatMap(({ id, effect, outcome, resource }): Violation[] => {
    const count = effects.get(id)?.size ?? 0;
    if (count > 1) {
      const named = [...(effects.get(id) ?? [])].join(', ');
      return [{ kind: 'doubled write', text: `${id} on ${resource} took effect in ${count} requests: ${named}` }];
    }
    if (count === 1 && outcome === 'refused') {
      return [{ kind: 'state', text: `${id} on ${resource} was refused, and is in the audit log` }];
    }
    if (count === 0 && outcome === 'acknowledged' && effect === 'add') {
      return [{ kind: 'audit', text: `${id} on ${resource} was acknowledged, and is not in the audit log` }];
    }
    return [];
  });
}
