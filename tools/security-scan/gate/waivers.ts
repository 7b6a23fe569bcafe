import { ClusterError } from '@cluster-ai/core/errors.ts';
import { parse } from 'yaml';
import { z } from 'zod';

/** How long somebody may put a weakness off before it is looked at again. */
const WAIVER_DAYS_MAX = 90;

const DAY_MS = 86_400_000;

const waiver = z.strictObject({
  id: z.string().min(1),
  package: z.string().min(1),
  reason: z.string().min(20, 'say in a sentence why it can wait'),
  owner: z.string().min(1),
  expires: z.iso.date(),
});

const waivers = z.strictObject({ waivers: z.array(waiver) });

/** A weakness that is accepted until a day, by somebody, for a reason. */
export type Waiver = z.infer<typeof waiver>;

/**
 * Reads security/waivers.yaml.
 *
 * @throws ClusterError CONFIG_INVALID naming the entry and what is wrong with it.
 */
export function readWaivers(text: string, path: string, now: Date): Waiver[] {
  const read = waivers.safeParse(parse(text));
  if (!read.success) throw invalid(path, z.prettifyError(read.error));
  const seen = new Set<string>();
  for (const one of read.data.waivers) {
    const name = `${one.id} of ${one.package}`;
    if (seen.has(name)) throw invalid(path, `there are two waivers for ${name}`);
    seen.add(name);
    if (endOf(one) - now.getTime() > (WAIVER_DAYS_MAX + 1) * DAY_MS) {
      throw invalid(path, `the waiver for ${name} ends on ${one.expires}, more than ${WAIVER_DAYS_MAX} days from now`);
    }
  }
  return read.data.waivers;
}

/** A waiver holds until its day is over, in UTC. */
export const hasExpired = (one: Waiver, now: Date): boolean => now.getTime() >= endOf(one);

const endOf = ({ expires }: Waiver): number => Date.parse(`${expires}T00:00:00Z`) + DAY_MS;

const invalid = (path: string, message: string): ClusterError =>
  new ClusterError('CONFIG_INVALID', `${path}: ${message}`, {
    fix: 'Each waiver has id, package, reason, owner and expires (a day, YYYY-MM-DD), as docs/guides/supply-chain.md says.',
  });
