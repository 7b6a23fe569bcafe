import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * Cuts a list of up to `limit + 1` items to a page; the extra item says that there is a next page.
 * @param cursorOf what the next page begins after.
 */
export function pageOf<T>(
  items: readonly T[],
  limit: number,
  cursorOf: (item: T) => string,
): { items: T[]; next: string | null } {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, next: items.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** A cursor over numbers. @throws ClusterError INVALID_ARGUMENT. */
export function numberCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const number = Number(cursor);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `cursor ${JSON.stringify(cursor.slice(0, 64))} is not one that a page before has given`,
  );
}
