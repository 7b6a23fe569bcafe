import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Gateways that one name leads to, and the share of the requests that they get together. */
export interface Share {
  /** `host:port`, as the front door looks it up. */
  readonly group: string;
  readonly percent: number;
}

/** What the front door reads: one line a group. */
export function formatShares(shares: readonly Share[]): string {
  return shares.map(({ group, percent }) => `${group} ${percent}\n`).join('');
}

/**
 * Reads `front-door gateways`: one line an address, `10.0.0.4:8000 weight=95 inference-gateway:8000`.
 * @returns the share of each group, percent
 */
export function readShares(printed: string): readonly Share[] {
  const weights = new Map<string, number>();
  for (const line of printed.split('\n')) {
    const read = /^\S+ weight=(\d+) (\S+)$/.exec(line.trim());
    const [, weight, group] = read ?? [];
    if (weight === undefined || group === undefined) continue;
    weights.set(group, (weights.get(group) ?? 0) + Number(weight));
  }
  const all = Array.from(weights.values()).reduce((sum, weight) => sum + weight, 0);
  return Array.from(weights, ([group, weight]) => ({ group, percent: all === 0 ? 0 : (weight / all) * 100 }));
}

/** True when the front door sends each group its share, to half a percent. */
export function sharesAre(wanted: readonly Share[], present: readonly Share[]): boolean {
  const percentOf = (shares: readonly Share[], group: string): number =>
    shares.find((share) => share.group === group)?.percent ?? 0;
  const groups = new Set([...wanted, ...present].map(({ group }) => group));
  return Array.from(groups).every((group) => Math.abs(percentOf(wanted, group) - percentOf(present, group)) < 0.5);
}

/** Puts the file in place of the one before at once: the front door never reads half of it. */
export async function writeShares(folder: string, shares: readonly Share[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const partial = join(folder, 'gateways.partial');
  await writeFile(partial, formatShares(shares), { mode: 0o644 });
  await rename(partial, join(folder, 'gateways'));
}
