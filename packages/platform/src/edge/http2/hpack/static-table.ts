/** A name in lower case and its value. */
export type Field = readonly [name: string, value: string];

/** The static table of RFC 7541, appendix A. Its first entry has index 1. */
export const staticTable: readonly Field[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  [':status', '200'],
  [':status', '204'],
  [':status', '206'],
  [':status', '304'],
  [':status', '400'],
  [':status', '404'],
  [':status', '500'],
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ['accept-language', ''],
  ['accept-ranges', ''],
  ['accept', ''],
  ['access-control-allow-origin', ''],
  ['age', ''],
  ['allow', ''],
  ['authorization', ''],
  ['cache-control', ''],
  ['content-disposition', ''],
  ['content-encoding', ''],
  ['content-language', ''],
  ['content-length', ''],
  ['content-location', ''],
  ['content-range', ''],
  ['content-type', ''],
  ['cookie', ''],
  ['date', ''],
  ['etag', ''],
  ['expect', ''],
  ['expires', ''],
  ['from', ''],
  ['host', ''],
  ['if-match', ''],
  ['if-modified-since', ''],
  ['if-none-match', ''],
  ['if-range', ''],
  ['if-unmodified-since', ''],
  ['last-modified', ''],
  ['link', ''],
  ['location', ''],
  ['max-forwards', ''],
  ['proxy-authenticate', ''],
  ['proxy-authorization', ''],
  ['range', ''],
  ['referer', ''],
  ['refresh', ''],
  ['retry-after', ''],
  ['server', ''],
  ['set-cookie', ''],
  ['strict-transport-security', ''],
  ['transfer-encoding', ''],
  ['user-agent', ''],
  ['vary', ''],
  ['via', ''],
  ['www-authenticate', ''],
];

/** Where a name stands in the static table. */
export interface StaticName {
  /** Of the first entry with this name. */
  readonly index: number;
  /** Indexes of whole fields, by value. */
  readonly byValue: ReadonlyMap<string, number>;
}

/** The static table by name, for those who write. */
export const staticNames: ReadonlyMap<string, StaticName> = namesOf(staticTable);

function namesOf(table: readonly Field[]): Map<string, StaticName> {
  const names = new Map<string, { index: number; byValue: Map<string, number> }>();
  for (const [at, [name, value]] of table.entries()) {
    const known = names.get(name) ?? { index: at + 1, byValue: new Map<string, number>() };
    known.byValue.set(value, at + 1);
    names.set(name, known);
  }
  return names;
}
