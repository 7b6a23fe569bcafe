import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { programs } from '@cluster-ai/cli/up/programs.ts';
import { pause, repository } from '../../start-platform.ts';

/** A gateway that is started again whenever it ends, as a service manager does. */
export interface KeptGateway {
  readonly pid: number;
  /** The last of what it has printed. */
  output(): string;
  stop(): Promise<void>;
}

const restartAfterMs = 250;
const outputCharactersMax = 20_000;

export function keepGateway(env: Readonly<Record<string, string>>): KeptGateway {
  let stopping = false;
  let child: ChildProcess | null = null;
  let output = '';

  function start(): ChildProcess {
    const started = spawn(process.execPath, [programs.gateway], {
      cwd: repository,
      env: { PATH: process.env['PATH'], ...env },
      // The end of the pipe to its input ends it.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-outputCharactersMax));
    started.stdout.on('data', collect);
    started.stderr.on('data', collect);
    started.stdin.on('error', () => undefined);
    return started;
  }

  async function keep(): Promise<void> {
    while (!stopping) {
      child = start();
      await once(child, 'exit');
      if (!stopping) await pause(restartAfterMs);
    }
  }

  const ended = keep();
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    output: () => output,
    stop: async () => {
      stopping = true;
      child?.kill('SIGTERM');
      await ended;
    },
  };
}
