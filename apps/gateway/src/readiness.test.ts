import { snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { Admission } from './admission/admission.ts';
import { readinessReasons } from './readiness.ts';
import { RouteTable, type ActiveRoute } from './routing/route-table.ts';

const iris = snapshotModel('iris', 1);

function setUp() {
  const admission = new Admission({ inFlightMax: 1, bodyBytesInFlightMax: 1 });
  const follower = { applied: null as { epoch: string; version: number; good: boolean } | null }; // A test fills it in.
  const deployment = { settled: false, loadingNames: () => ['iris@1'] };
  const routes = new RouteTable(Math.random);
  const reasons = readinessReasons({ admission, follower, deployment, routes });
  return { admission, follower, deployment, routes, reasons };
}

/** A route with so many versions ready. */
function route(ready: number, name = 'iris'): ActiveRoute {
  const serving = Array.from({ length: ready }, () => ({}) as ActiveRoute['serving'][number]); // Only their number matters here.
  return { name, stickyHeader: 'x', serving, wanted: [iris] };
}

test('a gateway is ready when its first snapshot has settled', () => {
  const { follower, deployment, routes, reasons } = setUp();
  expect(reasons()).toEqual([expect.stringContaining('no snapshot')]);
  follower.applied = { epoch: 'e', version: 1, good: false };
  expect(reasons()).toEqual(['loading models: iris@1']);
  routes.replace([route(1)]);
  deployment.settled = true;
  expect(reasons()).toEqual([]);
});

test('a model that comes later, or fails, does not turn a serving gateway red; having none that serves does', () => {
  const { follower, deployment, routes, reasons } = setUp();
  follower.applied = { epoch: 'e', version: 1, good: true };
  deployment.settled = true;
  routes.replace([route(1), route(0, 'mnist')]);
  expect(reasons()).toEqual([]);
  deployment.settled = false;
  expect(reasons()).toEqual([]);
  routes.replace([route(0), route(0, 'mnist')]);
  expect(reasons()).toEqual([expect.stringContaining('no model can be served')]);
});

test('a platform without any route is ready: there is nothing to wait for', () => {
  const { follower, deployment, reasons } = setUp();
  follower.applied = { epoch: 'e', version: 1, good: true };
  deployment.settled = true;
  expect(reasons()).toEqual([]);
});

test('a gateway that stops is red first of all', () => {
  const { admission, reasons } = setUp();
  admission.stop();
  expect(reasons()).toEqual(['the gateway is stopping']);
});
