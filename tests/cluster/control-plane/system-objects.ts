import type { ApiClient } from './api-client.ts';
import type { ClusterFiles } from './cluster-files.ts';

/** What the simulated pods with this label `app.kubernetes.io/component` use, each of them. */
export interface Use {
  readonly component: string;
  readonly cpuMillicores: number;
  readonly memoryMebibytes: number;
}

/** What an administrator sets up in a new cluster: storage, and who serves the metrics. */
export async function createSystemObjects(api: ApiClient, files: ClusterFiles, metricsPort: number): Promise<void> {
  await waitForNamespace(api, 'kube-system');
  for (const [path, body] of objects(files, metricsPort)) {
    const { status, body: answer } = await api.send('POST', path, { body });
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
  }
}

async function waitForNamespace(api: ApiClient, name: string): Promise<void> {
  const { status } = await api.send('GET', `/api/v1/namespaces/${name}`);
  if (status === 404) await api.send('POST', '/api/v1/namespaces', { body: namespace(name, {}) });
}

function objects(files: ClusterFiles, metricsPort: number): [string, unknown][] {
  return [
    [
      '/apis/storage.k8s.io/v1/storageclasses',
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
        provisioner: 'kubernetes.io/host-path',
      },
    ],
    [
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'kube-apiserver-kubelet-client' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:kubelet-api-admin' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'kube-apiserver-kubelet-client' }],
      },
    ],
    [
      '/api/v1/namespaces/kube-system/services',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'metrics-server', namespace: 'kube-system' },
        // It runs beside the API server, not in a pod.
        spec: { type: 'ExternalName', externalName: 'localhost' },
      },
    ],
    [
      '/apis/apiregistration.k8s.io/v1/apiservices',
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.metrics.k8s.io' },
        spec: {
          group: 'metrics.k8s.io',
          version: 'v1beta1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          caBundle: Buffer.from(files.authority.cert).toString('base64'),
          service: { name: 'metrics-server', namespace: 'kube-system', port: metricsPort },
        },
      },
    ],
  ];
}

function namespace(name: string, labels: Readonly<Record<string, string>>): unknown {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export function namespaceOf(name: string): unknown {
  return namespace(name, {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'latest',
  });
}

export interface NodeShape {
  readonly name: string;
  readonly zone: string;
  /** The label `pool`, by which people choose nodes. */
  readonly pool: string;
  readonly gpus?: number;
  /** Whether it keeps pods away that do not bear the taint `dedicated`, whose value is the pool. */
  readonly dedicated?: boolean;
}

/** A node that kwok plays. One with graphics processors keeps others away, as it is done with real ones. */
export function nodeOf({ name, zone, pool, gpus = 0, dedicated = false }: NodeShape): unknown {
  const capacity = {
    cpu: '32',
    memory: '128Gi',
    pods: '110',
    'ephemeral-storage': '100Gi',
    ...(gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {}),
  };
  const taints = [
    ...(gpus > 0 ? [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }] : []),
    ...(dedicated ? [{ key: 'dedicated', value: pool, effect: 'NoSchedule' }] : []),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: {
        'kwok.x-k8s.io/node': 'fake',
        // One port serves all of them.
        'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource`,
      },
      labels: {
        'kubernetes.io/hostname': name,
        pool,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/region': 'test',
        'topology.kubernetes.io/zone': zone,
        ...(gpus > 0 ? { 'nvidia.com/gpu.present': 'true' } : {}),
      },
    },
    spec: { taints },
    status: { allocatable: capacity, capacity },
  };
}

interface Usage {
  readonly metadata: { readonly name: string };
}

/** For kwok, in the Common Expression Language; whoever is not named uses next to nothing. */
export function usageOf(uses: readonly Use[]): Usage {
  const component = '"app.kubernetes.io/component" in pod.metadata.labels';
  const choose = (amount: (use: Use) => string, otherwise: string): string =>
    uses.reduceRight(
      (rest, use) =>
        `(${component} && pod.metadata.labels["app.kubernetes.io/component"] == "${use.component}") ? Quantity("${amount(use)}") : (${rest})`,
      `Quantity("${otherwise}")`,
    );
  const body = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterResourceUsage',
    metadata: { name: 'use' },
    spec: {
      usages: [
        {
          usage: {
            cpu: { expression: choose((use) => `${use.cpuMillicores}m`, '1m') },
            memory: { expression: choose((use) => `${use.memoryMebibytes}Mi`, '1Mi') },
          },
        },
      ],
    },
  };
  return body;
}
