import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What h2spec counted. */
export interface Verdict {
  readonly passed: number;
  readonly skipped: number;
  readonly failed: number;
  /** Its words about what failed. */
  readonly failures: string;
}

/** h2spec waits this long for each answer, also on a machine that does much else. A server that is right lets it wait for none. */
const answerSeconds = 20;

const program = join(import.meta.dirname, '..', '..', '..', '.tools/go', 'h2spec');

/** Runs every case of h2spec, the strict ones too, against a server on this machine. */
export async function runH2spec(port: number, { tls = false } = {}): Promise<Verdict> {
  const transport = tls ? ['--tls', '--insecure'] : [];
  const args = ['--strict', '--host', '127.0.0.1', '--port', String(port), '--timeout', String(answerSeconds)];
  const child = spawn(program, [...args, ...transport], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const [, passed, skipped, failed] = /tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(output) ?? [];
  if (passed === undefined) throw new Error(`h2spec came to no end: ${output}`);
  const failures = output.split('Failures:')[1] ?? '';
  return { passed: Number(passed), skipped: Number(skipped), failed: Number(failed), failures };
}
