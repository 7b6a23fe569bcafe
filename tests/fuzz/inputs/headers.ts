/**
 * Reads an input as lines of headers, `name: value`, in the characters that HTTP lets through: what a client can send and
 * what arrives at the code under test.
 */
export function headersOf(input: Uint8Array): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of Buffer.from(input).toString('latin1').split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon <= 0 || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || name === '__proto__') continue;
    headers[name] = line
      .slice(colon + 1)
      .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')
      .trim();
  }
  return headers;
}
