import { getTraffic } from '@cluster-ai/contract/api/traffic.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { captureCli } from '../../testing/capture-cli.ts';

const fromMs = Date.parse('2026-01-31T08:00:00Z');
const point = (minute: number, requestsPerSecond: number | null) => ({
  atMs: fromMs + minute * 60_000,
  requestsPerSecond,
  errorsPerSecond: requestsPerSecond === null ? null : 0,
  faultsPerSecond: requestsPerSecond === null ? null : 0,
  p50Ms: requestsPerSecond === null ? null : 1.5,
  p95Ms: null,
  p99Ms: null,
});

let plane: FakeControlPlane;
beforeAll(async () => {
  plane = await startFakeControlPlane([
    answering(getTraffic, ({ query: { groupBy } }) => ({
      fromMs,
      toMs: fromMs + 180_000,
      stepSeconds: 60,
      series: [
        {
          gateway: null,
          route: groupBy === 'none' ? null : 'iris',
          modelId: groupBy === 'version' ? 'iris@2' : null,
          requests: 1_000,
          errors: 15,
          faults: 0,
          p50Ms: 1.5,
          p95Ms: 3,
          p99Ms: 12.25,
          points: [point(0, 4), point(1, null), point(2, 12.345)],
        },
      ],
      seriesOmitted: 2,
    })),
  ]);
});
afterAll(() => plane.close());
beforeEach(() => (plane.calls.length = 0));

const traffic = (...words: string[]) => captureCli('traffic', ...words, '--server', plane.url);
const lines = (text: string) => text.split('\n').map((line) => line.replaceAll(/ {2,}/g, '|'));

test('one row a route, with units and what was left out', async () => {
  expect(lines((await traffic()).stdout)).toEqual([
    '2026-01-31T08:00:00Z to 2026-01-31T08:03:00Z, in steps of 60 s; 2 with fewer requests are left out',
    '',
    '|REQUESTS|ERRORS|FAULTS|P50|P95|P99|REQUESTS/S OVER TIME',
    'iris|1000|15 (1.5 %)|0|1.5 ms|3.0 ms|12.3 ms|▄ █ max 12.3',
    '',
  ]);
  const { from, to, ...rest } = (plane.calls[0]?.query ?? {}) as { from: number; to: number };
  expect([to - from, rest]).toEqual([expect.closeTo(3_600_000, -4), { step: 150, groupBy: 'route' }]);
});

test('one row a step, where nothing was measured a dash', async () => {
  const { stdout } = await traffic('--by', 'none', '--steps');
  expect(lines(stdout).slice(2, 5)).toEqual([
    '|AT|REQUESTS/S|ERRORS/S|FAULTS/S|P50|P95|P99',
    'all|2026-01-31T08:00:00Z|4|0|0|1.5 ms|-|-',
    'all|2026-01-31T08:01:00Z|-|-|-|-|-|-',
  ]);
});

test('a range is given by times, and filters are sent', async () => {
  const range = ['--from', '2026-01-31T08:00:00Z', '--to', '2026-01-31T10:00:00Z'];
  const { stdout } = await traffic(...range, '--by', 'version', '--route', 'iris', '--gateway', 'g1');
  expect(stdout).toContain('iris → iris@2');
  expect(plane.calls[0]?.query).toEqual({
    from: fromMs,
    to: fromMs + 7_200_000,
    step: 300,
    groupBy: 'version',
    route: 'iris',
    gateway: 'g1',
  });
});

test.each([
  [['--from', 'yesterday'], 'It must be a time ago such as 15m or 7d'],
  [['--from', '1h', '--to', '2h'], '--from must be before --to'],
  [['--by', 'model'], 'Allowed choices are none, gateway, route, version'],
])('%j is refused', async (words, message) => {
  const { code, stderr } = await traffic(...words);
  expect([code, stderr, plane.calls]).toEqual([2, expect.stringContaining(message), []]);
});
