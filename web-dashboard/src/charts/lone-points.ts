/** Indexes of values with a gap, or nothing, on both sides. */
export function lonePoints(values: ArrayLike<number | null | undefined>): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    if (isValue(values[index]) && !isValue(values[index - 1]) && !isValue(values[index + 1])) indexes.push(index);
  }
  return indexes;
}

function isValue(value: number | null | undefined): boolean {
  return value !== null && value !== undefined;
}
