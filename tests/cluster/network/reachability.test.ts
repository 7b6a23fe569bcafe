import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { chart, RELEASE } from '../release/chart.ts';
import { hookPods, objectsIn, waitForPods } from '../release/installed.ts';
import { reachability, type Matrix } from './matrix.ts';

// The file is beside this one and holds nothing else.
const declared = JSON.parse(readFileSync(join(import.meta.dirname, 'reachability.json'), 'utf8')) as Record<
  string,
  Matrix
>;

const profiles = {
  default: [],
  'pooled, secrets from a job, monitored': [
    'pgbouncer.enabled=true',
    'secrets.mode=job',
    'monitoring.serviceMonitors=true',
  ],
};

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster.stop();
});

it.each(Object.entries(profiles))('opens what is declared and nothing else: %s', async (profile, settings) => {
  const namespace = `network-${settings.length}`;
  await cluster.createNamespace(namespace);
  await cluster.helm(['install', RELEASE, chart, '-n', namespace, ...settings.flatMap((value) => ['--set', value])]);
  await waitForPods(cluster, namespace);
  const matrix = reachability(await objectsIn(cluster, namespace), namespace, await hookPods(cluster, namespace));
  console.log(`${profile}: ${JSON.stringify(matrix, null, 1)}`);
  expect(matrix).toEqual(declared[profile]);
});

it('would notice a policy that is gone, and one that opens too much', async () => {
  const namespace = 'network-0';
  const [objects, hooks] = [await objectsIn(cluster, namespace), await hookPods(cluster, namespace)];
  const without = objects.filter(
    ({ metadata }) => metadata.name !== 'cluster-ai-postgres' && metadata.name !== 'cluster-ai-default-deny',
  );
  expect(reachability(without, namespace, hooks)).not.toEqual(declared['default']);
  const policy = objects.find(({ kind }) => kind === 'NetworkPolicy');
  if (policy === undefined) throw new Error('there is no policy');
  const open = {
    ...policy,
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] },
  };
  expect(reachability([...objects, open], namespace, hooks)).not.toEqual(declared['default']);
});
