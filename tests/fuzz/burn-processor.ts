import { createHash } from 'node:crypto';

const chunk = new Uint8Array(65_536);

/**
 * Keeps the processor busy for so long, milliseconds of its own time: the same on every machine.
 * It lies outside the folders that are given counters: how often it goes round depends on the machine, and would make
 * the fuzzer take one input for another from run to run.
 */
export function burnProcessor(milliseconds: number): void {
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user / 1_000 < milliseconds) createHash('sha256').update(chunk).digest();
}
