import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apiKeyForm, apiKeyOf, apiKeyPrefix, apiKeyRandomBytes } from './api-key.ts';

const random = fc.uint8Array({ minLength: apiKeyRandomBytes, maxLength: apiKeyRandomBytes });

test('a key has the documented form, and its random bytes can be read back', () => {
  fc.assert(
    fc.property(random, (bytes) => {
      const key = apiKeyOf(bytes);
      expect(key).toMatch(/^cai_[A-Za-z0-9_-]{49}$/);
      expect(apiKeyForm(key)).toBe('key');
      expect(new Uint8Array(Buffer.from(key.slice(4, 47), 'base64url'))).toEqual(bytes);
      expect(key.startsWith(apiKeyPrefix(key))).toBe(true);
    }),
  );
});

test('the checksum stays what it is: keys of today are known tomorrow', () => {
  expect(apiKeyOf(new Uint8Array(32))).toBe('cai_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0DofJ8');
});

test('one wrong character, or two that changed places, is a slip', () => {
  fc.assert(
    fc.property(random, fc.nat({ max: 48 }), fc.constantFrom(...'abcXYZ019-_'), (bytes, at, other) => {
      const key = apiKeyOf(bytes);
      const place = 4 + at;
      fc.pre(key.charAt(place) !== other);
      expect(apiKeyForm(`${key.slice(0, place)}${other}${key.slice(place + 1)}`)).not.toBe('key');
      const [left, right] = [key.charAt(place - 1), key.charAt(place)];
      fc.pre(place > 4 && left !== right);
      expect(apiKeyForm(`${key.slice(0, place - 1)}${right}${left}${key.slice(place + 1)}`)).not.toBe('key');
    }),
  );
});

test.each(['', 'cai_', 'cai_short', 'cai_pt_abc.def', 'Bearer', `x${apiKeyOf(new Uint8Array(32))}`])(
  '%j is no key',
  (text) => {
    expect(apiKeyForm(text)).toBe('other');
  },
);
