import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubernetesTools } from '../../../tools/kubernetes-tools.ts';
import type { Release } from '../../../tools/release/release-manifest.ts';
import { KubernetesTarget, type KubernetesPrograms } from '../../../tools/release/targets/kubernetes-target.ts';
import { runProgram, type RunProgram } from '../../../tools/release/targets/run-program.ts';
import { readTargetFile } from '../../../tools/release/targets/target-file.ts';
import { repository } from '../../start-platform.ts';

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly replicas?: number;
    readonly rules?: readonly {
      readonly backendRefs?: readonly { readonly name: string; readonly weight: number }[];
    }[];
    readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const pods = {
  items: [0, 1, 2, 3].map((index) => ({ metadata: { name: `g${index}` }, status: { phase: 'Running' } })),
};

let programs: KubernetesPrograms;
beforeAll(async () => {
  programs = await kubernetesTools();
});

function releaseOf(letters: Readonly<Record<'gateway' | 'controlPlane' | 'dashboard' | 'cli', string>>): Release {
  const image = (name: string, letter: string): string => `registry.example.com/cluster-ai/${name}@${digest(letter)}`;
  return {
    version: '1.2.3',
    revision: 'c'.repeat(40),
    builtAt: '2026-01-02T03:04:05.000Z',
    images: {
      gateway: image('gateway', letters.gateway),
      'control-plane': image('control-plane', letters.controlPlane),
      dashboard: image('dashboard', letters.dashboard),
      cli: image('cli', letters.cli),
    },
  };
}

const first = releaseOf({ gateway: '1', controlPlane: '2', dashboard: '3', cli: '4' });
const second = releaseOf({ gateway: '5', controlPlane: '6', dashboard: '7', cli: '8' });

/** The production example, whose upgrades are rendered by the real Helm instead of being sent to a cluster. */
async function renderingTarget(): Promise<{ target: KubernetesTarget; last: () => readonly Rendered[] }> {
  const settings = await readTargetFile(join(repository, 'deployments/release/kubernetes-production.yaml'));
  if (settings.kind !== 'kubernetes') throw new Error('the example is of a compose project');
  let rendered: readonly Rendered[] = [];
  const run: RunProgram = async (command, options) => {
    if (command.includes('pods')) return JSON.stringify(pods);
    if (!command.includes('upgrade')) return '{}';
    const words = command.map((word) => (word === 'upgrade' ? 'template' : word));
    const printed = await runProgram(
      words.filter((word) => word !== '--install' && word !== '--wait'),
      options,
    );
    rendered = parseAllDocuments(printed).map((document) => document.toJS() as Rendered);
    return '';
  };
  const values = [join(repository, 'deployments/helm/cluster-ai/ci/gateway-api-values.yaml')];
  return { target: new KubernetesTarget({ ...settings, values, drainMs: 0 }, programs, run), last: () => rendered };
}

const imageOf = (objects: readonly Rendered[], name: string): string | undefined =>
  objects.find(({ kind, metadata }) => /Deployment|StatefulSet/.test(kind) && metadata.name === name)?.spec?.template
    ?.spec.containers[0]?.image;

function weightsOf(objects: readonly Rendered[]): Readonly<Record<string, number>> {
  const references = objects.flatMap(({ kind, spec }) =>
    kind === 'HTTPRoute' ? (spec?.rules ?? []).flatMap(({ backendRefs }) => backendRefs ?? []) : [],
  );
  const gateways = references.filter(({ name }) => name.includes('inference-gateway'));
  return Object.fromEntries(gateways.map(({ name, weight }) => [name, weight]));
}

test('the chart runs each part of a release by its digest', async () => {
  const { target, last } = await renderingTarget();
  await target.deploy(first);
  expect(imageOf(last(), 'cluster-ai-inference-gateway')).toContain(`@${digest('1')}`);
  expect(imageOf(last(), 'cluster-ai-backend')).toContain(`@${digest('2')}`);
  expect(imageOf(last(), 'cluster-ai-frontend')).toContain(`@${digest('3')}`);
  expect(weightsOf(last())).toEqual({ 'cluster-ai-inference-gateway': 100 });
});

test('and the route divides requests as the canary is told', async () => {
  const { target, last } = await renderingTarget();
  await target.deploy(first);
  await target.startCanary(second);
  expect(imageOf(last(), 'cluster-ai-inference-gateway')).toContain(`@${digest('1')}`);
  expect(imageOf(last(), 'cluster-ai-inference-gateway-canary')).toContain(`@${digest('5')}`);
  for (const [percent, replicas] of [
    [5, 1],
    [25, 1],
    [50, 2],
    [100, 4],
  ] as const) {
    await target.shift(percent);
    expect(weightsOf(last())).toEqual({
      'cluster-ai-inference-gateway': 100 - percent,
      'cluster-ai-inference-gateway-canary': percent,
    });
    const canary = last().find(({ metadata }) => metadata.name === 'cluster-ai-inference-gateway-canary');
    expect(
      last().find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === canary?.metadata.name)?.spec
        ?.replicas,
    ).toBe(replicas);
  }
  await target.abandonCanary();
  expect(weightsOf(last())).toEqual({ 'cluster-ai-inference-gateway': 100 });
  expect(imageOf(last(), 'cluster-ai-inference-gateway-canary')).toBeUndefined();
});
