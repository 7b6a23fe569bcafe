import type { RoutePolicy } from '@cluster-ai/contract/api/routes.ts';
import { expect, test } from 'vitest';
import { resolvePolicy, samePolicy } from './resolve-policy.ts';

const versionsOf = (model: string): number[] | null => ({ a: [1, 12, 3], empty: [] })[model] ?? null;

function split(...variants: [model: string, version: number, weight: number][]): RoutePolicy {
  return { kind: 'split', variants: variants.map(([model, version, weight]) => ({ model, version, weight })) };
}

test('latest is the highest number, not the last in the list', () => {
  expect(resolvePolicy({ kind: 'latest', model: 'a' }, versionsOf)).toEqual([{ model: 'a', version: 12, weight: 100 }]);
});

test('a split is what it says, zeros included as long as one has weight', () => {
  const policy = split(['a', 1, 0], ['a', 3, 0.5]);
  expect(resolvePolicy(policy, versionsOf)).toEqual(policy.kind === 'split' ? policy.variants : []);
});

test.each([
  [{ kind: 'latest', model: 'b' } as const, 'MODEL_NOT_FOUND', "there is no model 'b'"],
  [{ kind: 'latest', model: 'empty' } as const, 'MODEL_NOT_FOUND', "model 'empty' has no version"],
  [split(['a', 2, 1]), 'MODEL_NOT_FOUND', "model 'a' has no version 2"],
  [split(['a', 1, 1], ['a', 1, 2]), 'INVALID_ARGUMENT', "version 1 of model 'a' is listed twice"],
  [split(['a', 1, 0], ['a', 3, 0]), 'INVALID_ARGUMENT', 'all weights are zero: at least one variant must take traffic'],
])('%j is refused', (policy, code, message) => {
  expect(() => resolvePolicy(policy, versionsOf)).toThrow(expect.objectContaining({ code, message }));
});

test('policies are the same when every request is treated the same', () => {
  expect(samePolicy(split(['a', 1, 1], ['a', 3, 2]), split(['a', 3, 2], ['a', 1, 1]))).toBe(true);
  expect(samePolicy(split(['a', 1, 1]), split(['a', 1, 2]))).toBe(false);
  expect(samePolicy({ kind: 'latest', model: 'a' }, split(['a', 12, 100]))).toBe(false);
});
