import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSecrets } from '../../../tools/compose/secrets.ts';
import { freePort } from '../../start-platform.ts';
import type { Engine, Printed } from '../engine/engine.ts';

/** The image in which questions are asked from inside a network. */
const asker = 'docker.io/library/node:24-bookworm-slim';

export interface DoorResult {
  readonly status: number | null;
  readonly output: string;
  readonly tookMs: number;
}

/** One set of compose in an engine of the tests, driven through the doors that `make` opens. */
export class RunningSet {
  readonly engine: Engine;
  readonly checkout: string;
  readonly project: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  private readonly folder: string;

  private constructor(
    engine: Engine,
    place: { checkout: string; file: string; project: string },
    env: Readonly<Record<string, string>>,
    folder: string,
  ) {
    this.engine = engine;
    this.checkout = place.checkout;
    this.file = place.file;
    this.project = place.project;
    this.env = env;
    this.folder = folder;
  }

  /** Makes secrets and chooses ports; starts nothing. */
  static async prepare(
    engine: Engine,
    place: { readonly checkout: string; readonly file: string; readonly project: string },
    portVariables: readonly string[],
    given: Readonly<Record<string, string>>,
  ): Promise<RunningSet> {
    const folder = mkdtempSync(join(tmpdir(), 'compose-set-'));
    const secrets = join(folder, 'secrets');
    makeSecrets(secrets, 'localhost');
    const ports: Record<string, string> = {};
    for (const name of portVariables) ports[name] = String(await freePort());
    const env = { ...ports, ...given, CLUSTER_AI_SECRETS: secrets, CLUSTER_AI_BIND: '127.0.0.1' };
    return new RunningSet(engine, place, env, folder);
  }

  port(variable: string): string {
    return this.env[variable] ?? '';
  }

  secret(name: string): string {
    return readFileSync(join(this.env['CLUSTER_AI_SECRETS'] ?? '', name), 'utf8').trim();
  }

  get environment(): NodeJS.ProcessEnv {
    // Debian's clients: a newer docker on PATH may want a plug-in.
    return { ...process.env, ...this.engine.environment, ...this.env, PATH: `/usr/bin:${process.env['PATH']}` };
  }

  /** Opens a door, as `make` does. */
  async door(...words: readonly string[]): Promise<DoorResult> {
    const beganMs = performance.now();
    const child = spawn(process.execPath, [join(this.checkout, 'tools/compose.ts'), ...words], {
      env: { ...this.environment, COMPOSE_PROJECT_NAME: this.project.replace(/-dev$/, '') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    return { status: child.exitCode, output, tookMs: Math.round(performance.now() - beganMs) };
  }

  /** A door that must open. @throws Error with all that was printed. */
  async mustOpen(...words: readonly string[]): Promise<DoorResult> {
    const result = await this.door(...words);
    if (result.status === 0) return result;
    throw new Error(`${words.join(' ')} ended with ${result.status}:\n${result.output}\n${this.lastWords()}`);
  }

  /** Calls docker-compose on the set. @returns what it printed. */
  compose(...words: readonly string[]): string {
    const all = ['-p', this.project, '-f', this.file, ...words];
    return this.engine.compose({ cwd: this.checkout, env: this.env }, ...all);
  }

  /** The same, with what it printed on both ways. */
  run(...words: readonly string[]): Printed {
    const all = ['-p', this.project, '-f', this.file, ...words];
    return this.engine.run('docker-compose', all, { cwd: this.checkout, env: this.env });
  }

  containerOf(service: string): string {
    const id = this.compose('ps', '-q', service);
    if (id === '') throw new Error(`${service} has no container`);
    return id;
  }

  /** Runs JavaScript in the network of a service. @returns what it printed, or how it failed. */
  askInside(service: string, script: string): string {
    const words = ['run', '--rm', '--network', `container:${this.containerOf(service)}`, asker, 'node', '-e', script];
    const { stdout, stderr } = this.engine.run('docker', words, { timeoutMs: 60_000 });
    return `${stdout}${stderr}`.trim();
  }

  /** The status of an address, asked from inside the network of a service. */
  statusInside(service: string, url: string): string {
    return this.askInside(
      service,
      `fetch(${JSON.stringify(url)}).then(({ status }) => console.log(status), (error) => console.log(error.cause?.code ?? String(error)))`,
    );
  }

  /** Processor and memory of each service, as the engine counts them. */
  figures(): { service: string; cpu: string; memory: string }[] {
    const ids = this.compose('ps', '-q').split('\n').filter(Boolean);
    const lines = this.engine.docker(
      'stats',
      '--no-stream',
      '--format',
      '{{.Name}}|{{.CPUPerc}}|{{.MemUsage}}',
      ...ids,
    );
    return lines.split('\n').map((line) => {
      const [name = '', cpu = '', memory = ''] = line.split('|');
      return { service: name.replace(`${this.project}_`, '').replace(/_\d+$/, ''), cpu, memory };
    });
  }

  /** Ends the set with its data. */
  remove(): void {
    spawnSync('/usr/bin/docker-compose', ['-p', this.project, '-f', this.file, 'down', '--volumes', '--timeout', '5'], {
      cwd: this.checkout,
      env: this.environment,
    });
    rmSync(this.folder, { recursive: true });
  }

  private lastWords(): string {
    return this.engine.run('docker-compose', ['-p', this.project, '-f', this.file, 'logs', '--tail=15'], {
      cwd: this.checkout,
      env: this.env,
    }).stdout;
  }
}

/** Waits until something is so. @throws Error when it is not within the time. */
export async function untilSo(what: string, limitMs: number, ask: () => Promise<boolean> | boolean): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    if (await ask()) return Math.round(performance.now() - beganMs);
    if (performance.now() - beganMs > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
