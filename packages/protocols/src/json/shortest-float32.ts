/**
 * The shortest decimal text that reads back as the same float32: 6 to 9 significant digits always suffice (IEEE 754
 * binary32). Printing the number as a double would show digits that the model never computed.
 */
export function shortestFloat32(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return Object.is(value, -0) ? '-0.0' : String(value);
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}
