/** The rows from the one that was touched last to this one, both included. */
export function withRange(
  selected: ReadonlySet<string>,
  keys: readonly string[],
  from: string | undefined,
  to: string,
): ReadonlySet<string> {
  const next = new Set(selected);
  const isAdding = !selected.has(to);
  const [first, last] = [keys.indexOf(from ?? to), keys.indexOf(to)];
  const range = first === -1 ? [to] : keys.slice(Math.min(first, last), Math.max(first, last) + 1);
  for (const key of range) {
    if (isAdding) next.add(key);
    else next.delete(key);
  }
  return next;
}
