import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainStart, entryLine, entryText, headText, parseHead } from './audit-entry.ts';
import { canonicalJson } from './canonical-json.ts';

describe('canonical JSON', () => {
  // The example of RFC 8785, section 3.2.2, and its sorted keys, section 3.2.3.
  test('is that of the RFC', () => {
    const value: unknown = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'];
    const parsed: unknown = JSON.parse(canonicalJson(Object.fromEntries(keys.map((key) => [key, 0]))));
    expect(canonicalJson(parsed)).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`);
  });

  test('does not depend on the order of keys, and says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  test.each([[undefined], [Number.NaN], [() => undefined], [10n], [{ inside: [undefined] }]])(
    '%s is refused',
    (value) => {
      expect(() => canonicalJson(value)).toThrow('has no form in JSON');
    },
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inside]) => [key, reversed(inside)]),
  );
}

const entry = {
  id: 17,
  at: '2026-01-31T23:59:59.999Z',
  actor: 'admin',
  action: 'route.change',
  target: 'iris',
  detail: { weights: [90, 10.5], hash: 'a "hash":"x" inside', nested: { hash: chainStart } },
  requestId: 'my-own-id',
  previousHash: chainStart,
};

test('the text that is hashed stays what it is', () => {
  expect(entryText(entry)).toBe(
    String.raw`{"action":"route.change","actor":"admin","at":"2026-01-31T23:59:59.999Z","detail":{"hash":"a \"hash\":\"x\" inside","nested":{"hash":"0000000000000000000000000000000000000000000000000000000000000000"},"weights":[90,10.5]},"id":17,"previousHash":"0000000000000000000000000000000000000000000000000000000000000000","requestId":"my-own-id","target":"iris"}`,
  );
});

test('an exported line without its last hash is that text', () => {
  const hash = 'f'.repeat(64);
  const line = entryLine({ ...entry, hash });
  const end = line.lastIndexOf(`"hash":"${hash}",`);
  expect(line.slice(0, end) + line.slice(end + 74)).toBe(entryText(entry));
});

test('a head is written and read', () => {
  expect(parseHead(headText({ id: 17, hash: chainStart }))).toEqual({ id: 17, hash: chainStart });
  for (const text of [
    '',
    '17',
    '17:',
    `17:${'0'.repeat(63)}`,
    `-1:${chainStart}`,
    `17:${chainStart}0`,
    `x:${chainStart}`,
  ]) {
    expect(parseHead(text)).toBeNull();
  }
});
