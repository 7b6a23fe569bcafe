import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { chart, helm, type KubernetesObject } from './render.ts';

const run = promisify(execFile);
const outputBytesMax = 64 * 1024 * 1024;

/** What a cluster holds already, for `lookup`. */
export interface FakeCluster {
  readonly address: string;
  close(): Promise<void>;
}

/** Every kind of the default profile by its API group, as discovery tells it. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  v1: ['Secret', 'PersistentVolumeClaim', 'ServiceAccount', 'ConfigMap', 'Service', 'Pod'],
  'apps/v1': ['StatefulSet', 'Deployment'],
  'batch/v1': ['Job'],
  'policy/v1': ['PodDisruptionBudget'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'networking.k8s.io/v1': ['NetworkPolicy', 'Ingress'],
};

const pluralOf = (kind: string): string => kind.toLowerCase().replace(/y$/, 'ie').replace(/ss$/, 'sse').concat('s');

/** As much of an API server as Helm asks when it renders: versions, kinds, and single objects. */
export async function startFakeCluster(objects: readonly KubernetesObject[]): Promise<FakeCluster> {
  const server = createServer((request, response) => {
    const body = answer(new URL(request.url ?? '/', 'http://cluster').pathname, objects);
    response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(path: string, objects: readonly KubernetesObject[]): unknown {
  if (path === '/version') return { major: '1', minor: '35', gitVersion: 'v1.35.0' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups() };
  for (const [groupVersion, names] of Object.entries(kinds)) {
    if (path !== (groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`)) continue;
    const resources = names.map((kind) => ({
      name: pluralOf(kind),
      kind,
      namespaced: true,
      singularName: '',
      verbs: ['get'],
    }));
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
  }
  const [plural, name] = path.split('/').slice(-2);
  return objects.find(({ kind, metadata }) => pluralOf(kind) === plural && metadata.name === name) ?? null;
}

function groups(): unknown[] {
  return Object.keys(kinds)
    .filter((groupVersion) => groupVersion !== 'v1')
    .map((groupVersion) => {
      const [name, version] = groupVersion.split('/');
      return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
    });
}

/** What an upgrade would send to that cluster. @returns the rendered text, or the refusal. */
export async function upgradeOn(cluster: FakeCluster, values: Readonly<Record<string, string>>): Promise<string> {
  const set = Object.entries(values).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
  const args = [
    'template',
    'cluster-ai',
    chart,
    '--namespace',
    'cluster-ai',
    '--dry-run=server',
    '--is-upgrade',
    '--disable-openapi-validation',
    '--kube-apiserver',
    cluster.address,
  ];
  try {
    const env = { ...process.env, KUBECONFIG: '/dev/null' };
    const { stdout } = await run(helm, [...args, ...set], { maxBuffer: outputBytesMax, env });
    return stdout;
  } catch (error) {
    return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  }
}
