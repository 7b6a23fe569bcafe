import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Outcome } from './count-tests.ts';

/** Runs a program that judges the whole repository. It counts as one test; its output is shown when it fails. */
export async function runCheck(root: string, program: string, args: readonly string[]): Promise<Outcome> {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  const ending = await once(child, 'close').then(
    ([code, signal]) => (code === 0 ? null : `exit code ${String(code ?? signal)}`),
    (error: unknown) => String(error),
  );
  if (ending === null) return { passed: 1, failed: 0, remarks: [] };
  process.stdout.write(Buffer.concat(parts));
  return { passed: 0, failed: 1, remarks: [`"${[program, ...args].join(' ')}" ended with ${ending}`] };
}
