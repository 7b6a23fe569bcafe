import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainStart, entryText } from './audit-entry.ts';
import type { AuditEntry, ChainHead } from './audit-entry.ts';
import { ChainCheck } from './chain-check.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function sealed(entry: Omit<AuditEntry, 'hash'>): AuditEntry {
  return { ...entry, hash: sha256(entryText(entry)) };
}

function entry(id: number, previousHash: string, target = `target-${id}`): AuditEntry {
  const at = new Date(Date.UTC(2026, 0, 1) + id).toISOString();
  return sealed({ id, at, actor: 'admin', action: 'x', target, detail: { id }, requestId: `r${id}`, previousHash });
}

/** A log with these numbers, oldest first. */
function chain(ids: readonly number[]): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (const id of ids) entries.push(entry(id, entries.at(-1)?.hash ?? chainStart));
  return entries;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_item, index) => index + 1);

function check(
  log: readonly AuditEntry[],
  original: readonly AuditEntry[],
  options: { known?: ChainHead; problemsMax?: number; count?: number } = {},
) {
  const { id, hash } = original.at(-1) ?? { id: 0, hash: chainStart };
  const walk = new ChainCheck({
    sha256,
    recorded: { id, hash, count: options.count ?? original.length },
    known: options.known ?? null,
    problemsMax: options.problemsMax ?? 100,
  });
  for (const each of log.toSorted((a, b) => b.id - a.id)) walk.take(each);
  return walk.end();
}

/** `altered 3`, `missing 3-5`. */
function named(log: readonly AuditEntry[], original: readonly AuditEntry[], options = {}): string[] {
  return check(log, original, options).problems.map(
    ({ kind, id, lastId }) => `${kind} ${id === lastId ? id : `${id}-${lastId}`}`,
  );
}

const original = chain(upTo(9));

function at(index: number): AuditEntry {
  const found = original[index - 1];
  if (found === undefined) throw new Error(`the log has no entry ${index}`);
  return found;
}

function byNobody(each: AuditEntry): AuditEntry {
  return { ...each, actor: 'nobody' };
}

describe('a log as it was written', () => {
  test.each([0, 1, 2, 50])('of %i entries is intact', (count) => {
    const log = chain(upTo(count));
    expect(check(log, log)).toEqual({ entries: count, problems: [], problemsTotal: 0 });
  });

  test('is intact when numbers were left out while it was written', () => {
    const log = chain([3, 4, 9, 10, 17]);
    expect(named(log, log)).toEqual([]);
  });

  test('holds every earlier head of it', () => {
    for (const known of original) expect(named(original, original, { known })).toEqual([]);
  });
});

describe('one entry', () => {
  const changes: [string, Partial<AuditEntry>][] = [
    ['time', { at: '2020-01-01T00:00:00.000Z' }],
    ['actor', { actor: 'somebody else' }],
    ['action', { action: 'y' }],
    ['target', { target: 'other' }],
    ['detail', { detail: {} }],
    ['request id', { requestId: 'r' }],
    ['previous hash', { previousHash: chainStart.replace('0', '1') }],
    ['hash', { hash: chainStart.replace('0', '1') }],
  ];

  test.each(changes)('whose %s was changed is named', (_what, change) => {
    for (const { id } of original) {
      const log = original.map((each) => (each.id === id ? { ...each, ...change } : each));
      expect(named(log, original)).toEqual([`altered ${id}`]);
    }
  });

  test('that was changed and hashed again is named by the one that follows it, or by the recorded head', () => {
    for (const { id } of original) {
      const log = original.map((each) => (each.id === id ? entry(id, each.previousHash, 'forged') : each));
      expect(named(log, original)).toEqual([`altered ${id}`]);
    }
  });

  test('that was deleted is named, wherever it stood', () => {
    for (const { id } of original) {
      expect(
        named(
          original.filter((each) => each.id !== id),
          original,
        ),
      ).toEqual([`missing ${id}`]);
    }
  });

  test('that was put in is named, wherever numbers are free', () => {
    const log = chain([3, 4, 9, 10, 17]);
    for (const id of [-5, 0, 1, 2, 5, 8, 11, 16, 18, 40]) {
      const before = log.findLast((each) => each.id < id)?.hash ?? chainStart;
      expect(named([...log, entry(id, before, 'forged')], log)).toEqual([`inserted ${id}`]);
      expect(named([...log, { ...entry(id, before), hash: '' }], log)).toEqual([`inserted ${id}`]);
      expect(named([...log, entry(id, sha256('nothing'))], log)).toEqual([`inserted ${id}`]);
    }
  });

  test('that was put in by counting up those after it is named, and they are called moved', () => {
    const shifted = original.map((each) => (each.id < 5 ? each : { ...each, id: each.id + 1 }));
    expect(named([...shifted, entry(5, at(4).hash, 'forged')], original)).toEqual([
      'inserted 5',
      ...upTo(10)
        .slice(5)
        .map((id) => `moved ${id}`),
    ]);
  });

  test('that took another number is called moved, and says from where', () => {
    const moved = original.map((each) => (each.id === 2 ? { ...each, id: 30 } : each));
    expect(check(moved, original).problems).toEqual([
      { kind: 'moved', id: 30, lastId: 30, message: 'what stands at number 30 was written as entry 2' },
    ]);
  });
});

test('two entries that changed places are both named, whatever lies between', () => {
  for (const a of original) {
    for (const b of original) {
      if (a.id >= b.id) continue;
      const swap = (each: AuditEntry): AuditEntry =>
        each.id === a.id ? { ...b, id: a.id } : each.id === b.id ? { ...a, id: b.id } : each;
      expect(named(original.map(swap), original)).toEqual([`moved ${a.id}`, `moved ${b.id}`]);
    }
  }
});

test('a tail that was cut off is named, also the whole log', () => {
  for (const { id } of original) {
    const last = original.length;
    expect(named(original.slice(0, id - 1), original)).toEqual([`missing ${id === last ? id : `${id}-${last}`}`]);
  }
});

test('several changes are all named', () => {
  const left = original.filter(({ id }) => id !== 3 && id !== 7 && id !== 8);
  const log = left.map((each) => (each.id === 5 ? byNobody(each) : each));
  expect(named(log, original)).toEqual(['missing 3', 'altered 5', 'missing 7-8']);
});

test('a log that was written anew as a whole shows against an earlier head, and against the count', () => {
  const forged: AuditEntry[] = [];
  for (const { id } of original) forged.push(entry(id, forged.at(-1)?.hash ?? chainStart, id === 4 ? 'forged' : 'x'));
  expect(named(forged, forged)).toEqual([]);
  expect(named(forged, forged, { known: at(6) })).toEqual(['rewritten 6']);
  expect(named(original.slice(0, 5), original.slice(0, 5), { known: at(6) })).toEqual(['rewritten 6']);
  expect(named(original, original, { count: 10 })).toEqual(['rewritten 9']);
});

test('of many problems those with the lowest numbers are kept, and all are counted', () => {
  const log = chain(upTo(500)).map(byNobody);
  const { problems, problemsTotal } = check(log, chain(upTo(500)), { problemsMax: 10 });
  expect(problems.map(({ id }) => id)).toEqual(upTo(10));
  expect(problemsTotal).toBe(500);
});

test('any change of any set of entries is noticed', () => {
  const log = chain(upTo(30));
  const change = fc.record({
    id: fc.integer({ min: 1, max: 30 }),
    how: fc.constantFrom('delete', 'alter', 'alter and hash again', 'relink'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(change, { minLength: 1, maxLength: 6, selector: ({ id }) => id }), (changes) => {
      const changed = log.flatMap((each): AuditEntry[] => {
        const how = changes.find(({ id }) => id === each.id)?.how;
        if (how === undefined) return [each];
        if (how === 'alter') return [{ ...each, actor: 'forged' }];
        if (how === 'relink') return [sealed({ ...each, previousHash: sha256('other') })];
        return how === 'delete' ? [] : [sealed({ ...each, actor: 'forged' })];
      });
      const { problems } = check(changed, log);
      const lowest = Math.min(...changes.map(({ id }) => id));
      // The first place that is named is the first that was touched, or the one beside it that gives it away.
      expect(problems.length).toBeGreaterThan(0);
      expect(Math.abs((problems[0]?.id ?? 0) - lowest)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 500 },
  );
});
