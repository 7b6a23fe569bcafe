import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';

export interface ToolRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly kubeconfig: string;
  /** Where the tool keeps its own files: nobody's home is touched. */
  readonly folder: string;
  readonly mayFail?: boolean;
  readonly stdin?: string;
}

const TIMEOUT_MS = 600_000;

/** Runs helm or kubectl to its end. @throws Error with what it printed when it fails, unless it may. */
export async function runTool(program: string, args: readonly string[], options: RunOptions): Promise<ToolRun> {
  const child = spawn(program, args, {
    timeout: TIMEOUT_MS,
    env: {
      PATH: process.env['PATH'],
      HOME: options.folder,
      KUBECONFIG: options.kubeconfig,
      HELM_CACHE_HOME: join(options.folder, 'helm', 'cache'),
      HELM_CONFIG_HOME: join(options.folder, 'helm', 'config'),
      HELM_DATA_HOME: join(options.folder, 'helm', 'data'),
    },
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
  child.stdin.end(options.stdin ?? '');
  await once(child, 'close');
  if (child.exitCode !== 0 && options.mayFail !== true) {
    throw new Error(
      `${basename(program)} ${args.join(' ')}: exit code ${String(child.exitCode)}\n${printed.stderr}${printed.stdout}`,
    );
  }
  return { status: child.exitCode, ...printed };
}
