import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findProcess, isAlive, processesOf } from '../drills/processes.ts';
import { freePort, isGreen, repository, startPlatform, until } from '../start-platform.ts';
import type { Platform } from '../start-platform.ts';

const main = join(repository, 'apps/cli/src/main.ts');

describe('the supervisor', () => {
  let home: string;
  let platform: Platform;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'cluster-ai-supervision-'));
    platform = await startPlatform({ home, examples: false });
  });
  afterAll(async () => {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  });

  // `startPlatform` returns before all of it is announced: the first of these ends under the start's own questions.
  test.each([
    ['postgres', () => findProcess(home, 'bin/postgres').pid, () => `${platform.controlUrl}/readyz`],
    [
      'control-plane',
      () => findProcess(home, 'apps/control-plane/src/main.ts').pid,
      () => `${platform.controlUrl}/readyz`,
    ],
    ['gateway', () => findProcess(home, 'apps/gateway/src/main.ts').pid, () => `${platform.metricsUrl}/readyz`],
    ['postgres (its guard)', () => findProcess(home, 'postgres-guard').pid, () => `${platform.controlUrl}/readyz`],
  ])('starts %s again after a SIGKILL, and says so', async (what, pidOf, readyUrl) => {
    const name = what.split(' ')[0] ?? what;
    const before = platform.output().length;
    const pid = pidOf();
    process.kill(pid, 'SIGKILL');
    await until(`${what} is gone`, 10_000, () => !isAlive(pid));
    const said = (): string => platform.output().slice(before);
    const backMs = await until(
      `${what} is ready again`,
      60_000,
      async () => /is ready again after/.test(said()) && (await isGreen(readyUrl())),
    );
    console.log(`${what}: ready again after ${Math.round(backMs)} ms`);
    expect(said()).toMatch(new RegExp(`warning: ${name} ended \\(.*\\); starting it again in [0-9.]+ s`));
    await until('the announcement', 60_000, () => platform.output().includes('Stop with'));
  });

  test('after its own SIGKILL everything ends by itself, and the next start says what happened', async () => {
    const pids = processesOf(home).map(({ pid }) => pid);
    process.kill(platform.supervisor.pid ?? Number.NaN, 'SIGKILL');
    // At once: the next start waits for what is still ending.
    platform = await startPlatform({ home, examples: false }, platform.ports);
    // What is still ending may have answered for the new programs.
    await until('the announcement', 60_000, () => platform.output().includes('Stop with'));
    expect(platform.output()).toContain('the last start did not stop in order');
    await until('what ran before is gone', 10_000, () => pids.every((pid) => !isAlive(pid)));
  });

  test('a leftover database server without any record is stopped, and its data is there', async () => {
    const pid = findProcess(home, 'bin/postgres').pid;
    // The guard would stop it: everything but the server is killed before it can, and the record is removed.
    for (const { pid: each, command } of processesOf(home)) {
      if (!command.includes('bin/postgres') && command.includes('postgres-guard')) process.kill(each, 'SIGKILL');
    }
    const others = processesOf(home).filter(({ command }) => !/bin\/postgres|^postgres: /.test(command));
    process.kill(platform.supervisor.pid ?? Number.NaN, 'SIGKILL');
    await rm(join(home, 'run/state.json'), { force: true });
    // Without the record the next start cannot know that their ports are about to be free.
    await until('all but the server are gone', 10_000, () => others.every((each) => !isAlive(each.pid)));
    platform = await startPlatform({ home, examples: false }, platform.ports);
    await until('the announcement', 60_000, () => platform.output().includes('Stop with'));
    expect(isAlive(pid)).toBe(false);
  });
});

describe('a start that cannot succeed', () => {
  let home = '';
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function up(env: Record<string, string>) {
    const ports = [
      '--port',
      String(await freePort()),
      '--gateway-port',
      String(await freePort()),
      '--grpc-port',
      String(await freePort()),
      '--metrics-port',
      String(await freePort()),
    ];
    return spawnSync(process.execPath, [main, 'up', '--home', home, '--no-examples', ...ports], {
      encoding: 'utf8',
      timeout: 120_000,
      env: { ...process.env, ...env },
    });
  }

  test('ends with 1 and the reason, and leaves nothing: a database that is not there', async () => {
    home = await mkdtemp(join(tmpdir(), 'cluster-ai-no-database-'));
    const port = await freePort();
    const result = await up({
      DATABASE_URL: `postgres://nobody:hunter2@127.0.0.1:${port}/none`,
      CLUSTER_AI_UP_START_TIMEOUT_MS: '15000',
    });
    console.log(result.stderr.trim());
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/error: control-plane did not start: .*database/);
    expect(result.stderr + result.stdout).not.toContain('hunter2');
    expect(processesOf(home)).toEqual([]);
  });

  test('names the way out when the data is of another PostgreSQL', async () => {
    home = await mkdtemp(join(tmpdir(), 'cluster-ai-major-'));
    const platform = await startPlatform({ home, examples: false });
    await platform.stop();
    await writeFile(join(home, 'postgres/data/PG_VERSION'), '14\n');
    const result = await up({});
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(
      /was written by PostgreSQL 14, and this version brings PostgreSQL 18, which cannot read it/,
    );
    expect(result.stderr).toMatch(
      /fix: start PostgreSQL 14 on it and give its address as DATABASE_URL, make a backup there .*, and restore it here/,
    );
    expect(await readFile(join(home, 'postgres/data/PG_VERSION'), 'utf8')).toBe('14\n');
  });
});
