import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';

export interface PollOptions {
  /** What is waited for: `the gateway to be ready`. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** Ends the waiting with an error: what is waited for cannot happen any more. */
  readonly hopeless?: () => string | null;
  /** Ends the waiting: a stop was asked for. */
  readonly signal: AbortSignal;
}

/**
 * Asks until the answer is null; any other answer says why not yet.
 * @throws ClusterError DEADLINE_EXCEEDED with the last reason, INTERNAL when `hopeless` says so, SHUTTING_DOWN.
 */
export async function pollUntil(ask: () => Promise<string | null>, options: PollOptions): Promise<void> {
  const endMs = performance.now() + options.timeoutMs;
  for (;;) {
    if (options.signal.aborted) throw new ClusterError('SHUTTING_DOWN', `stopped while waiting for ${options.what}`);
    const reason = await ask();
    if (reason === null) return;
    const hopeless = options.hopeless?.() ?? null;
    if (hopeless !== null) throw new ClusterError('INTERNAL', hopeless);
    if (performance.now() > endMs) {
      throw new ClusterError(
        'DEADLINE_EXCEEDED',
        `waited ${options.timeoutMs / 1_000} s for ${options.what}: ${reason}`,
      );
    }
    await sleep(options.intervalMs);
  }
}

/** Null when an address answers 200, otherwise why not, for `pollUntil`. */
export async function askUrl(url: string, timeoutMs: number): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    return response.status === 200
      ? null
      : (readReasons(text) ?? `${url} answers ${response.status}: ${text.trim().slice(0, 300)}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return `${url} does not answer: ${cause}`;
  }
}

const reasonsSchema = z.object({ reasons: z.array(z.string()).min(1) });

/** Our own programs say in JSON why they are not ready; null for anything else. */
function readReasons(text: string): string | null {
  if (!text.startsWith('{')) return null;
  try {
    const parsed = reasonsSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.reasons.join('; ') : null;
  } catch {
    // Cut, or of another program.
    return null;
  }
}
