import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '@cluster-ai/platform/process/ports.ts';

export interface RedisServer {
  /** With the password: every Redis of the tests asks for one. */
  readonly url: string;
  readonly password: string;
  /** SIGKILL, as if the machine had lost it. What it knew is lost: nothing is written to disk. */
  kill(): Promise<void>;
  /** Starts it again at the same address, empty. */
  start(): Promise<void>;
  /** Stops it in the middle of whatever it does: connections stay open and nothing is answered. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

/** From the Debian package `redis-server`, or what REDIS_SERVER_PATH names. */
const program = process.env['REDIS_SERVER_PATH'] ?? '/usr/bin/redis-server';
const startTimeoutMs = 20_000;

/** Starts a real Redis on a free port of the loopback interface. It ends with the test process. */
export async function startRedis(): Promise<RedisServer> {
  if (!existsSync(program)) throw new Error(`${program} is missing: install the Debian package redis-server`);
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-redis-'));
  const password = randomBytes(12).toString('hex');
  const [port = 0] = await freePorts('127.0.0.1', 1);
  let running = await launch(port, password, folder);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
  };
  return {
    url: `redis://:${password}@127.0.0.1:${port}/0`,
    password,
    kill: () => end('SIGKILL'),
    start: async () => {
      running = await launch(port, password, folder);
    },
    freeze: () => void running.kill('SIGSTOP'),
    thaw: () => void running.kill('SIGCONT'),
    remove: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, password: string, folder: string): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--requirepass', password];
  const child = spawn(program, [...settings, '--save', '', '--appendonly', 'no', '--daemonize', 'no'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithThisProcess(child);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const endMs = performance.now() + startTimeoutMs;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > endMs) {
      child.kill('SIGKILL');
      throw new Error(`redis-server does not answer on port ${port}:\n${printed}`);
    }
    await delay(20);
  }
  return child;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Ends the server when this process ends, by whatever cause: the end of the pipe says so. */
function endWithThisProcess(server: ChildProcess): void {
  const watch = spawn('/bin/sh', ['-c', `read _; kill -KILL ${server.pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  server.on('exit', () => watch.kill('SIGKILL'));
}
