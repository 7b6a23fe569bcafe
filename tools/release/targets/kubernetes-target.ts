import { setTimeout as pause } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { readPage, type GatewayCounters } from '../figures/read-page.ts';
import { readPinnedImage } from '../image-reference.ts';
import type { Release } from '../release-manifest.ts';
import type { RunProgram } from './run-program.ts';
import type { KubernetesSettings } from './target-file.ts';
import type { ReleaseTarget, Track } from './target.ts';

const metricsPort = 8002;
const quickTimeoutMs = 60_000;
const valuesBytesMax = 64;

const podsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.looseObject({ phase: z.string().default('Unknown') }),
    }),
  ),
});

/** A namespace of Kubernetes, by Helm: every change is a revision of the Helm release. */
export class KubernetesTarget implements ReleaseTarget {
  readonly name: string;
  private readonly settings: KubernetesSettings;
  private readonly run: RunProgram;
  private readonly programs: KubernetesPrograms;
  /** The release that serves while another is tried. */
  private stable: Release | null = null;
  private fresh: Release | null = null;

  constructor(settings: KubernetesSettings, programs: KubernetesPrograms, run: RunProgram) {
    this.name = settings.name;
    this.settings = settings;
    this.programs = programs;
    this.run = run;
  }

  async deploy(release: Release): Promise<void> {
    await this.upgrade(imageValues(release));
    this.stable = release;
    this.fresh = null;
  }

  async startCanary(release: Release): Promise<void> {
    this.fresh = release;
    await this.upgrade([...(await this.stableValues()), ...canaryValues(release, 0, 1)]);
  }

  async shift(percent: number): Promise<void> {
    if (this.fresh === null) throw new ClusterError('CONFLICT', `${this.name} has no canary that requests could go to`);
    const replicas = await this.replicasFor(percent);
    await this.upgrade([...(await this.stableValues()), ...canaryValues(this.fresh, percent, replicas)]);
  }

  async counters(track: Track): Promise<readonly GatewayCounters[]> {
    const pages = await Promise.allSettled(
      (await this.runningPods(track)).map(async (name) => {
        const path = `/api/v1/namespaces/${this.settings.namespace}/pods/${name}:${metricsPort}/proxy/metrics`;
        return readPage(name, await this.kubectl(['get', '--raw', path]));
      }),
    );
    return pages.flatMap((page) => (page.status === 'fulfilled' ? [page.value] : []));
  }

  async adopt(release: Release): Promise<void> {
    // All requests go to the canary's gateways while the others are replaced.
    const replicas = await this.replicasFor(100);
    await this.upgrade([...imageValues(release), ...canaryValues(release, 100, replicas)]);
    await this.upgrade([...imageValues(release), ...canaryValues(release, 0, replicas)]);
    await pause(this.settings.drainMs);
    await this.deploy(release);
  }

  async abandonCanary(): Promise<void> {
    if (this.fresh === null && !(await this.hasCanary())) return;
    const stable = await this.stableValues();
    if (this.fresh !== null) await this.upgrade([...stable, ...canaryValues(this.fresh, 0, 1)]);
    await pause(this.settings.drainMs);
    await this.upgrade([...stable, ['gateway.canary.enabled', 'false']]);
    this.fresh = null;
  }

  /** As many for each request as the stable ones: a share of the requests comes with a share of the gateways. */
  private async replicasFor(percent: number): Promise<number> {
    return Math.max(1, Math.ceil(((await this.runningPods('stable')).length * percent) / 100));
  }

  private async runningPods(track: Track): Promise<readonly string[]> {
    const selector = `app.kubernetes.io/component=ml-serving,cluster-ai.dev/track=${track}`;
    const listed = await this.kubectl(['get', 'pods', '--selector', selector, '--output', 'json']);
    return podsSchema
      .parse(JSON.parse(listed))
      .items.filter(({ metadata, status }) => status.phase === 'Running' && metadata.deletionTimestamp === undefined)
      .map(({ metadata: { name } }) => name);
  }

  private async hasCanary(): Promise<boolean> {
    const values = (await this.presentValues()) as { gateway?: { canary?: { enabled?: unknown } } } | null;
    return values?.gateway?.canary?.enabled === true;
  }

  /** The digests that Helm was given for what serves now. */
  private async stableValues(): Promise<readonly Value[]> {
    if (this.stable !== null) return imageValues(this.stable);
    const digests = presentSchema.parse(await this.presentValues());
    return components.flatMap(([component]): Value[] => {
      const digest = digests[component]?.image?.digest;
      return digest === undefined || digest === '' ? [] : [[`${component}.image.digest`, digest]];
    });
  }

  private async presentValues(): Promise<unknown> {
    const { helmRelease } = this.settings;
    return JSON.parse(await this.helm(['get', 'values', helmRelease, '--output', 'json'], quickTimeoutMs));
  }

  /** Helm waits until everything is ready, and fails when it is not in time. */
  private async upgrade(values: readonly Value[]): Promise<void> {
    const { helmRelease, chart, healthyMsMax } = this.settings;
    const files = this.settings.values.flatMap((file) => ['--values', file]);
    const sets = values.flatMap(([key, value]) => ['--set', `${key}=${checked(value)}`]);
    const timeout = ['--timeout', `${Math.ceil(healthyMsMax / 1_000)}s`];
    await this.helm(
      ['upgrade', helmRelease, chart, '--install', '--wait', ...timeout, ...files, ...sets],
      healthyMsMax + quickTimeoutMs,
    );
  }

  private async helm(words: readonly string[], timeoutMs: number): Promise<string> {
    return await this.run([...helmCommand(this.settings, this.programs), ...words], { timeoutMs });
  }

  private async kubectl(words: readonly string[]): Promise<string> {
    return await this.run([...kubectlCommand(this.settings, this.programs), ...words], { timeoutMs: quickTimeoutMs });
  }
}

/** Paths of the programs. */
export interface KubernetesPrograms {
  readonly helm: string;
  readonly kubectl: string;
}

/** kubectl with the namespace and the context of the target. */
export function kubectlCommand(settings: KubernetesSettings, { kubectl }: KubernetesPrograms): readonly string[] {
  const context = settings.context === undefined ? [] : ['--context', settings.context];
  return [kubectl, '--namespace', settings.namespace, ...context];
}

function helmCommand(settings: KubernetesSettings, { helm }: KubernetesPrograms): readonly string[] {
  const context = settings.context === undefined ? [] : ['--kube-context', settings.context];
  return [helm, '--namespace', settings.namespace, ...context];
}

/** A value of the chart and what it is set to. */
type Value = readonly [key: string, value: string];

const components = [
  ['gateway', 'gateway'],
  ['controlPlane', 'control-plane'],
  ['dashboard', 'dashboard'],
  ['cli', 'cli'],
] as const;

const digested = z.looseObject({ image: z.looseObject({ digest: z.string().optional() }).optional() }).optional();
const presentSchema = z
  .looseObject({ gateway: digested, controlPlane: digested, dashboard: digested, cli: digested })
  .nullable()
  .transform((values) => values ?? {});

function imageValues(release: Release): readonly Value[] {
  return components.map(([component, image]) => [
    `${component}.image.digest`,
    readPinnedImage(release.images[image]).digest,
  ]);
}

function canaryValues(release: Release, percent: number, replicas: number): readonly Value[] {
  return [
    ['gateway.canary.enabled', 'true'],
    ['gateway.canary.image.digest', readPinnedImage(release.images.gateway).digest],
    ['gateway.canary.weight', String(percent)],
    ['gateway.canary.replicas', String(replicas)],
  ];
}

/** Helm reads commas and braces in a value as more values. */
function checked(value: string): string {
  if (/^[A-Za-z0-9:.-]+$/.test(value) && value.length <= valuesBytesMax + 'sha256:'.length) return value;
  throw new ClusterError('INVALID_ARGUMENT', `'${value}' cannot be a value of the chart`);
}
