import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { readPage, type GatewayCounters } from '../figures/read-page.ts';
import type { Release } from '../release-manifest.ts';
import { canaryFile, type CanaryFile } from './compose-canary-file.ts';
import { composeCommand } from './compose-command.ts';
import { Docker, type Container } from './docker.ts';
import { readAgain, writeShares } from './front-door-shares.ts';
import type { RunProgram } from './run-program.ts';
import type { ComposeSettings } from './target-file.ts';
import type { ReleaseTarget, Track } from './target.ts';

const stableService = /^inference-gateway(?:-\d+)?$/;
const canaryService = /^inference-gateway-canary-\d+$/;
const isGateway = (service: string): boolean => stableService.test(service) || canaryService.test(service);
const metricsUrl = 'http://127.0.0.1:8002/metrics';
const readMetrics = `const answer = await fetch(${JSON.stringify(metricsUrl)}, { signal: AbortSignal.timeout(5000) });
if (!answer.ok) throw new Error('status ' + answer.status);
process.stdout.write(await answer.text());`;
const lookEveryMs = 500;

/** A compose project on one Docker engine. */
export class ComposeTarget implements ReleaseTarget {
  readonly name: string;
  private readonly settings: ComposeSettings;
  private readonly run: RunProgram;
  private readonly docker: Docker;
  private command: readonly string[] | null = null;

  constructor(settings: ComposeSettings, run: RunProgram) {
    this.name = settings.name;
    this.settings = settings;
    this.run = run;
    this.docker = new Docker(run);
  }

  async deploy(release: Release): Promise<void> {
    await this.abandonCanary();
    await this.compose(release, ['up', '--detach', '--no-build']);
    await this.untilWell('the project', () => true);
  }

  async startCanary(release: Release): Promise<void> {
    await this.removeCanary();
    await this.withCanaryFile(release, async (file, path) => {
      await this.compose(release, ['up', '--detach', '--no-build', '--no-deps', ...file.canary], [path]);
    });
    await this.untilWell('the canary', ({ service }) => canaryService.test(service));
  }

  async shift(percent: number): Promise<void> {
    await writeShares(this.settings.frontDoorSettings, percent, this.settings.environment);
    await Promise.all((await this.frontDoors()).map(({ id }) => readAgain(this.docker, id)));
  }

  async counters(track: Track): Promise<readonly GatewayCounters[]> {
    const gateways = (await this.containers()).filter(({ service }) =>
      (track === 'stable' ? stableService : canaryService).test(service),
    );
    const pages = await Promise.allSettled(
      gateways.map(async ({ id, name, program }) =>
        readPage(name, await this.docker.exec(id, [program, '--input-type=module', '--eval', readMetrics])),
      ),
    );
    return pages.flatMap((page) => (page.status === 'fulfilled' ? [page.value] : []));
  }

  async adopt(release: Release): Promise<void> {
    const stable = (await this.containers()).map(({ service }) => service).filter((name) => stableService.test(name));
    // All requests go to the canary, so these may be replaced at once.
    await this.compose(release, ['up', '--detach', '--no-build', '--no-deps', ...new Set(stable)]);
    await this.untilWell('the gateways', ({ service }) => stableService.test(service));
    await this.abandonCanary();
    await this.compose(release, ['up', '--detach', '--no-build']);
    await this.untilWell('the project', () => true);
  }

  async abandonCanary(): Promise<void> {
    const containers = await this.containers();
    // Before the first installation nobody reads them yet.
    if (containers.some(({ service }) => service === 'frontend')) await this.shift(0);
    else await writeShares(this.settings.frontDoorSettings, 0, this.settings.environment);
    if (!containers.some(({ service }) => canaryService.test(service))) return;
    await pause(this.settings.drainMs);
    await this.removeCanary();
  }

  private async removeCanary(): Promise<void> {
    const left = (await this.containers()).filter(({ service }) => canaryService.test(service));
    for (const { id, service } of left) {
      await this.run(['docker', 'stop', '--time', '60', id], { timeoutMs: 120_000 });
      await this.run(['docker', 'rm', '--force', id], { timeoutMs: 60_000 });
      await this.docker.removeVolume(`${this.settings.project}_${service}-home`);
    }
  }

  private async frontDoors(): Promise<readonly Container[]> {
    const doors = (await this.containers()).filter(({ service }) => service === 'frontend');
    if (doors.length === 0) {
      throw new ClusterError('NOT_FOUND', `the project ${this.settings.project} has no front door that runs`);
    }
    return doors;
  }

  private async containers(): Promise<readonly Container[]> {
    return await this.docker.containers(this.settings.project);
  }

  private async untilWell(what: string, isMeant: (container: Container) => boolean): Promise<void> {
    const startedAtMs = performance.now();
    for (;;) {
      const meant = (await this.containers()).filter(isMeant);
      // What sets something up has ended; a gateway that has ended is not well.
      const unwell = meant.filter(
        ({ condition, service }) =>
          condition === 'starting' || condition === 'unwell' || (condition === 'done' && isGateway(service)),
      );
      if (meant.length > 0 && unwell.length === 0) return;
      if (performance.now() - startedAtMs > this.settings.healthyMsMax) {
        const names = unwell.map(({ name, condition }) => `${name} (${condition})`).join(', ');
        throw new ClusterError(
          'DEADLINE_EXCEEDED',
          `${what} of ${this.name} is not healthy after ${this.settings.healthyMsMax} ms: ${names || 'nothing runs'}`,
        );
      }
      await pause(lookEveryMs);
    }
  }

  private async withCanaryFile(
    release: Release,
    use: (file: CanaryFile, path: string) => Promise<void>,
  ): Promise<void> {
    const file = canaryFile(await this.compose(release, ['config']), release.images.gateway);
    if (file.stable.length === 0) {
      throw new ClusterError('NOT_FOUND', `the compose files of ${this.name} have no service 'inference-gateway'`);
    }
    const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-canary-'));
    try {
      const path = join(folder, 'docker-compose.canary.json');
      await writeFile(path, file.text, { mode: 0o600 });
      await use(file, path);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async compose(
    release: Release,
    words: readonly string[],
    moreFiles: readonly string[] = [],
  ): Promise<string> {
    this.command ??= await composeCommand(this.run);
    const files = [...this.settings.files, ...moreFiles].flatMap((file) => ['--file', file]);
    return await this.run([...this.command, '--project-name', this.settings.project, ...files, ...words], {
      timeoutMs: this.settings.healthyMsMax,
      env: {
        ...this.settings.environment,
        CLUSTER_AI_FRONT_DOOR: this.settings.frontDoorSettings,
        CLUSTER_AI_GATEWAY_IMAGE: release.images.gateway,
        CLUSTER_AI_CONTROL_PLANE_IMAGE: release.images['control-plane'],
        CLUSTER_AI_DASHBOARD_IMAGE: release.images.dashboard,
        CLUSTER_AI_CLI_IMAGE: release.images.cli,
      },
    });
  }
}
