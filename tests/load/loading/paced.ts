import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What the client of `sendPaced` saw. Times are from when a request was due to its answer. */
export interface PacedReport {
  readonly answered: number;
  readonly wrong: number;
  /** When it came, and its text; null when none was wrong. */
  readonly firstWrong: string | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** The longest time for which the client itself was held up: by its memory, or for want of a core. */
  readonly ownDelayMs: number;
}

/**
 * Sends predictions of the iris example at a fixed rate, from a process of its own. It has a session of its own, too: where
 * Linux shares cores out by session, what else the measuring program does must not be taken from the client's share.
 * @throws Error when a connection fails.
 */
export async function sendPaced(url: string, perSecond: number | 'max', durationMs: number): Promise<PacedReport> {
  const program = join(import.meta.dirname, 'paced-client.ts');
  // One young generation of this size lasts for seconds; collecting it takes no second core.
  const args = [
    '--max-semi-space-size=64',
    '--single-threaded-gc',
    program,
    url,
    String(perSecond),
    String(durationMs),
  ];
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const child = spawn(process.execPath, args, { timeout: durationMs + 60_000, stdio, detached: true });
  const [printed, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`the paced client ended with ${code ?? signal}`);
  // The program above wrote it.
  return JSON.parse(printed) as PacedReport;
}
