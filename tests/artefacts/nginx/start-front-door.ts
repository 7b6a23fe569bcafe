import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderFrontDoorSettings } from '../../../tools/front-door/render-settings.ts';
import { freePort, repository, until } from '../../start-platform.ts';

/** Who nginx is in the image. */
const frontDoorUser = 101;

const nginx = '/usr/sbin/nginx';

export type Settings = Readonly<Record<string, string>>;

export interface FrontDoorOptions {
  /** Variables without `CLUSTER_AI_`; those of the programs behind among them. */
  readonly settings?: Settings;
  /** Folder with a built dashboard; by default it is empty. */
  readonly dashboard?: string;
  /** Directives in place of those of the files, so that a test need not wait: `['send_timeout 60s;', 'send_timeout 1s;']`. */
  readonly instead?: readonly (readonly [string, string])[];
  /** Without one nginx speaks plain text alone. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** A folder with everything as it is in the image. */
export interface PreparedFrontDoor {
  readonly folder: string;
  readonly ports: { readonly http: number; readonly https: number; readonly grpc: number };
  readonly identity: { readonly uid?: number; readonly gid?: number };
  /** Writes its settings again. */
  render(settings: Settings): void;
  /** Writes its certificate, or another one. */
  certify(certificate: { readonly cert: string; readonly key: string }): void;
}

export interface FrontDoor extends PreparedFrontDoor {
  readonly url: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly grpcPort: number;
  /** What it has logged of requests. */
  requests(): Record<string, unknown>[];
  /** Its log of errors. */
  errors(): string;
  /** How many workers there are: one, and those of before a reload that have not yet answered everything. */
  workers(): number;
  /** Lets it read its configuration again, and waits until new workers have begun. */
  reload(): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly tookMs: number }>;
}

const isRoot = process.getuid?.() === 0;

/**
 * Everything as in the image, in a folder of the test: nginx is nobody's root there and may not read the checkout. Only the
 * paths of the image become paths of that folder.
 */
export async function prepareFrontDoor(options: FrontDoorOptions = {}): Promise<PreparedFrontDoor> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'cluster-ai-front-door-'));
  fs.chmodSync(folder, 0o755);
  const ports = { http: await freePort(), https: await freePort(), grpc: await freePort() };
  const source = join(repository, 'web-dashboard');
  for (const name of ['front-door', 'settings', 'dashboard', 'tmp', 'logs']) fs.mkdirSync(join(folder, name));
  if (options.dashboard !== undefined) fs.cpSync(options.dashboard, join(folder, 'dashboard'), { recursive: true });
  const copy = (from: string, to: string): void =>
    fs.writeFileSync(
      join(folder, to),
      fs
        .readFileSync(join(source, from), 'utf8')
        .replaceAll('/tmp/', `${folder}/tmp/`)
        .replaceAll('/usr/share/cluster-ai/dashboard', `${folder}/dashboard`),
    );
  copy('nginx.conf', 'nginx.conf');
  for (const entry of fs.readdirSync(join(source, 'nginx'), { withFileTypes: true })) {
    if (entry.isFile()) copy(`nginx/${entry.name}`, `front-door/${entry.name}`);
  }
  for (const [directive, other] of options.instead ?? []) replaceDirective(folder, directive, other);
  if (isRoot) {
    for (const name of ['tmp', 'logs']) fs.chownSync(join(folder, name), frontDoorUser, frontDoorUser);
  }
  const tlsSettings: Settings =
    options.certificate === undefined
      ? {}
      : { TLS_CERT_FILE: join(folder, 'tls_cert'), TLS_KEY_FILE: join(folder, 'tls_key') };
  const prepared: PreparedFrontDoor = {
    folder,
    ports,
    identity: isRoot ? { uid: frontDoorUser, gid: frontDoorUser } : {},
    render: (settings) => renderInto(folder, ports, { ...tlsSettings, ...settings }),
    certify: ({ cert, key }) => {
      fs.writeFileSync(join(folder, 'tls_cert'), cert);
      fs.writeFileSync(join(folder, 'tls_key'), key);
    },
  };
  if (options.certificate !== undefined) prepared.certify(options.certificate);
  prepared.render(options.settings ?? {});
  return prepared;
}

/** @throws Error unless the directive stands in exactly one of the files. */
function replaceDirective(folder: string, directive: string, other: string): void {
  const files = ['nginx.conf', ...fs.readdirSync(join(folder, 'front-door')).map((name) => `front-door/${name}`)];
  const paths = files.map((name) => join(folder, name));
  const found = paths.filter((path) => fs.readFileSync(path, 'utf8').includes(directive));
  const [path] = found;
  if (path === undefined || found.length > 1) throw new Error(`'${directive}' is in ${found.length} files`);
  fs.writeFileSync(path, fs.readFileSync(path, 'utf8').replace(directive, other));
}

function renderInto(folder: string, ports: PreparedFrontDoor['ports'], settings: Settings): void {
  const given: Settings = {
    FRONT_DOOR_ADDRESS: '127.0.0.1',
    FRONT_DOOR_HTTP_PORT: String(ports.http),
    FRONT_DOOR_HTTPS_PORT: String(ports.https),
    FRONT_DOOR_GRPC_PORT: String(ports.grpc),
    // Nobody listens there.
    BACKEND: '127.0.0.1:9',
    GATEWAYS: '127.0.0.1:9',
    GATEWAYS_GRPC: '127.0.0.1:9',
    RESOLVER: '127.0.0.1',
    WORKERS: '1',
    ...settings,
  };
  const environment = Object.fromEntries(Object.entries(given).map(([name, value]) => [`CLUSTER_AI_${name}`, value]));
  for (const [name, text] of renderFrontDoorSettings(environment)) {
    fs.writeFileSync(join(folder, 'settings', name), text);
  }
}

/** Lets nginx test a configuration. @returns all that it has to say. */
export async function testConfiguration(prepared: PreparedFrontDoor): Promise<{ code: number; text: string }> {
  const log = logFiles(prepared.folder);
  const child = spawnNginx(prepared, log, ['-t']);
  const [code] = await once(child, 'exit');
  return { code: Number(code), text: fs.readFileSync(log.errors, 'utf8') };
}

/** Starts nginx as the dashboard image does, on free ports, and waits until it answers. */
export async function startFrontDoor(options: FrontDoorOptions = {}): Promise<FrontDoor> {
  const prepared = await prepareFrontDoor(options);
  const { folder, ports } = prepared;
  const log = logFiles(folder);
  const child = spawnNginx(prepared, log, ['-g', 'daemon off;']);
  const exited = once(child, 'exit');
  const door: FrontDoor = {
    ...prepared,
    url: `http://127.0.0.1:${ports.http}`,
    port: ports.http,
    tlsPort: ports.https,
    grpcPort: ports.grpc,
    requests: () => readLines(log.requests),
    errors: () => fs.readFileSync(log.errors, 'utf8'),
    workers: () => workersOf(child).length,
    reload: () => reload(child, log.errors),
    stop: (signal) => stop(child, exited, folder, signal),
  };
  try {
    await until('the front door answers', 20_000, async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      return fetch(`${door.url}/livez`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
    return door;
  } catch (error) {
    const errors = door.errors();
    await door.stop();
    throw new Error(`the front door did not open:\n${errors}`, { cause: error });
  }
}

interface LogFiles {
  readonly requests: string;
  readonly errors: string;
}

function logFiles(folder: string): LogFiles {
  return { requests: join(folder, 'logs/requests'), errors: join(folder, 'logs/errors') };
}

function spawnNginx({ folder, identity }: PreparedFrontDoor, log: LogFiles, options: readonly string[]): ChildProcess {
  const files = [log.requests, log.errors].map((path) => {
    const file = fs.openSync(path, 'a');
    // nginx opens /dev/stdout again, as itself.
    if (isRoot) fs.chownSync(path, frontDoorUser, frontDoorUser);
    return file;
  });
  const args = ['-e', 'stderr', ...options, '-c', join(folder, 'nginx.conf')];
  const child = spawn(nginx, args, { ...identity, stdio: ['ignore', ...files] });
  for (const file of files) fs.closeSync(file);
  return child;
}

function readLines(path: string): Record<string, unknown>[] {
  const text = fs.readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // Each line is JSON, or the test that reads them fails.
  return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
}

function workersOf({ pid }: ChildProcess): string[] {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
}

async function reload(child: ChildProcess, errors: string): Promise<void> {
  const before = new Set(workersOf(child));
  child.kill('SIGHUP');
  await until(`new workers (${errors})`, 10_000, () => workersOf(child).some((worker) => !before.has(worker)), 10);
}

async function stop(
  child: ChildProcess,
  exited: Promise<unknown>,
  folder: string,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<{ code: number | null; tookMs: number }> {
  const startedAtMs = performance.now();
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 40_000);
    await exited;
    clearTimeout(late);
  }
  if (fs.existsSync(folder)) fs.rmSync(folder, { recursive: true });
  return { code: child.exitCode, tookMs: performance.now() - startedAtMs };
}
