import { noteProgress } from '../engine/progress.ts';

/** What of a zod schema is used here. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
}

/** Different remarks of one schema at most: names that the input made up are among them. */
const remarksMax = 100;
const remarks = new Map<string, Set<string>>();

/**
 * Checks a value against a schema. The schema is a package's work and has no counters: what it says of each part is the
 * fuzzer's only way to see that it is getting nearer.
 * @param label tells schemas apart. @returns undefined for what is refused.
 */
export function readWith<T>(label: string, schema: Schema<T>, value: unknown): T | undefined {
  const result = checked(schema, value);
  if (result === null) return undefined;
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

/** Null where zod throws for an object that has a `length` of its own: the server refuses that as `checkParts` says. */
function checked<T>(schema: Schema<T>, value: unknown): ReturnType<Schema<T>['safeParse']> | null {
  try {
    return schema.safeParse(value);
  } catch (thrown) {
    if (thrown instanceof TypeError && thrown.message.includes('to primitive value')) return null;
    throw thrown;
  }
}
