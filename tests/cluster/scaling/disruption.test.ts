import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../control-plane/api-client.ts';
import { waitUntil } from '../control-plane/server-process.ts';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { chart, RELEASE } from '../release/chart.ts';
import { waitForPods } from '../release/installed.ts';
import { fields, podSpec, text } from '../release/references.ts';

const namespace = 'cluster-ai';
const pods = `/api/v1/namespaces/${namespace}/pods`;
const parts = ['frontend', 'backend', 'ml-serving'];

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.createNamespace(namespace);
  await cluster.helm(['install', RELEASE, chart, '-n', namespace]);
  await waitForPods(cluster, namespace);
  await waitUntil('the budgets are counted', async () => (await allowances()).every((allowed) => allowed > 0));
});

afterAll(async () => {
  await cluster.stop();
});

it('spreads the pods of a part over the zones', async () => {
  const nodes = await cluster.api.list('/api/v1/nodes');
  const zoneOf = new Map(
    nodes.map(({ metadata }) => [metadata.name, metadata.labels?.['topology.kubernetes.io/zone']]),
  );
  for (const component of parts) {
    const names = (await podsOf(component)).map((pod) => zoneOf.get(text(podSpec(pod)['nodeName'])));
    expect([component, new Set(names).size]).toEqual([component, Math.min(3, names.length)]);
  }
});

it.each(parts)('lets one pod of %s go, and refuses the next until it is back', async (component) => {
  // Nothing new may start, so that the one that went stays away.
  await cordon(true);
  const [first, second] = await podsOf(component);
  if (first === undefined || second === undefined) throw new Error(`${component} has fewer than two pods`);
  expect(await evict(first)).toBe(201);
  await waitUntil('it is gone', async () => (await uidOf(first.metadata.name)) !== first.metadata.uid);
  await waitUntil('the budget knows it', async () => (await evict(second, true)) === 429, { timeoutMs: 20_000 });
  expect(await evict(second)).toBe(429);
  await cordon(false);
  await waitForPods(cluster, namespace);
  await waitUntil('it may go now', async () => (await evict(second, true)) === 201, { timeoutMs: 20_000 });
});

async function podsOf(component: string): Promise<KubeObject[]> {
  const list = await cluster.api.list(`${pods}?labelSelector=app.kubernetes.io/component=${component}`);
  return list.filter((pod) => fields(pod['status'])['phase'] === 'Running');
}

/** null when there is no pod of this name; a StatefulSet makes another one of the same. */
async function uidOf(name: string): Promise<unknown> {
  const { status, body } = await cluster.api.send('GET', `${pods}/${name}`);
  return status === 404 ? null : fields(fields(body)['metadata'])['uid'];
}

/** The status with which the API server answers: 201 when the pod may go, 429 when a budget forbids it. */
async function evict(pod: KubeObject, dryRun = false): Promise<number> {
  const { name } = pod.metadata;
  const { status } = await cluster.api.send('POST', `${pods}/${name}/eviction${dryRun ? '?dryRun=All' : ''}`, {
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
  });
  return status;
}

async function cordon(unschedulable: boolean): Promise<void> {
  for (const { metadata } of await cluster.api.list('/api/v1/nodes')) {
    await cluster.api.send('PATCH', `/api/v1/nodes/${metadata.name}`, {
      contentType: 'application/merge-patch+json',
      body: { spec: { unschedulable } },
    });
  }
}

async function allowances(): Promise<number[]> {
  const budgets = await cluster.api.list(`/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`);
  return budgets.map((budget) => Number(fields(budget['status'])['disruptionsAllowed'] ?? 0));
}
