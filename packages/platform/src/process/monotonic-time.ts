/**
 * Milliseconds on the machine's monotonic clock. Unlike `performance.now()`, the same instant has the same number in
 * every process and thread of the machine, so that a deadline can be handed from one to another.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
