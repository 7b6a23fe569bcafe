import assert from 'node:assert/strict';
import { deflateSync, gzipSync } from 'node:zlib';
import { acceptedCoding, unpacked } from '@cluster-ai/gateway/frontends/content-coding.ts';
import { fakeCall } from '@cluster-ai/testkit/fake-call.ts';
import type { FuzzTarget } from '../engine/target.ts';

const bodyBytesMax = 65_536;

/** Stands between the encoding and the body. */
const border = 0x0a;

const example = (encoding: string, body: Uint8Array): Uint8Array =>
  Uint8Array.from([...new TextEncoder().encode(encoding), border, ...body]);

/** Bodies in a content encoding. */
export const target: FuzzTarget = {
  about: 'packed bodies of predictions, from clients: they unpack to no more than the limit, and every byte is counted',
  form: 'bytes',
  seeds: () => [
    example('gzip', gzipSync('{"inputs":[]}')),
    example('deflate', deflateSync('{"inputs":[]}')),
    example('gzip', gzipSync(Buffer.alloc(1_000_000))),
    example('gzip, deflate;q=0', new Uint8Array(0)),
  ],
  words: ['identity', 'gzip', 'deflate', ';q=0'],
  run: async (input) => {
    const at = input.indexOf(border);
    const encoding = Buffer.from(input.subarray(0, Math.max(0, at))).toString('latin1');
    const body = input.subarray(at + 1);
    acceptedCoding(encoding);
    const call = unpacked(fakeCall({ headers: { 'content-encoding': encoding }, body }), bodyBytesMax);
    let counted = 0;
    const plain = await call.body((bytes) => {
      counted += bytes;
    });
    const isPacked = call.header('content-encoding') === null;
    assert.equal(counted, plain.byteLength + (isPacked ? body.byteLength : 0));
    assert.ok(!isPacked || plain.byteLength <= bodyBytesMax);
  },
};
