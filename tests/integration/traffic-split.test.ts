import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { getTraffic } from '@cluster-ai/contract/api/traffic.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest, versionOf } from '../iris.ts';
import { cli } from '../run-cli.ts';
import { repository, startPlatform, type Platform } from '../start-platform.ts';
import { countKinds, sendMany, type Outcome } from '../steady-load.ts';

const requests = 20_000;

describe('splitting traffic between versions', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform({ env: { CLUSTER_AI_GATEWAY_ROUTING_SEED: '20261122' } });
    await cli(platform, 'model', 'push', 'iris', join(repository, 'models/iris/1/model.onnx'));
    await cli(platform, 'route', 'split', 'iris', '1=90', '2=10');
  });
  afterAll(() => platform?.stop());

  it('gives a 90/10 split within a bound of 10^-9 over 20,000 requests', async () => {
    const outcomes = await sendMany(platform.gatewayUrl, requests, 32, () => irisRequest);
    expect(countKinds(outcomes)).toMatchObject({ answered: requests });
    const counts = versionCounts(outcomes);
    // The normal bound for 10^-9 two-sided is 6.11 standard deviations of the binomial.
    const bound = Math.ceil(6.11 * Math.sqrt(requests * 0.9 * 0.1));
    console.log(`version 1 answered ${counts.get('1')} of ${requests}; bound 18,000 ± ${bound}`);
    expect(Math.abs((counts.get('1') ?? 0) - requests * 0.9)).toBeLessThanOrEqual(bound);
    expect((counts.get('1') ?? 0) + (counts.get('2') ?? 0)).toBe(requests);
    // The gateway reports every two seconds.
    await expect.poll(() => historyCounts(platform), { timeout: 10_000, interval: 250 }).toEqual(counts);
  });

  it('meets one sticky unit always with the same version, and units in the split proportion', async () => {
    const units = 2_000;
    const send = () =>
      sendMany(platform.gatewayUrl, units, 32, (index) => ({
        ...irisRequest,
        headers: { 'x-cluster-ai-unit': `user-${index}` },
      }));
    const first = await send();
    const second = await send();
    expect(first.map(answeredBy)).toEqual(second.map(answeredBy));
    const share = (versionCounts(first).get('2') ?? 0) / units;
    console.log(`share of units on version 2: ${share}`);
    expect(Math.abs(share - 0.1)).toBeLessThanOrEqual(6.11 * Math.sqrt((0.9 * 0.1) / units));
  });

  it('restores the last split on rollback', async () => {
    await cli(platform, 'route', 'split', 'iris', '2=100');
    await cli(platform, 'route', 'rollback', 'iris');
    const route = JSON.parse(await cli(platform, 'route', 'show', 'iris', '-o', 'json')) as { variants: unknown };
    expect(route.variants).toEqual([
      { model: 'iris', version: 1, weight: 90 },
      { model: 'iris', version: 2, weight: 10 },
    ]);
    const outcomes = await sendMany(platform.gatewayUrl, 1_000, 16, () => irisRequest);
    const counts = versionCounts(outcomes);
    console.log(`after rollback version 1 answered ${counts.get('1')} of 1000`);
    expect(counts.get('1')).toBeGreaterThan(840);
    expect(counts.get('2')).toBeGreaterThan(40);
  });
});

/** Requests of each version, as the control plane's traffic history has them. */
async function historyCounts({ controlUrl }: Platform): Promise<Map<string, number>> {
  const { series } = await callEndpoint({ baseUrl: controlUrl, timeoutMs: 5_000 }, getTraffic, {
    query: { from: Date.now() - 600_000, to: Date.now(), route: 'iris', groupBy: 'version' },
  });
  return new Map(series.map(({ modelId, requests: count }) => [modelId?.replace('iris@', '') ?? '', count]));
}

function answeredBy(outcome: Outcome): string {
  return outcome.kind === 'answered' ? versionOf(outcome.body) : outcome.kind;
}

function versionCounts(outcomes: readonly Outcome[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(answeredBy(outcome), (counts.get(answeredBy(outcome)) ?? 0) + 1);
  return counts;
}
