import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { buildImages, imageOf, type ImageName } from '../../containers/engine/images.ts';
import { startEngine } from '../../containers/engine/engine.ts';
import { waitUntil } from '../control-plane/server-process.ts';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { chart, RELEASE } from '../release/chart.ts';
import { fields, listOf, text } from '../release/references.ts';
import { cli } from '../../run-cli.ts';
import { forward } from './network.ts';
import { startNode, type RealNode } from './start-node.ts';

const namespace = 'cluster-ai';
const ours: readonly ImageName[] = ['gateway', 'control-plane'];
/** One of each, with a database outside the cluster, as `ci/external-database-values.yaml` has it. */
const values = {
  controlPlane: { replicas: 1, autoscaling: { enabled: false }, storage: { accessMode: 'ReadWriteOnce', size: '1Gi' } },
  gateway: { replicas: 1, autoscaling: { enabled: false }, persistence: { enabled: false } },
  dashboard: { replicas: 1, autoscaling: { enabled: false } },
  postgres: { enabled: false },
  redis: { enabled: false },
  ingress: { enabled: false },
  externalDatabase: { urlSecret: { name: 'database' } },
};

let cluster: Cluster;
let node: RealNode;
let postgres: PostgresServer;
let database: Server;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-images-'));
  const archive = join(folder, 'images.tar');
  const engine = await startEngine();
  try {
    await buildImages(engine, ours);
    engine.docker('save', '--output', archive, ...ours.map(imageOf));
  } finally {
    await engine.stop();
  }
  cluster = await startCluster({ simulated: false });
  node = await startNode(cluster);
  node.importImage(archive);
  rmSync(folder, { recursive: true });
  postgres = await startPostgres(18);
});

afterAll(async () => {
  await node?.stop();
  await cluster?.stop();
  database?.close();
  await postgres?.remove();
});

it('starts the programs of the chart as pods, Ready by their own probes', async () => {
  const url = await databaseUrl();
  await cluster.createNamespace(namespace);
  const secret = ['create', 'secret', 'generic', 'database', '-n', namespace, `--from-literal=url=${url}`];
  await cluster.kubectl(secret);
  const beganMs = performance.now();
  await cluster.helm(['install', RELEASE, chart, '-n', namespace, '-f', '-'], { stdin: JSON.stringify(values) });
  const parts = ['backend', 'ml-serving'];
  await waitUntil('control plane and gateway are Ready', async () => (await readyParts()).join() === parts.join(), {
    timeoutMs: 300_000,
    explain: async () => (await cluster.kubectl(['describe', 'pods', '-n', namespace])).stdout.slice(-6000),
  });
  expect(await readyParts()).toEqual(parts);
  console.log(`both are Ready after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
});

it('answers a prediction through the Service', async () => {
  const [backend, gateway] = [await addressOf('backend'), await addressOf('inference-gateway')];
  const secret = await cluster.api.get(`/api/v1/namespaces/${namespace}/secrets/${RELEASE}-auth`);
  const token = Buffer.from(text(fields(secret['data'])['admin-token']), 'base64').toString();
  const home = mkdtempSync(join(tmpdir(), 'cluster-ai-home-'));
  const model = join(import.meta.dirname, '..', '..', '..', 'models', 'iris', '1');
  process.env['CLUSTER_AI_TOKEN'] = token;
  const platform = { home, controlUrl: `http://${backend}:8000`, gatewayUrl: '' };
  await cli(platform, 'model', 'push', 'iris', model);
  const key = (await cli(platform, 'key', 'create', 'first')).trim();
  rmSync(home, { recursive: true });
  const authorization = ['-H', `Authorization: Bearer ${key}`];
  const url = `http://${gateway}:8000/v2/models/iris/infer`;
  const predict = (): unknown =>
    JSON.parse(node.run('curl', ['-sS', '-m', '10', ...authorization, '-d', request, url]));
  await waitUntil('the gateway has the model', () => Promise.resolve(labelOf(predict()) === 0), {
    timeoutMs: 60_000,
    explain: () => JSON.stringify(predict()),
  });
  const answer = predict();
  console.log(`a prediction through the Service at ${gateway}: ${JSON.stringify(answer)}`);
  expect(labelOf(answer)).toBe(0);
});

/** Of an empty database of this machine, as pods reach it. */
async function databaseUrl(): Promise<string> {
  const { pathname, searchParams } = new URL(await postgres.createDatabase());
  const { machineAddress } = node.network;
  database = await forward(machineAddress, 5432, join(searchParams.get('host') ?? '', '.s.PGSQL.5432'));
  const [user, password] = [searchParams.get('user') ?? '', searchParams.get('password') ?? ''];
  return `postgres://${user}:${password}@${machineAddress}:5432${pathname}`;
}

/** The provisioner of the controller manager gives folders to root alone, and the kubelet leaves their owner as it is. */
async function openVolumes(): Promise<void> {
  for (const volume of await cluster.api.list('/api/v1/persistentvolumes')) {
    const path = text(fields(fields(volume['spec'])['hostPath'])['path']);
    if (path !== '' && existsSync(path)) chmodSync(path, 0o777);
  }
}

/** A real setosa. */
const request = JSON.stringify({
  inputs: [{ name: 'input', shape: [1, 4], datatype: 'FP32', data: [5.1, 3.5, 1.4, 0.2] }],
});

function labelOf(answer: unknown): unknown {
  const data: unknown = listOf(fields(answer)['outputs']).find(({ name }) => name === 'label')?.['data'];
  return Array.isArray(data) ? data[0] : null;
}

async function addressOf(part: string): Promise<string> {
  const service = await cluster.api.get(`/api/v1/namespaces/${namespace}/services/${RELEASE}-${part}`);
  return text(fields(service['spec'])['clusterIP']);
}

async function readyParts(): Promise<string[]> {
  await openVolumes();
  const pods = await cluster.api.list(`/api/v1/namespaces/${namespace}/pods`);
  const ready = pods.filter((pod) =>
    listOf(fields(pod['status'])['conditions']).some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
  return ready.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] ?? '').toSorted();
}
