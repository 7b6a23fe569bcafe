/** Time as a port, so that policies are tested without waiting. */
export interface Clock {
  /** Milliseconds on a clock that never jumps; only differences mean anything. */
  nowMs(): number;
  /** Milliseconds since 1970, for records and headers. */
  wallMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
};
