import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../control-plane/api-client.ts';
import { waitUntil } from '../control-plane/server-process.ts';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { chart, RELEASE, scenarios, type Scenario } from './chart.ts';
import { findings, hookPods, objectsIn, waitForPods } from './installed.ts';
import { containersOf, fields } from './references.ts';
import { runSecretsJob } from './secrets-job.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster.stop();
});

it('finds scenarios to install', () => {
  expect(scenarios().length).toBeGreaterThanOrEqual(4);
});

describe.each(scenarios())('$name', (scenario) => {
  const namespace = `ci-${scenario.name}`;
  let secretsAtFirst: unknown;

  it('installs: every pod is Ready, and nothing leads nowhere', async () => {
    await cluster.createNamespace(namespace);
    if (scenario.objects !== null) await cluster.kubectl(['apply', '-n', namespace, '-f', scenario.objects]);
    const beganMs = performance.now();
    await cluster.helm(['install', ...helmArguments(scenario, namespace)]);
    await waitForPods(cluster, namespace);
    console.log(`${scenario.name}: Ready after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
    await runSecretsJob(cluster, namespace);
    secretsAtFirst = await secrets(namespace);
    expect(await findings(cluster, namespace, await hookPods(cluster, namespace))).toEqual([]);
  });

  it('upgrades to another version without touching what was generated', async () => {
    await cluster.helm(['upgrade', ...helmArguments(scenario, namespace), '--set', 'image.tag=9.9.9']);
    await waitForPods(cluster, namespace);
    const images = await ourImages(namespace);
    expect(images.length).toBeGreaterThan(0);
    expect(images.filter((image) => !/:9\.9\.9$|@sha256:/.test(image))).toEqual([]);
    expect(await secrets(namespace)).toEqual(secretsAtFirst);
    expect(await findings(cluster, namespace, await hookPods(cluster, namespace))).toEqual([]);
  });

  it('rolls back to the version before', async () => {
    await cluster.helm(['rollback', RELEASE, '1', '-n', namespace, '--wait', '--timeout', '3m']);
    await waitForPods(cluster, namespace);
    expect((await ourImages(namespace)).filter((image) => image.endsWith(':9.9.9'))).toEqual([]);
    expect(await secrets(namespace)).toEqual(secretsAtFirst);
  });

  it('uninstalls, and leaves nothing but data and the secrets that open it', async () => {
    await cluster.helm(['uninstall', RELEASE, '-n', namespace, '--wait', '--timeout', '3m']);
    const rest = async (): Promise<KubeObject[]> =>
      (await objectsIn(cluster, namespace)).filter(
        ({ kind, metadata }) =>
          kind !== 'PersistentVolumeClaim' &&
          !(kind === 'Secret' && metadata.annotations?.['helm.sh/resource-policy'] === 'keep') &&
          metadata.labels?.['app.kubernetes.io/instance'] !== undefined,
      );
    await waitUntil('everything is gone', async () => (await rest()).length === 0, {
      explain: async () => (await rest()).map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', '),
    });
    const pods = (await objectsIn(cluster, namespace)).filter(({ kind }) => kind === 'Pod');
    expect(pods.map(({ metadata }) => metadata.name)).toEqual([]);
    await cluster.api.send('DELETE', `/api/v1/namespaces/${namespace}`);
  });
});

function helmArguments(scenario: Scenario, namespace: string): string[] {
  return [RELEASE, chart, '-n', namespace, '-f', scenario.values, '--wait', '--timeout', '3m'];
}

/** Hashes of the secrets of the release, not of Helm's record of it. */
async function secrets(namespace: string): Promise<Record<string, string>> {
  const all = (await objectsIn(cluster, namespace)).filter(
    (object) => object.kind === 'Secret' && object['type'] !== 'helm.sh/release.v1',
  );
  return Object.fromEntries(all.map((secret) => [secret.metadata.name, hashOf(secret['data'])]));
}

const hashOf = (data: unknown): string => createHash('sha256').update(JSON.stringify(data)).digest('hex');

async function ourImages(namespace: string): Promise<string[]> {
  const pods = (await objectsIn(cluster, namespace)).filter(({ kind }) => kind === 'Pod');
  return pods
    .filter((pod) => fields(pod['status'])['phase'] === 'Running')
    .flatMap(containersOf)
    .map((container) => String(container['image']))
    .filter((image) => image.includes('cluster-ai/'));
}
