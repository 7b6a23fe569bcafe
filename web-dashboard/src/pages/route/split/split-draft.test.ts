import { putRoute } from '@cluster-ai/contract/api/routes.ts';
import { expect, test } from 'vitest';
import { draftOf, isWeight, problemOf, variantsOf } from './split-draft.ts';

const iris = (version: number, weight: string) => ({ model: 'iris', version, weight });

test('a draft that has no problem is a policy that the API takes', () => {
  const draft = [iris(1, '90'), iris(2, '10.5'), iris(3, '0')];
  expect(problemOf(draft)).toBeNull();
  const body = { policy: { kind: 'split', variants: variantsOf(draft) } };
  expect(putRoute.body.safeParse(body).success).toBe(true);
  expect(draftOf(variantsOf(draft))).toEqual([iris(1, '90'), iris(2, '10.5'), iris(3, '0')]);
});

test('each problem is named', () => {
  expect(problemOf([])).toEqual({ kind: 'needsVariant' });
  expect(problemOf([iris(1, '1'), iris(1, '2')])).toEqual({ kind: 'twice', variant: 'iris v1' });
  expect(problemOf([iris(1, 'most')])).toEqual({ kind: 'notAWeight' });
  expect(problemOf([iris(1, '0')])).toEqual({ kind: 'noTraffic' });
});

test('weights are numbers from 0 to a million', () => {
  expect(['0', '0.5', '1000000', ' 7 '].every(isWeight)).toBe(true);
  expect(['', '-1', '1e3', '1000001', '½'].some(isWeight)).toBe(false);
});
