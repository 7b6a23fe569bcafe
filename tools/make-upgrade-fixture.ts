import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '@cluster-ai/platform/process/ports.ts';
import packageJson from '../package.json' with { type: 'json' };
import { copyPackages } from './copy-packages.ts';

/**
 * Makes the fixture of tests/integration/upgrade.test.ts: the program of an earlier commit makes a data folder with one of
 * everything, and the program of this checkout makes a backup of it.
 *
 *     node tools/make-upgrade-fixture.ts <commit>
 *
 * Do this for each release, with the commit of the release; the fixtures before it stay.
 */
const root = resolve(import.meta.dirname, '..');
const readyWithinMs = 180_000;

interface Running {
  readonly url: string;
  readonly home: string;
  readonly main: string;
  stop(): Promise<void>;
}

async function makeFixture(commit: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-fixture-'));
  const source = join(folder, 'source');
  const short = execFileSync('git', ['rev-parse', '--short=7', commit], { cwd: root, encoding: 'utf8' }).trim();
  const target = join(root, `tests/fixtures/upgrade/${packageJson.version}-${short}.backup`);
  try {
    execFileSync('git', ['worktree', 'add', '--detach', source, commit], { cwd: root, stdio: 'ignore' });
    // The system user of `up` must be able to pass through it.
    chmodSync(folder, 0o755);
    copyPackages(root, source);
    const platform = await start(join(source, 'apps/cli/src/main.ts'), join(folder, 'home'));
    try {
      fill(platform);
      // Reports of the gateway become a traffic history every ten seconds.
      await sleep(15_000);
    } finally {
      await platform.stop();
    }
    rmSync(target, { force: true });
    execFileSync(process.execPath, [join(root, 'apps/cli/src/main.ts'), 'backup', target, '--home', platform.home], {
      stdio: 'inherit',
    });
    return target;
  } finally {
    if (existsSync(source)) execFileSync('git', ['worktree', 'remove', '--force', source], { cwd: root });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(main: string, home: string): Promise<Running> {
  const [port, gatewayPort, metricsPort, grpcPort] = await freePorts('127.0.0.1', 4);
  const ports = ['--port', `${port}`, '--gateway-port', `${gatewayPort}`, '--metrics-port', `${metricsPort}`];
  // The first releases speak no gRPC, and refuse a flag that they do not know.
  const help = execFileSync(process.execPath, [main, 'up', '--help'], { encoding: 'utf8' });
  if (help.includes('--grpc-port')) ports.push('--grpc-port', `${grpcPort}`);
  const child = spawn(process.execPath, [main, 'up', '--home', home, '--no-examples', ...ports], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  const endMs = performance.now() + readyWithinMs;
  for (;;) {
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { url, home, main, stop };
    if (child.exitCode !== null || performance.now() > endMs) {
      await stop();
      throw new Error('the program of that commit did not start');
    }
    await sleep(200);
  }
}

/** One of everything, by the commands of that commit. */
function fill({ url, home, main }: Running): void {
  const run = (...words: string[]): string =>
    execFileSync(process.execPath, [main, ...words, '--server', url], {
      env: { ...process.env, CLUSTER_AI_HOME: home },
      encoding: 'utf8',
    });
  const iris = join(root, 'models/iris/1');
  run('model', 'push', 'iris', iris, '--description', 'Tells three kinds of iris apart', '--notes', 'the first');
  run('model', 'push', 'iris', iris, '--notes', 'the second', '--lineage', 'accuracy=0.97', '--no-deploy');
  run('alias', 'set', 'iris', 'champion', '1');
  run('route', 'split', 'iris', '1=90', '2=10');
  run('key', 'create', 'kept', '--model', 'iris', '--rate', '5', '--daily-quota', '1000');
  run('key', 'create', 'gone');
  run('key', 'revoke', 'gone');
  run('user', 'invite', 'ana@example.com', '--role', 'operator');
  run('settings', 'set', 'log_level', 'warn');
  const body = JSON.stringify({
    inputs: [{ name: 'input', shape: [1, 4], datatype: 'FP32', data: [5.1, 3.5, 1.4, 0.2] }],
  });
  for (let count = 0; count < 50; count += 1) {
    execFileSync('curl', ['-sSf', `${url}/predict/v2/models/iris/infer`, '-d', body], { stdio: 'ignore' });
  }
  console.log(readFileSync(join(home, 'home.json'), 'utf8').trim());
}

const [, , commit] = process.argv;
if (commit === undefined) throw new Error('name a commit: node tools/make-upgrade-fixture.ts <commit>');
console.log(`made ${await makeFixture(commit)}`);
