export interface LockoutRule {
  /** Wrong attempts within one window that are answered as such; then the lock begins. */
  readonly attemptsMax: number;
  /** A window begins with the first attempt, milliseconds. */
  readonly windowMs: number;
  readonly lockMs: number;
}

/** The wrong attempts of one client. */
export interface LockoutState {
  readonly attempts: number;
  readonly windowEndsAtMs: number;
  /** 0 while there is no lock. */
  readonly lockedUntilMs: number;
}

/** Time until the lock ends; 0 without one. */
export function lockedForMs(state: LockoutState | null, nowMs: number): number {
  return state === null ? 0 : Math.max(0, state.lockedUntilMs - nowMs);
}

/** Counts one wrong attempt. During a lock nothing is counted, so that a lock ends however often somebody tries. */
export function countAttempt(state: LockoutState | null, rule: LockoutRule, nowMs: number): LockoutState {
  if (state !== null && lockedForMs(state, nowMs) > 0) return state;
  const open = state !== null && state.lockedUntilMs === 0 && nowMs < state.windowEndsAtMs;
  const attempts = (open ? state.attempts : 0) + 1;
  return {
    attempts,
    windowEndsAtMs: open ? state.windowEndsAtMs : nowMs + rule.windowMs,
    lockedUntilMs: attempts >= rule.attemptsMax ? nowMs + rule.lockMs : 0,
  };
}
