import { expect, test } from 'vitest';
import { boundsOf, defaultRange, frozen, searchOf, timeRangeOf, timeRangeSearch } from './time-range.ts';

const nowMs = Date.parse('2026-09-01T12:00:00.400Z');

test('an address without a range shows the default, and the default leaves no trace in the address', () => {
  expect(timeRangeOf({})).toEqual({ kind: 'relative', range: defaultRange });
  expect(Object.values(searchOf({ kind: 'relative', range: defaultRange }))).toEqual([undefined, undefined, undefined]);
});

test('a relative range moves, a frozen one does not', () => {
  const range = timeRangeOf({ range: '6h' });
  expect(boundsOf(range, nowMs)).toEqual({ fromMs: nowMs - 21_600_000, toMs: nowMs });
  const shared = frozen(range, nowMs);
  expect(searchOf(shared)).toEqual({
    range: undefined,
    from: '2026-09-01T06:00:00.000Z',
    to: '2026-09-01T12:00:00.000Z',
  });
  expect(boundsOf(shared, nowMs + 1e9)).toEqual(boundsOf(shared, nowMs));
  expect(timeRangeOf(searchOf(shared))).toEqual(shared);
});

test.each([
  [{ range: '3 fortnights' }],
  [{ from: 'yesterday', to: '2026-09-01T12:00:00Z' }],
  [{ from: '2026-09-02T12:00:00Z', to: '2026-09-01T12:00:00Z' }],
  [{ from: '1970-01-01T00:00:00Z', to: '2026-09-01T12:00:00Z' }],
])('damaged: %o is the default', (raw) => {
  expect(timeRangeOf(timeRangeSearch.parse(raw))).toEqual({ kind: 'relative', range: defaultRange });
});
