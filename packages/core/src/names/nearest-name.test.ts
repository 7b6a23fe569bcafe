import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearestName } from './nearest-name.ts';

test.each([
  ['http.prot', 'http.port'],
  ['HTTP.PORT', 'http.port'],
  ['batch', 'batching'],
  ['autth', 'auth'],
  ['something else entirely', undefined],
])('%s is near to %s', (name, nearest) => {
  expect(nearestName(name, ['auth', 'batching', 'http.host', 'http.port'])).toBe(nearest);
});

test('a known name is its own nearest', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, selector: (name) => name.toLowerCase() }),
      (names) => {
        for (const name of names) expect(nearestName(name, names)).toBe(name);
      },
    ),
  );
});

test('the edit distance is symmetric, 0 for equal texts only, and at most the longer length', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (one, other) => {
      const edits = editDistance(one, other);
      expect(edits).toBe(editDistance(other, one));
      expect(edits === 0).toBe(one === other);
      expect(edits).toBeLessThanOrEqual(Math.max(one.length, other.length));
    }),
  );
});

test('names that are many and long are not compared to the last', () => {
  const known = Array.from({ length: 4_096 }, (_, index) => `${'x'.repeat(200)}${index}`);
  const beganMs = performance.now();
  for (let time = 0; time < 50; time += 1) expect(nearestName('y'.repeat(200), known)).toBeUndefined();
  const tookMs = performance.now() - beganMs;
  console.log(`fifty searches took ${tookMs.toFixed(0)} ms`);
  expect(tookMs).toBeLessThan(5_000);
});

test('a text that is far longer than any name resembles none, and is not compared letter by letter', () => {
  const beganMs = performance.now();
  expect(nearestName('port'.repeat(500_000), ['auth', 'http.host', 'http.port'])).toBeUndefined();
  const tookMs = performance.now() - beganMs;
  console.log(`two million letters took ${tookMs.toFixed(1)} ms`);
  expect(tookMs).toBeLessThan(1_000);
});
