import { expect, test } from 'vitest';
import { mockOverview } from '../../mock/fleet.ts';
import { mockModels, mockRoutes } from '../../mock/models.ts';
import { modelId, modelRows } from './model-rows.ts';

const { gateways } = mockOverview('normal', Date.parse('2026-08-25T10:00:00Z'));
const { rows, restingVersions } = modelRows(mockModels, mockRoutes, gateways);
const mnist = rows.filter((row) => row.model.name === 'mnist');

test('a split shows each version with its share of the route', () => {
  expect(mnist.map((row) => [row.version.version, row.traffic.map(({ route, share }) => [route, share])])).toEqual([
    [5, [['mnist', 0.1]]],
    [4, [['mnist', 0.9]]],
  ]);
});

test('versions that nobody uses are counted, not listed', () => {
  expect(restingVersions).toEqual(new Map([['mnist', 3]]));
});

test('the newest version is listed even where nobody uses it', () => {
  const withoutRoutes = modelRows(mockModels, [], []);
  expect(withoutRoutes.rows.map((row) => modelId(row.model.name, row.version.version))).toEqual([
    'half@1',
    'iris@1',
    'language@1',
    'mnist@5',
    'silero-vad@1',
  ]);
});
