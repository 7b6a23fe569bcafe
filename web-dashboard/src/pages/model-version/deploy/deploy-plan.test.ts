import { putRoute } from '@cluster-ai/contract/api/routes.ts';
import { expect, test } from 'vitest';
import { sharesOf } from '../../route/shares.ts';
import { othersOf, percentOf, planOf } from './deploy-plan.ts';

const iris = (version: number, weight: number) => ({ model: 'iris', version, weight });
const target = { model: 'iris', version: 4 };

test('a canary takes its part, and the others keep their proportions', () => {
  const { policy, variants } = planOf([iris(1, 3), iris(2, 1)], target, 'canary', 20);
  expect([...sharesOf(variants)]).toEqual([
    ['iris v1', 0.6],
    ['iris v2', 0.2],
    ['iris v4', 0.2],
  ]);
  expect(putRoute.body.safeParse({ policy }).success).toBe(true);
});

test('a version that has a share gets another one, not a second', () => {
  const { variants } = planOf([iris(1, 50), iris(4, 50), iris(3, 0)], target, 'canary', 10);
  expect(variants).toEqual([iris(1, 90), iris(4, 10)]);
  expect(othersOf([iris(4, 1), iris(3, 0)], target)).toEqual([]);
});

test('all traffic until it is changed, or with each newer version', () => {
  expect(planOf([iris(1, 1)], target, 'all', 0).policy).toEqual({ kind: 'split', variants: [iris(4, 100)] });
  expect(planOf([iris(1, 1)], target, 'follow', 0).policy).toEqual({ kind: 'latest', model: 'iris' });
});

test('percent is above 0 and below 100', () => {
  expect(['5', ' 99 ', '0.5', '12,5'].map(percentOf)).toEqual([5, 99, 0.5, 12.5]);
  expect(['0', '100', '', '-1', '1e1', 'half'].map(percentOf)).toEqual(Array(6).fill(null));
});
