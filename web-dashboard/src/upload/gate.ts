/** Holds work back while it is paused, and lets a wait be cut short. */
export interface Gate {
  pause(): void;
  resume(): void;
  readonly isPaused: boolean;
  /** Returns when it is not paused. @throws what `signal` was aborted with */
  pass(signal: AbortSignal): Promise<void>;
  /** Returns after the time, or as soon as somebody hurries. @throws what `signal` was aborted with */
  wait(delayMs: number, signal: AbortSignal): Promise<void>;
  /** Ends the present wait. */
  hurry(): void;
}

export function createGate(): Gate {
  let isPaused = false;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const resolve of waiting) resolve();
  };
  const wait = async (delayMs: number | null, signal: AbortSignal) => {
    await new Promise<void>((resolve) => {
      const timer = delayMs === null ? undefined : setTimeout(() => finish(), delayMs);
      const finish = () => {
        clearTimeout(timer);
        waiting.delete(finish);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      waiting.add(finish);
      signal.addEventListener('abort', finish);
      if (signal.aborted) finish();
    });
    signal.throwIfAborted();
  };
  return {
    get isPaused() {
      return isPaused;
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
      wake();
    },
    pass: async (signal) => {
      while (isPaused) await wait(null, signal);
      signal.throwIfAborted();
    },
    wait,
    hurry: wake,
  };
}
