/** Pairs of letters that one search compares: names of any length and number must not hold up whoever asks. */
const comparisonsMax = 200_000;

/**
 * The known name with the fewest edits to `name`, or undefined when none resembles it (more than half would change).
 * Where one is the beginning of the other, its edits count half: people shorten names more often than they mistype them.
 * Of more or longer names than a person would write, the first ones alone are compared.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.ceil(name.length / 2) + 1;
  const given = name.toLowerCase();
  // A text of any length must not be compared letter by letter.
  if (given.length > 4 * Math.max(0, ...known.map(({ length }) => length))) return undefined;
  let comparisons = 0;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const isShortened = candidate.startsWith(name) || name.startsWith(candidate);
    const price = isShortened ? 0.5 : 1;
    // Each letter more or less is an edit.
    if (Math.abs(given.length - other.length) * price >= fewest) continue;
    comparisons += given.length * other.length;
    if (comparisons > comparisonsMax) break;
    const edits = editDistance(given, other) * price;
    if (edits < fewest) {
      nearest = candidate;
      fewest = edits;
    }
  }
  return nearest;
}

/** Levenshtein distance: insertions, deletions and replacements that turn one text into the other. */
export function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
