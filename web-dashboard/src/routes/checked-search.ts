import type { z } from 'zod';

/**
 * Checks the query of an address against a schema, as a route's `validateSearch`. What links may pass is then exactly
 * what pages receive.
 */
export function checkedSearch<Schema extends z.ZodType<object>>(
  schema: Schema,
): (raw: Readonly<Record<string, unknown>>) => z.output<Schema> {
  return (raw) => schema.parse(raw);
}
