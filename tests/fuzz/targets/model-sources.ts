import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { allowedSource, parseAllowList } from '@cluster-ai/control-plane/features/sources/allow-list.ts';
import { isPublicAddress } from '@cluster-ai/control-plane/features/sources/public-address.ts';
import type { FuzzTarget } from '../engine/target.ts';

const allowed = parseAllowList(['models.example.com', 'cdn.example.com:8443/onnx', '[2606:4700::1]']);

/** Addresses that a model is to be fetched from, and what they lead to. */
export const target: FuzzTarget = {
  about:
    'addresses of models, from clients and redirects: nothing but https to places on the list, none of them private',
  form: 'bytes',
  seeds: () => [
    'https://models.example.com/a/model.onnx',
    'https://cdn.example.com:8443/onnx/../x',
    '::ffff:127.0.0.1',
    '[2606:4700::1]',
  ],
  words: [
    'https://',
    '@',
    '..',
    '%2e%2e',
    '/',
    '\\',
    ':443',
    '::ffff:',
    '127.0.0.1',
    '169.254.169.254',
    '64:ff9b::',
    '2002:',
  ],
  run: (input) => {
    const text = new TextDecoder().decode(input);
    if (isIP(text) !== 0) return assertJudged(text);
    parseAllowList([text]);
    const url = URL.parse(text, 'https://models.example.com/');
    if (url === null) return undefined;
    const source = allowedSource(url, allowed);
    assert.equal(url.protocol, 'https:');
    assert.ok(['models.example.com', 'cdn.example.com', '[2606:4700::1]'].includes(url.hostname));
    assert.ok(`${url.pathname}/`.startsWith(source.pathPrefix));
    return undefined;
  },
};

/** An IPv4 address inside an IPv6 one is as private as it is by itself. */
function assertJudged(address: string): void {
  const isPublic = isPublicAddress(address);
  if (isIP(address) === 4) assert.equal(isPublicAddress(`::ffff:${address}`), isPublic, address);
}
