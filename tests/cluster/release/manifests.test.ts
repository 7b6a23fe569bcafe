import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../control-plane/api-client.ts';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { chart, manifests, RELEASE } from './chart.ts';
import { findings, objectsIn, waitForPods } from './installed.ts';
import { fields } from './references.ts';
import { runSecretsJob } from './secrets-job.ts';

const namespace = 'cluster-ai';
/** Made by Kubernetes from the others; and the Job that makes the Secrets, which goes a minute after it has ended. */
const derived = new Set(['Pod', 'EndpointSlice', 'Job']);
/** As `make manifests` renders the default profile: kubectl knows no hooks. */
const withoutHooks = ['secrets.mode=job', 'migrations.enabled=false'].flatMap((value) => ['--set', value]);

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
  // The pod of `helm test`, which nobody starts here.
  expect(await findings(cluster, namespace)).toEqual(['NetworkPolicy cluster-ai-test selects no pod']);
  const applied = declared(await objectsIn(cluster, namespace));
  // Nothing changes when it is applied a second time.
  await cluster.kubectl(['apply', '-k', manifests]);
  expect(declared(await objectsIn(cluster, namespace))).toEqual(applied);

  await cluster.kubectl(['delete', 'namespace', namespace, '--wait=true']);
  await cluster.createNamespace(namespace);
  await cluster.helm(['install', RELEASE, chart, '-n', namespace, ...withoutHooks]);
  await waitForPods(cluster, namespace);
  expect(await runSecretsJob(cluster, namespace)).toBe(true);
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
    spec: Object.fromEntries(spec),
    rules: object['rules'],
    subjects: object['subjects'],
    roleRef: object['roleRef'],
  };
}

function own(values: Readonly<Record<string, string>>, left: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !ofTheTool.test(key) && !left.includes(key)));
}
