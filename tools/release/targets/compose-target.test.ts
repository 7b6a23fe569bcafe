import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { releaseOf } from '../release-fixture.ts';
import { ComposeTarget } from './compose-target.ts';
import type { ProgramOptions, RunProgram } from './run-program.ts';
import { readTargetFile, type ComposeSettings } from './target-file.ts';

const example = new URL('../../../deployments/release/compose-staging.yaml', import.meta.url).pathname;
const page = 'cluster_ai_gateway_requests_total{a="b"} 7\ncluster_ai_gateway_start_time_seconds 1\n';

interface Made {
  readonly id: string;
  readonly service: string;
  readonly image: string;
  readonly health: string;
}

/** An engine with the services of a project, which does what the commands of the target ask for. */
class SimulatedEngine {
  readonly commands: string[] = [];
  containers: Made[] = [];
  /** Generations of nginx's workers: reading its settings again makes another. */
  private workers = 1;
  private next = 1;
  /** What a container is that was just made. */
  health = 'healthy';

  readonly run: RunProgram = async (command, options) => {
    const line = command.join(' ');
    this.commands.push(line);
    await Promise.resolve();
    if (line === 'docker compose version') throw new ClusterError('CONFLICT', 'docker: unknown command');
    if (line === 'docker-compose version') return '';
    return command[0] === 'docker-compose' ? this.compose(command, options) : this.docker(command);
  };

  private compose(command: readonly string[], options: ProgramOptions): string {
    const services = ['frontend', 'inference-gateway-1', 'inference-gateway-2'];
    if (command.at(-1) === 'config') {
      return JSON.stringify({ services: Object.fromEntries(services.map((service) => [service, { image: 'x' }])) });
    }
    const named = command.slice(command.indexOf('--no-build') + 1).filter((word) => !word.startsWith('--'));
    for (const service of named.length > 0 ? named : services) {
      const variable = service === 'frontend' ? 'CLUSTER_AI_DASHBOARD_IMAGE' : 'CLUSTER_AI_GATEWAY_IMAGE';
      const image = options.env?.[variable] ?? '';
      if (this.containers.some((made) => made.service === service && made.image === image)) continue;
      this.containers = this.containers.filter((made) => made.service !== service);
      this.containers.push({ id: `c${this.next}`, service, image, health: this.health });
      this.next += 1;
    }
    return '';
  }

  private docker([, verb = '', ...words]: readonly string[]): string {
    if (verb === 'ps') return this.containers.map(({ id }) => id).join('\n');
    if (verb === 'inspect') return JSON.stringify(this.containers.map(describeContainer));
    const workers = [
      'PID COMMAND',
      `${this.workers}1 nginx: worker process`,
      '9 nginx: worker process is shutting down',
    ];
    if (verb === 'top') return workers.join('\n');
    if (verb === 'kill') this.workers += 1;
    if (verb === 'rm') this.containers = this.containers.filter(({ id }) => id !== words.at(-1));
    if (verb === 'exec') return words.includes('/usr/sbin/nginx') ? '' : page;
    return '';
  }

  images(pattern: RegExp): string[] {
    return this.containers.filter(({ service }) => pattern.test(service)).map(({ image }) => image.slice(-4));
  }
}

const describeContainer = ({ id, service, image, health }: Made) => ({
  Id: id,
  Name: `/${service}`,
  Path: '/nodejs/bin/node',
  State: { Status: 'running', Health: { Status: health } },
  Config: { Image: image, Labels: { 'com.docker.compose.service': service } },
});

let folder = '';
let settings: ComposeSettings;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-target-'));
  const read = await readTargetFile(example);
  if (read.kind !== 'compose') throw new Error('the example is of Kubernetes');
  settings = { ...read, frontDoorSettings: join(folder, 'front-door'), drainMs: 0, healthyMsMax: 1_000 };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const upstreams = (): string => readFileSync(join(folder, 'front-door', 'upstreams.conf'), 'utf8');

test('a good release: beside the others, in shares, in their place', async () => {
  const engine = new SimulatedEngine();
  const target = new ComposeTarget(settings, engine.run);
  await target.deploy(releaseOf('a'));
  expect(engine.images(/gateway-\d/)).toEqual(['aaaa', 'aaaa']);
  await target.startCanary(releaseOf('b'));
  expect(engine.images(/gateway-\d/)).toEqual(['aaaa', 'aaaa']);
  expect(engine.images(/canary/)).toEqual(['bbbb', 'bbbb']);
  expect(upstreams()).not.toContain('canary');
  await target.shift(5);
  expect(upstreams()).toMatch(/5%\s+inference-gateway-canary:8000;/);
  expect((await target.counters('canary')).map(({ instance }) => instance)).toEqual([
    'inference-gateway-canary-1',
    'inference-gateway-canary-2',
  ]);
  await target.shift(100);
  expect(upstreams()).toMatch(/default\s+inference-gateway-canary:8000;/);
  await target.adopt(releaseOf('b'));
  expect(engine.images(/gateway-\d/)).toEqual(['bbbb', 'bbbb']);
  expect(engine.images(/canary/)).toEqual([]);
  expect(engine.images(/frontend/)).toEqual(['bbbb']);
  expect(upstreams()).not.toContain('canary');
});

test('a bad release: requests go back before its gateways end, and nothing of it stays', async () => {
  const engine = new SimulatedEngine();
  const target = new ComposeTarget(settings, engine.run);
  await target.deploy(releaseOf('a'));
  await target.startCanary(releaseOf('b'));
  await target.shift(25);
  engine.commands.length = 0;
  await target.abandonCanary();
  expect(engine.images(/canary/)).toEqual([]);
  expect(engine.images(/gateway-\d/)).toEqual(['aaaa', 'aaaa']);
  expect(upstreams()).not.toContain('canary');
  const order = engine.commands.filter((line) => /docker (?:kill|stop|rm|volume rm)/.test(line));
  expect(order[0]).toMatch(/^docker kill --signal HUP /);
  expect(order.slice(1).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'docker stop --time',
    'docker rm --force',
    'docker volume rm',
    'docker stop --time',
    'docker rm --force',
    'docker volume rm',
  ]);
});

test('what does not become healthy in its time is named', async () => {
  const engine = new SimulatedEngine();
  engine.health = 'unhealthy';
  const target = new ComposeTarget(settings, engine.run);
  await expect(target.deploy(releaseOf('a'))).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    message: expect.stringContaining('frontend (unwell), inference-gateway-1 (unwell)'),
  });
});
