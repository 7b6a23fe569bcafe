import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { chart, RELEASE } from '../release/chart.ts';
import { may, rightsOf } from './rights-of-accounts.ts';

const namespace = 'cluster-ai';
/** By ServiceAccount, all that it may do in its namespace. */
// The file is beside this one and holds nothing else.
const declared = JSON.parse(readFileSync(join(import.meta.dirname, 'rights.json'), 'utf8')) as Record<string, string[]>;
/** Every part that has an account of its own. */
const everyPart = [
  'secrets.mode=job',
  'pgbouncer.enabled=true',
  ...['tensorflowServing', 'torchserve', 'tensorrtServer', 'onnxRuntime'].flatMap((name) => [
    `modelServers.${name}.enabled=true`,
    `modelServers.${name}.modelsClaim=models`,
  ]),
].flatMap((value) => ['--set', value]);

let cluster: Cluster;
let accounts: string[];

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.createNamespace(namespace);
  await cluster.helm(['install', RELEASE, chart, '-n', namespace, ...everyPart]);
  const list = await cluster.api.list(`/api/v1/namespaces/${namespace}/serviceaccounts`);
  accounts = list.map(({ metadata }) => metadata.name).toSorted();
});

afterAll(async () => {
  await cluster.stop();
});

it('gives each account what is declared, and no more', async () => {
  const rights = await Promise.all(
    accounts.map(async (account) => [account, await rightsOf(cluster, namespace, account, namespace)] as const),
  );
  console.log(`${accounts.length} accounts: ${JSON.stringify(Object.fromEntries(rights))}`);
  expect(Object.fromEntries(rights)).toEqual(declared);
});

it.each(['default', 'kube-system'])('gives none of them anything in the namespace %s', async (other) => {
  for (const account of accounts) {
    expect([account, ...(await rightsOf(cluster, namespace, account, other))]).toEqual([account]);
  }
});

it('lets none of them read a secret, start a pod or enter one, whatever its rules may add up to', async () => {
  const questions: Record<string, string>[] = [
    { verb: 'get', resource: 'secrets' },
    { verb: 'list', resource: 'secrets' },
    { verb: 'create', resource: 'pods' },
    { verb: 'create', resource: 'pods', subresource: 'exec' },
    { verb: 'create', resource: 'serviceaccounts', subresource: 'token' },
    { verb: 'update', group: 'rbac.authorization.k8s.io', resource: 'roles' },
  ];
  for (const account of accounts) {
    const as = { user: `system:serviceaccount:${namespace}:${account}`, groups: ['system:authenticated'] };
    for (const question of questions) {
      const allowed = await may(cluster, as, { namespace, ...question });
      expect({ account, question, allowed }).toEqual({ account, question, allowed: false });
    }
  }
});

it('would notice a right too many', async () => {
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'extra' }, rules };
  const subjects = [{ kind: 'ServiceAccount', name: 'cluster-ai-backend', namespace }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'extra' };
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await cluster.api.send('POST', `${path}/roles`, { body: role });
  await cluster.api.send('POST', `${path}/rolebindings`, {
    body: { ...role, kind: 'RoleBinding', rules: undefined, subjects, roleRef },
  });
  await expect
    .poll(() => rightsOf(cluster, namespace, 'cluster-ai-backend', namespace), { timeout: 10_000 })
    .toEqual(['get pods']);
});
