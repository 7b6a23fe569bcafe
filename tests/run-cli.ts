import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { repository, type Platform } from './start-platform.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `cluster-ai <args>` against a started platform, as a user in another terminal would. */
export function runCli(
  platform: Pick<Platform, 'home' | 'controlUrl' | 'gatewayUrl'>,
  args: readonly string[],
): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(repository, 'apps/cli/src/main.ts'), ...args],
      {
        env: { ...process.env, CLUSTER_AI_HOME: platform.home, CLUSTER_AI_SERVER: platform.controlUrl },
        maxBuffer: 64 * 2 ** 20,
      },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
    );
  });
}

/** Runs a command that must succeed. */
export async function cli(
  platform: Pick<Platform, 'home' | 'controlUrl' | 'gatewayUrl'>,
  ...args: readonly string[]
): Promise<string> {
  const result = await runCli(platform, args);
  if (result.code !== 0) {
    throw new Error(`cluster-ai ${args.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}
