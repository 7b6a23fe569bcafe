/**
 * A real Kubernetes cluster on one machine, for a test: etcd, API server, controller manager and scheduler as they are
 * published, with certificates, tokens, RBAC and Pod Security of their own; nodes that kwok simulates, so that pods are
 * scheduled, become Ready and go as on real ones, but nothing of theirs runs; metrics-server over what kwok says they use.
 *
 *     const cluster = await startCluster();
 *     await cluster.createNamespace('cluster-ai');   // Pod Security `restricted` is enforced in it
 *     await cluster.helm(['install', …]);            // and cluster.kubectl([…])
 *     await cluster.api.list('/api/v1/namespaces/cluster-ai/pods');
 *     await cluster.simulateUse([{ component: 'backend', cpuMillicores: 350, memoryMebibytes: 200 }]);
 *     await cluster.stop();                          // nothing stays: no process, no folder
 *
 * `build-programs.ts` builds the programs once; `real-node/start-node.ts` starts a real kubelet beside them.
 */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@cluster-ai/platform/process/ports.ts';
import { kubernetesTools } from '../../../tools/kubernetes-tools.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import { buildClusterPrograms, type ClusterPrograms } from './build-programs.ts';
import { writeClusterFiles, type ClusterFiles } from './cluster-files.ts';
import { definitions } from './module-files.ts';
import { fields, listOf, text } from '../release/references.ts';
import { createSystemObjects, namespaceOf, nodeOf, usageOf, type Use } from './system-objects.ts';
import { runTool, type ToolRun } from './run-tool.ts';
import { serverCommands } from './server-commands.ts';
import { startServer, waitUntil, type ServerProcess } from './server-process.ts';

export interface Cluster {
  readonly api: ApiClient;
  readonly files: ClusterFiles;
  readonly programs: ClusterPrograms;
  readonly apiPort: number;
  /** Milliseconds from the start of etcd to the first node that is Ready and a metrics API that answers. */
  readonly readyAfterMs: number;
  /** Runs helm as the cluster's admin. @throws Error with what it printed, unless `mayFail`. */
  helm(args: readonly string[], options?: ToolOptions): Promise<ToolRun>;
  /** Runs kubectl, likewise. */
  kubectl(args: readonly string[], options?: ToolOptions): Promise<ToolRun>;
  /** A namespace where Pod Security `restricted` is enforced. */
  createNamespace(name: string): Promise<void>;
  /** What the simulated pods of a component use from now on; the others use next to nothing. */
  simulateUse(uses: readonly Use[]): Promise<void>;
  stop(): Promise<void>;
}

export interface ToolOptions {
  readonly mayFail?: boolean;
  readonly stdin?: string;
}

/** Nodes in three zones, one with graphics processors, and one kept for predictions. */
const nodes = [
  nodeOf({ name: 'node-a', zone: 'a', pool: 'general' }),
  nodeOf({ name: 'node-b', zone: 'b', pool: 'general' }),
  nodeOf({ name: 'node-c', zone: 'c', pool: 'general' }),
  nodeOf({ name: 'node-gpu', zone: 'a', pool: 'gpu', gpus: 4 }),
  nodeOf({ name: 'node-inference', zone: 'b', pool: 'inference', dedicated: true }),
];

/** @param simulated false: no node is there until `real-node/start-node.ts` starts one. */
export async function startCluster({ simulated = true } = {}): Promise<Cluster> {
  const [programs, tools, kinds] = [await buildClusterPrograms(), await kubernetesTools(), await definitions()];
  const present = simulated ? nodes : [];
  const beganMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-kubernetes-'));
  const [etcd = 0, etcdPeers = 0, api = 0, manager = 0, scheduler = 0, kwok = 0, metrics = 0] = await freePorts(
    '127.0.0.1',
    7,
  );
  const ports = { etcd, etcdPeers, api, manager, scheduler, kwok, metrics };
  const files = writeClusterFiles(folder, api);
  const commands = serverCommands({ programs, files, ports, usageMetrics: kinds.usageMetrics });
  const servers: ServerProcess[] = [];
  const start = (name: keyof typeof commands): void => {
    const { program, args } = commands[name];
    servers.push(startServer(name, program, args, files.path(`${name}.log`)));
  };
  const client = apiClient(api, files.token('admin'), files.authority.cert);
  const stop = async (): Promise<void> => {
    await removeVolumes(client);
    client.close();
    // The store last: the others write until they end.
    for (const server of servers.toReversed()) await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const kubeconfig = files.kubeconfig('admin');
  const cluster: Omit<Cluster, 'readyAfterMs'> = {
    api: client,
    files,
    programs,
    apiPort: api,
    helm: (args, options) => runTool(tools.helm, args, { kubeconfig, folder, ...options }),
    kubectl: (args, options) => runTool(tools.kubectl, args, { kubeconfig, folder, ...options }),
    createNamespace: async (name) => {
      await create(client, '/api/v1/namespaces', namespaceOf(name));
    },
    simulateUse: (uses) => setUse(client, uses),
    stop,
  };
  try {
    start('etcd');
    start('kube-apiserver');
    await waitUntil('the API server is ready', () => isReady(client), { servers });
    await createSystemObjects(client, files, metrics);
    await cluster.kubectl([
      'apply',
      '--server-side',
      ...[...kinds.optionalKinds, kinds.usageKind].flatMap((path) => ['-f', path]),
    ]);
    await waitUntil('the kinds are served', () => servesKinds(client), { servers });
    start('kube-controller-manager');
    start('kube-scheduler');
    start('kwok');
    start('metrics-server');
    for (const node of present) await create(client, '/api/v1/nodes', node);
    await setUse(client, []);
    await waitUntil('nodes and metrics are there', () => isWhole(client, present.length), {
      servers,
      timeoutMs: 120_000,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const readyAfterMs = performance.now() - beganMs;
  console.log(`the cluster is ready after ${(readyAfterMs / 1000).toFixed(1)} s`);
  return { ...cluster, readyAfterMs };
}

/** Folders that claims were given, which the controller manager makes at a place of its own. */
async function removeVolumes(client: ApiClient): Promise<void> {
  if (!(await isReady(client))) return;
  for (const volume of await client.list('/api/v1/persistentvolumes')) {
    const path = text(fields(fields(volume['spec'])['hostPath'])['path']);
    if (path.includes('/hostpath_pv/')) await rm(path, { recursive: true, force: true });
  }
}

async function create(client: ApiClient, path: string, body: unknown): Promise<void> {
  const { status, body: answer } = await client.send('POST', path, { body });
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
}

const usagePath = '/apis/kwok.x-k8s.io/v1alpha1/clusterresourceusages';

async function setUse(client: ApiClient, uses: readonly Use[]): Promise<void> {
  const body = usageOf(uses);
  const path = `${usagePath}/${body.metadata.name}?fieldManager=test&force=true`;
  const { status, body: answer } = await client.send('PATCH', path, {
    body,
    contentType: 'application/apply-patch+yaml',
  });
  if (status !== 200 && status !== 201) throw new Error(`PATCH ${path}: ${status} ${JSON.stringify(answer)}`);
}

async function isReady(client: ApiClient): Promise<boolean> {
  try {
    return (await client.send('GET', '/readyz')).status === 200;
  } catch {
    // It does not listen yet; when it never does, the wait ends with its log.
    return false;
  }
}

async function servesKinds(client: ApiClient): Promise<boolean> {
  const kinds = await client.list('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
  return kinds.every((kind) =>
    listOf(fields(kind['status'])['conditions']).some(
      ({ type, status }) => type === 'Established' && status === 'True',
    ),
  );
}

/** Every node is Ready, new namespaces get their ServiceAccount, and the use of the nodes is known. */
async function isWhole(client: ApiClient, count: number): Promise<boolean> {
  const ready = (await client.list('/api/v1/nodes')).filter((node) =>
    JSON.stringify(node['status']).includes('"type":"Ready"'),
  );
  const account = await client.send('GET', '/api/v1/namespaces/default/serviceaccounts/default');
  const metrics = await client.send('GET', '/apis/metrics.k8s.io/v1beta1/nodes');
  return ready.length === count && account.status === 200 && (count === 0 || metrics.status === 200);
}
