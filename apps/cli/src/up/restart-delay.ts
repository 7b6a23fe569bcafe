/** A program that ran this long before it ended counts as healthy again. */
export const healthyAfterMs = 60_000;

const firstDelayMs = 250;
const delayMsMax = 10_000;

/** Wait before a program is started again: 250 ms after the first end, doubled with each, 10 s at most. */
export function restartDelayMs(endsInARow: number): number {
  return Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(30, Math.max(0, endsInARow - 1)));
}
