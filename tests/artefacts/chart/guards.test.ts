import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeCluster, upgradeOn, type FakeCluster } from './fake-cluster.ts';
import { at, find, objectsOf, render, textAt, type KubernetesObject } from './render.ts';

// What is installed: the default profile, with Secrets as the API server keeps them.
const installed = render().map((object) =>
  object.kind === 'Secret' ? Object.assign({}, object, { data: encoded(object) }) : object,
);

function encoded(secret: KubernetesObject): Record<string, string> {
  const keys = Object.keys(Object(at(secret, 'stringData')));
  return Object.fromEntries(
    keys.map((key) => [key, Buffer.from(textAt(secret, 'stringData', key)).toString('base64')]),
  );
}

let cluster: FakeCluster;
beforeAll(async () => {
  cluster = await startFakeCluster(installed);
});
afterAll(() => cluster.close());

test('passwords and tokens survive an upgrade', async () => {
  const upgraded = objectsOf(await upgradeOn(cluster, { 'image.tag': '0.2.0' }));
  for (const name of ['auth', 'postgres', 'redis'].map((part) => `Secret/cluster-ai-${part}`)) {
    expect(at(find(upgraded, name), 'stringData')).toEqual(at(find(installed, name), 'stringData'));
    expect(find(upgraded, name).metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  }
  const fresh = render();
  expect(at(find(fresh, 'Secret/cluster-ai-auth'), 'stringData')).not.toEqual(
    at(find(installed, 'Secret/cluster-ai-auth'), 'stringData'),
  );
});

const refused: readonly (readonly [string, Record<string, string>, RegExp])[] = [
  [
    'another major of PostgreSQL',
    { 'postgres.major': '19', 'postgres.image.tag': '19.1-bookworm' },
    /the running PostgreSQL is version 18 and the values ask for 19: .*make backup/,
  ],
  [
    'a volume of PostgreSQL that shrinks',
    { 'postgres.persistence.size': '10Gi' },
    /postgres\.persistence\.size is 10Gi and the volumes of cluster-ai-postgres have 20Gi: a volume cannot shrink/,
  ],
  [
    'a volume of PostgreSQL that grows',
    { 'postgres.persistence.size': '1Ti' },
    /grew from 20Gi to 1Ti, .*kubectl -n cluster-ai delete statefulset cluster-ai-postgres --cascade=orphan/,
  ],
  [
    'volumes of gateways that go',
    { 'gateway.persistence.enabled': 'false' },
    /gateway\.persistence\.enabled changed, and the volumes of a StatefulSet cannot/,
  ],
  [
    'another storage class',
    { 'redis.persistence.storageClass': 'fast' },
    /redis\.persistence\.storageClass changed from .* to fast/,
  ],
  [
    'model files that shrink',
    { 'controlPlane.storage.size': '1Gi' },
    /controlPlane\.storage\.size is 1Gi and the claim cluster-ai-models has 50Gi: a volume cannot shrink/,
  ],
  [
    'another way to share them',
    {
      'controlPlane.storage.accessMode': 'ReadWriteOnce',
      'controlPlane.autoscaling.enabled': 'false',
      'controlPlane.replicas': '1',
    },
    /controlPlane\.storage\.accessMode is ReadWriteOnce and the claim cluster-ai-models was made with ReadWriteMany/,
  ],
  [
    'no database any more',
    { 'postgres.enabled': 'false', 'secrets.postgres': 'mine' },
    /postgres\.enabled went to false and no external database is named/,
  ],
];

test.each(refused)('an upgrade is refused that asks for %s', async (_what, values, sentence) => {
  expect(await upgradeOn(cluster, values)).toMatch(sentence);
});

test('the same size in another unit is no change', async () => {
  expect(await upgradeOn(cluster, { 'postgres.persistence.size': '20480Mi' })).toContain('kind: StatefulSet');
});
