import { expect, test } from 'vitest';
import { digestOf, releaseOf } from '../release-fixture.ts';
import { KubernetesTarget } from './kubernetes-target.ts';
import type { RunProgram } from './run-program.ts';
import { readTargetFile, type KubernetesSettings } from './target-file.ts';

const example = new URL('../../../deployments/release/kubernetes-staging.yaml', import.meta.url).pathname;
async function settingsOf(): Promise<KubernetesSettings> {
  const settings = await readTargetFile(example);
  if (settings.kind !== 'kubernetes') throw new Error('the example is of a compose project');
  return { ...settings, drainMs: 0 };
}

const fourPods = {
  items: [0, 1, 2, 3].map((index) => ({ metadata: { name: `gateway-${index}` }, status: { phase: 'Running' } })),
};

/** A target whose programs are recorded; `answers` by the words that a command holds. */
async function record(answers: Readonly<Record<string, string>> = { 'get pods': JSON.stringify(fourPods) }) {
  const commands: string[] = [];
  const run: RunProgram = async (command) => {
    const line = command.join(' ');
    commands.push(line);
    const answer = Object.entries(answers).find(([words]) => line.includes(words));
    return await Promise.resolve(answer?.[1] ?? '{}');
  };
  const target = new KubernetesTarget(await settingsOf(), { helm: 'helm', kubectl: 'kubectl' }, run);
  return { target, commands, sets: () => commands.filter((line) => line.includes(' upgrade ')).map(setsOf) };
}

/** What a `helm upgrade` sets, by key; without digests of the other components, which are the same. */
function setsOf(command: string): Record<string, string> {
  const pairs = Array.from(
    command.matchAll(/--set (\S+?)=(\S+)/g),
    ([, key = '', value = '']) => [key, value] as const,
  );
  return Object.fromEntries(pairs.filter(([key]) => !/^(?:controlPlane|dashboard|cli)\./.test(key)));
}

test('a release is four digests, and Helm waits for it', async () => {
  const { target, commands } = await record();
  await target.deploy(releaseOf('a'));
  expect(commands).toHaveLength(1);
  expect(commands[0]).toMatch(
    /^helm --namespace cluster-ai-staging upgrade cluster-ai \S+ --install --wait --timeout 300s /,
  );
  for (const component of ['gateway', 'controlPlane', 'dashboard', 'cli']) {
    expect(commands[0]).toContain(`--set ${component}.image.digest=${digestOf('a')}`);
  }
});

test('a canary starts without requests, gets its shares, and takes over while it serves', async () => {
  const { target, sets } = await record();
  await target.deploy(releaseOf('a'));
  await target.startCanary(releaseOf('b'));
  await target.shift(5);
  await target.shift(50);
  await target.adopt(releaseOf('b'));
  const canary = (weight: string, replicas: string) => ({
    'gateway.canary.enabled': 'true',
    'gateway.canary.image.digest': digestOf('b'),
    'gateway.canary.weight': weight,
    'gateway.canary.replicas': replicas,
  });
  expect(sets()).toEqual([
    { 'gateway.image.digest': digestOf('a') },
    { 'gateway.image.digest': digestOf('a'), ...canary('0', '1') },
    { 'gateway.image.digest': digestOf('a'), ...canary('5', '1') },
    { 'gateway.image.digest': digestOf('a'), ...canary('50', '2') },
    { 'gateway.image.digest': digestOf('b'), ...canary('100', '4') },
    { 'gateway.image.digest': digestOf('b'), ...canary('0', '4') },
    { 'gateway.image.digest': digestOf('b') },
  ]);
});

test('a canary that another process has left is found by what Helm was given', async () => {
  const values = { gateway: { image: { digest: digestOf('a') }, canary: { enabled: true } } };
  const { target, commands, sets } = await record({ 'get values': JSON.stringify(values) });
  await target.abandonCanary();
  expect(sets().at(-1)).toEqual({ 'gateway.image.digest': digestOf('a'), 'gateway.canary.enabled': 'false' });
  expect(commands.filter((line) => line.includes('upgrade'))).toHaveLength(1);
});

test('without a canary nothing is changed', async () => {
  const { target, commands } = await record();
  await target.abandonCanary();
  expect(commands.filter((line) => line.includes('upgrade'))).toEqual([]);
});

test('counters are read from each pod that runs, through the API server', async () => {
  const pods = {
    items: [
      { metadata: { name: 'gateway-0' }, status: { phase: 'Running' } },
      { metadata: { name: 'gateway-1' }, status: { phase: 'Pending' } },
      { metadata: { name: 'gateway-2', deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Running' } },
      { metadata: { name: 'gateway-3' }, status: { phase: 'Running' } },
    ],
  };
  const { target, commands } = await record({
    'get pods': JSON.stringify(pods),
    'pods/gateway-0:8002/proxy/metrics':
      'cluster_ai_gateway_requests_total{a="b"} 7\ncluster_ai_gateway_start_time_seconds 1\n',
    'pods/gateway-3:8002/proxy/metrics': 'this is no page of a gateway',
  });
  expect(await target.counters('canary')).toEqual([expect.objectContaining({ instance: 'gateway-0', requests: 7 })]);
  expect(commands[0]).toContain('--selector app.kubernetes.io/component=ml-serving,cluster-ai.dev/track=canary');
});
