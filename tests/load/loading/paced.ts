import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What the client of `sendPaced` saw. Times are from when a request was due to its answer. */
export interface PacedReport {
  readonly answered: number;
  readonly wrong: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** The longest time for which the client itself was held up: by its memory, or for want of a core. */
  readonly ownDelayMs: number;
}

/** Sends predictions of the iris example at a fixed rate, from a process of its own. @throws Error when a connection fails. */
export async function sendPaced(url: string, perSecond: number, durationMs: number): Promise<PacedReport> {
  const program = join(import.meta.dirname, 'paced-client.ts');
  const args = [program, url, String(perSecond), String(durationMs)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: durationMs + 60_000 });
  // The program above wrote it.
  return JSON.parse(stdout) as PacedReport;
}
