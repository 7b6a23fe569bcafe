import { globSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../control-plane/server-process.ts';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { fields, text } from '../release/references.ts';
import { startNode, type RealNode } from './start-node.ts';

const namespace = 'trial';
const pod = `/api/v1/namespaces/${namespace}/pods/trial`;

let cluster: Cluster;
let node: RealNode;

beforeAll(async () => {
  cluster = await startCluster({ simulated: false });
  node = await startNode(cluster);
});

afterAll(async () => {
  await cluster.stop();
});

it('runs a pod, with what Pod Security restricted asks for', async () => {
  await cluster.createNamespace(namespace);
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  await waitUntil('the namespace has its account', async () => (await cluster.api.send('GET', account)).status === 200);
  const container = {
    name: 'pause',
    image: node.pauseImage,
    imagePullPolicy: 'Never',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
  };
  const spec = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
  };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'trial' }, spec };
  const { status, body: answer } = await cluster.api.send('POST', `/api/v1/namespaces/${namespace}/pods`, { body });
  expect([status, text(fields(answer)['message'])]).toEqual([201, '']);
  await waitUntil('it runs', async () => fields((await cluster.api.get(pod))['status'])['phase'] === 'Running', {
    explain: async () => (await cluster.kubectl(['describe', 'pod', 'trial', '-n', namespace])).stdout,
  });
  expect(fields((await cluster.api.get(pod))['status'])['podIP']).toMatch(/^10\.201\.0\./);
});

it('refuses a pod that asks for more', async () => {
  const spec = { containers: [{ name: 'pause', image: node.pauseImage, securityContext: { privileged: true } }] };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'more' }, spec };
  const { status, body: answer } = await cluster.api.send('POST', `/api/v1/namespaces/${namespace}/pods`, { body });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(text(fields(answer)['message'])).toMatch(/violates PodSecurity "restricted|disallowed/);
});

it('leaves nothing: no control group, no network, no folder', async () => {
  await node.stop();
  const rest = ['/sys/fs/cgroup/{*/,}kubepods', `/run/netns/{cni-*,${node.network.name}}`];
  expect(globSync(rest)).toEqual([]);
});
