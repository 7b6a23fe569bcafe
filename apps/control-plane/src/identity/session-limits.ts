import type { RuntimeSettings } from '@cluster-ai/contract/config/runtime-settings.ts';
import type { SessionLimits } from './session-store.ts';

const minuteMs = 60_000;
/** A working day: whoever found an open browser has it no longer than this. */
const lifetimeMsMin = 12 * 60 * minuteMs;

/** `session_timeout`, and a life of twelve hours, or of `session_timeout` when that is longer. */
export function sessionLimitsOf(settings: Pick<RuntimeSettings, 'session_timeout'>): SessionLimits {
  const idleMs = settings.session_timeout * minuteMs;
  return { idleMs, lifetimeMs: Math.max(lifetimeMsMin, idleMs) };
}

/** When a session ends unless it is used. */
export function sessionEndMs(
  session: { readonly createdAtMs: number; readonly lastUsedAtMs: number },
  limits: SessionLimits,
): number {
  return Math.min(session.lastUsedAtMs + limits.idleMs, session.createdAtMs + limits.lifetimeMs);
}
