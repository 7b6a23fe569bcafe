import { readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '@cluster-ai/platform/process/process-identity.ts';
import { z } from 'zod';
import { homePaths } from './home.ts';
import { sendSignal } from './send-signal.ts';

const processSchema = z.object({ name: z.string(), pid: z.int(), startedAt: z.string() });

/** What a running `up` tells other commands of the same user, and the next `up` after a SIGKILL. */
export const stateSchema = z.object({
  pid: z.int(),
  startedAt: z.iso.datetime(),
  url: z.string(),
  gatewayUrl: z.string(),
  metricsUrl: z.string(),
  /** How commands on this machine reach the two, where that is not by the addresses for people. */
  local: z
    .object({
      url: z.string(),
      gatewayUrl: z.string(),
      /** The certificates that they show. */
      certFiles: z.array(z.string()),
    })
    .optional(),
  /** The running programs; `startedAt` tells a process from a later one with the same number. */
  programs: z.array(processSchema),
});

export type UpState = z.infer<typeof stateSchema>;

export function writeState(home: string, state: UpState): void {
  const { state: path } = homePaths(home);
  // Written again at each restart of a program, and gone with the machine: no sync.
  writeFileSync(`${path}.partial`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.partial`, path);
}

/** The state of the last `up` on this data folder, or null when it stopped in order or never ran. */
export function readState(home: string): UpState | null {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(homePaths(home).state, 'utf8')));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EACCES') return null;
    throw error;
  }
}

export function removeState(home: string): void {
  rmSync(homePaths(home).state, { force: true });
}

/**
 * Waits for the programs of a supervisor that was killed: they end by themselves when its pipe closes. What is still
 * there after the limit is killed, with its process group.
 * @returns the names of those that were still running.
 */
export async function endLeftovers(state: UpState, limitMs: number): Promise<string[]> {
  const left = state.programs.filter(isRunning);
  const endMs = performance.now() + limitMs;
  while (left.some(isRunning) && performance.now() < endMs) await sleep(50);
  for (const program of left.filter(isRunning)) sendSignal(-program.pid, 'SIGKILL');
  return left.map(({ name }) => name);
}
