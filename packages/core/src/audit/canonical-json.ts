/**
 * JSON in the one form of RFC 8785: keys sorted by UTF-16 code units, no blanks, numbers and texts as ECMAScript writes
 * them. Equal values give equal texts, here and in every other program that follows the RFC.
 * @param value what `JSON.parse` gives. @throws TypeError for anything else.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`${typeof value} has no form in JSON`);
  const members = new Map<string, unknown>(Object.entries(value));
  const keys = [...members.keys()].toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(members.get(key))}`).join(',')}}`;
}
