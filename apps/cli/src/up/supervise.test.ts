import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { isRunning, identifyProcess } from '@cluster-ai/platform/process/process-identity.ts';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { postgresGuard } from './postgres-guard.ts';
import { superviseProgram } from './supervise.ts';
import type { Program, Supervisor } from './supervise.ts';

const root = mkdtempSync(join(tmpdir(), 'supervise-'));
afterAll(() => rmSync(root, { recursive: true }));

const signal = new AbortController().signal;
const log = createLogger({ program: 'test', level: 'error', destination: { write: () => undefined } });
let folder = '';
let said: string[] = [];
let running: Supervisor[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(root, 'x-'));
  said = [];
  running = [];
});
afterEach(() => Promise.all(running.map((supervisor) => supervisor.stop())));

function shell(script: string): Promise<Child> {
  return startChild({
    command: '/bin/sh',
    args: ['-c', script],
    env: { PATH: '/usr/bin:/bin' },
    cwd: folder,
    onOutput: () => undefined,
  });
}

function supervise(program: Partial<Program>): Supervisor {
  const say = (text: string): void => void said.push(text);
  const supervisor = superviseProgram(
    {
      name: 'gateway',
      start: () => shell('exec sleep 60'),
      untilReady: async () => undefined,
      stopTimeoutMs: 2_000,
      ...program,
    },
    { log, terminal: { line: say, warn: say, error: say }, onChange: () => undefined },
  );
  running.push(supervisor);
  return supervisor;
}

async function until(condition: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not after 10 s: ${condition.toString()}`);
    await sleep(20);
  }
}

test('a program that ends is started again, and the person is told', async () => {
  const supervisor = supervise({});
  await supervisor.start(signal);
  const first = supervisor.child()?.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await until(() => supervisor.child() !== null && supervisor.child()?.pid !== first);
  await until(() => said.length === 2);
  expect(said).toEqual([
    'gateway ended (SIGKILL); starting it again in 0.25 s',
    expect.stringMatching(/^gateway is ready again after/),
  ]);
});

test('a program that was asked to stop is not started again; a second later nothing of it runs', async () => {
  let starts = 0;
  const supervisor = supervise({ start: () => ((starts += 1), shell('exec sleep 60')) });
  await supervisor.start(signal);
  const child = supervisor.child();
  await supervisor.stop();
  await sleep(500);
  expect(starts).toBe(1);
  expect(child?.hasExited()).toBe(true);
  expect(said).toEqual([]);
});

test('a program that ends before it is ready fails the start, with what it said', async () => {
  const supervisor = supervise({
    start: () => shell('echo "error: no such table" >&2; exit 1'),
    untilReady: async (child) => {
      await child.exited;
      throw new ClusterError('INTERNAL', 'the gateway ended');
    },
  });
  await expect(supervisor.start(signal)).rejects.toThrow(/^gateway did not start: no such table$/);
});

test('a program that ignores SIGTERM is killed with its children after the limit', async () => {
  const supervisor = supervise({
    start: () => shell('trap "" TERM; sleep 60 & echo $! > grandchild; wait; sleep 60'),
    stopTimeoutMs: 300,
  });
  await supervisor.start(signal);
  await until(
    () => existsSync(join(folder, 'grandchild')) && readFileSync(join(folder, 'grandchild'), 'utf8').trim() !== '',
  );
  const grandchild = identifyProcess(Number(readFileSync(join(folder, 'grandchild'), 'utf8')));
  await supervisor.stop();
  expect(said).toEqual(['gateway did not stop within 0.3 s and was killed']);
  if (grandchild === null) throw new Error('the grandchild was not running');
  await until(() => !isRunning(grandchild));
});

test('a start that is stopped while it waits out a restart ends at once', async () => {
  const supervisor = supervise({ start: () => shell('exec sleep 0.2') });
  await supervisor.start(signal);
  await until(() => said.length > 2);
  const beganMs = performance.now();
  await supervisor.stop();
  expect(performance.now() - beganMs).toBeLessThan(5_000);
});

test('a command that does not exist is named', async () => {
  const starting = startChild({
    command: '/no/such/program',
    args: [],
    env: {},
    cwd: folder,
    onOutput: () => undefined,
  });
  await expect(starting).rejects.toThrow(/^\/no\/such\/program cannot be started/);
});

describe('the guard of the database', () => {
  // Stands in for the server. It is no shell program: a shell cannot receive SIGINT where it was started in the
  // background, and PostgreSQL can.
  const server = `#!${process.execPath}
    const fs = require('node:fs');
    process.chdir(process.argv[3]);
    fs.writeFileSync('arguments', process.argv.slice(2).join(' '));
    process.on('SIGINT', () => { fs.writeFileSync('ended', 'fast'); process.exit(0); });
    setInterval(() => undefined, 1000);
    fs.writeFileSync('server.pid', String(process.pid));`;

  async function guard(): Promise<Child> {
    writeFileSync(join(folder, 'server'), server, { mode: 0o755 });
    const env = {
      PATH: '/usr/bin:/bin',
      SERVER: join(folder, 'server'),
      DATA: folder,
      SOCKETS: '/a b',
      SETTINGS: 'port=1\nname=x y',
    };
    const child = await startChild({
      command: '/bin/sh',
      args: ['-c', postgresGuard],
      env,
      cwd: '/',
      onOutput: () => undefined,
    });
    await until(
      () => existsSync(join(folder, 'server.pid')) && readFileSync(join(folder, 'server.pid'), 'utf8').trim() !== '',
    );
    return child;
  }

  test('passes folders and settings on, and stops the server in order when it is asked to', async () => {
    const child = await guard();
    expect(readFileSync(join(folder, 'arguments'), 'utf8')).toBe(
      `-D ${folder} -c unix_socket_directories=/a b -c port=1 -c name=x y`,
    );
    expect(await child.stop(5_000)).toBe(true);
    expect(await child.exited).toBe('code 0');
    expect(readFileSync(join(folder, 'ended'), 'utf8')).toBe('fast');
  });

  test('stops the server when the guard itself is killed', async () => {
    const child = await guard();
    process.kill(child.pid, 'SIGKILL');
    await child.exited;
    await until(() => existsSync(join(folder, 'ended')));
    expect(readFileSync(join(folder, 'ended'), 'utf8')).toBe('fast');
  });

  test('ends with the code of a server that ends by itself', async () => {
    const child = await guard();
    process.kill(Number(readFileSync(join(folder, 'server.pid'), 'utf8')), 'SIGKILL');
    expect(await child.exited).toBe('code 137');
  });
});

test('a restart stops it in order and starts it at once, without a warning', async () => {
  const supervisor = supervise({ start: () => shell("trap 'exit 0' TERM; while :; do sleep 0.05; done") });
  await supervisor.start(signal);
  const first = supervisor.child()?.pid;
  await Promise.all([supervisor.restart(), supervisor.restart()]);
  const second = supervisor.child()?.pid;
  expect(second).not.toBe(first);
  await until(() => said.length > 0);
  expect(said).toEqual([expect.stringMatching(/^gateway is ready again after/)]);
  // It is looked after as before.
  process.kill(second ?? Number.NaN, 'SIGKILL');
  await until(() => supervisor.child() !== null && supervisor.child()?.pid !== second);
  expect(said[1]).toBe('gateway ended (SIGKILL); starting it again in 0.25 s');
});

test('a stop that comes during a restart ends both', async () => {
  const supervisor = supervise({ start: () => shell("trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.05; done") });
  await supervisor.start(signal);
  const restarted = supervisor.restart().catch((error: unknown) => error);
  await supervisor.stop();
  expect(await restarted).toMatchObject({ code: 'SHUTTING_DOWN' });
  expect(supervisor.child()).toBe(null);
});
