import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import { pairOf, summarize, type Measurement, type Results } from './results.ts';

function measurement(
  requestsPerSecond: number,
  p50Ms: number,
  clients: number,
  variant: Measurement['variant'],
): Measurement {
  const loop = { runsPerSecond: 1_000, p50Us: 20, cpuUsPerRun: 15 };
  return {
    model: 'iris',
    wire: 'JSON',
    variant,
    clients,
    load: { requests: 100, requestsPerSecond, p50Ms, p99Ms: 2 * p50Ms, checked: 100 },
    inProcess: { publicRun: loop, privateRun: { ...loop, runsPerSecond: 1_500 } },
    cpuUs: 40,
  };
}

function resultsOf(measurements: readonly Measurement[], changes: Partial<Results> = {}): Results {
  const observation = { share: 0.02, busySeconds: 3 };
  return {
    rows: summarize(measurements),
    open: [],
    edges: [],
    wholePaths: [],
    starts: [],
    observation,
    ...changes,
  };
}

test('a row is the median of the rounds, its ratio that of each round against the public loop', () => {
  const [row] = summarize([900, 1_300, 1_100].map((perSecond) => measurement(perSecond, 0.2, 128, 'shared')));
  expect(row).toMatchObject({
    gatewayPerSecond: 1_100,
    inProcessPerSecond: 1_000,
    privatePerSecond: 1_500,
    ratio: 1.1,
  });
  expect(row).toMatchObject({ addedUs: 180, ratios: [0.9, 1.3, 1.1] });
});

test('floors and goals are met, missed, or not measured', () => {
  const found = judge(
    resultsOf([
      measurement(1_040, 0.1, 128, 'shared'),
      measurement(1_100, 0.1, 128, 'inline'),
      measurement(5, 0.2, 1, 'shared'),
      measurement(5, 0.195, 1, 'unbatched'),
    ]),
  );
  const verdict = (what: string) => found.find((each) => each.what === what);
  expect(verdict('iris JSON, 128 clients, shared')).toMatchObject({ found: 1.04, floorMet: true, goalMet: null });
  expect(verdict('iris JSON, 128 clients, inline')).toMatchObject({ found: 1.1, floorMet: null, goalMet: false });
  expect(verdict("added to one client's p50, iris JSON, shared")).toMatchObject({
    found: 180,
    floorMet: true,
    goalMet: false,
  });
  expect(verdict("batching, added to one client's p50, iris JSON")).toMatchObject({ found: 5, floorMet: true });
  expect(verdict('MNIST binary, 32 clients, shared')).toMatchObject({ found: null, floorMet: null });
});

test('two servers are compared round by round', () => {
  const http = pairOf('HTTP', [
    { own: 200, plain: 100 },
    { own: 100, plain: 90 },
    { own: 300, plain: 200 },
  ]);
  expect(http).toEqual({ name: 'HTTP', ownPerSecond: 200, plainPerSecond: 100, ratio: 1.5 });
  const found = judge(resultsOf([], { edges: [http] })).find(({ what }) => what.startsWith('HTTP server alone'));
  expect(found).toMatchObject({ found: 1.5, floorMet: false });
});
