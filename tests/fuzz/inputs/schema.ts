import type { z } from 'zod';
import { noteProgress } from '../engine/progress.ts';

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
  for (const { code, path } of result.error.issues.slice(0, 8)) {
    noteProgress(
      `${label} ${path
        .map((part) => (typeof part === 'number' ? '*' : part))
        .join('.')
        .slice(0, 60)} ${code}`,
    );
  }
  return undefined;
}
