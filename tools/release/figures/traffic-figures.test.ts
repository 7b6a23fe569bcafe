import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPage, type GatewayCounters } from './read-page.ts';
import { faultRatio, figuresBetween, quantileMs } from './traffic-figures.ts';

const page = `# HELP cluster_ai_gateway_requests_total Requests.
# TYPE cluster_ai_gateway_requests_total counter
cluster_ai_gateway_requests_total{route="iris",model="iris@1"} 90
cluster_ai_gateway_requests_total{route="",model=""} 10
cluster_ai_gateway_errors_total{route="iris",model="iris@1",code="INTERNAL"} 3
cluster_ai_gateway_errors_total{route="",model="",code="MODEL_NOT_FOUND"} 10
cluster_ai_gateway_errors_total{route="iris",model="iris@1",code="DIMENSION_NOT_UNSIGNED"} 2
cluster_ai_gateway_errors_total{route="iris",model="iris@1",code="OF_A_LATER_RELEASE"} 1
cluster_ai_gateway_request_duration_seconds_bucket{model="iris@1",le="0.001"} 50
cluster_ai_gateway_request_duration_seconds_bucket{model="iris@1",le="0.002"} 100
cluster_ai_gateway_request_duration_seconds_bucket{model="iris@1",le="+Inf"} 100
cluster_ai_gateway_start_time_seconds 1700000000.5
`;

test('a page of a gateway: requests, faults of the platform without those of callers, times', () => {
  expect(readPage('gateway-1', page)).toEqual({
    instance: 'gateway-1',
    startedAtSeconds: 1_700_000_000.5,
    requests: 100,
    faults: 4,
    withinSeconds: new Map([
      [0.001, 50],
      [0.002, 100],
      [Number.POSITIVE_INFINITY, 100],
    ]),
  });
});

test('another page is not taken for a quiet gateway', () => {
  expect(() => readPage('nginx', 'nginx_up 1\n')).toThrow('is not the /metrics of a gateway');
});

const counters = (instance: string, requests: number, faults: number, startedAtSeconds = 1): GatewayCounters => ({
  instance,
  startedAtSeconds,
  requests,
  faults,
  withinSeconds: new Map([[Number.POSITIVE_INFINITY, requests]]),
});

test('what happened between two looks is the sum of what each gateway did', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 1, maxLength: 8 }), (gateways) => {
      const earlier = gateways.map(([before], index) => counters(`g${index}`, before, 0));
      const later = gateways.map(([before, more], index) => counters(`g${index}`, before + more, more));
      const figures = figuresBetween(earlier, later);
      const sum = gateways.reduce((all, [, more]) => all + more, 0);
      expect(figures).toMatchObject({ requests: sum, faults: sum, restarts: 0, gone: 0 });
      expect(faultRatio(figures)).toBe(sum === 0 ? 0 : 1);
    }),
  );
});

test('a gateway that was started again counts from 0 and is told; so is one that is gone', () => {
  const earlier = [counters('a', 100, 5), counters('b', 100, 0)];
  expect(figuresBetween(earlier, [counters('a', 7, 1, 2)])).toMatchObject({
    requests: 7,
    faults: 1,
    restarts: 1,
    gone: 1,
  });
});

test('a quantile lies in proportion between two bounds', () => {
  const within = [
    { seconds: 0.001, requests: 50 },
    { seconds: 0.002, requests: 100 },
    { seconds: Number.POSITIVE_INFINITY, requests: 100 },
  ];
  expect(quantileMs({ within }, 0.5)).toBe(1);
  expect(quantileMs({ within }, 0.75)).toBeCloseTo(1.5);
  expect(quantileMs({ within: [] }, 0.99)).toBeNull();
  const beyond = [...within.slice(0, 2), { seconds: Number.POSITIVE_INFINITY, requests: 200 }];
  expect(quantileMs({ within: beyond }, 0.99)).toBe(2);
});
