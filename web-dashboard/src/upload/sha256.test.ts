import { bytesToHex } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { sha256OfFile } from './sha256.ts';

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('the published digest of %j', async (text, digest) => {
  expect(await sha256OfFile(new Blob([text]), () => undefined)).toBe(digest);
});

test('a file of several pieces has the digest of the whole, and tells how far it is', async () => {
  const bytes = new Uint8Array(9 * 1_024 * 1_024 + 5).map((_zero, index) => index * 31);
  const seen: number[] = [];
  const digest = await sha256OfFile(new Blob([bytes]), (count) => seen.push(count));
  const whole = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  expect(digest).toBe(bytesToHex(whole));
  expect(seen).toEqual([4_194_304, 8_388_608, bytes.length]);
});
