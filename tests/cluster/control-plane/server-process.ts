import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ServerProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** The last lines that it wrote. */
  tail(): string;
  /** SIGTERM, and SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts a server whose output goes to a file. The kernel ends it when the test process is gone, however that came about
 * (setpriv of util-linux, which becomes the program).
 */
export function startServer(name: string, program: string, args: readonly string[], logPath: string): ServerProcess {
  const log = openSync(logPath, 'a', 0o600);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    name,
    child,
    tail: () => readFileSync(logPath, 'utf8').slice(-3000),
    stop: async (graceMs = 5000) => {
      if (ended()) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/**
 * Asks again and again until the answer is true.
 *
 * @throws Error after `timeoutMs`, with what `explain` says then; at once when one of the servers has ended.
 */
export async function waitUntil(
  what: string,
  isSo: () => Promise<boolean>,
  { timeoutMs = 60_000, servers = [], explain = () => '' }: WaitOptions = {},
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await isSo())) {
    for (const server of servers) {
      if (server.child.exitCode !== null || server.child.signalCode !== null) {
        throw new Error(`${server.name} ended while waiting for ${what}:\n${server.tail()}`);
      }
    }
    if (performance.now() > endMs) {
      const tails = servers.map((server) => `\n${server.name}:\n${server.tail()}`).join('');
      throw new Error(`${what}: not so after ${timeoutMs / 1000} s. ${await explain()}${tails}`);
    }
    await delay(100);
  }
}

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly servers?: readonly ServerProcess[];
  readonly explain?: () => string | Promise<string>;
}
