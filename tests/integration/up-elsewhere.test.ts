import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProcess, processesOf } from '../drills/processes.ts';
import { irisRequest } from '../iris.ts';
import { freePort, isGreen, repository, startPlatform, until } from '../start-platform.ts';
import { countKinds, sendMany } from '../steady-load.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-ai-elsewhere-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('with DATABASE_URL there is no embedded server, and predictions are right', async () => {
  const postgres = await startPostgres(18);
  try {
    // The server's socket is in a folder of the user that it runs as.
    const flags = process.getuid?.() === 0 ? ['--user', 'nobody'] : [];
    const platform = await startPlatform({ env: { DATABASE_URL: await postgres.createDatabase() }, flags });
    try {
      await until('the announcement', 120_000, () => platform.output().includes('Stop with'));
      expect(processesOf(platform.home).filter(({ command }) => command.includes('bin/postgres'))).toEqual([]);
      expect(countKinds(await sendMany(platform.gatewayUrl, 10, 1, () => irisRequest))).toMatchObject({ answered: 10 });
    } finally {
      expect(await platform.stop()).toBe(0);
    }
  } finally {
    await postgres.remove();
  }
});

test('a data folder with a path too long for sockets works', async () => {
  const home = join(folder, 'a'.repeat(100), 'home');
  await mkdir(home, { recursive: true });
  // The user that root changes to must be able to pass.
  await chmod(folder, 0o755);
  const platform = await startPlatform({ home, examples: false });
  expect(await platform.stop()).toBe(0);
});

// Changing the user is something that only root can do, so there is nothing to see as anybody else.
describe.each(process.getuid?.() === 0 ? ['root'] : [])('as %s', () => {
  test('a checkout that only root can read runs from a copy as the system user (this test needs root)', async () => {
    const checkout = join(folder, 'closed');
    await mkdir(checkout, { mode: 0o700 });
    for (const path of [
      'package.json',
      'package-lock.json',
      'apps',
      'packages',
      'models',
      'node_modules',
      '.cache/models',
      'web-dashboard/dist',
    ]) {
      await link(path, checkout);
    }
    const home = join(folder, 'home');
    await chmod(folder, 0o755);
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    const start = async () => {
      const child = spawn(
        process.execPath,
        [
          join(checkout, 'apps/cli/src/main.ts'),
          'up',
          '--home',
          home,
          '--port',
          String(ports[0]),
          '--gateway-port',
          String(ports[1]),
          '--grpc-port',
          '0',
          '--metrics-port',
          String(ports[2]),
        ],
        { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let printed = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      }
      await until('ready, or ended', 120_000, () => printed.includes('Stop with') || child.exitCode !== null);
      return { child, printed: () => printed };
    };

    const first = await start();
    console.log(/.*runs from a copy.*/.exec(first.printed())?.[0]);
    expect(first.printed()).toMatch(
      /cannot read .*closed: it runs from a copy in .*\/home\/program \(\d+ MB as links, \d+ MB copied, [0-9.]+ s\)/,
    );
    const gateway = findProcess(home, 'apps/gateway/src/main.ts');
    expect(gateway.command).toContain(join(home, 'program/'));
    expect(await readlink(`/proc/${gateway.pid}/exe`)).toBe(join(home, 'program/bin/node'));
    expect((await stat(`/proc/${gateway.pid}`)).uid).not.toBe(0);
    // What the user runs is not the user's to change.
    expect((await stat(join(home, 'program/apps/cli/src/main.ts'))).uid).toBe(0);
    expect(await isGreen(`http://127.0.0.1:${ports[0]}/readyz`)).toBe(true);
    await stop(first.child);

    const second = await start();
    expect(second.printed()).toContain('Cluster AI is ready');
    expect(second.printed()).not.toContain('runs from a copy');
    await stop(second.child);
  });
});

async function stop(child: ReturnType<typeof spawn>): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(0);
}

/** Hard links, as a clone of gigabytes would take long. */
async function link(path: string, target: string): Promise<void> {
  const source = join(repository, path);
  await mkdir(join(target, path, '..'), { recursive: true });
  try {
    execFileSync('cp', ['-al', source, join(target, path)], { stdio: 'ignore' });
  } catch {
    // Another file system.
    await cp(source, join(target, path), { recursive: true, verbatimSymlinks: true });
  }
}
