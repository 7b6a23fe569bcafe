import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../control-plane/api-client.ts';
import { waitUntil } from '../control-plane/server-process.ts';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { chart, manifests, RELEASE } from './chart.ts';
import { findings, objectsIn, waitForPods } from './installed.ts';
import { fields } from './references.ts';
import { runSecretsJob } from './secrets-job.ts';

const namespace = 'cluster-ai';
/** Made by Kubernetes from the others. */
const derived = new Set(['Pod', 'EndpointSlice']);

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster.stop();
});

it('leaves with kubectl what the chart leaves with helm', async () => {
  await cluster.kubectl(['apply', '-k', manifests]);
  expect((await cluster.api.get(`/api/v1/namespaces/${namespace}`)).metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
  await waitForPods(cluster, namespace);
  expect(await runSecretsJob(cluster, namespace)).toBe(true);
  expect(await findings(cluster, namespace)).toEqual([]);
  const applied = declared(await objectsIn(cluster, namespace));
  // Again: nothing changes when it is applied a second time, but the Job, which is gone by then.
  await cluster.kubectl(['apply', '-k', manifests]);
  expect(declared(await objectsIn(cluster, namespace))).toEqual(applied);

  await cluster.kubectl(['delete', 'namespace', namespace, '--wait=true']);
  await cluster.createNamespace(namespace);
  await cluster.helm(['install', RELEASE, chart, '-n', namespace, '--set', 'secrets.mode=job']);
  await waitForPods(cluster, namespace);
  await runSecretsJob(cluster, namespace);
  await waitUntil('helm is done', async () => (await objectsIn(cluster, namespace)).length > 0);
  const installed = declared(await objectsIn(cluster, namespace));
  console.log(`${Object.keys(installed).length} objects`);
  expect(Object.keys(applied)).toEqual(Object.keys(installed));
  expect(applied).toEqual(installed);
});

/** What was asked for, by kind and name, without what the API server adds and each tool notes for itself. */
function declared(objects: readonly KubeObject[]): Record<string, unknown> {
  const kept = objects.filter((object) => !derived.has(object.kind) && object['type'] !== 'helm.sh/release.v1');
  return Object.fromEntries(
    kept
      .map((object) => [`${object.kind} ${object.metadata.name}`, content(object)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const ofTheTool =
  /^(meta\.helm\.sh|kubectl\.kubernetes\.io|helm\.sh|deployment\.kubernetes\.io|pv\.kubernetes\.io|volume\..*kubernetes\.io)\//;

function content(object: KubeObject): unknown {
  const { labels = {}, annotations = {} } = object.metadata;
  const spec = Object.entries(fields(object['spec'])).filter(
    ([key]) => !['clusterIP', 'clusterIPs', 'volumeName'].includes(key),
  );
  return {
    labels: own(labels, ['app.kubernetes.io/managed-by', 'helm.sh/chart']),
    annotations: own(annotations, []),
    // Another password each time: the keys are what was asked for.
    data: object.kind === 'Secret' ? Object.keys(fields(object['data'])) : object['data'],
    spec: object.kind === 'Job' ? withoutNames(Object.fromEntries(spec)) : Object.fromEntries(spec),
    rules: object['rules'],
    subjects: object['subjects'],
    roleRef: object['roleRef'],
  };
}

function own(values: Readonly<Record<string, string>>, left: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !ofTheTool.test(key) && !left.includes(key)));
}

/** A Job selects its pods by its own id. */
function withoutNames(spec: Readonly<Record<string, unknown>>): unknown {
  const text = JSON.stringify({ ...spec, selector: undefined });
  return JSON.parse(text.replaceAll(/"(batch\.kubernetes\.io\/)?controller-uid":"[^"]+",?/g, ''));
}
