import type { z } from 'zod';
import { noteProgress } from '../engine/progress.ts';

/** Different remarks of one schema at most: names that the input made up are among them. */
const remarksMax = 100;
const remarks = new Map<string, Set<string>>();

/**
 * Checks a value against a schema. The schema is a package's work and has no counters: what it says of each part is the
 * fuzzer's only way to see that it is getting nearer.
 * @param label tells schemas apart. @returns undefined for what is refused.
 */
export function readWith<S extends z.ZodType>(label: string, schema: S, value: unknown): z.output<S> | undefined {
  const result = schema.safeParse(value);
  if (result.success) {
    noteProgress(`${label} taken`);
    return result.data;
  }
  noteProgress(`${label} ${Math.min(result.error.issues.length, 8)} wrong`);
  const known = remarks.get(label) ?? new Set();
  remarks.set(label, known);
  for (const { code, path } of result.error.issues.slice(0, 8)) {
    const remark = `${path.map((part) => (typeof part === 'number' ? '*' : String(part))).join('.')} ${code}`;
    if (known.size < remarksMax) known.add(remark);
    if (known.has(remark)) noteProgress(`${label} ${remark}`);
  }
  return undefined;
}
