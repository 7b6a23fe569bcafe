import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { waitUntil } from '../control-plane/server-process.ts';
import { chart, RELEASE } from '../release/chart.ts';
import { waitForPods } from '../release/installed.ts';
import { fields } from '../release/references.ts';

const namespace = 'cluster-ai';
/** As the chart sets them for the control plane. */
const [podsMin, podsMax] = [3, 15];
const requestMillicores = 250;
const targetMillicores = requestMillicores * 0.7;
/** Waiting times of scaling down are divided by this, in the autoscaler and so in what is waited for. */
const timeLapse = 10;

const autoscaler = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${RELEASE}-backend`;
const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${RELEASE}-backend`;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.createNamespace(namespace);
  await cluster.helm(['install', RELEASE, chart, '-n', namespace]);
  await waitForPods(cluster, namespace);
  await waitUntil('the use of every pod is known', async () => {
    const known = await cluster.api.list(`/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`);
    const pods = await cluster.api.list(`/api/v1/namespaces/${namespace}/pods`);
    return pods.every(({ metadata }) => known.some((one) => one.metadata.name === metadata.name));
  });
});

afterAll(async () => {
  await cluster.stop();
});

it('has the bounds that the chart declares', async () => {
  const spec = fields((await cluster.api.get(autoscaler))['spec']);
  expect([spec['minReplicas'], spec['maxReplicas']]).toEqual([podsMin, podsMax]);
});

it('adds pods for a load that is too much, stays there while it trembles, and stops at the most', async () => {
  // Seven pods carry it with nothing to spare.
  const up = await followLoad(() => 7 * targetMillicores * 0.97, 100_000);
  console.log(`load for 7 pods: ${up.join(' ')}`);
  expect(isRising(up)).toBe(true);
  expect(up.at(-1)).toBeGreaterThanOrEqual(7);
  expect(up.at(-1)).toBeLessThanOrEqual(8);
  // Within the tolerance of the autoscaler, 10 %, nothing moves.
  let turn = 0;
  const held = await followLoad(() => 7 * targetMillicores * (0.95 + 0.05 * Math.sin((turn += 1))), 45_000);
  console.log(`the same load, trembling: ${held.join(' ')}`);
  expect(new Set(held)).toEqual(new Set([up.at(-1)]));
  const most = await followLoad(() => podsMax * targetMillicores * 3, 110_000);
  console.log(`load for 45 pods: ${most.join(' ')}`);
  expect(isRising(most)).toBe(true);
  expect(most.at(-1)).toBe(podsMax);
});

it('goes back step by step when the load is gone, and stops at the fewest', async () => {
  await lapse();
  const down = await followLoad(() => 30, 150_000, podsMin);
  console.log(`no load: ${down.join(' ')}`);
  expect(isRising(down.toReversed())).toBe(true);
  expect(down.at(-1)).toBe(podsMin);
  expect(await followLoad(() => 30, 15_000)).toEqual([podsMin]);
});

/**
 * Spreads a load over the pods that are there, second by second, and writes down the numbers of pods, each change once.
 *
 * @param until ends early when there are as many.
 */
async function followLoad(millicores: () => number, forMs: number, until?: number): Promise<number[]> {
  const seen: number[] = [];
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    const object = await cluster.api.get(deployment);
    const wanted = Number(fields(object['spec'])['replicas']);
    const ready = Math.max(1, Number(fields(object['status'])['readyReplicas'] ?? 0));
    if (wanted !== seen.at(-1)) seen.push(wanted);
    if (wanted === until) break;
    const cpuMillicores = Math.max(1, Math.round(millicores() / ready));
    await cluster.simulateUse([{ component: 'backend', cpuMillicores, memoryMebibytes: 100 }]);
    await delay(1000);
  }
  return seen;
}

const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0));

/** Divides the times of scaling down: five minutes of waiting and one for each pod would be a quarter of an hour. */
async function lapse(): Promise<void> {
  const object = await cluster.api.get(autoscaler);
  const behaviour = fields(fields(object['spec'])['behavior']);
  const down = fields(behaviour['scaleDown']);
  const policies: unknown = down['policies'];
  if (!Array.isArray(policies)) throw new Error('the autoscaler has no policies for scaling down');
  const scaleDown = {
    ...down,
    stabilizationWindowSeconds: Number(down['stabilizationWindowSeconds']) / timeLapse,
    policies: policies.map(fields).map(({ type, value, periodSeconds }) => ({
      type,
      value,
      periodSeconds: Number(periodSeconds) / timeLapse,
    })),
  };
  const { status, body } = await cluster.api.send('PATCH', autoscaler, {
    contentType: 'application/merge-patch+json',
    body: { spec: { behavior: { scaleDown } } },
  });
  if (status !== 200) throw new Error(`PATCH ${autoscaler}: ${status} ${JSON.stringify(body)}`);
  await waitUntil(
    'the autoscaler has read it',
    async () => fields((await cluster.api.get(autoscaler))['status'])['currentReplicas'] !== undefined,
  );
}
