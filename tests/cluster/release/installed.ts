import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../control-plane/api-client.ts';
import { waitUntil } from '../control-plane/server-process.ts';
import type { Cluster } from '../control-plane/start-cluster.ts';
import { RELEASE } from './chart.ts';
import { brokenReferences, fields, listOf, podSpec, text } from './references.ts';
import { selects, type Labels } from './selectors.ts';

const namespaced = [
  'api/v1:pods,services,configmaps,secrets,serviceaccounts,persistentvolumeclaims,endpoints,resourcequotas,limitranges',
  'apis/apps/v1:deployments,statefulsets,daemonsets',
  'apis/batch/v1:jobs,cronjobs',
  'apis/autoscaling/v2:horizontalpodautoscalers',
  'apis/policy/v1:poddisruptionbudgets',
  'apis/networking.k8s.io/v1:ingresses,networkpolicies',
  'apis/rbac.authorization.k8s.io/v1:roles,rolebindings',
  'apis/discovery.k8s.io/v1:endpointslices',
  'apis/gateway.networking.k8s.io/v1:gateways,httproutes,grpcroutes',
  'apis/monitoring.coreos.com/v1:servicemonitors,podmonitors,prometheusrules',
  'apis/traefik.io/v1alpha1:middlewares',
  'apis/gateway.envoyproxy.io/v1alpha1:backendtrafficpolicies',
].flatMap((line) => {
  const [group = '', kinds = ''] = line.split(':');
  return kinds.split(',').map((kind) => ({ group, kind }));
});

/** Everything of these kinds in a namespace, but what Kubernetes itself puts into each. */
export async function objectsIn(cluster: Cluster, namespace: string): Promise<KubeObject[]> {
  const lists = await Promise.all(
    namespaced.map(({ group, kind }) => cluster.api.list(`/${group}/namespaces/${namespace}/${kind}`)),
  );
  return lists
    .flat()
    .filter(({ metadata }) => !['kube-root-ca.crt', 'default'].includes(metadata.name))
    .filter(({ kind }) => kind !== 'Endpoints');
}

/** Whether every pod that should be there is, and is Ready. Jobs that ended well count as such. */
async function allReady(cluster: Cluster, namespace: string): Promise<string[]> {
  const objects = await objectsIn(cluster, namespace);
  const waiting = objects.flatMap((object) => {
    const name = `${object.kind} ${object.metadata.name}`;
    if (object.kind === 'Pod') {
      return isReady(object) ? [] : [`${name} is not Ready: ${JSON.stringify(object['status'])}`];
    }
    if (object.kind === 'HorizontalPodAutoscaler') return belowItsBounds(object, objects);
    if (!['Deployment', 'StatefulSet'].includes(object.kind)) return [];
    const [wanted, status] = [fields(object['spec'])['replicas'], fields(object['status'])];
    const whole =
      status['readyReplicas'] === wanted && status['updatedReplicas'] === wanted && status['replicas'] === wanted;
    return whole ? [] : [`${name} has ${Number(status['readyReplicas'] ?? 0)} of ${String(wanted)} pods Ready`];
  });
  return objects.some(({ kind }) => kind === 'Pod') ? waiting : ['there is no pod'];
}

/** An autoscaler brings what it scales to its fewest pods a moment after both were made. */
function belowItsBounds(autoscaler: KubeObject, objects: readonly KubeObject[]): string[] {
  const spec = fields(autoscaler['spec']);
  const target = fields(spec['scaleTargetRef']);
  const scaled = objects.find(({ kind, metadata }) => kind === target['kind'] && metadata.name === target['name']);
  const [replicas, least] = [Number(fields(scaled?.['spec'])['replicas'] ?? 0), Number(spec['minReplicas'])];
  return replicas >= least ? [] : [`${autoscaler.metadata.name} has ${replicas} pods, and ${least} at least`];
}

function isReady(pod: KubeObject): boolean {
  const status = fields(pod['status']);
  if (status['phase'] === 'Succeeded') return true;
  return listOf(status['conditions']).some(({ type, status: state }) => type === 'Ready' && state === 'True');
}

/** Waits for {@link allReady}. */
export async function waitForPods(cluster: Cluster, namespace: string, timeoutMs = 120_000): Promise<void> {
  await waitUntil(`all pods of ${namespace} are Ready`, async () => (await allReady(cluster, namespace)).length === 0, {
    timeoutMs,
    explain: async () => {
      const events = await cluster.api.list(`/api/v1/namespaces/${namespace}/events`);
      const warnings = events.filter(({ type }) => type === 'Warning').map(({ message }) => text(message));
      return [...(await allReady(cluster, namespace)), ...new Set(warnings)].join('\n');
    },
  });
}

/**
 * What is wrong with a release whose pods are all Ready, a sentence each: names that lead nowhere, Services without a
 * pod behind them, budgets and policies that concern nobody.
 *
 * @param passing labels of pods that come and go: those of hooks.
 */
export async function findings(
  cluster: Cluster,
  namespace: string,
  passing: readonly Labels[] = [],
): Promise<string[]> {
  const objects = await objectsIn(cluster, namespace);
  const pods = objects.filter(({ kind }) => kind === 'Pod');
  return [
    ...brokenReferences(objects),
    ...objects.flatMap((object) => {
      const name = `${object.kind} ${object.metadata.name}`;
      const spec = fields(object['spec']);
      if (object.kind === 'Service') return spec['selector'] === undefined ? [] : withoutEndpoints(object, objects);
      const selector = { PodDisruptionBudget: spec['selector'], NetworkPolicy: spec['podSelector'] }[object.kind];
      if (selector === undefined) return [];
      const labels = [...pods.map(labelsOf), ...passing];
      return labels.some((one) => selects(fields(selector), one)) ? [] : [`${name} selects no pod`];
    }),
    ...pods.flatMap(tokenWithoutNeed),
  ];
}

/** Labels of the pods that Helm starts at an upgrade and for `helm test`. */
export async function hookPods(cluster: Cluster, namespace: string): Promise<Labels[]> {
  const { stdout } = await cluster.helm(['get', 'hooks', RELEASE, '-n', namespace]);
  return parseAllDocuments(stdout).flatMap((document) => {
    const hook = fields(document.toJS());
    const metadata = hook['kind'] === 'Pod' ? hook['metadata'] : fields(fields(hook['spec'])['template'])['metadata'];
    const labels = Object.entries(fields(fields(metadata)['labels']));
    return labels.length === 0 ? [] : [Object.fromEntries(labels.map(([key, value]) => [key, String(value)]))];
  });
}

const labelsOf = (object: KubeObject): Labels => object.metadata.labels ?? {};

function withoutEndpoints(service: KubeObject, objects: readonly KubeObject[]): string[] {
  const slices = objects.filter(
    (object) =>
      object.kind === 'EndpointSlice' && labelsOf(object)['kubernetes.io/service-name'] === service.metadata.name,
  );
  return listOf(fields(service['spec'])['ports']).flatMap((port) => {
    const served = slices.some(
      (slice) =>
        listOf(slice['ports']).some(({ name }) => text(name) === text(port['name'])) &&
        listOf(slice['endpoints']).some((endpoint) => fields(endpoint['conditions'])['ready'] === true),
    );
    return served ? [] : [`Service ${service.metadata.name} has no ready pod behind its port ${String(port['port'])}`];
  });
}

/** Nothing of ours calls the API server but Jobs that make Secrets: a token in a pod is a right to lose. */
function tokenWithoutNeed(pod: KubeObject): string[] {
  const owner = listOf(pod.metadata['ownerReferences'])[0]?.['kind'];
  const hasToken = listOf(podSpec(pod)['volumes']).some((volume) =>
    listOf(fields(volume['projected'])['sources']).some((source) => source['serviceAccountToken'] !== undefined),
  );
  return hasToken && owner !== 'Job' ? [`Pod ${pod.metadata.name} has a token of the API server`] : [];
}
