import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { expect, test } from 'vitest';
import { mockOverview } from '../../mock/fleet.ts';
import { mockModels, mockRoutes } from '../../mock/models.ts';
import { observationsOf, routedVersion, trafficOf, versionsInUse } from './version-standing.ts';

const atMs = Date.parse('2026-09-01T12:00:00Z');
const mnist = mockModels.find(({ name }) => name === 'mnist');
if (mnist === undefined) throw new Error('the mock has a model called mnist');

test('one entry a gateway that is connected', () => {
  const overview = mockOverview('degraded', atMs);
  expect(overview.gateways).toHaveLength(2);
  expect(observationsOf(overview, 'language@1')).toMatchObject([
    { gateway: 'gateway-1', observed: { state: 'FAILED' } },
  ]);
  expect(observationsOf(overview, 'language@9')).toEqual([{ gateway: 'gateway-1', observed: null }]);
  expect(observationsOf(undefined, 'language@1')).toEqual([]);
});

test('versions that a gateway holds or the route names, each once', () => {
  expect(versionsInUse(mnist, mockOverview('normal', atMs))).toEqual([5, 4]);
  expect(versionsInUse({ ...mnist, route: null }, mockOverview('no-gateway', atMs))).toEqual([]);
  const own = { model: 'mnist', version: 3, weight: 1 };
  const route: Route = {
    name: 'mnist',
    revision: 1,
    policy: { kind: 'split', variants: [own] },
    variants: [own, { model: 'other', version: 8, weight: 1 }],
    stickyHeader: 'x-user-id',
    updatedAt: '2026-08-25T10:00:00.000Z',
    updatedBy: 'admin',
  };
  expect(versionsInUse({ ...mnist, route }, undefined)).toEqual([3]);
});

test('traffic is of the versions that are asked for', () => {
  const overview = mockOverview('normal', atMs);
  const both = trafficOf(overview, new Set(['mnist@4', 'mnist@5']));
  const one = trafficOf(overview, new Set(['mnist@4']));
  expect(both.requestsPerSecond).toBeGreaterThan(one.requestsPerSecond);
  expect(one.requestsPerSecond).toBeGreaterThan(0);
  expect(trafficOf(mockOverview('idle', atMs), new Set(['mnist@4'])).p99Ms).toBeNull();
});

test('a version of a route that is unloaded waits for nobody', () => {
  const model = (name: string) => ({ name, route: mockRoutes.find((route) => route.name === name) ?? null });
  expect(routedVersion(model('mnist'), 4)).toBe('yes');
  expect(routedVersion(model('mnist'), 3)).toBe('no');
  expect(routedVersion(model('sentiment'), 1)).toBe('unloaded');
  expect(routedVersion({ name: 'sentiment', route: null }, 1)).toBe('no');
});
